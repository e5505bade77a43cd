"""Where a bucket gets what it does not have."""

from harness import body_of, equal, refused


def rules_are_put_read_and_deleted(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(404, "OriginConfigurationNotFoundError"):
            client.get_bucket_origin(Bucket=bucket)
        rules = {"OriginRule": [rule("Redirect", "origin.example.com", HttpRedirectCode="302")]}
        client.put_bucket_origin(Bucket=bucket, OriginConfiguration=rules)
        equal(client.get_bucket_origin(Bucket=bucket), rules)
        for _ in range(2):
            client.delete_bucket_origin(Bucket=bucket)
        with refused(404, "OriginConfigurationNotFoundError"):
            client.get_bucket_origin(Bucket=bucket)


def what_is_missing_is_redirected_to_the_origin(server):
    with server.bucket(ACL="public-read") as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="here", Body=b"here")
        rules = {"OriginRule": [rule("Redirect", "origin.example.com", HttpRedirectCode="307")]}
        client.put_bucket_origin(Bucket=bucket, OriginConfiguration=rules)
        url = f"http://{server.bucket_host(bucket)}"
        equal(server.fetch("GET", f"{url}/here").text, "here")
        answer = server.fetch("GET", f"{url}/a/b?c=d")
        equal((answer.status_code, answer.headers["Location"]), (307, "http://origin.example.com/a/b?c=d"))


def what_is_missing_is_pulled_from_another_bucket(server):
    with server.bucket(ACL="public-read") as bucket, server.bucket(ACL="public-read") as origin:
        client = server.client()
        client.put_object(Bucket=origin, Key="note", Body=b"pulled", ContentType="text/x-note")
        mirror = {"OriginRule": [rule("Mirror", server.bucket_host(origin))]}
        client.put_bucket_origin(Bucket=bucket, OriginConfiguration=mirror)
        got = client.get_object(Bucket=bucket, Key="note")
        equal((body_of(got), got["Content-Type"]), (b"pulled", "text/x-note"))
        client.delete_bucket_origin(Bucket=bucket)
        # It was kept.
        equal(body_of(client.get_object(Bucket=bucket, Key="note")), b"pulled")


def rule(kind, host, **parameters):
    return {
        "RulePriority": "1",
        "OriginType": kind,
        "OriginCondition": {"HTTPStatusCode": "404"},
        "OriginParameter": {"Protocol": "FOLLOW", "FollowQueryString": "true", **parameters},
        "OriginInfo": {"HostInfo": {"HostName": host}},
    }


CASES = [
    rules_are_put_read_and_deleted,
    what_is_missing_is_redirected_to_the_origin,
    what_is_missing_is_pulled_from_another_bucket,
]
