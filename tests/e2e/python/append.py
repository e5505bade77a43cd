"""Objects that grow at their end."""

import hashlib

from harness import body_of, crc64, equal, refused


def an_object_grows_by_what_is_appended(server):
    with server.bucket() as bucket:
        client, log = server.client(), {"Bucket": bucket, "Key": "log"}
        first = client.append_object(**log, Position=0, Data=b"first ", ContentType="text/x-log")
        equal(first["x-cos-next-append-position"], "6")
        # The MD5 of what was sent, in spite of its name.
        equal(first["x-cos-content-sha1"], hashlib.md5(b"first ").hexdigest())
        second = client.append_object(**log, Position=6, Data=b"second")
        equal(second["x-cos-next-append-position"], "12")
        assert first["ETag"] != second["ETag"], first
        got = client.get_object(**log)
        equal(body_of(got), b"first second")
        equal((got["Content-Type"], got["x-cos-object-type"]), ("text/x-log", "appendable"))
        equal(got["x-cos-hash-crc64ecma"], str(crc64(b"first second")))
        head = client.head_object(**log)
        equal((head["Content-Length"], head["x-cos-object-type"]), ("12", "appendable"))


def only_the_end_can_be_appended_to(server):
    with server.bucket() as bucket:
        client, log = server.client(), {"Bucket": bucket, "Key": "log"}
        with refused(409, "AppendPositionErr"):
            client.append_object(**log, Position=1, Data=b"x")
        client.append_object(**log, Position=0, Data=b"first")
        for position in (0, 4, 6):
            with refused(409, "AppendPositionErr"):
                client.append_object(**log, Position=position, Data=b"x")
        with refused(400, "InvalidArgument"):
            client.append_object(**log, Position="end", Data=b"x")
        equal(body_of(client.get_object(**log)), b"first")


def an_ordinary_object_does_not_grow(server):
    with server.bucket() as bucket:
        client, log = server.client(), {"Bucket": bucket, "Key": "log"}
        client.put_object(**log, Body=b"note")
        with refused(409, "ObjectNotAppendable"):
            client.append_object(**log, Position=4, Data=b"x")
        client.append_object(Bucket=bucket, Key="other", Position=0, Data=b"grows")
        client.put_object(Bucket=bucket, Key="other", Body=b"stays")
        with refused(409, "ObjectNotAppendable"):
            client.append_object(Bucket=bucket, Key="other", Position=5, Data=b"x")


CASES = [an_object_grows_by_what_is_appended, only_the_end_can_be_appended_to, an_ordinary_object_does_not_grow]
