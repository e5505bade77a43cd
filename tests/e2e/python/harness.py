"""What every case leans on: the server under test, a bucket of its own, one large random file."""

import contextlib
import hashlib
import itertools
import json
import os
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import crcmod
import requests
from qcloud_cos import CosConfig, CosS3Client, CosServiceError

MIB = 1024 * 1024
# Accounts as ACLs and policies name them: root accounts in the order in which the server was given them, and users of the first.
OWNER = "qcs::cam::uin/100000000001:uin/100000000001"
OTHER = "qcs::cam::uin/100000000002:uin/100000000002"
READER = "qcs::cam::uin/100000000001:uin/100000000011"
GUEST = "qcs::cam::uin/100000000001:uin/100000000012"
USERS_FILE = Path(__file__).parent.parent / "users.json"

crc64 = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, rev=True, xorOut=0xFFFFFFFFFFFFFFFF)
bucket_numbers = itertools.count(1)


class Skip(Exception):
    """Ends a case that this machine cannot run; its text says why."""


@dataclass(frozen=True)
class Server:
    """Where the emulator listens and whom it knows, as it said itself when it was ready."""

    endpoint: str
    region: str
    secret_id: str
    secret_key: str
    appid: str
    other_appid: str
    other_secret_id: str
    other_secret_key: str

    @classmethod
    def from_environment(cls):
        return cls(
            endpoint=os.environ["E2E_ENDPOINT"],
            region=os.environ["E2E_REGION"],
            secret_id=os.environ["E2E_SECRET_ID"],
            secret_key=os.environ["E2E_SECRET_KEY"],
            appid=os.environ["E2E_APPID"],
            other_appid=os.environ["E2E_OTHER_APPID"],
            other_secret_id=os.environ["E2E_OTHER_SECRET_ID"],
            other_secret_key=os.environ["E2E_OTHER_SECRET_KEY"],
        )

    @property
    def authority(self):
        """`host:port`"""
        return urlsplit(self.endpoint).netloc

    @property
    def port(self):
        return urlsplit(self.endpoint).port

    def bucket_host(self, bucket):
        """The name that the real service gives a bucket."""
        return f"{bucket}.cos.{self.region}.myqcloud.com"

    def signing_config(self, **options):
        """The account's credentials over plain HTTP, with the options that say how to reach the server."""
        credentials = {"SecretId": self.secret_id, "SecretKey": self.secret_key}
        return CosConfig(**{"Region": self.region, "Scheme": "http", **credentials, **options})

    def config(self, **options):
        """Connects straight to the server and keeps the real names in `Host`."""
        address = urlsplit(self.endpoint)
        direct = {"IP": address.hostname, "Port": address.port, "ServiceDomain": address.netloc}
        return self.signing_config(**{**direct, **options})

    def client(self, **options):
        return once(CosS3Client, self.config(**options))

    def anonymous(self):
        """A client that signs nothing."""
        return self.client(SecretId=None, SecretKey=None, Anonymous=True)

    def other_account(self):
        """A client of the account that owns none of the buckets."""
        return self.client(SecretId=self.other_secret_id, SecretKey=self.other_secret_key)

    def user(self, id):
        """A client of one of the default account's users."""
        users = json.loads(USERS_FILE.read_text())["users"]
        user = next(user for user in users if id.endswith(user["uin"]))
        return self.client(SecretId=user["secret_id"], SecretKey=user["secret_key"])

    def new_bucket_name(self):
        return f"e2e-{next(bucket_numbers)}-{self.appid}"

    def new_bucket(self, **options):
        """A bucket that is left to the end of the run, for cases after which it cannot be emptied."""
        bucket = self.new_bucket_name()
        self.client().create_bucket(Bucket=bucket, **options)
        return bucket

    @contextlib.contextmanager
    def bucket(self, **options):
        """A new bucket, emptied and deleted after a case that passed."""
        client, bucket = self.client(), self.new_bucket(**options)
        yield bucket
        for upload in client.list_multipart_uploads(Bucket=bucket).get("Upload", []):
            client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        listed = client.list_objects_versions(Bucket=bucket)
        for entry in listed.get("Version", []) + listed.get("DeleteMarker", []):
            version = {"VersionId": entry["VersionId"]} if entry["VersionId"] else {}
            # The SDK drops one leading slash of a key.
            client.delete_object(Bucket=bucket, Key="/" + entry["Key"], **version)
        client.delete_bucket(Bucket=bucket)

    def run_due(self):
        """Does at once what the server does by its clock."""
        equal(requests.post(f"{self.endpoint}/_cos/run-due", timeout=30).status_code, 204)

    def fetch(self, method, url, **options):
        """Sends a request without the SDK, to a URL with the name of the real service."""
        parts = urlsplit(url)
        headers = {"Host": parts.netloc, **options.pop("headers", {})}
        target = f"{self.endpoint}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        return requests.request(method, target, headers=headers, allow_redirects=False, timeout=30, **options)


def once(client_class, config, **options):
    """A client that never repeats a request, so that one bad answer is seen."""
    return client_class(config, retry=0, **options)


@dataclass(frozen=True)
class LargeFile:
    path: Path
    length: int
    sha256: str
    crc64: int


@contextlib.contextmanager
def large_file(length):
    """A random file, the same in every run, and a folder around it for downloads."""
    generator, digest, crc, left = random.Random(1), hashlib.sha256(), 0, length
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.bin"
        with path.open("wb") as file:
            while left > 0:
                block = generator.randbytes(min(MIB, left))
                file.write(block)
                digest.update(block)
                crc = crc64(block, crc)
                left -= len(block)
        yield LargeFile(path, length, digest.hexdigest(), crc)


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(MIB):
            digest.update(block)
    return digest.hexdigest()


def body_of(answer):
    """All bytes of a GET's body."""
    return b"".join(answer["Body"].get_stream(MIB))


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


@contextlib.contextmanager
def refused(status, code):
    """The block must end in the SDK's exception for this answer."""
    try:
        yield
    except CosServiceError as error:
        equal((error.get_status_code(), error.get_error_code()), (status, code))
    else:
        raise AssertionError(f"expected {status} {code}, got no error")
