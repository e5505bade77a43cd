"""Objects that the SDK encrypts before they leave the machine."""

import base64

from qcloud_cos.cos_encryption_client import CosEncryptionClient
from qcloud_cos.crypto import AESProvider

from harness import MIB, body_of, equal, once

CONTENT = b"what only the client can read, " * 10


def the_server_keeps_what_it_cannot_read(server):
    with server.bucket() as bucket:
        sealed = encrypting(server)
        sealed.put_object(Bucket=bucket, Key="secret", Body=CONTENT)
        equal(encrypting(server).get_object(Bucket=bucket, Key="secret")["Body"].read(MIB), CONTENT)
        ranged = encrypting(server).get_object(Bucket=bucket, Key="secret", Range="bytes=37-99")
        equal(ranged["Body"].read(MIB), CONTENT[37:100])
        stored = server.client().get_object(Bucket=bucket, Key="secret")
        assert stored["x-cos-meta-client-side-encryption-key"], stored
        assert body_of(stored) != CONTENT


def parts_are_encrypted_too(server):
    with server.bucket() as bucket:
        sealed, contents = encrypting(server), [b"1" * MIB, b"the short end"]
        target = {"Bucket": bucket, "Key": "secret"}
        target["UploadId"] = sealed.create_multipart_upload(**target)["UploadId"]
        parts = [
            {"PartNumber": number, "ETag": sealed.upload_part(**target, Body=body, PartNumber=number)["ETag"]}
            for number, body in enumerate(contents, 1)
        ]
        sealed.complete_multipart_upload(**target, MultipartUpload={"Part": parts})
        stored = server.client().get_object(Bucket=bucket, Key="secret")
        equal(stored["Content-Length"], str(len(b"".join(contents))))
        assert b"".join(contents) != body_of(stored)


def encrypting(server):
    key = base64.b64encode(b"0123456789abcdef0123456789ABCDEF").decode()
    return once(CosEncryptionClient, server.config(), provider=AESProvider(aes_key=key))


CASES = [the_server_keeps_what_it_cannot_read, parts_are_encrypted_too]
