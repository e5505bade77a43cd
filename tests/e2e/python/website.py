"""Static websites: their settings, and what they serve on their own host."""

from contextlib import contextmanager

from harness import body_of, equal, refused

WEBSITE = {
    "IndexDocument": {"Suffix": "index.html"},
    "ErrorDocument": {"Key": "error.html"},
    "RoutingRules": [
        {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}},
        {
            "Condition": {"HttpErrorCodeReturnedEquals": "403"},
            "Redirect": {"Protocol": "https", "ReplaceKeyWith": "login.html"},
        },
    ],
}


def a_website_is_put_read_and_deleted(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(404, "NoSuchWebsiteConfiguration"):
            client.get_bucket_website(Bucket=bucket)
        client.put_bucket_website(Bucket=bucket, WebsiteConfiguration=WEBSITE)
        # The service says of every redirect that it is one by URL.
        redirects = [
            {**rule, "Redirect": {**rule["Redirect"], "URLRedirect": "Enabled"}} for rule in WEBSITE["RoutingRules"]
        ]
        equal(client.get_bucket_website(Bucket=bucket), {**WEBSITE, "RoutingRules": redirects})
        all_to_https = {"IndexDocument": {"Suffix": "i.html"}, "RedirectAllRequestsTo": {"Protocol": "https"}}
        client.put_bucket_website(Bucket=bucket, WebsiteConfiguration=all_to_https)
        equal(client.get_bucket_website(Bucket=bucket), all_to_https)
        for _ in range(2):
            client.delete_bucket_website(Bucket=bucket)
        with refused(404, "NoSuchWebsiteConfiguration"):
            client.get_bucket_website(Bucket=bucket)


def a_website_serves_its_index_and_its_errors(server):
    with published(server, WEBSITE) as bucket:
        for path, status, text in [
            ("/", 200, "home"),
            ("/docs/", 200, "docs"),
            ("/docs/index.html", 200, "docs"),
            ("/none", 404, "sorry"),
        ]:
            answer = visit(server, bucket, path)
            equal((answer.status_code, answer.text), (status, text))
            equal(answer.headers["Content-Type"], "text/html")
        # Through the API the same bucket has no index.
        answer = server.fetch("GET", f"http://{server.bucket_host(bucket)}/docs/")
        equal(answer.status_code, 404)


def a_website_redirects_by_prefix_and_by_error(server):
    with published(server, WEBSITE) as bucket:
        moved = visit(server, bucket, "/old/page.html")
        equal((moved.status_code, moved.headers["Location"]), (302, f"http://{website_host(server, bucket)}/new/page.html"))
        server.client().put_object(Bucket=bucket, Key="private.html", Body=b"private", ACL="private")
        hidden = visit(server, bucket, "/private.html")
        equal((hidden.status_code, hidden.headers["Location"]), (302, f"https://{website_host(server, bucket)}/login.html"))


def a_website_can_hide_errors_and_suffixes(server):
    one_page = {
        "IndexDocument": {"Suffix": "index.html"},
        "AutoAddressing": {"Status": "Enabled"},
        "ErrorDocument": {"Key": "index.html", "OriginalHttpStatus": "Disabled"},
    }
    with published(server, one_page) as bucket:
        equal(server.client().get_bucket_website(Bucket=bucket), one_page)
        answer = visit(server, bucket, "/any/route")
        equal((answer.status_code, answer.text), (200, "home"))
        answer = visit(server, bucket, "/docs/index")
        equal((answer.status_code, answer.text), (200, "docs"))


def a_website_that_sends_all_to_https_says_so(server):
    settings = {"IndexDocument": {"Suffix": "index.html"}, "RedirectAllRequestsTo": {"Protocol": "https"}}
    with published(server, settings) as bucket:
        answer = visit(server, bucket, "/docs/?a=b")
        equal((answer.status_code, answer.headers["Location"]), (301, f"https://{website_host(server, bucket)}/docs/?a=b"))


def a_private_website_is_read_with_a_signature(server):
    with published(server, {"IndexDocument": {"Suffix": "index.html"}}) as bucket:
        server.client().put_bucket_acl(Bucket=bucket, ACL="private")
        equal(visit(server, bucket, "/docs/").status_code, 403)
        through = server.client(Endpoint=f"cos-website.{server.region}.myqcloud.com")
        equal(body_of(through.get_object(Bucket=bucket, Key="docs/")), b"docs")


def a_website_takes_no_api_calls(server):
    with published(server, WEBSITE) as bucket:
        answer = server.fetch("PUT", f"http://{website_host(server, bucket)}/note", data=b"note")
        equal(answer.status_code, 405)


def a_website_that_makes_no_sense_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(400, "MalformedXML"):
            client.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"ErrorDocument": {"Key": "error.html"}})
        index = {"IndexDocument": {"Suffix": "index.html"}}
        for wrong in (
            {"RedirectAllRequestsTo": {"Protocol": "ftp"}},
            {"AutoAddressing": {"Status": "On"}},
            {
                "RoutingRules": [
                    {"Condition": {"HttpErrorCodeReturnedEquals": "200"}, "Redirect": {"ReplaceKeyWith": "x"}}
                ]
            },
        ):
            with refused(400, "InvalidArgument"):
                client.put_bucket_website(Bucket=bucket, WebsiteConfiguration={**index, **wrong})


@contextmanager
def published(server, settings):
    """A bucket with a few pages that anybody may read, and these settings."""
    with server.bucket(ACL="public-read") as bucket:
        client = server.client()
        for key, text in [("index.html", "home"), ("docs/index.html", "docs"), ("error.html", "sorry")]:
            client.put_object(Bucket=bucket, Key=key, Body=text.encode())
        client.put_bucket_website(Bucket=bucket, WebsiteConfiguration=settings)
        yield bucket


def website_host(server, bucket):
    return f"{bucket}.cos-website.{server.region}.myqcloud.com"


def visit(server, bucket, path):
    return server.fetch("GET", f"http://{website_host(server, bucket)}{path}")


CASES = [
    a_website_is_put_read_and_deleted,
    a_website_serves_its_index_and_its_errors,
    a_website_redirects_by_prefix_and_by_error,
    a_website_can_hide_errors_and_suffixes,
    a_website_that_sends_all_to_https_says_so,
    a_private_website_is_read_with_a_signature,
    a_website_takes_no_api_calls,
    a_website_that_makes_no_sense_is_refused,
]
