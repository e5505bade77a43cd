"""The encryption that a bucket gives to uploads that name none."""

from harness import body_of, equal, refused


def an_encryption_is_put_read_and_deleted(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(404, "NoSuchEncryptionConfiguration"):
            client.get_bucket_encryption(Bucket=bucket)
        client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=by("AES256"))
        equal(client.get_bucket_encryption(Bucket=bucket), {"Rule": [by("AES256")["Rule"]]})
        for _ in range(2):
            client.delete_bucket_encryption(Bucket=bucket)
        with refused(404, "NoSuchEncryptionConfiguration"):
            client.get_bucket_encryption(Bucket=bucket)
        with refused(400, "InvalidArgument"):
            client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=by("ROT13"))


def uploads_get_the_buckets_encryption(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="before", Body=b"plain")
        client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=by("AES256"))
        put = client.put_object(Bucket=bucket, Key="after", Body=b"secret")
        got = client.get_object(Bucket=bucket, Key="after")
        for answer in (put, got, client.head_object(Bucket=bucket, Key="after")):
            equal(answer["x-cos-server-side-encryption"], "AES256")
        equal(body_of(got), b"secret")
        assert "x-cos-server-side-encryption" not in client.head_object(Bucket=bucket, Key="before")
        # What the request names wins.
        put = client.put_object(Bucket=bucket, Key="own", Body=b"secret", ServerSideEncryption="cos/kms")
        equal(put["x-cos-server-side-encryption"], "cos/kms")


def a_bucket_can_encrypt_with_kms(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=by("KMS"))
        put = client.put_object(Bucket=bucket, Key="note", Body=b"secret")
        equal(put["x-cos-server-side-encryption"], "cos/kms")
        assert put["x-cos-server-side-encryption-cos-kms-key-id"], put


def by(algorithm):
    return {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}}


CASES = [an_encryption_is_put_read_and_deleted, uploads_get_the_buckets_encryption, a_bucket_can_encrypt_with_kms]
