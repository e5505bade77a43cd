"""Replication of what is written to another bucket."""

import time

from harness import OWNER, body_of, equal, refused


def rules_are_put_read_and_deleted(server):
    with server.bucket() as source, server.bucket() as target:
        client = server.client()
        with refused(404, "ReplicationConfigurationNotFoundError"):
            client.get_bucket_replication(Bucket=source)
        keep_versions(client, source, target)
        rules = to(server, target, "docs/")
        client.put_bucket_replication(Bucket=source, ReplicationConfiguration=rules)
        equal(client.get_bucket_replication(Bucket=source), rules)
        with refused(409, "InvalidBucketState"):
            client.put_bucket_versioning(Bucket=source, Status="Suspended")
        for _ in range(2):
            client.delete_bucket_replication(Bucket=source)
        with refused(404, "ReplicationConfigurationNotFoundError"):
            client.get_bucket_replication(Bucket=source)


def what_is_written_appears_in_the_other_bucket(server):
    with server.bucket() as source, server.bucket() as target:
        client = server.client()
        keep_versions(client, source, target)
        client.put_object(Bucket=source, Key="docs/before", Body=b"before")
        client.put_bucket_replication(Bucket=source, ReplicationConfiguration=to(server, target, "docs/"))
        put = client.put_object(
            Bucket=source, Key="docs/a", Body=b"copied", ContentType="text/x-note", Metadata={"x-cos-meta-author": "a"}
        )
        client.put_object(Bucket=source, Key="else", Body=b"not copied")
        eventually(lambda: client.head_object(Bucket=source, Key="docs/a").get("x-cos-replication-status"), "COMPLETED")
        got = client.get_object(Bucket=target, Key="docs/a")
        equal(body_of(got), b"copied")
        equal((got["x-cos-replication-status"], got["x-cos-version-id"]), ("REPLICA", put["x-cos-version-id"]))
        equal((got["Content-Type"], got["x-cos-meta-author"]), ("text/x-note", "a"))
        client.delete_object(Bucket=source, Key="docs/a")
        eventually(lambda: client.object_exists(target, "docs/a"), False)
        equal({entry["Key"] for entry in client.list_objects_versions(Bucket=target)["Version"]}, {"docs/a"})
        client.delete_bucket_replication(Bucket=source)


def rules_that_make_no_sense_are_refused(server):
    with server.bucket() as source, server.bucket() as target:
        client = server.client()
        with refused(400, "BucketVersionNotOpen"):
            client.put_bucket_replication(Bucket=source, ReplicationConfiguration=to(server, target, ""))
        keep_versions(client, source, target)
        nonsense = to(server, target, "")
        nonsense["Rule"][0]["Destination"]["Bucket"] = "somewhere"
        for wrong in (nonsense, to(server, server.new_bucket_name(), "")):
            with refused(400, "TargetBucketNameInvalid"):
                client.put_bucket_replication(Bucket=source, ReplicationConfiguration=wrong)


def keep_versions(client, *buckets):
    for bucket in buckets:
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")


def to(server, target, prefix):
    """One rule that copies what begins with the prefix."""
    destination = {"Bucket": f"qcs::cos:{server.region}::{target}", "StorageClass": "STANDARD"}
    rule = {"ID": "all", "Status": "Enabled", "Prefix": prefix, "Destination": destination}
    return {"Role": OWNER, "Rule": [rule]}


def eventually(look, expected):
    """The server does it on its own, but soon."""
    deadline = time.monotonic() + 10
    while (found := look()) != expected:
        assert time.monotonic() < deadline, f"still {found!r} instead of {expected!r}"


CASES = [
    rules_are_put_read_and_deleted,
    what_is_written_appears_in_the_other_bucket,
    rules_that_make_no_sense_are_refused,
]
