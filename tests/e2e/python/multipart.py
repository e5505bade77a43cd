"""Multipart uploads call by call."""

import hashlib
import random

from harness import MIB, body_of, crc64, equal, refused

UNKNOWN_UPLOAD = "1585130821" + "0" * 64


def parts_become_one_object_in_the_order_of_their_numbers(server):
    with server.bucket() as bucket:
        client, contents = server.client(), {1: random_bytes(1, MIB), 2: random_bytes(2, MIB + 1), 3: b"the short end"}
        upload = client.create_multipart_upload(
            Bucket=bucket, Key="joined", ContentType="text/x-parts", Metadata={"x-cos-meta-author": "somebody"}
        )
        equal((upload["Bucket"], upload["Key"]), (bucket, "joined"))
        target = {"Bucket": bucket, "Key": "joined", "UploadId": upload["UploadId"]}
        etags = {}
        for number in (3, 1, 2):
            part = client.upload_part(Body=contents[number], PartNumber=number, EnableMD5=True, **target)
            etags[number] = part["ETag"]
            equal(part["ETag"], f'"{hashlib.md5(contents[number]).hexdigest()}"')
            equal(part["x-cos-hash-crc64ecma"], str(crc64(contents[number])))

        listed = client.list_parts(**target)["Part"]
        equal([(int(part["PartNumber"]), part["ETag"]) for part in listed], sorted(etags.items()))
        equal([int(part["Size"]) for part in listed], [len(contents[number]) for number in (1, 2, 3)])
        with refused(404, "NoSuchKey"):
            client.get_object(Bucket=bucket, Key="joined")

        whole = b"".join(contents[number] for number in (1, 2, 3))
        done = client.complete_multipart_upload(MultipartUpload=manifest(dict(sorted(etags.items()))), **target)
        assert done["ETag"].endswith('-3"'), done["ETag"]
        equal((done["Bucket"], done["Key"]), (bucket, "joined"))
        equal(done["x-cos-hash-crc64ecma"], str(crc64(whole)))
        got = client.get_object(Bucket=bucket, Key="joined")
        equal(body_of(got), whole)
        equal((got["ETag"], got["Content-Type"]), (done["ETag"], "text/x-parts"))
        equal(got["x-cos-meta-author"], "somebody")
        equal(got["x-cos-hash-crc64ecma"], str(crc64(whole)))


def a_part_sent_twice_counts_once(server):
    with server.bucket() as bucket:
        client = server.client()
        target = new_upload(client, bucket, "replaced")
        client.upload_part(Body=b"first and longer", PartNumber=1, **target)
        etag = client.upload_part(Body=b"second", PartNumber=1, **target)["ETag"]
        equal([(part["ETag"], part["Size"]) for part in client.list_parts(**target)["Part"]], [(etag, "6")])
        client.complete_multipart_upload(MultipartUpload=manifest({1: etag}), **target)
        equal(body_of(client.get_object(Bucket=bucket, Key="replaced")), b"second")


def parts_are_listed_in_pages(server):
    with server.bucket() as bucket:
        client = server.client()
        target = new_upload(client, bucket, "pages")
        equal(client.list_parts(**target).get("Part", []), [])
        for number in (1, 2, 10, 100, 10_000):
            client.upload_part(Body=b"part", PartNumber=number, **target)
        found, marker, truncated = [], 0, True
        while truncated:
            page = client.list_parts(MaxParts=2, PartNumberMarker=marker, **target)
            found += [int(part["PartNumber"]) for part in page["Part"]]
            truncated = page["IsTruncated"] == "true"
            marker = page.get("NextPartNumberMarker")
        equal(found, [1, 2, 10, 100, 10_000])


def unfinished_uploads_are_listed_and_aborted(server):
    with server.bucket() as bucket:
        client = server.client()
        first, second, other = (new_upload(client, bucket, key) for key in ("dir/a b", "dir/a b", "else"))
        client.upload_part(Body=b"part", PartNumber=1, **first)

        def listed(**options):
            answer = client.list_multipart_uploads(Bucket=bucket, **options)
            return [(upload["Key"], upload["UploadId"]) for upload in answer.get("Upload", [])]

        uploads = [("dir/a b", first["UploadId"]), ("dir/a b", second["UploadId"]), ("else", other["UploadId"])]
        equal(sorted(listed()), sorted(uploads))
        equal([key for key, _ in listed()], ["dir/a b", "dir/a b", "else"])
        equal(sorted(listed(Prefix="dir/")), sorted(uploads[:2]))
        rolled_up = client.list_multipart_uploads(Bucket=bucket, Delimiter="/")
        equal([entry["Prefix"] for entry in rolled_up["CommonPrefixes"]], ["dir/"])

        client.abort_multipart_upload(**first)
        equal(sorted(listed()), sorted(uploads[1:]))
        for used_after_abort in (
            lambda: client.list_parts(**first),
            lambda: client.upload_part(Body=b"part", PartNumber=1, **first),
            lambda: client.abort_multipart_upload(**first),
        ):
            with refused(404, "NoSuchUpload"):
                used_after_abort()


def an_unknown_upload_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        target = {"Bucket": bucket, "Key": "none", "UploadId": UNKNOWN_UPLOAD}
        with refused(404, "NoSuchUpload"):
            client.upload_part(Body=b"part", PartNumber=1, **target)
        with refused(404, "NoSuchUpload"):
            client.list_parts(**target)
        with refused(404, "NoSuchUpload"):
            client.complete_multipart_upload(MultipartUpload=manifest({1: '"0"'}), **target)
        with refused(404, "NoSuchUpload"):
            client.abort_multipart_upload(**target)


def a_wrong_list_of_parts_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        target = new_upload(client, bucket, "wrong")
        first, second = (client.upload_part(Body=b"small", PartNumber=n, **target)["ETag"] for n in (1, 2))
        with refused(400, "InvalidPart"):
            client.complete_multipart_upload(MultipartUpload=manifest({1: '"' + "0" * 32 + '"'}), **target)
        with refused(400, "InvalidPart"):
            client.complete_multipart_upload(MultipartUpload=manifest({3: second}), **target)
        with refused(400, "EntityTooSmall"):
            client.complete_multipart_upload(MultipartUpload=manifest({1: first, 2: second}), **target)
        with refused(400, "InvalidPartOrder"):
            client.complete_multipart_upload(MultipartUpload=manifest({2: second, 1: first}), **target)
        equal(len(client.list_parts(**target)["Part"]), 2)


def new_upload(client, bucket, key):
    upload_id = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    return {"Bucket": bucket, "Key": key, "UploadId": upload_id}


def manifest(etags):
    return {"Part": [{"PartNumber": number, "ETag": etag} for number, etag in etags.items()]}


def random_bytes(seed, length):
    return random.Random(seed).randbytes(length)


CASES = [
    parts_become_one_object_in_the_order_of_their_numbers,
    a_part_sent_twice_counts_once,
    parts_are_listed_in_pages,
    unfinished_uploads_are_listed_and_aborted,
    an_unknown_upload_is_refused,
    a_wrong_list_of_parts_is_refused,
]
