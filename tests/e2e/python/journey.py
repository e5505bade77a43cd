"""The journey of ../README.md through cos-python-sdk-v5: one line for every case."""

import base64
import contextlib
import hashlib
import logging
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import requests
from qcloud_cos import CosClientError, CosConfig, CosS3Client, CosServiceError
from requests.adapters import HTTPAdapter

sys.path.insert(0, str(Path(__file__).parent.parent))
from cases import MIB, WAY, Skip, equal, random_file, run_cases

secret_id = os.environ.get("E2E_SECRET_ID", "AKIDCosEmulatorDefaultSecretId000000")
secret_key = os.environ.get("E2E_SECRET_KEY", "CosEmulatorDefaultSecretKey00000")
region = os.environ.get("E2E_REGION", "ap-guangzhou")
bucket = f"journey-{os.environ.get('E2E_APPID', '1250000000')}"
emulator = urlsplit(os.environ.get("E2E_ENDPOINT", "http://127.0.0.1:7436"))
account = {"Region": region, "SecretId": secret_id, "SecretKey": secret_key}
scheme = "https" if WAY == "https" else "http"


def config_of(account):
    """How a program says where COS is. In the ways proxy and https its environment says the rest."""
    if WAY == "plain":
        # Buckets keep their real names; only the connection goes elsewhere.
        return CosConfig(**account, Scheme="http", IP=emulator.hostname, Port=emulator.port, ServiceDomain=emulator.netloc)
    if WAY == "proxy":
        return CosConfig(**account, Scheme="http")
    return CosConfig(**account)


def presigner_of(account):
    if WAY == "plain":
        # With IP and Port a presigned URL would name no bucket. A domain with a path makes one that is complete.
        return CosS3Client(CosConfig(**account, Scheme="http", Domain=f"{emulator.netloc}/{bucket}"))
    return CosS3Client(config_of(account))


# Without repeats, one bad answer is seen.
cos = CosS3Client(config_of(account), retry=0)


def creates_a_bucket():
    cos.create_bucket(Bucket=bucket)
    names = [found["Name"] for found in cos.list_buckets()["Buckets"]["Bucket"]]
    assert bucket in names, names
    cos.head_bucket(Bucket=bucket)


def puts_and_gets_a_small_object():
    key, content = "notes/a b+c 中.txt", "a small object 中".encode()
    put = cos.put_object(Bucket=bucket, Key=key, Body=content, ContentType="text/plain", Metadata={"x-cos-meta-author": "me"})
    got = cos.get_object(Bucket=bucket, Key=key)
    equal(body_of(got), content)
    equal([got["ETag"], got["Content-Type"], got["x-cos-meta-author"]], [put["ETag"], "text/plain", "me"])


def uploads_in_parts():
    with random_file(4 * MIB + 321) as file:
        done = cos.upload_file(Bucket=bucket, Key="large", LocalFilePath=str(file), PartSize=1, MAXThread=3, EnableMD5=True)
        assert done["ETag"].endswith('-5"'), done["ETag"]
        back = file.with_name("back")
        cos.download_file(Bucket=bucket, Key="large", DestFilePath=str(back), PartSize=1, EnableCRC=True)
        equal(sha256_of(back.read_bytes()), sha256_of(file.read_bytes()))


def resumes_an_upload():
    with random_file(5 * MIB) as file:
        upload = {"Bucket": bucket, "Key": "resumed", "LocalFilePath": str(file), "PartSize": 1, "MAXThread": 1}
        try:
            BreakingClient(config_of(account), retry=0, parts=2).upload_file(**upload)
        except CosClientError:
            pass
        else:
            raise AssertionError("the upload did not break off")
        # The SDK finds the upload by its key and sends what is not there yet.
        second = BreakingClient(config_of(account), retry=0, parts=5)
        second.upload_file(**upload)
        equal(second.sent, [3, 4, 5])
        equal(sha256_of(body_of(cos.get_object(Bucket=bucket, Key="resumed"))), sha256_of(file.read_bytes()))


class BreakingClient(CosS3Client):
    """Sends so many parts, then the connection is gone."""

    def __init__(self, conf, retry, parts):
        super().__init__(conf, retry)
        self.parts, self.sent = parts, []

    def upload_part(self, Bucket, Key, Body, PartNumber, UploadId, *args, **kwargs):
        if len(self.sent) == self.parts:
            raise ConnectionError("gone")
        self.sent.append(PartNumber)
        return super().upload_part(Bucket, Key, Body, PartNumber, UploadId, *args, **kwargs)


def gets_ranges_and_under_conditions():
    put = cos.put_object(Bucket=bucket, Key="digits", Body=b"0123456789")
    part = cos.get_object(Bucket=bucket, Key="digits", Range="bytes=2-5")
    equal([body_of(part), part["Content-Range"]], [b"2345", "bytes 2-5/10"])
    equal(body_of(cos.get_object(Bucket=bucket, Key="digits", Range="bytes=-3")), b"789")
    equal(body_of(cos.get_object(Bucket=bucket, Key="digits", IfMatch=put["ETag"])), b"0123456789")
    # To this SDK, 304 is no error but an answer without a body.
    same = cos.get_object(Bucket=bucket, Key="digits", IfNoneMatch=put["ETag"])
    equal([body_of(same), same["ETag"]], [b"", put["ETag"]])
    with refused(412, "PreconditionFailed"):
        cos.get_object(Bucket=bucket, Key="digits", IfMatch='"00000000000000000000000000000000"')


def lists_with_prefix_and_delimiter():
    keys = ["list/a b.txt", "list/c+d.txt", "list/中文.txt", "list/深/e f.txt", "list/深/g.txt", "list2"]
    for key in keys:
        cos.put_object(Bucket=bucket, Key=key, Body=b"")
    found, marker = [], ""
    while True:
        page = cos.list_objects(Bucket=bucket, Prefix="list/", Delimiter="/", MaxKeys=2, Marker=marker)
        found += [entry["Key"] for entry in page.get("Contents", [])]
        found += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
        if page["IsTruncated"] == "false":
            break
        marker = page["NextMarker"]
    equal(sorted(found), sorted([*keys[:3], "list/深/"]))


def copies():
    key = "notes/copy of a+b 中.txt"
    cos.put_object(Bucket=bucket, Key="notes/a+b 中.txt", Body=b"to be copied", Metadata={"x-cos-meta-author": "me"})
    cos.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": "notes/a+b 中.txt", "Region": region})
    got = cos.get_object(Bucket=bucket, Key=key)
    equal([body_of(got), got["x-cos-meta-author"]], [b"to be copied", "me"])


def copies_in_parts():
    content = secrets.token_bytes(2 * MIB + 5)
    cos.put_object(Bucket=bucket, Key="source", Body=content)
    # `copy` does this by itself from 5 GiB on.
    target, parts = {"Bucket": bucket, "Key": "target"}, []
    target["UploadId"] = cos.create_multipart_upload(**target)["UploadId"]
    for number, first in enumerate(range(0, len(content), MIB), start=1):
        last = min(first + MIB, len(content)) - 1
        source = {"Bucket": bucket, "Key": "source", "Region": region}
        part = cos.upload_part_copy(**target, PartNumber=number, CopySource=source, CopySourceRange=f"bytes={first}-{last}")
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    cos.complete_multipart_upload(**target, MultipartUpload={"Part": parts})
    got = cos.get_object(Bucket=bucket, Key="target")
    assert got["ETag"].endswith('-3"'), got["ETag"]
    equal(sha256_of(body_of(got)), sha256_of(content))


def deletes_a_batch():
    keys = ["batch/a b", "batch/c+d", "batch/中"]
    for key in keys:
        cos.put_object(Bucket=bucket, Key=key, Body=b"")
    answer = cos.delete_objects(Bucket=bucket, Delete={"Object": [{"Key": key} for key in [*keys, "batch/never there"]]})
    equal(len(answer["Deleted"]), 4)
    equal(cos.list_objects(Bucket=bucket, Prefix="batch/").get("Contents", []), [])


def presigns_a_get_and_a_put():
    key = "presigned/a b+c 中.txt"
    presigner = presigner_of(account)
    put = presigner.get_presigned_url(Bucket=bucket, Key=key, Method="PUT", Expired=60)
    equal(requests.put(put, data=b"by a URL", timeout=30).status_code, 200)
    get = presigner.get_presigned_url(Bucket=bucket, Key=key, Method="GET", Expired=60)
    equal(requests.get(get, timeout=30).content, b"by a URL")
    equal(requests.delete(get, timeout=30).status_code, 403)


def is_refused_with_a_wrong_key():
    wrong = {**account, "SecretKey": "WrongSecretKey"}
    with refused(403, "SignatureDoesNotMatch"):
        CosS3Client(config_of(wrong)).get_object(Bucket=bucket, Key="digits")


def encrypts_with_a_customer_key():
    secret = secrets.token_bytes(32)
    customer_key = {
        "SSECustomerAlgorithm": "AES256",
        "SSECustomerKey": base64.b64encode(secret).decode(),
        "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(secret).digest()).decode(),
    }
    cos.put_object(Bucket=bucket, Key="secret", Body=b"for my eyes only", **customer_key)
    equal(body_of(cos.get_object(Bucket=bucket, Key="secret", **customer_key)), b"for my eyes only")
    with refused(400, "InvalidRequest"):
        cos.get_object(Bucket=bucket, Key="secret")


def switches_to_tencentcos_cn():
    if WAY == "plain":
        raise Skip("with IP and Port the SDK never switches")
    switching = CosConfig(**account, Scheme=scheme, AutoSwitchDomainOnRetry=True)
    session, unreachable = requests.Session(), Unreachable()
    session.mount(f"{scheme}://{bucket}.cos.{region}.myqcloud.com", unreachable)
    CosS3Client(switching, retry=1, session=session).put_object(Bucket=bucket, Key="switched", Body=b"by the other name")
    equal(unreachable.asked, 1)
    equal(body_of(cos.get_object(Bucket=bucket, Key="switched")), b"by the other name")


class Unreachable(HTTPAdapter):
    """A host that nobody can connect to."""

    asked = 0

    def send(self, request, **_):
        self.asked += 1
        raise requests.ConnectionError(f"cannot connect to {request.url}")


CASES = [
    creates_a_bucket,
    puts_and_gets_a_small_object,
    uploads_in_parts,
    resumes_an_upload,
    gets_ranges_and_under_conditions,
    lists_with_prefix_and_delimiter,
    copies,
    copies_in_parts,
    deletes_a_batch,
    presigns_a_get_and_a_put,
    is_refused_with_a_wrong_key,
    encrypts_with_a_customer_key,
    switches_to_tencentcos_cn,
]


def body_of(answer):
    return answer["Body"].get_raw_stream().read()


def sha256_of(content):
    return hashlib.sha256(content).hexdigest()


@contextlib.contextmanager
def refused(status, code):
    """The block must end in the SDK's exception for this answer."""
    try:
        yield
    except CosServiceError as error:
        equal([error.get_status_code(), error.get_error_code()], [status, code])
    else:
        raise AssertionError(f"expected {status} {code}, got no error")


if __name__ == "__main__":
    # The cases look at what the SDK raises; it would log the same once more.
    logging.getLogger("qcloud_cos").setLevel(logging.CRITICAL)
    run_cases(CASES)
