"""Links from one key to another of the same bucket."""

import hashlib

from harness import body_of, equal, refused


def a_link_leads_to_its_target(server):
    with server.bucket() as bucket:
        client, target = server.client(), "dir/target.txt"
        client.put_object(Bucket=bucket, Key=target, Body=b"note", ContentType="text/x-note")
        put = client.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget=target)
        equal(put["ETag"], f'"{hashlib.md5(target.encode()).hexdigest()}"')
        found = client.get_symlink(Bucket=bucket, SymlinkName="link")
        equal((found["x-cos-symlink-target"], found["ETag"]), (target, put["ETag"]))
        got = client.get_object(Bucket=bucket, Key="link")
        equal((got["Content-Type"], body_of(got)), ("text/x-note", b"note"))
        equal(client.head_object(Bucket=bucket, Key="link")["Content-Length"], "4")
        # The link is an object of its own: what it leads to may change, and outlives it.
        client.put_object(Bucket=bucket, Key=target, Body=b"changed")
        equal(body_of(client.get_object(Bucket=bucket, Key="link")), b"changed")
        client.delete_object(Bucket=bucket, Key="link")
        equal(body_of(client.get_object(Bucket=bucket, Key=target)), b"changed")
        with refused(404, "NoSuchKey"):
            client.get_symlink(Bucket=bucket, SymlinkName="link")


def a_links_versions_have_targets_of_their_own(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        first = client.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="a")["x-cos-version-id"]
        client.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="b")
        equal(client.get_symlink(Bucket=bucket, SymlinkName="link")["x-cos-symlink-target"], "b")
        found = client.get_symlink(Bucket=bucket, SymlinkName="link", VersionId=first)
        equal(found["x-cos-symlink-target"], "a")
        with refused(404, "NoSuchVersion"):
            client.get_symlink(Bucket=bucket, SymlinkName="link", VersionId="MTg0NDUxNTc1NjIzMTQ1MDAwODg")


def an_ordinary_object_is_no_link(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        with refused(400, "NotSymlink"):
            client.get_symlink(Bucket=bucket, SymlinkName="note")


CASES = [a_link_leads_to_its_target, a_links_versions_have_targets_of_their_own, an_ordinary_object_is_no_link]
