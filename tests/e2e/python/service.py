"""The list of an account's buckets, with its filters and pages."""

from datetime import datetime, timezone

from harness import equal, refused


def buckets_are_listed_by_name_in_pages(server):
    client = server.client()
    first = server.new_bucket_name()
    buckets = [first.replace("-", f"-{letter}-", 1) for letter in "cab"]
    for bucket in buckets:
        client.create_bucket(Bucket=bucket)
    first, second, third = sorted(buckets)
    page = client.list_buckets(Marker=first, MaxKeys=1)
    equal((names(page), page["IsTruncated"], page["Marker"], page["NextMarker"]), ([second], "true", first, second))
    rest = names(client.list_buckets(Marker=page["NextMarker"]))
    equal(rest[0], third)
    equal(rest, sorted(rest))
    last = client.list_buckets(Marker=rest[-1])
    equal((last["IsTruncated"], last["NextMarker"], last["Buckets"]), ("false", None, None))
    for bucket in buckets:
        client.delete_bucket(Bucket=bucket)


def an_entry_says_what_the_bucket_is(server):
    with server.bucket() as bucket:
        answer = server.client().list_buckets()
        equal(answer["Owner"], {"ID": "qcs::cam::uin/100000000001:uin/100000000001", "DisplayName": "100000000001"})
        entry = next(entry for entry in answer["Buckets"]["Bucket"] if entry["Name"] == bucket)
        created = datetime.strptime(entry.pop("CreationDate"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        equal(entry, {"Name": bucket, "Location": server.region, "BucketType": "cos"})
        assert abs((datetime.now(timezone.utc) - created).total_seconds()) < 60, created


def filters_choose_buckets_by_tag_region_and_time(server):
    with server.bucket(Tagging="purpose=filters") as bucket:
        client = server.client()
        equal(names(client.list_buckets(TagKey="purpose", TagValue="filters")), [bucket])
        equal(names(client.list_buckets(TagKey="purpose", TagValue="Filters")), [])
        assert bucket in names(client.list_buckets(Region=server.region))
        equal(names(client.list_buckets(Region="ap-beijing")), [])
        long_ago = 1_500_000_000
        assert bucket in names(client.list_buckets(CreateTime=long_ago, Range="gt"))
        equal(names(client.list_buckets(CreateTime=long_ago, Range="lte")), [])
        with refused(400, "InvalidArgument"):
            client.list_buckets(CreateTime=long_ago, Range="later")


def an_account_sees_its_own_buckets_only(server):
    with server.bucket():
        answer = server.other_account().list_buckets()
        equal((answer["Owner"]["DisplayName"], answer["Buckets"]), ("100000000002", None))
        with refused(403, "AccessDenied"):
            server.anonymous().list_buckets()


def names(answer):
    return [entry["Name"] for entry in (answer["Buckets"] or {"Bucket": []})["Bucket"]]


CASES = [
    buckets_are_listed_by_name_in_pages,
    an_entry_says_what_the_bucket_is,
    filters_choose_buckets_by_tag_region_and_time,
    an_account_sees_its_own_buckets_only,
]
