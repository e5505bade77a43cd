"""Lifecycle rules: kept and checked."""

from qcloud_cos import get_date

from harness import equal, refused

RULES = [
    {
        "ID": "logs",
        "Filter": {"And": {"Prefix": "logs/", "Tag": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}},
        "Status": "Enabled",
        "Transition": [
            {"Days": "30", "StorageClass": "STANDARD_IA"},
            {"Days": "90", "StorageClass": "ARCHIVE"},
        ],
        "Expiration": {"Days": "365"},
    },
    {
        "ID": "old versions",
        "Filter": {"Prefix": ""},
        "Status": "Disabled",
        "NoncurrentVersionTransition": [{"NoncurrentDays": "30", "StorageClass": "ARCHIVE"}],
        "NoncurrentVersionExpiration": {"NoncurrentDays": "60"},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": "7"},
    },
]


def rules_are_put_read_and_deleted(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(404, "NoSuchLifecycleConfiguration"):
            client.get_bucket_lifecycle(Bucket=bucket)
        client.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rule": RULES})
        found = client.get_bucket_lifecycle(Bucket=bucket)
        # An empty element reaches the caller as nothing.
        expected = [RULES[0], {**RULES[1], "Filter": {"Prefix": None}}]
        equal(found, {"Rule": expected})
        client.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rule": RULES[:1]})
        equal(client.get_bucket_lifecycle(Bucket=bucket), {"Rule": RULES[:1]})
        for _ in range(2):
            client.delete_bucket_lifecycle(Bucket=bucket)
        with refused(404, "NoSuchLifecycleConfiguration"):
            client.get_bucket_lifecycle(Bucket=bucket)


def a_day_is_kept_as_it_was_written(server):
    with server.bucket() as bucket:
        client, day = server.client(), get_date(2030, 7, 30)
        rule = {"ID": "day", "Filter": {"Prefix": "a"}, "Status": "Enabled", "Expiration": {"Date": day}}
        client.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rule": [rule]})
        equal(client.get_bucket_lifecycle(Bucket=bucket), {"Rule": [rule]})


def what_is_due_by_a_day_in_the_past_is_deleted(server):
    with server.bucket() as bucket:
        client = server.client()
        for key in ("old/a", "kept"):
            client.put_object(Bucket=bucket, Key=key, Body=b"note")
        past = {"ID": "past", "Filter": {"Prefix": "old/"}, "Status": "Enabled"}
        rule = {**past, "Expiration": {"Date": get_date(2020, 1, 1)}}
        client.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rule": [rule]})
        server.run_due()
        equal([entry["Key"] for entry in client.list_objects(Bucket=bucket)["Contents"]], ["kept"])


def a_rule_without_a_name_gets_one(server):
    with server.bucket() as bucket:
        client = server.client()
        rule = {"Filter": {"Prefix": "a"}, "Status": "Enabled", "Expiration": {"Days": "1"}}
        client.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rule": [rule]})
        [found] = client.get_bucket_lifecycle(Bucket=bucket)["Rule"]
        assert found.pop("ID"), found
        equal(found, rule)


def rules_that_make_no_sense_are_refused(server):
    with server.bucket() as bucket:
        client, good = server.client(), RULES[0]
        with refused(400, "InvalidArgument"):
            client.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rule": [good, good]})
        with refused(400, "NotSupportedStorageClass"):
            tape = {**good, "Transition": [{"Days": "30", "StorageClass": "TAPE"}]}
            client.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rule": [tape]})
        for wrong in (
            {**good, "Expiration": {"Days": "0"}},
            {**good, "Expiration": {"Days": "20"}},
            {**good, "Status": "On"},
            {**good, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": "7"}},
        ):
            with refused(400, "InvalidArgument"):
                client.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rule": [wrong]})
        with refused(404, "NoSuchLifecycleConfiguration"):
            client.get_bucket_lifecycle(Bucket=bucket)


CASES = [
    rules_are_put_read_and_deleted,
    a_day_is_kept_as_it_was_written,
    what_is_due_by_a_day_in_the_past_is_deleted,
    a_rule_without_a_name_gets_one,
    rules_that_make_no_sense_are_refused,
]
