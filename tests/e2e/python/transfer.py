"""The SDK's calls that choose by themselves how to move a file."""

import io
import tempfile
from contextlib import contextmanager
from pathlib import Path

from qcloud_cos import CosClientError

from encryption import KEY
from harness import MIB, body_of, crc64, equal, large_file, refused, sha256_of

LENGTH = 5 * MIB + 321


def a_small_file_goes_up_and_comes_down_in_one_request(server):
    with server.bucket() as bucket, folder_with(b"a small file") as (folder, file):
        client = server.client()
        for upload in (client.upload_file, client.put_object_from_local_file):
            put = upload(Bucket=bucket, Key="small", LocalFilePath=str(file), EnableMD5=True)
            equal(put["x-cos-hash-crc64ecma"], str(crc64(b"a small file")))
        client.download_file(Bucket=bucket, Key="small", DestFilePath=str(folder / "back"))
        equal((folder / "back").read_bytes(), b"a small file")
        assert not client.head_object(Bucket=bucket, Key="small")["ETag"].endswith('-1"')


def a_file_goes_up_and_comes_down_in_parts(server):
    with server.bucket() as bucket, large_file(LENGTH) as file:
        client, reports = server.client(), []
        done = client.upload_file(
            Bucket=bucket,
            Key="large",
            LocalFilePath=str(file.path),
            progress_callback=lambda sent, total: reports.append((sent, total)),
            Metadata={"x-cos-meta-author": "somebody"},
        )
        assert done["ETag"].endswith('-6"'), done["ETag"]
        equal(done["x-cos-hash-crc64ecma"], str(file.crc64))
        equal((len(reports), max(reports)), (6, (LENGTH, LENGTH)))
        equal(client.get_retry_exe_times(), 0)
        equal(client.head_object(Bucket=bucket, Key="large")["x-cos-meta-author"], "somebody")

        back = file.path.with_name("back")
        client.download_file(Bucket=bucket, Key="large", DestFilePath=str(back), PartSize=1, EnableCRC=True)
        equal(sha256_of(back), file.sha256)


def a_download_that_broke_off_goes_on_where_it_was(server):
    with server.bucket() as bucket, large_file(LENGTH) as file:
        client = server.client()
        client.upload_file(Bucket=bucket, Key="large", LocalFilePath=str(file.path))
        wanted, get_object = [], client.get_object

        def breaking(*args, **kwargs):
            wanted.append(kwargs["Range"])
            if len(wanted) > 3:
                raise ConnectionError("gone")
            return get_object(*args, **kwargs)

        back = {"DestFilePath": str(file.path.with_name("back")), "PartSize": 1, "MAXThread": 1}
        client.get_object = breaking
        try:
            client.download_file(Bucket=bucket, Key="large", **back)
        except CosClientError:
            pass
        else:
            raise AssertionError("the download did not break off")
        arrived = set(wanted[:3])
        wanted.clear()

        def noting(*args, **kwargs):
            wanted.append(kwargs["Range"])
            return get_object(*args, **kwargs)

        client.get_object = noting
        client.download_file(Bucket=bucket, Key="large", **back)
        equal((len(wanted), arrived & set(wanted)), (3, set()))
        equal(sha256_of(back["DestFilePath"]), file.sha256)


def a_version_under_sse_c_comes_down(server):
    with server.bucket() as bucket, large_file(2 * MIB + 1) as file:
        client = server.client()
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        done = client.upload_file(Bucket=bucket, Key="note", LocalFilePath=str(file.path), **KEY)
        client.put_object(Bucket=bucket, Key="note", Body=b"newer")
        back = file.path.with_name("back")
        version = {"VersionId": done["x-cos-version-id"]}
        client.download_file(Bucket=bucket, Key="note", DestFilePath=str(back), PartSize=1, **version, **KEY)
        equal(sha256_of(back), file.sha256)


def a_stream_goes_up_in_parts(server):
    with server.bucket() as bucket:
        client, content = server.client(), bytes(range(256)) * (3 * MIB // 256) + b"end"
        put = client.upload_file_from_buffer(Bucket=bucket, Key="small", Body=io.BytesIO(b"small"), PartSize=1)
        equal(put["x-cos-hash-crc64ecma"], str(crc64(b"small")))
        done = client.upload_file_from_buffer(
            Bucket=bucket, Key="large", Body=io.BytesIO(content), PartSize=1, MaxBufferSize=2, ContentType="text/x-stream"
        )
        assert done["ETag"].endswith('-4"'), done["ETag"]
        got = client.get_object(Bucket=bucket, Key="large")
        equal((got["Content-Type"], body_of(got) == content), ("text/x-stream", True))


def a_file_that_is_not_there_is_refused(server):
    with server.bucket() as bucket, folder_with(b"") as (folder, _):
        with refused(404, "NoSuchResource"):
            server.client().download_file(Bucket=bucket, Key="none", DestFilePath=str(folder / "none"))
        equal((folder / "none").exists(), False)


@contextmanager
def folder_with(content):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        file.write_bytes(content)
        yield Path(folder), file


CASES = [
    a_small_file_goes_up_and_comes_down_in_one_request,
    a_file_goes_up_and_comes_down_in_parts,
    a_download_that_broke_off_goes_on_where_it_was,
    a_version_under_sse_c_comes_down,
    a_stream_goes_up_in_parts,
    a_file_that_is_not_there_is_refused,
]
