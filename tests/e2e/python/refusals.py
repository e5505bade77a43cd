"""Callers who are not who they say, or say nothing."""

from harness import refused


def a_wrong_secret_key_is_refused(server):
    with server.bucket() as bucket:
        stranger = server.client(SecretKey="wrong" + server.secret_key)
        with refused(403, "SignatureDoesNotMatch"):
            stranger.put_object(Bucket=bucket, Key="note", Body=b"note")
        with refused(403, "SignatureDoesNotMatch"):
            stranger.list_objects(Bucket=bucket)


def an_unknown_secret_id_is_refused(server):
    with server.bucket() as bucket:
        stranger = server.client(SecretId="AKIDNobodyHasThisSecretId0000000000")
        with refused(403, "InvalidAccessKeyId"):
            stranger.put_object(Bucket=bucket, Key="note", Body=b"note")


def an_anonymous_caller_is_refused(server):
    with server.bucket() as bucket:
        server.client().put_object(Bucket=bucket, Key="note", Body=b"note")
        stranger = server.client(SecretId=None, SecretKey=None, Anonymous=True)
        with refused(403, "AccessDenied"):
            stranger.get_object(Bucket=bucket, Key="note")
        with refused(403, "AccessDenied"):
            stranger.put_object(Bucket=bucket, Key="note", Body=b"changed")


CASES = [a_wrong_secret_key_is_refused, an_unknown_secret_id_is_refused, an_anonymous_caller_is_refused]
