"""Tags of buckets and objects."""

from harness import equal, refused

RED = {"Key": "color", "Value": "red"}
BIG = {"Key": "size", "Value": "big one"}


def a_buckets_tags_are_put_read_and_deleted(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(404, "NoSuchTagSet"):
            client.get_bucket_tagging(Bucket=bucket)
        client.put_bucket_tagging(Bucket=bucket, Tagging=tags(RED, BIG))
        equal(client.get_bucket_tagging(Bucket=bucket), tags(RED, BIG))
        client.put_bucket_tagging(Bucket=bucket, Tagging=tags(BIG))
        equal(client.get_bucket_tagging(Bucket=bucket), tags(BIG))
        for _ in range(2):
            client.delete_bucket_tagging(Bucket=bucket)
        with refused(404, "NoSuchTagSet"):
            client.get_bucket_tagging(Bucket=bucket)


def a_bucket_can_be_made_with_tags(server):
    with server.bucket(Tagging="color=red&size=big%20one") as bucket:
        equal(server.client().get_bucket_tagging(Bucket=bucket), tags(RED, BIG))


def an_objects_tags_are_put_read_counted_and_deleted(server):
    with server.bucket() as bucket:
        client, note = server.client(), {"Bucket": bucket, "Key": "note"}
        client.put_object(**note, Body=b"note")
        equal(client.get_object_tagging(**note), {"TagSet": None})
        assert "x-cos-tagging-count" not in client.head_object(**note)
        client.put_object_tagging(**note, Tagging=tags(RED, BIG))
        equal(client.get_object_tagging(**note), tags(RED, BIG))
        equal(client.head_object(**note)["x-cos-tagging-count"], "2")
        for _ in range(2):
            client.delete_object_tagging(**note)
        equal(client.get_object_tagging(**note), {"TagSet": None})
        for missing in (client.get_object_tagging, client.delete_object_tagging):
            with refused(404, "NoSuchKey"):
                missing(Bucket=bucket, Key="none")
        with refused(404, "NoSuchKey"):
            client.put_object_tagging(Bucket=bucket, Key="none", Tagging=tags(RED))


def an_object_can_be_stored_with_tags(server):
    with server.bucket() as bucket:
        client, note = server.client(), {"Bucket": bucket, "Key": "note"}
        client.put_object(**note, Body=b"note", Tagging="color=red&size=big%20one")
        equal(client.get_object_tagging(**note), tags(RED, BIG))
        client.put_object(**note, Body=b"again")
        equal(client.get_object_tagging(**note), {"TagSet": None})

        upload = client.create_multipart_upload(**note, Tagging="color=red")["UploadId"]
        etag = client.upload_part(**note, Body=b"part", PartNumber=1, UploadId=upload)["ETag"]
        parts = {"Part": [{"PartNumber": 1, "ETag": etag}]}
        client.complete_multipart_upload(**note, UploadId=upload, MultipartUpload=parts)
        equal(client.get_object_tagging(**note), tags(RED))


def each_version_has_its_own_tags(server):
    with server.bucket() as bucket:
        client, note = server.client(), {"Bucket": bucket, "Key": "note"}
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        first = client.put_object(**note, Body=b"first")["x-cos-version-id"]
        client.put_object(**note, Body=b"second")
        client.put_object_tagging(**note, Tagging=tags(RED), VersionId=first)
        equal(client.get_object_tagging(**note, VersionId=first), tags(RED))
        equal(client.get_object_tagging(**note), {"TagSet": None})
        client.delete_object_tagging(**note, VersionId=first)
        equal(client.get_object_tagging(**note, VersionId=first), {"TagSet": None})


def tags_that_make_no_sense_are_refused(server):
    with server.bucket() as bucket:
        client, note = server.client(), {"Bucket": bucket, "Key": "note"}
        client.put_object(**note, Body=b"note")
        many = [{"Key": f"key{number}", "Value": "value"} for number in range(51)]
        for wrong in ([RED, RED], [{"Key": "#", "Value": "x"}], [{"Key": "k" * 129, "Value": "x"}], many):
            with refused(400, "InvalidTag"):
                client.put_bucket_tagging(Bucket=bucket, Tagging=tags(*wrong))
            with refused(400, "InvalidTag"):
                client.put_object_tagging(**note, Tagging=tags(*wrong))
        with refused(400, "InvalidTag"):
            client.put_object_tagging(**note, Tagging=tags(*many[:11]))
        with refused(400, "InvalidTag"):
            client.put_object(**note, Body=b"note", Tagging="color=red&color=blue")


def tags(*wanted):
    return {"TagSet": {"Tag": list(wanted)}}


CASES = [
    a_buckets_tags_are_put_read_and_deleted,
    a_bucket_can_be_made_with_tags,
    an_objects_tags_are_put_read_counted_and_deleted,
    an_object_can_be_stored_with_tags,
    each_version_has_its_own_tags,
    tags_that_make_no_sense_are_refused,
]
