"""Lists of pages that may, or may not, link to a bucket's objects."""

from harness import equal, refused

WHITE_LIST = {
    "Status": "Enabled",
    "RefererType": "White-List",
    "DomainList": {"Domain": ["*.example.com", "other.test:8080"]},
    "EmptyReferConfiguration": "Deny",
}


def a_list_is_put_read_and_deleted(server):
    with server.bucket() as bucket:
        client = server.client()
        equal(client.get_bucket_referer(Bucket=bucket), {"RefererConfiguration": None})
        client.put_bucket_referer(Bucket=bucket, RefererConfiguration=WHITE_LIST)
        found = client.get_bucket_referer(Bucket=bucket)
        # The service adds it, though its page on the operation does not know it.
        found.pop("VerifySignatureURL", None)
        equal(found, WHITE_LIST)
        client.delete_bucket_referer(Bucket=bucket)
        equal(client.get_bucket_referer(Bucket=bucket), {"RefererConfiguration": None})


def only_pages_on_a_white_list_get_an_object(server):
    with server.bucket(ACL="public-read") as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        client.put_bucket_referer(Bucket=bucket, RefererConfiguration=WHITE_LIST)
        equal(status(server, bucket, "https://www.example.com/page"), 200)
        equal(status(server, bucket, "http://example.com"), 200)
        equal(status(server, bucket, "http://other.test:8080/page"), 200)
        equal(status(server, bucket, "http://other.test/page"), 403)
        equal(status(server, bucket, "http://elsewhere.test/"), 403)
        equal(status(server, bucket, None), 403)
        client.put_bucket_referer(
            Bucket=bucket, RefererConfiguration={**WHITE_LIST, "EmptyReferConfiguration": "Allow"}
        )
        equal(status(server, bucket, None), 200)
        # Whoever signs is not asked.
        client.get_object(Bucket=bucket, Key="note", Referer="http://elsewhere.test/")
        with refused(403, "AccessDenied"):
            server.anonymous().get_object(Bucket=bucket, Key="note", Referer="http://elsewhere.test/")


def pages_on_a_black_list_get_nothing(server):
    with server.bucket(ACL="public-read") as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        black_list = {**WHITE_LIST, "RefererType": "Black-List", "EmptyReferConfiguration": "Allow"}
        client.put_bucket_referer(Bucket=bucket, RefererConfiguration=black_list)
        equal(status(server, bucket, "https://www.example.com/page"), 403)
        equal(status(server, bucket, "http://elsewhere.test/"), 200)
        equal(status(server, bucket, None), 200)
        client.put_bucket_referer(Bucket=bucket, RefererConfiguration={**black_list, "Status": "Disabled"})
        equal(status(server, bucket, "https://www.example.com/page"), 200)


def a_list_that_makes_no_sense_is_refused(server):
    with server.bucket() as bucket:
        for wrong in ({"Status": "On"}, {"RefererType": "Grey-List"}, {"EmptyReferConfiguration": "Perhaps"}):
            with refused(400, "InvalidArgument"):
                server.client().put_bucket_referer(Bucket=bucket, RefererConfiguration={**WHITE_LIST, **wrong})


def status(server, bucket, referer):
    """Of a GET that nobody signed, from this page."""
    headers = {} if referer is None else {"Referer": referer}
    answer = server.fetch("GET", f"http://{server.bucket_host(bucket)}/note", headers=headers)
    if answer.status_code == 403:
        assert "You are denied by bucket referer rule" in answer.text, answer.text
    return answer.status_code


CASES = [
    a_list_is_put_read_and_deleted,
    only_pages_on_a_white_list_get_an_object,
    pages_on_a_black_list_get_nothing,
    a_list_that_makes_no_sense_is_refused,
]
