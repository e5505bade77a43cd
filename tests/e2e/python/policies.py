"""Bucket policies: kept as they are, and decisive."""

import json

from harness import OTHER, OWNER, body_of, equal, refused

ANYONE = {"qcs": ["qcs::cam::anyone:anyone"]}


def a_policy_is_put_read_and_deleted(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(404, "NoSuchBucketPolicy"):
            client.get_bucket_policy(Bucket=bucket)
        document = policy(statement(server, bucket, "allow", {"qcs": [OTHER]}, ["name/cos:GetObject"], "docs/*"))
        for given in (document, json.dumps(document)):
            client.put_bucket_policy(Bucket=bucket, Policy=given)
            equal(json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"]), document)
        client.delete_bucket_policy(Bucket=bucket)
        with refused(404, "NoSuchBucketPolicy"):
            client.get_bucket_policy(Bucket=bucket)
        client.delete_bucket_policy(Bucket=bucket)


def a_policy_allows_its_actions_on_its_resources(server):
    with server.bucket() as bucket:
        client, friend, anybody = server.client(), server.other_account(), server.anonymous()
        for key in ("docs/a", "else/b"):
            client.put_object(Bucket=bucket, Key=key, Body=key.encode())
        client.put_bucket_policy(
            Bucket=bucket,
            Policy=policy(
                statement(server, bucket, "allow", ANYONE, ["name/cos:GetObject"], "docs/*"),
                statement(server, bucket, "allow", {"qcs": [OTHER]}, ["name/cos:PutObject", "name/cos:Head*"], "*"),
            ),
        )
        for reader in (friend, anybody):
            equal(body_of(reader.get_object(Bucket=bucket, Key="docs/a")), b"docs/a")
            with refused(403, "AccessDenied"):
                reader.get_object(Bucket=bucket, Key="else/b")
            with refused(403, "AccessDenied"):
                reader.list_objects(Bucket=bucket)
        friend.put_object(Bucket=bucket, Key="else/c", Body=b"theirs")
        equal(friend.head_object(Bucket=bucket, Key="else/b")["Content-Length"], "6")
        equal(friend.bucket_exists(bucket), True)
        with refused(403, "AccessDenied"):
            anybody.put_object(Bucket=bucket, Key="else/c", Body=b"nobody's")


def a_denial_wins_over_every_permission(server):
    with server.bucket(ACL="public-read") as bucket:
        client, friend, anybody = server.client(), server.other_account(), server.anonymous()
        for key in ("open", "secret/a"):
            client.put_object(Bucket=bucket, Key=key, Body=b"note", ACL="public-read")
        everyone = {"qcs": ["qcs::cam::anyone:anyone", OTHER, OWNER]}
        client.put_bucket_policy(
            Bucket=bucket, Policy=policy(statement(server, bucket, "deny", everyone, ["name/cos:GetObject"], "secret/*"))
        )
        for reader in (client, friend, anybody):
            with refused(403, "AccessDenied"):
                reader.get_object(Bucket=bucket, Key="secret/a")
            equal(body_of(reader.get_object(Bucket=bucket, Key="open")), b"note")
        # Whoever owns the bucket is never locked out of its policy.
        client.put_bucket_policy(
            Bucket=bucket, Policy=policy(statement(server, bucket, "deny", {"qcs": [OWNER]}, ["name/cos:*"], "*"))
        )
        with refused(403, "AccessDenied"):
            client.list_objects(Bucket=bucket)
        client.put_bucket_policy(
            Bucket=bucket, Policy=policy(statement(server, bucket, "allow", {"qcs": [OWNER]}, ["name/cos:*"], "*"))
        )
        client.delete_bucket_policy(Bucket=bucket)
        equal(body_of(anybody.get_object(Bucket=bucket, Key="secret/a")), b"note")


def conditions_look_at_the_request(server):
    with server.bucket() as bucket:
        client, friend = server.client(), server.other_account()
        for key in ("docs/a", "else/b"):
            client.put_object(Bucket=bucket, Key=key, Body=key.encode())
        them = {"qcs": [OTHER]}
        local = {"ip_equal": {"qcs:ip": ["127.0.0.0/8"]}}
        elsewhere = {"ip_equal": {"qcs:ip": ["10.0.0.0/8"]}}
        listing = {"string_equal": {"cos:prefix": "docs%2F"}}
        cold = {"string_equal": {"cos:x-cos-storage-class": "STANDARD_IA"}}
        client.put_bucket_policy(
            Bucket=bucket,
            Policy=policy(
                statement(server, bucket, "allow", them, ["name/cos:GetObject"], "docs/*", local),
                statement(server, bucket, "allow", them, ["name/cos:GetObject"], "else/*", elsewhere),
                statement(server, bucket, "allow", them, ["name/cos:GetBucket"], "*", listing),
                statement(server, bucket, "allow", them, ["name/cos:PutObject"], "*", cold),
            ),
        )
        equal(body_of(friend.get_object(Bucket=bucket, Key="docs/a")), b"docs/a")
        with refused(403, "AccessDenied"):
            friend.get_object(Bucket=bucket, Key="else/b")
        equal([entry["Key"] for entry in friend.list_objects(Bucket=bucket, Prefix="docs/")["Contents"]], ["docs/a"])
        with refused(403, "AccessDenied"):
            friend.list_objects(Bucket=bucket)
        friend.put_object(Bucket=bucket, Key="cold", Body=b"cold", StorageClass="STANDARD_IA")
        with refused(403, "AccessDenied"):
            friend.put_object(Bucket=bucket, Key="warm", Body=b"warm")


def a_policy_that_makes_no_sense_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        good = statement(server, bucket, "allow", ANYONE, ["name/cos:GetObject"], "*")
        for wrong in (
            "{",
            "[]",
            "{}",
            policy(),
            policy({**good, "Effect": "perhaps"}),
            policy({key: value for key, value in good.items() if key != "Action"}),
            policy({**good, "Action": ["GetObject"]}),
        ):
            with refused(400, "MalformedPolicy"):
                client.put_bucket_policy(Bucket=bucket, Policy=wrong)
        with refused(404, "NoSuchBucketPolicy"):
            client.get_bucket_policy(Bucket=bucket)


def policy(*statements):
    return {"version": "2.0", "Statement": list(statements)}


def statement(server, bucket, effect, principal, actions, pattern, condition=None):
    """One statement about the keys of a bucket that have this pattern."""
    resource = f"qcs::cos:{server.region}:uid/{server.appid}:{bucket}/{pattern}"
    said = {"Effect": effect, "Principal": principal, "Action": actions, "Resource": [resource]}
    return {**said, "Condition": condition} if condition else said


CASES = [
    a_policy_is_put_read_and_deleted,
    a_policy_allows_its_actions_on_its_resources,
    a_denial_wins_over_every_permission,
    conditions_look_at_the_request,
    a_policy_that_makes_no_sense_is_refused,
]
