"""Server-side encryption of small objects, with the service's keys and with the caller's."""

import base64
import hashlib
import json

from harness import body_of, crc64, equal, refused

CONTENT = b"a secret that is longer than one cipher block"


def sse_c(key):
    """The SDK's arguments for a key that the caller keeps."""
    return {
        "SSECustomerAlgorithm": "AES256",
        "SSECustomerKey": base64.b64encode(key).decode(),
        "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(key).digest()).decode(),
    }


KEY = sse_c(b"0123456789abcdef0123456789ABCDEF")
OTHER_KEY = sse_c(b"another key of thirty-two bytes.")


def sse_cos_is_named_in_every_answer(server):
    with server.bucket() as bucket:
        client = server.client()
        put = client.put_object(Bucket=bucket, Key="secret", Body=CONTENT, ServerSideEncryption="AES256")
        got = client.get_object(Bucket=bucket, Key="secret")
        for answer in (put, got, client.head_object(Bucket=bucket, Key="secret")):
            equal(answer["x-cos-server-side-encryption"], "AES256")
            equal(answer["ETag"], f'"{hashlib.md5(CONTENT).hexdigest()}"')
        equal(body_of(got), CONTENT)
        with refused(400, "SSEHeaderNotAllowed"):
            client.get_object(Bucket=bucket, Key="secret", ServerSideEncryption="AES256")


def sse_kms_names_its_key_in_every_answer(server):
    with server.bucket() as bucket:
        client = server.client()
        context = base64.b64encode(json.dumps({"purpose": "test"}).encode()).decode()
        put = client.put_object(
            Bucket=bucket, Key="secret", Body=CONTENT, ServerSideEncryption="cos/kms", SSEKMSContext=context
        )
        got = client.get_object(Bucket=bucket, Key="secret")
        key_id = put["x-cos-server-side-encryption-cos-kms-key-id"]
        assert key_id, put
        for answer in (put, got, client.head_object(Bucket=bucket, Key="secret")):
            equal(answer["x-cos-server-side-encryption"], "cos/kms")
            equal(answer["x-cos-server-side-encryption-cos-kms-key-id"], key_id)
        equal(body_of(got), CONTENT)


def sse_c_needs_the_same_key_again(server):
    with server.bucket() as bucket:
        client = server.client()
        put = client.put_object(Bucket=bucket, Key="secret", Body=CONTENT, EnableMD5=True, **KEY)
        got = client.get_object(Bucket=bucket, Key="secret", **KEY)
        for answer in (put, got, client.head_object(Bucket=bucket, Key="secret", **KEY)):
            equal(answer["x-cos-server-side-encryption-customer-algorithm"], "AES256")
            equal(answer["x-cos-server-side-encryption-customer-key-MD5"], KEY["SSECustomerKeyMD5"])
            equal(answer["x-cos-hash-crc64ecma"], str(crc64(CONTENT)))
            assert "x-cos-server-side-encryption-customer-key" not in answer, answer
        equal(body_of(got), CONTENT)
        equal(body_of(client.get_object(Bucket=bucket, Key="secret", Range="bytes=17-20", **KEY)), CONTENT[17:21])

        with refused(400, "InvalidRequest"):
            client.get_object(Bucket=bucket, Key="secret")
        with refused(403, "AccessDenied"):
            client.get_object(Bucket=bucket, Key="secret", **OTHER_KEY)
        with refused(400, "InvalidArgument"):
            wrong_md5 = {**KEY, "SSECustomerKeyMD5": OTHER_KEY["SSECustomerKeyMD5"]}
            client.get_object(Bucket=bucket, Key="secret", **wrong_md5)


def parts_of_an_sse_c_upload_need_the_key_of_its_start(server):
    with server.bucket() as bucket:
        client = server.client()
        upload = client.create_multipart_upload(Bucket=bucket, Key="secret", **KEY)
        target = {"Bucket": bucket, "Key": "secret", "UploadId": upload["UploadId"]}
        with refused(400, "InvalidRequest"):
            client.upload_part(Body=CONTENT, PartNumber=1, **target)
        with refused(403, "AccessDenied"):
            client.upload_part(Body=CONTENT, PartNumber=1, **target, **OTHER_KEY)
        part = client.upload_part(Body=CONTENT, PartNumber=1, EnableMD5=True, **target, **KEY)
        equal(part["x-cos-server-side-encryption-customer-key-MD5"], KEY["SSECustomerKeyMD5"])
        parts = {"Part": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        done = client.complete_multipart_upload(MultipartUpload=parts, **target)
        equal(done["x-cos-server-side-encryption-customer-key-MD5"], KEY["SSECustomerKeyMD5"])
        equal(body_of(client.get_object(Bucket=bucket, Key="secret", **KEY)), CONTENT)


def encrypted_objects_are_not_for_callers_without_a_signature(server):
    with server.bucket(ACL="public-read") as bucket:
        client, anybody = server.client(), server.anonymous()
        client.put_object(Bucket=bucket, Key="plain", Body=CONTENT)
        equal(body_of(anybody.get_object(Bucket=bucket, Key="plain")), CONTENT)
        for algorithm in ("AES256", "cos/kms"):
            client.put_object(Bucket=bucket, Key="secret", Body=CONTENT, ServerSideEncryption=algorithm)
            with refused(403, "AccessDenied"):
                anybody.get_object(Bucket=bucket, Key="secret")


CASES = [
    sse_cos_is_named_in_every_answer,
    sse_kms_names_its_key_in_every_answer,
    sse_c_needs_the_same_key_again,
    parts_of_an_sse_c_upload_need_the_key_of_its_start,
    encrypted_objects_are_not_for_callers_without_a_signature,
]
