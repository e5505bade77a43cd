"""Small objects: bytes and headers in, the same bytes and headers out."""

import hashlib

from harness import body_of, crc64, equal, refused

ODD_KEYS = [
    "with blank",
    "plus+and%percent",
    "%41",
    "中文/ключ/🦀",
    "a//b",
    "/leading slash",
    "./dot",
    "../two dots",
    "a/./b/../c",
    "folder/",
    "!\"#$&'()*,:;<=>?@[\\]^`{|}~",
]


def an_object_keeps_its_bytes_and_headers(server):
    with server.bucket() as bucket:
        client, content = server.client(), b"hello, world"
        etag = f'"{hashlib.md5(content).hexdigest()}"'
        put = client.put_object(
            Bucket=bucket,
            Key="notes/hello.txt",
            Body=content,
            EnableMD5=True,
            ContentType="text/x-greeting",
            CacheControl="max-age=60",
            ContentDisposition='attachment; filename="hello.txt"',
            Metadata={"x-cos-meta-author": "somebody", "x-cos-meta-year": "2024"},
        )
        equal(put["ETag"], etag)
        equal(put["x-cos-hash-crc64ecma"], str(crc64(content)))

        got = client.get_object(Bucket=bucket, Key="notes/hello.txt")
        equal(body_of(got), content)
        for answer in (got, client.head_object(Bucket=bucket, Key="notes/hello.txt")):
            equal(answer["ETag"], etag)
            equal(answer["Content-Length"], str(len(content)))
            equal(answer["Content-Type"], "text/x-greeting")
            equal(answer["Cache-Control"], "max-age=60")
            equal(answer["Content-Disposition"], 'attachment; filename="hello.txt"')
            equal(answer["x-cos-meta-author"], "somebody")
            equal(answer["x-cos-meta-year"], "2024")
            equal(answer["x-cos-hash-crc64ecma"], str(crc64(content)))

        client.delete_object(Bucket=bucket, Key="notes/hello.txt")
        with refused(404, "NoSuchKey"):
            client.get_object(Bucket=bucket, Key="notes/hello.txt")
        with refused(404, "NoSuchResource"):
            client.head_object(Bucket=bucket, Key="notes/hello.txt")
        client.delete_object(Bucket=bucket, Key="notes/hello.txt")


def an_empty_object_and_an_overwritten_one_are_read_back(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"first and longer")
        client.put_object(Bucket=bucket, Key="note", Body=b"second")
        equal(body_of(client.get_object(Bucket=bucket, Key="note")), b"second")
        client.put_object(Bucket=bucket, Key="note", Body=b"")
        equal(client.head_object(Bucket=bucket, Key="note")["Content-Length"], "0")
        equal(body_of(client.get_object(Bucket=bucket, Key="note")), b"")


def headers_are_spelled_as_the_real_service_spells_them(server):
    """The SDK hands headers on in a plain `dict`, where every letter counts."""
    with server.bucket() as bucket:
        client = server.client()
        put = client.put_object(Bucket=bucket, Key="note", Body=b"note", CacheControl="no-store")
        got = client.get_object(Bucket=bucket, Key="note", Range="bytes=0-1")
        head = client.head_object(Bucket=bucket, Key="note")
        everywhere = {"Connection", "Content-Length", "Date", "ETag", "Server", "x-cos-hash-crc64ecma", "x-cos-request-id"}
        stored = everywhere | {"Cache-Control", "Content-Type", "Last-Modified"}
        equal(everywhere - put.keys(), set())
        equal((stored | {"Accept-Ranges", "Content-Range"}) - got.keys(), set())
        equal(stored - head.keys(), set())


def a_body_of_unknown_length_is_stored(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="stream", Body=(block for block in (b"one ", b"two ", b"three")))
        equal(body_of(client.get_object(Bucket=bucket, Key="stream")), b"one two three")


def a_wrong_content_md5_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(400, "BadDigest"):
            client.put_object(Bucket=bucket, Key="note", Body=b"sent", ContentMD5="7o3pGNBWQBRbGPcPTDqmAg==")
        with refused(404, "NoSuchResource"):
            client.head_object(Bucket=bucket, Key="note")


def ranges_are_cut_out_of_an_object(server):
    with server.bucket() as bucket:
        client, content = server.client(), bytes(range(256)) * 400
        client.put_object(Bucket=bucket, Key="digits", Body=content)
        for header, first, last in [
            ("bytes=0-0", 0, 0),
            ("bytes=100-70000", 100, 70_000),
            ("bytes=102390-", 102_390, 102_399),
            ("bytes=-5", 102_395, 102_399),
            ("bytes=102398-999999", 102_398, 102_399),
        ]:
            got = client.get_object(Bucket=bucket, Key="digits", Range=header)
            equal(got["Content-Range"], f"bytes {first}-{last}/{len(content)}")
            equal(got["Content-Length"], str(last - first + 1))
            equal(body_of(got), content[first : last + 1])
        with refused(416, "InvalidRange"):
            client.get_object(Bucket=bucket, Key="digits", Range="bytes=102400-")


def conditions_decide_about_a_get(server):
    with server.bucket() as bucket:
        client = server.client()
        etag = client.put_object(Bucket=bucket, Key="note", Body=b"note")["ETag"]
        modified = client.head_object(Bucket=bucket, Key="note")["Last-Modified"]

        for met in ({"IfMatch": etag}, {"IfNoneMatch": '"other"'}, {"IfUnmodifiedSince": modified}):
            equal(body_of(client.get_object(Bucket=bucket, Key="note", **met)), b"note")
        # The SDK takes a 304 for an answer like any other: no exception, and nothing in the body.
        for unchanged in ({"IfNoneMatch": etag}, {"IfModifiedSince": modified}):
            got = client.get_object(Bucket=bucket, Key="note", **unchanged)
            equal(got["Body"].get_raw_stream().status, 304)
            equal(body_of(got), b"")
        for unmet in ({"IfMatch": '"other"'}, {"IfUnmodifiedSince": "Sat, 01 Jan 2000 00:00:00 GMT"}):
            with refused(412, "PreconditionFailed"):
                client.get_object(Bucket=bucket, Key="note", **unmet)


def a_get_can_override_response_headers(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note", ContentType="text/plain")
        got = client.get_object(
            Bucket=bucket,
            Key="note",
            ResponseContentType="text/html; charset=utf-8",
            ResponseContentLanguage="zh-CN",
            ResponseExpires="Thu, 01 Jan 2099 00:00:00 GMT",
            ResponseCacheControl="no-store",
            ResponseContentDisposition='attachment; filename="a b.html"',
            ResponseContentEncoding="identity",
        )
        equal(got["Content-Type"], "text/html; charset=utf-8")
        equal(got["Content-Language"], "zh-CN")
        equal(got["Expires"], "Thu, 01 Jan 2099 00:00:00 GMT")
        equal(got["Cache-Control"], "no-store")
        equal(got["Content-Disposition"], 'attachment; filename="a b.html"')
        equal(got["Content-Encoding"], "identity")
        equal(client.head_object(Bucket=bucket, Key="note")["Content-Type"], "text/plain")


def odd_keys_name_different_objects(server):
    with server.bucket() as bucket:
        client = server.client()
        for key in ODD_KEYS:
            # The SDK drops one leading slash of a key.
            client.put_object(Bucket=bucket, Key="/" + key, Body=key.encode())
        for key in ODD_KEYS:
            equal(body_of(client.get_object(Bucket=bucket, Key="/" + key)), key.encode())
        contents = client.list_objects(Bucket=bucket)["Contents"]
        equal([entry["Key"] for entry in contents], sorted(ODD_KEYS, key=str.encode))


CASES = [
    an_object_keeps_its_bytes_and_headers,
    an_empty_object_and_an_overwritten_one_are_read_back,
    headers_are_spelled_as_the_real_service_spells_them,
    a_body_of_unknown_length_is_stored,
    a_wrong_content_md5_is_refused,
    ranges_are_cut_out_of_an_object,
    conditions_decide_about_a_get,
    a_get_can_override_response_headers,
    odd_keys_name_different_objects,
]
