"""Sub-accounts: what their own policies, the bucket's policy and its ACL let them do."""

from harness import GUEST, READER, body_of, equal, refused
from policies import policy, statement


def a_user_may_do_what_its_policy_says(server):
    with server.bucket() as bucket:
        server.client().put_object(Bucket=bucket, Key="note", Body=b"note")
        reader = server.user(READER)
        equal(body_of(reader.get_object(Bucket=bucket, Key="note")), b"note")
        equal(reader.head_object(Bucket=bucket, Key="note")["Content-Length"], "4")
        equal([entry["Key"] for entry in reader.list_objects(Bucket=bucket)["Contents"]], ["note"])
        assert bucket in [entry["Name"] for entry in reader.list_buckets()["Buckets"]["Bucket"]]
        for attempt in (
            lambda: reader.put_object(Bucket=bucket, Key="note", Body=b"changed"),
            lambda: reader.delete_object(Bucket=bucket, Key="note"),
            lambda: reader.put_bucket_acl(Bucket=bucket, ACL="public-read"),
            lambda: reader.create_bucket(Bucket=server.new_bucket_name()),
        ):
            with refused(403, "AccessDenied"):
                attempt()


def a_user_without_policies_may_do_nothing(server):
    with server.bucket() as bucket:
        server.client().put_object(Bucket=bucket, Key="note", Body=b"note")
        guest = server.user(GUEST)
        for attempt in (
            lambda: guest.get_object(Bucket=bucket, Key="note"),
            lambda: guest.list_objects(Bucket=bucket),
            lambda: guest.list_buckets(),
        ):
            with refused(403, "AccessDenied"):
                attempt()


def a_bucket_can_let_a_user_in(server):
    with server.bucket() as bucket:
        client, guest = server.client(), server.user(GUEST)
        client.put_object(Bucket=bucket, Key="shared/a", Body=b"note")
        allowed = statement(server, bucket, "allow", {"qcs": [GUEST]}, ["name/cos:PutObject"], "shared/*")
        client.put_bucket_policy(Bucket=bucket, Policy=policy(allowed))
        guest.put_object(Bucket=bucket, Key="shared/b", Body=b"theirs")
        with refused(403, "AccessDenied"):
            guest.put_object(Bucket=bucket, Key="else", Body=b"theirs")
        client.delete_bucket_policy(Bucket=bucket)
        client.put_bucket_acl(Bucket=bucket, GrantRead='id="100000000001/100000000012"')
        equal(body_of(guest.get_object(Bucket=bucket, Key="shared/b")), b"theirs")
        equal(client.get_bucket_acl(Bucket=bucket)["AccessControlList"]["Grant"][0]["Grantee"]["ID"], GUEST)


def a_bucket_can_keep_a_user_out(server):
    with server.bucket() as bucket:
        client, reader = server.client(), server.user(READER)
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        denied = statement(server, bucket, "deny", {"qcs": [READER]}, ["name/cos:GetObject"], "*")
        client.put_bucket_policy(Bucket=bucket, Policy=policy(denied))
        with refused(403, "AccessDenied"):
            reader.get_object(Bucket=bucket, Key="note")
        equal(reader.head_object(Bucket=bucket, Key="note")["Content-Length"], "4")
        equal(body_of(client.get_object(Bucket=bucket, Key="note")), b"note")


CASES = [
    a_user_may_do_what_its_policy_says,
    a_user_without_policies_may_do_nothing,
    a_bucket_can_let_a_user_in,
    a_bucket_can_keep_a_user_out,
]
