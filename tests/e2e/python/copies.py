"""Copies made by the server: whole, in parts, onto themselves, under conditions."""

import hashlib
import random

from qcloud_cos import CosS3Client

from encryption import KEY, OTHER_KEY
from harness import MIB, body_of, crc64, equal, once, refused

PAST, FUTURE = "Sat, 01 Jan 2000 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


def a_copy_takes_bytes_headers_and_metadata_along(server):
    with server.bucket() as source, server.bucket() as target:
        client, content = server.client(), b"original"
        client.put_object(
            Bucket=source,
            Key="dir/a b+中",
            Body=content,
            ContentType="text/x-source",
            CacheControl="no-store",
            Metadata={"x-cos-meta-author": "somebody"},
        )
        copied = client.copy_object(Bucket=target, Key="copy", CopySource=of(server, source, "dir/a b+中"))
        equal(copied["ETag"], f'"{hashlib.md5(content).hexdigest()}"')
        equal(copied["CRC64"], str(crc64(content)))
        assert copied["LastModified"].endswith("Z"), copied
        got = client.get_object(Bucket=target, Key="copy")
        equal(body_of(got), content)
        equal((got["Content-Type"], got["Cache-Control"]), ("text/x-source", "no-store"))
        equal((got["x-cos-meta-author"], got["ETag"]), ("somebody", copied["ETag"]))


def a_copy_can_replace_headers_and_metadata(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(
            Bucket=bucket, Key="note", Body=b"note", ContentType="text/x-source", Metadata={"x-cos-meta-author": "a"}
        )
        client.copy_object(
            Bucket=bucket,
            Key="copy",
            CopySource=of(server, bucket, "note"),
            CopyStatus="Replaced",
            ContentType="text/x-copy",
            Metadata={"x-cos-meta-year": "2024"},
        )
        head = client.head_object(Bucket=bucket, Key="copy")
        equal((head["Content-Type"], head["x-cos-meta-year"]), ("text/x-copy", "2024"))
        assert "x-cos-meta-author" not in head, head

        client.update_object_meta(Bucket=bucket, Key="note", Metadata={"x-cos-meta-author": "b"})
        head = client.head_object(Bucket=bucket, Key="note")
        equal((head["x-cos-meta-author"], head["Content-Length"]), ("b", "4"))
        with refused(400, "InvalidRequest"):
            client.copy_object(Bucket=bucket, Key="note", CopySource=of(server, bucket, "note"))


def the_storage_class_is_changed_in_place(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        assert "x-cos-storage-class" not in client.head_object(Bucket=bucket, Key="note")
        client.change_object_storage_class(Bucket=bucket, Key="note", StorageClass="STANDARD_IA")
        equal(client.head_object(Bucket=bucket, Key="note")["x-cos-storage-class"], "STANDARD_IA")
        [entry] = client.list_objects(Bucket=bucket)["Contents"]
        equal((entry["StorageClass"], entry["Size"]), ("STANDARD_IA", "4"))
        # It is never inherited.
        client.copy_object(Bucket=bucket, Key="copy", CopySource=of(server, bucket, "note"))
        assert "x-cos-storage-class" not in client.head_object(Bucket=bucket, Key="copy")


def conditions_decide_about_a_copy(server):
    with server.bucket() as bucket:
        client, source = server.client(), of(server, bucket, "note")
        etag = client.put_object(Bucket=bucket, Key="note", Body=b"note")["ETag"]
        for met in (
            {"CopySourceIfMatch": etag},
            {"CopySourceIfNoneMatch": '"other"'},
            {"CopySourceIfModifiedSince": PAST},
            {"CopySourceIfUnmodifiedSince": FUTURE},
        ):
            equal(client.copy_object(Bucket=bucket, Key="copy", CopySource=source, **met)["ETag"], etag)
        for unmet in (
            {"CopySourceIfMatch": '"other"'},
            {"CopySourceIfNoneMatch": etag},
            {"CopySourceIfModifiedSince": FUTURE},
            {"CopySourceIfUnmodifiedSince": PAST},
        ):
            with refused(412, "PreconditionFailed"):
                client.copy_object(Bucket=bucket, Key="copy", CopySource=source, **unmet)


def a_version_can_be_copied(server):
    with server.bucket() as source, server.bucket() as target:
        client = server.client()
        client.put_bucket_versioning(Bucket=source, Status="Enabled")
        first = client.put_object(Bucket=source, Key="note", Body=b"first")["x-cos-version-id"]
        client.put_object(Bucket=source, Key="note", Body=b"second")
        copied = client.copy_object(Bucket=target, Key="copy", CopySource=of(server, source, "note", VersionId=first))
        equal(copied["x-cos-copy-source-version-id"], first)
        assert "VersionId" not in copied, copied
        equal(body_of(client.get_object(Bucket=target, Key="copy")), b"first")
        # Onto its own key an old version becomes the latest one.
        restored = client.copy_object(Bucket=source, Key="note", CopySource=of(server, source, "note", VersionId=first))
        got = client.get_object(Bucket=source, Key="note")
        equal((got["x-cos-version-id"], body_of(got)), (restored["VersionId"], b"first"))


def encryption_can_change_in_a_copy(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="secret", Body=b"a secret", **KEY)
        source_key = {f"CopySource{name}": value for name, value in KEY.items()}
        source = of(server, bucket, "secret")
        plain = client.copy_object(Bucket=bucket, Key="plain", CopySource=source, **source_key)
        equal(plain["ETag"], f'"{hashlib.md5(b"a secret").hexdigest()}"')
        equal(body_of(client.get_object(Bucket=bucket, Key="plain")), b"a secret")
        client.copy_object(Bucket=bucket, Key="other", CopySource=source, **source_key, **OTHER_KEY)
        equal(body_of(client.get_object(Bucket=bucket, Key="other", **OTHER_KEY)), b"a secret")
        cos = client.copy_object(
            Bucket=bucket, Key="cos", CopySource=of(server, bucket, "plain"), ServerSideEncryption="AES256"
        )
        equal(cos["x-cos-server-side-encryption"], "AES256")
        with refused(400, "SsecDecryptHeaderInvalid"):
            client.copy_object(Bucket=bucket, Key="plain", CopySource=source)
        wrong = {f"CopySource{name}": value for name, value in OTHER_KEY.items()}
        with refused(400, "SsecDecryptHeaderInvalid"):
            client.copy_object(Bucket=bucket, Key="plain", CopySource=source, **wrong)


def tags_and_lists_are_the_copys_own(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note", Tagging="color=red", ACL="public-read")
        client.copy_object(Bucket=bucket, Key="copy", CopySource=of(server, bucket, "note"))
        tags = {"TagSet": {"Tag": [{"Key": "color", "Value": "red"}]}}
        equal(client.get_object_tagging(Bucket=bucket, Key="copy"), tags)
        equal(client.get_object_acl(Bucket=bucket, Key="copy")["CannedACL"], "default")
        client.copy_object(Bucket=bucket, Key="copy", CopySource=of(server, bucket, "note"), ACL="public-read")
        equal(client.get_object_acl(Bucket=bucket, Key="copy")["CannedACL"], "public-read")


def parts_can_be_copied(server):
    with server.bucket() as bucket:
        client, content = server.client(), random.Random(3).randbytes(2 * MIB)
        client.put_object(Bucket=bucket, Key="source", Body=content)
        source = of(server, bucket, "source")
        joined = {"Bucket": bucket, "Key": "joined"}
        joined["UploadId"] = client.create_multipart_upload(**joined)["UploadId"]
        whole = client.upload_part_copy(**joined, PartNumber=1, CopySource=source)
        equal(whole["ETag"], f'"{hashlib.md5(content).hexdigest()}"')
        cut = client.upload_part_copy(**joined, PartNumber=2, CopySource=source, CopySourceRange="bytes=100-1099")
        equal(cut["ETag"], f'"{hashlib.md5(content[100:1100]).hexdigest()}"')
        equal([part["Size"] for part in client.list_parts(**joined)["Part"]], [str(len(content)), "1000"])
        with refused(404, "NoSuchUpload"):
            unknown = "1585130821" + "0" * 64
            client.upload_part_copy(**{**joined, "UploadId": unknown}, PartNumber=1, CopySource=source)
        with refused(412, "PreconditionFailed"):
            client.upload_part_copy(**joined, PartNumber=3, CopySource=source, CopySourceIfMatch='"other"')
        parts = {"Part": [{"PartNumber": 1, "ETag": whole["ETag"]}, {"PartNumber": 2, "ETag": cut["ETag"]}]}
        client.complete_multipart_upload(**joined, MultipartUpload=parts)
        equal(body_of(client.get_object(Bucket=bucket, Key="joined")), content + content[100:1100])


def a_source_that_is_not_there_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(404, "NoSuchKey"):
            client.copy_object(Bucket=bucket, Key="copy", CopySource=of(server, bucket, "none"))
        with refused(404, "NoSuchBucket"):
            client.copy_object(Bucket=bucket, Key="copy", CopySource=of(server, server.new_bucket_name(), "note"))
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        with refused(404, "NoSuchVersion"):
            unknown = {"VersionId": "MTg0NDUxNTc1NjIzMTQ1MDAwODg"}
            client.copy_object(Bucket=bucket, Key="copy", CopySource=of(server, bucket, "note", **unknown))


def a_source_must_be_readable_and_a_target_writable(server):
    with server.bucket() as private, server.bucket(ACL="public-read-write") as public:
        client, stranger = server.client(), server.other_account()
        for bucket in (private, public):
            client.put_object(Bucket=bucket, Key="note", Body=b"note")
        for source, target in [(private, public), (public, private)]:
            with refused(403, "AccessDenied"):
                stranger.copy_object(Bucket=target, Key="copy", CopySource=of(server, source, "note"))
        stranger.copy_object(Bucket=public, Key="copy", CopySource=of(server, public, "note"))
        equal(body_of(client.get_object(Bucket=public, Key="copy")), b"note")


def the_sdks_copy_chooses_between_one_call_and_many(server):
    with server.bucket() as source, server.bucket() as target:
        # It asks for the source by its real name, which only a proxy finds here.
        client = once(CosS3Client, server.signing_config(Proxies={"http": server.endpoint}))
        content = random.Random(4).randbytes(3 * MIB + 17)
        client.put_object(Bucket=source, Key="large", Body=content, ContentType="text/x-source")
        whole = client.copy(Bucket=target, Key="whole", CopySource=of(server, source, "large"))
        equal((whole["CRC64"], whole["ETag"]), (str(crc64(content)), f'"{hashlib.md5(content).hexdigest()}"'))
        # In one region only a change of the storage class makes it copy by parts.
        client.get_conf().set_copy_part_threshold_size(MIB)
        parts = client.copy(
            Bucket=target, Key="parts", CopySource=of(server, source, "large"), PartSize=1, StorageClass="STANDARD_IA"
        )
        assert parts["ETag"].endswith('-4"'), parts["ETag"]
        equal(parts["x-cos-hash-crc64ecma"], str(crc64(content)))
        got = client.get_object(Bucket=target, Key="parts")
        equal((got["x-cos-storage-class"], body_of(got)), ("STANDARD_IA", content))


def of(server, bucket, key, **version):
    """A copy source as the SDK takes it."""
    return {"Bucket": bucket, "Key": key, "Region": server.region, **version}


CASES = [
    a_copy_takes_bytes_headers_and_metadata_along,
    a_copy_can_replace_headers_and_metadata,
    the_storage_class_is_changed_in_place,
    conditions_decide_about_a_copy,
    a_version_can_be_copied,
    encryption_can_change_in_a_copy,
    tags_and_lists_are_the_copys_own,
    parts_can_be_copied,
    a_source_that_is_not_there_is_refused,
    a_source_must_be_readable_and_a_target_writable,
    the_sdks_copy_chooses_between_one_call_and_many,
]
