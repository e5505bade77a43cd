"""Locked buckets: what is uploaded stays until its time is over."""

from harness import body_of, equal, refused


def a_lock_is_put_and_read(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(404, "NoSuchObjectLockConfiguration"):
            client.get_bucket_object_lock(Bucket=bucket)
        put = client.put_bucket_object_lock(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
        assert put["x-cos-request-id"], put
        equal(client.get_bucket_object_lock(Bucket=bucket), {"ObjectLockEnabled": "Enabled"})
        client.put_bucket_object_lock(Bucket=bucket, ObjectLockConfiguration=days("30"))
        equal(client.get_bucket_object_lock(Bucket=bucket), days("30"))
        for wrong in (days("0"), days("36501"), {"ObjectLockEnabled": "Disabled"}):
            with refused(400, "InvalidArgument"):
                client.put_bucket_object_lock(Bucket=bucket, ObjectLockConfiguration=wrong)


def a_locked_object_is_neither_changed_nor_deleted(server):
    # Nothing can empty it: it stays to the end of the run.
    client, bucket = server.client(), server.new_bucket()
    client.put_object(Bucket=bucket, Key="before", Body=b"free")
    client.put_bucket_object_lock(Bucket=bucket, ObjectLockConfiguration=days("1"))
    client.put_object(Bucket=bucket, Key="note", Body=b"locked")
    for attempt in (
        lambda: client.put_object(Bucket=bucket, Key="note", Body=b"changed"),
        lambda: client.delete_object(Bucket=bucket, Key="note"),
        lambda: client.update_object_meta(Bucket=bucket, Key="note", Metadata={"x-cos-meta-a": "b"}),
    ):
        with refused(409, "ObjectLocked"):
            attempt()
    equal(body_of(client.get_object(Bucket=bucket, Key="note")), b"locked")
    refusal = client.delete_objects(Bucket=bucket, Delete={"Object": [{"Key": "note"}]})
    equal([(error["Key"], error["Code"]) for error in refusal["Error"]], [("note", "ObjectLocked")])
    client.put_object_acl(Bucket=bucket, Key="note", ACL="public-read")
    client.delete_object(Bucket=bucket, Key="before")


def a_locked_bucket_takes_no_lifecycle(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_bucket_object_lock(Bucket=bucket, ObjectLockConfiguration=days("1"))
        rule = {"ID": "a", "Filter": {"Prefix": "a"}, "Status": "Enabled", "Expiration": {"Days": "1"}}
        with refused(409, "BucketLocked"):
            client.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rule": [rule]})


def days(count):
    return {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": count}},
    }


CASES = [
    a_lock_is_put_and_read,
    a_locked_object_is_neither_changed_nor_deleted,
    a_locked_bucket_takes_no_lifecycle,
]
