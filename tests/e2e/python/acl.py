"""Access control lists of buckets and objects, and whom they let in."""

from harness import OTHER, OWNER, body_of, equal, refused

ALL_USERS = {"Type": "Group", "URI": "http://cam.qcloud.com/groups/global/AllUsers"}
ME, THEM = ({"Type": "CanonicalUser", "ID": uin, "DisplayName": uin} for uin in (OWNER, OTHER))


def a_private_bucket_lets_nobody_else_in(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        equal(grants(client.get_bucket_acl(Bucket=bucket)), ("private", [(ME, "FULL_CONTROL")]))
        equal(grants(client.get_object_acl(Bucket=bucket, Key="note")), ("default", [(ME, "FULL_CONTROL")]))
        for stranger in (server.anonymous(), server.other_account()):
            for attempt in (
                lambda: stranger.list_objects(Bucket=bucket),
                lambda: stranger.get_object(Bucket=bucket, Key="note"),
                lambda: stranger.put_object(Bucket=bucket, Key="note", Body=b"changed"),
                lambda: stranger.delete_object(Bucket=bucket, Key="note"),
                lambda: stranger.get_bucket_acl(Bucket=bucket),
                lambda: stranger.put_bucket_acl(Bucket=bucket, ACL="public-read"),
                lambda: stranger.get_object_acl(Bucket=bucket, Key="note"),
                lambda: stranger.put_object_acl(Bucket=bucket, Key="note", ACL="public-read"),
            ):
                with refused(403, "AccessDenied"):
                    attempt()


def a_public_bucket_is_read_by_anybody(server):
    with server.bucket(ACL="public-read") as bucket:
        client, anybody = server.client(), server.anonymous()
        equal(client.get_bucket_acl(Bucket=bucket)["CannedACL"], "public-read")
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        equal([entry["Key"] for entry in anybody.list_objects(Bucket=bucket)["Contents"]], ["note"])
        equal(body_of(anybody.get_object(Bucket=bucket, Key="note")), b"note")
        equal(anybody.head_object(Bucket=bucket, Key="note")["Content-Length"], "4")
        with refused(403, "AccessDenied"):
            anybody.put_object(Bucket=bucket, Key="other", Body=b"other")
        client.put_bucket_acl(Bucket=bucket, ACL="private")
        equal(client.get_bucket_acl(Bucket=bucket)["CannedACL"], "private")
        with refused(403, "AccessDenied"):
            anybody.get_object(Bucket=bucket, Key="note")


def a_public_bucket_is_written_by_anybody(server):
    with server.bucket(ACL="public-read-write") as bucket:
        client, anybody = server.client(), server.anonymous()
        everybody = [(ALL_USERS, "READ"), (ALL_USERS, "WRITE")]
        equal(grants(client.get_bucket_acl(Bucket=bucket))[1][:2], everybody)
        equal(client.get_bucket_acl(Bucket=bucket)["CannedACL"], "public-read-write")
        anybody.put_object(Bucket=bucket, Key="note", Body=b"theirs")
        equal(body_of(client.get_object(Bucket=bucket, Key="note")), b"theirs")
        anybody.delete_object(Bucket=bucket, Key="note")
        equal(client.object_exists(bucket, "note"), False)
        with refused(403, "AccessDenied"):
            anybody.get_bucket_acl(Bucket=bucket)


def authenticated_read_asks_for_any_account(server):
    with server.bucket(ACL="authenticated-read") as bucket:
        server.client().put_object(Bucket=bucket, Key="note", Body=b"note")
        equal(body_of(server.other_account().get_object(Bucket=bucket, Key="note")), b"note")
        with refused(403, "AccessDenied"):
            server.anonymous().get_object(Bucket=bucket, Key="note")


def grants_let_one_account_in(server):
    with server.bucket() as bucket:
        client, friend = server.client(), server.other_account()
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        client.put_bucket_acl(Bucket=bucket, GrantRead=f'id="{OTHER}"')
        equal(grants(client.get_bucket_acl(Bucket=bucket)), ("private", [(THEM, "READ")]))
        equal(body_of(friend.get_object(Bucket=bucket, Key="note")), b"note")
        with refused(403, "AccessDenied"):
            friend.put_object(Bucket=bucket, Key="theirs", Body=b"theirs")
        with refused(403, "AccessDenied"):
            server.anonymous().get_object(Bucket=bucket, Key="note")

        client.put_bucket_acl(Bucket=bucket, GrantWrite='id="100000000002"')
        friend.put_object(Bucket=bucket, Key="theirs", Body=b"theirs")
        with refused(403, "AccessDenied"):
            friend.list_objects(Bucket=bucket)

        client.put_bucket_acl(Bucket=bucket, GrantFullControl='id="100000000002"')
        equal(grants(friend.get_bucket_acl(Bucket=bucket)), ("private", [(THEM, "FULL_CONTROL")]))
        friend.put_bucket_acl(Bucket=bucket, ACL="private")
        with refused(403, "AccessDenied"):
            friend.get_bucket_acl(Bucket=bucket)


def a_list_is_put_as_a_document(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_bucket_acl(Bucket=bucket, AccessControlPolicy=policy(("CanonicalUser", {"ID": OTHER}, "READ_ACP")))
        equal(grants(client.get_bucket_acl(Bucket=bucket)), ("private", [(THEM, "READ_ACP")]))
        equal(grants(server.other_account().get_bucket_acl(Bucket=bucket)), ("private", [(THEM, "READ_ACP")]))

        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        group = {"URI": ALL_USERS["URI"]}
        client.put_object_acl(Bucket=bucket, Key="note", AccessControlPolicy=policy(("Group", group, "READ")))
        equal(grants(client.get_object_acl(Bucket=bucket, Key="note")), ("public-read", [(ALL_USERS, "READ")]))
        equal(body_of(server.anonymous().get_object(Bucket=bucket, Key="note")), b"note")


def an_objects_list_comes_before_its_buckets(server):
    with server.bucket(ACL="public-read") as bucket:
        client, anybody = server.client(), server.anonymous()
        client.put_object(Bucket=bucket, Key="hidden", Body=b"hidden", ACL="private")
        equal(grants(client.get_object_acl(Bucket=bucket, Key="hidden")), ("private", [(ME, "FULL_CONTROL")]))
        with refused(403, "AccessDenied"):
            anybody.get_object(Bucket=bucket, Key="hidden")
        client.put_object_acl(Bucket=bucket, Key="hidden", ACL="default")
        equal(client.get_object_acl(Bucket=bucket, Key="hidden")["CannedACL"], "default")
        equal(body_of(anybody.get_object(Bucket=bucket, Key="hidden")), b"hidden")
    with server.bucket() as bucket:
        client.put_object(Bucket=bucket, Key="shown", Body=b"shown", ACL="public-read")
        public = ("public-read", [(ALL_USERS, "READ"), (ME, "FULL_CONTROL")])
        equal(grants(client.get_object_acl(Bucket=bucket, Key="shown")), public)
        equal(body_of(anybody.get_object(Bucket=bucket, Key="shown")), b"shown")
        client.put_object(Bucket=bucket, Key="lent", Body=b"lent", GrantRead='id="100000000002"')
        equal(body_of(server.other_account().get_object(Bucket=bucket, Key="lent")), b"lent")
        # An overwrite starts anew.
        client.put_object(Bucket=bucket, Key="shown", Body=b"hidden again")
        with refused(403, "AccessDenied"):
            anybody.get_object(Bucket=bucket, Key="shown")


def a_list_that_makes_no_sense_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        for wrong in ({"ACL": "public-readd"}, {"GrantRead": "somebody"}, {"GrantRead": 'id="somebody"'}):
            with refused(400, "InvalidArgument"):
                client.put_bucket_acl(Bucket=bucket, **wrong)
            with refused(400, "InvalidArgument"):
                client.put_object_acl(Bucket=bucket, Key="note", **wrong)
        with refused(400, "InvalidArgument"):
            client.put_object_acl(Bucket=bucket, Key="note", ACL="public-read-write")
        with refused(404, "NoSuchKey"):
            client.get_object_acl(Bucket=bucket, Key="none")
        with refused(404, "NoSuchKey"):
            client.put_object_acl(Bucket=bucket, Key="none", ACL="private")


def policy(*given):
    """An ACL document in the SDK's terms, of (type, grantee, permission)."""
    namespace = {"@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    return {
        "Owner": {"ID": OWNER},
        "AccessControlList": {
            "Grant": [
                {"Grantee": {"@xsi:type": kind, **namespace, **grantee}, "Permission": permission}
                for kind, grantee, permission in given
            ]
        },
    }


def grants(answer):
    """The canned name that the SDK finds, and the grants."""
    equal(answer["Owner"], {"ID": OWNER, "DisplayName": OWNER})
    listed = answer["AccessControlList"]["Grant"]
    return answer["CannedACL"], [(grant["Grantee"], grant["Permission"]) for grant in listed]


CASES = [
    a_private_bucket_lets_nobody_else_in,
    a_public_bucket_is_read_by_anybody,
    a_public_bucket_is_written_by_anybody,
    authenticated_read_asks_for_any_account,
    grants_let_one_account_in,
    a_list_is_put_as_a_document,
    an_objects_list_comes_before_its_buckets,
    a_list_that_makes_no_sense_is_refused,
]
