"""The main job: a large file goes up in parts on several connections, breaks off, goes on, and comes back whole."""

import base64
import hashlib
import re
import threading

from qcloud_cos import CosClientError, CosS3Client

from encryption import KEY
from harness import MIB, equal, large_file, once, refused, sha256_of

PART_MIB = 4
THREADS = 8
# Not a multiple of the part: the last part is short.
LENGTH = 200 * MIB + 12_345
PART_NUMBERS = list(range(1, -(-LENGTH // (PART_MIB * MIB)) + 1))
HALF = len(PART_NUMBERS) // 2
OBJECT = "backups/large file.bin"


class CountingClient(CosS3Client):
    """Notes every part that it sends."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.sent = []

    def upload_part(self, Bucket, Key, Body, PartNumber, UploadId, EnableMD5=False, **kwargs):
        self.sent.append(PartNumber)
        return super().upload_part(Bucket, Key, Body, PartNumber, UploadId, EnableMD5, **kwargs)


class BreakingClient(CosS3Client):
    """Sends half of the parts whole; of every later one the first half, then the connection is gone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.lock = threading.Lock()
        self.whole = []

    def upload_part(self, Bucket, Key, Body, PartNumber, UploadId, EnableMD5=False, **kwargs):
        with self.lock:
            breaks = len(self.whole) == HALF
            if not breaks:
                self.whole.append(PartNumber)
        if breaks:
            # The SDK cannot take the MD5 of a body that breaks off.
            kwargs["ContentMD5"] = base64.b64encode(hashlib.md5(Body).digest()).decode()
            Body, EnableMD5 = BreakingBody(Body), False
        return super().upload_part(Bucket, Key, Body, PartNumber, UploadId, EnableMD5, **kwargs)


class BreakingBody:
    """Announces all of its bytes and has half of them."""

    def __init__(self, content):
        self.content = content

    def __len__(self):
        return len(self.content)

    def __iter__(self):
        yield self.content[: len(self.content) // 2]
        raise ConnectionGone


class ConnectionGone(Exception):
    pass


def a_large_file_comes_back_unchanged(server):
    with server.bucket() as bucket, large_file(LENGTH) as file:
        client = once(CountingClient, server.config())
        done = upload(client, bucket, file)
        equal(sorted(client.sent), PART_NUMBERS)
        is_stored_whole(client, bucket, file, done)


def a_large_file_comes_back_unchanged_under_sse_c(server):
    with server.bucket() as bucket, large_file(LENGTH) as file:
        client = once(CountingClient, server.config())
        done = upload(client, bucket, file, **KEY)
        equal(sorted(client.sent), PART_NUMBERS)
        equal(done["x-cos-server-side-encryption-customer-key-MD5"], KEY["SSECustomerKeyMD5"])
        is_stored_whole(client, bucket, file, done, **KEY)
        with refused(400, "InvalidRequest"):
            client.get_object(Bucket=bucket, Key=OBJECT, Range="bytes=0-0")


def an_upload_that_broke_off_goes_on_where_it_was(server):
    with server.bucket() as bucket, large_file(LENGTH) as file:
        kept = broken_off(server, bucket, file)
        client = once(CountingClient, server.config())
        done = upload(client, bucket, file)
        equal(sorted(client.sent), sorted(set(PART_NUMBERS) - set(kept)))
        equal(uploads(client, bucket), [])
        is_stored_whole(client, bucket, file, done)


def an_sse_c_upload_that_broke_off_is_sent_again(server):
    """The SDK goes on only if every part's ETag is the MD5 of its bytes (`_check_single_upload_part`), and under SSE-C
    it is not, here as on the real service: a new upload starts, and the broken one stays until somebody aborts it."""
    with server.bucket() as bucket, large_file(LENGTH) as file:
        broken_off(server, bucket, file, **KEY)
        client = once(CountingClient, server.config())
        broken = uploads(client, bucket)
        done = upload(client, bucket, file, **KEY)
        equal(sorted(client.sent), PART_NUMBERS)
        equal(uploads(client, bucket), broken)
        is_stored_whole(client, bucket, file, done, **KEY)


def broken_off(server, bucket, file, **encryption):
    """Breaks an upload half way. Returns the numbers of the parts that the server has: those that were sent whole."""
    client = once(BreakingClient, server.config())
    try:
        upload(client, bucket, file, **encryption)
    except CosClientError:
        pass
    else:
        raise AssertionError("the upload did not break off")
    with refused(404, "NoSuchResource"):
        client.head_object(Bucket=bucket, Key=OBJECT, **encryption)
    [upload_id] = uploads(client, bucket)
    parts = client.list_parts(Bucket=bucket, Key=OBJECT, UploadId=upload_id)["Part"]
    kept = [int(part["PartNumber"]) for part in parts]
    equal(kept, sorted(client.whole))
    equal(len(kept), HALF)
    return kept


def upload(client, bucket, file, **encryption):
    return client.upload_file(
        Bucket=bucket,
        Key=OBJECT,
        LocalFilePath=str(file.path),
        PartSize=PART_MIB,
        MAXThread=THREADS,
        EnableMD5=True,
        **encryption,
    )


def uploads(client, bucket):
    answer = client.list_multipart_uploads(Bucket=bucket, Prefix=OBJECT)
    return [found["UploadId"] for found in answer.get("Upload", [])]


def is_stored_whole(client, bucket, file, done, **encryption):
    assert re.fullmatch(f'"[0-9a-f]{{32}}-{len(PART_NUMBERS)}"', done["ETag"]), done["ETag"]
    equal(done["x-cos-hash-crc64ecma"], str(file.crc64))
    head = client.head_object(Bucket=bucket, Key=OBJECT, **encryption)
    equal((head["Content-Length"], head["ETag"]), (str(file.length), done["ETag"]))
    downloaded = file.path.with_name("downloaded.bin")
    client.download_file(
        Bucket=bucket,
        Key=OBJECT,
        DestFilePath=str(downloaded),
        PartSize=PART_MIB,
        MAXThread=THREADS,
        EnableCRC=True,
        DumpRecordDir=str(file.path.with_name("records")),
        **encryption,
    )
    equal(sha256_of(downloaded), file.sha256)


CASES = [
    a_large_file_comes_back_unchanged,
    an_upload_that_broke_off_goes_on_where_it_was,
    a_large_file_comes_back_unchanged_under_sse_c,
    an_sse_c_upload_that_broke_off_is_sent_again,
]
