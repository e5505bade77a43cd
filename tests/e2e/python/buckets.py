"""Buckets: created, found, listed, deleted."""

from harness import equal, refused


def a_bucket_is_created_found_listed_and_deleted(server):
    client, bucket = server.client(), server.new_bucket_name()
    client.create_bucket(Bucket=bucket)
    equal(client.head_bucket(Bucket=bucket)["x-cos-bucket-region"], server.region)
    equal([found["Location"] for found in listed(client, bucket)], [server.region])
    with refused(409, "BucketAlreadyOwnedByYou"):
        client.create_bucket(Bucket=bucket)
    client.delete_bucket(Bucket=bucket)
    # A HEAD carries no body to read a code from: the SDK makes one up.
    with refused(404, "NoSuchResource"):
        client.head_bucket(Bucket=bucket)
    with refused(404, "NoSuchBucket"):
        client.list_objects(Bucket=bucket)


def a_bucket_that_holds_an_object_is_kept(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="kept", Body=b"kept")
        with refused(409, "BucketNotEmpty"):
            client.delete_bucket(Bucket=bucket)


def listed(client, bucket):
    entries = client.list_buckets()["Buckets"]["Bucket"]
    return [entry for entry in entries if entry["Name"] == bucket]


CASES = [a_bucket_is_created_found_listed_and_deleted, a_bucket_that_holds_an_object_is_kept]
