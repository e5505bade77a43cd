"""Uploads by an HTML form, which no SDK makes, with the SDK's accounts."""

import base64
import hashlib
import hmac
import json
import time

from harness import body_of, equal


def a_form_uploads_a_file(server):
    with server.bucket() as bucket:
        fields = {
            "key": "uploads/${filename}",
            "Content-Type": "text/x-form",
            "x-cos-meta-author": "somebody",
            "success_action_status": "200",
        }
        conditions = [{"bucket": bucket}, ["starts-with", "$key", "uploads/"], ["content-length-range", 1, 100]]
        answer = post(server, bucket, fields, conditions)
        equal((answer.status_code, answer.headers["Location"]), (200, f"http://{server.bucket_host(bucket)}/uploads/note.txt"))
        got = server.client().get_object(Bucket=bucket, Key="uploads/note.txt")
        equal((body_of(got), got["Content-Type"], got["x-cos-meta-author"]), (b"from a form", "text/x-form", "somebody"))
        equal(answer.headers["ETag"], got["ETag"])


def the_form_says_how_success_is_answered(server):
    with server.bucket() as bucket:
        equal(post(server, bucket, {"key": "note"}, []).status_code, 204)
        equal(post(server, bucket, {"key": "note", "success_action_status": "201"}, []).status_code, 201)
        answer = post(server, bucket, {"key": "note", "success_action_redirect": "http://example.com/done?a=b"}, [])
        etag = hashlib.md5(b"from a form").hexdigest()
        location = f"http://example.com/done?a=b&bucket={bucket}&key=note&etag=%22{etag}%22"
        equal((answer.status_code, answer.headers["Location"]), (303, location))


def what_the_policy_does_not_allow_is_refused(server):
    with server.bucket() as bucket:
        for fields, conditions, status, code in [
            ({"key": "else"}, [["starts-with", "$key", "uploads/"]], 403, "AccessDenied"),
            ({"key": "note"}, [{"bucket": "other-1250000000"}], 403, "AccessDenied"),
            ({"key": "note"}, [["content-length-range", 100, 200]], 400, "EntityTooSmall"),
            ({"key": "note"}, [["content-length-range", 0, 5]], 400, "EntityTooLarge"),
            ({"key": "note", "q-signature": "0" * 40}, [], 403, "SignatureDoesNotMatch"),
            ({"key": "note", "policy": base64.b64encode(b"{").decode()}, [], 400, "InvalidPolicyDocument"),
        ]:
            answer = post(server, bucket, fields, conditions)
            equal(answer.status_code, status)
            assert f"<Code>{code}</Code>" in answer.text, answer.text
        expired = post(server, bucket, {"key": "note"}, [], expiration="2020-01-01T00:00:00.000Z")
        equal(expired.status_code, 403)
        equal("Contents" in server.client().list_objects(Bucket=bucket), False)


def a_form_without_a_signature_needs_a_public_bucket(server):
    with server.bucket() as private, server.bucket(ACL="public-read-write") as public:
        for bucket, status in [(private, 403), (public, 204)]:
            equal(send(server, bucket, {"key": "note"}).status_code, status)
        equal(body_of(server.client().get_object(Bucket=public, Key="note")), b"from a form")


def post(server, bucket, fields, conditions, expiration="2099-01-01T00:00:00.000Z"):
    """Sends a form that is signed for these conditions; `fields` win over what signs it."""
    now = int(time.time())
    key_time = f"{now - 60};{now + 600}"
    identity = {"q-sign-algorithm": "sha1", "q-ak": server.secret_id}
    signed = [{name: value} for name, value in {**identity, "q-sign-time": key_time}.items()]
    policy = json.dumps({"expiration": expiration, "conditions": [*conditions, *signed]}).encode()
    sign_key = digest(server.secret_key.encode(), key_time)
    signature = digest(sign_key.encode(), hashlib.sha1(policy).hexdigest())
    policy = {"policy": base64.b64encode(policy).decode(), "q-key-time": key_time, "q-signature": signature}
    return send(server, bucket, {**identity, **policy, **fields})


def send(server, bucket, fields):
    url = f"http://{server.bucket_host(bucket)}/"
    return server.fetch("POST", url, data=fields, files={"file": ("note.txt", b"from a form")})


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha1).hexdigest()


CASES = [
    a_form_uploads_a_file,
    the_form_says_how_success_is_answered,
    what_the_policy_does_not_allow_is_refused,
    a_form_without_a_signature_needs_a_public_bucket,
]
