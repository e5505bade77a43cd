"""Cross-origin rules: kept, asked by browsers before a request, and told with its answer."""

from harness import equal, refused

SITE = "https://www.example.com"
RULES = [
    {
        "ID": "site",
        "AllowedOrigin": ["https://*.example.com"],
        "AllowedMethod": ["GET", "PUT"],
        "AllowedHeader": ["x-cos-meta-author", "Content-Type"],
        "ExposeHeader": ["ETag", "x-cos-request-id"],
        "MaxAgeSeconds": "600",
    },
    {"AllowedOrigin": ["*"], "AllowedMethod": ["HEAD"], "AllowedHeader": ["*"]},
]


def rules_are_put_read_and_deleted(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(404, "NoSuchCORSConfiguration"):
            client.get_bucket_cors(Bucket=bucket)
        client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRule": RULES, "ResponseVary": "true"})
        equal(client.get_bucket_cors(Bucket=bucket), {"CORSRule": RULES, "ResponseVary": "true"})
        client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRule": RULES[1:]})
        equal(client.get_bucket_cors(Bucket=bucket), {"CORSRule": RULES[1:]})
        for _ in range(2):
            client.delete_bucket_cors(Bucket=bucket)
        with refused(404, "NoSuchCORSConfiguration"):
            client.get_bucket_cors(Bucket=bucket)


def a_preflight_is_answered_by_the_first_rule_that_matches(server):
    with server.bucket() as bucket:
        server.client().put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRule": RULES})
        answer = preflight(server, bucket, SITE, "PUT", "X-Cos-Meta-Author, content-type")
        equal(answer.status_code, 200)
        equal(
            cors_headers(answer),
            {
                "Access-Control-Allow-Origin": SITE,
                "Access-Control-Allow-Credentials": "true",
                "Access-Control-Allow-Methods": "GET,PUT",
                "Access-Control-Allow-Headers": "x-cos-meta-author,content-type",
                "Access-Control-Expose-Headers": "ETag,x-cos-request-id",
                "Access-Control-Max-Age": "600",
            },
        )
        open_to_all = cors_headers(preflight(server, bucket, "http://else.test", "HEAD", "x-anything"))
        equal(open_to_all["Access-Control-Allow-Origin"], "*")
        equal(open_to_all["Access-Control-Allow-Headers"], "x-anything")
        for origin, method, header in [
            ("http://www.example.com", "PUT", "content-type"),
            (SITE, "DELETE", "content-type"),
            (SITE, "PUT", "x-cos-acl"),
        ]:
            answer = preflight(server, bucket, origin, method, header)
            equal((answer.status_code, cors_headers(answer)), (403, {}))
            assert "<Code>AccessForbidden</Code>" in answer.text, answer.text


def answers_to_other_sites_say_what_they_may_read(server):
    with server.bucket(ACL="public-read") as bucket:
        client = server.client()
        client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRule": RULES, "ResponseVary": "true"})
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        url = f"http://{server.bucket_host(bucket)}"
        for path, status in [("/note", 200), ("/none", 404)]:
            answer = server.fetch("GET", url + path, headers={"Origin": SITE})
            equal(answer.status_code, status)
            equal(answer.headers["Access-Control-Allow-Origin"], SITE)
            equal(answer.headers["Access-Control-Expose-Headers"], "ETag,x-cos-request-id")
        for headers in ({}, {"Origin": "http://else.test"}):
            answer = server.fetch("GET", url + "/note", headers=headers)
            equal((answer.status_code, answer.headers["Vary"], cors_headers(answer)), (200, "Origin", {}))


def rules_that_make_no_sense_are_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        for wrong, code in [
            ({"AllowedMethod": ["GET"]}, "MalformedXML"),
            ({"AllowedOrigin": ["*"]}, "MalformedXML"),
            ({"AllowedOrigin": ["*"], "AllowedMethod": ["PATCH"]}, "InvalidArgument"),
            ({"AllowedOrigin": ["*"], "AllowedMethod": ["GET"], "ExposeHeader": ["*"]}, "InvalidArgument"),
        ]:
            with refused(400, code):
                client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRule": [wrong]})


def preflight(server, bucket, origin, method, headers):
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return server.fetch("OPTIONS", f"http://{server.bucket_host(bucket)}/any/key", headers=asked)


def cors_headers(answer):
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}


CASES = [
    rules_are_put_read_and_deleted,
    a_preflight_is_answered_by_the_first_rule_that_matches,
    answers_to_other_sites_say_what_they_may_read,
    rules_that_make_no_sense_are_refused,
]
