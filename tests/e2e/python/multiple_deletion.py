"""Many objects deleted by one call."""

from harness import equal, refused


def many_objects_are_deleted_at_once(server):
    with server.bucket() as bucket:
        client, keys = server.client(), ["a", "dir/b c", "中", "<&>"]
        for key in [*keys, "kept"]:
            client.put_object(Bucket=bucket, Key=key, Body=b"note")
        # A key that is not there counts as deleted.
        answer = delete(client, bucket, [*keys, "never there"])
        equal(answer, {"Deleted": [{"Key": key} for key in [*keys, "never there"]]})
        equal([entry["Key"] for entry in client.list_objects(Bucket=bucket)["Contents"]], ["kept"])
        equal(delete(client, bucket, ["kept"], Quiet="true"), {"DeleteResult": None})
        equal(client.object_exists(bucket, "kept"), False)


def versions_and_markers_are_deleted_by_id(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        version = client.put_object(Bucket=bucket, Key="note", Body=b"note")["x-cos-version-id"]
        [marked] = delete(client, bucket, ["note"])["Deleted"]
        marker = marked.pop("DeleteMarkerVersionId")
        equal(marked, {"Key": "note", "DeleteMarker": "true"})
        objects = [{"Key": "note", "VersionId": marker}, {"Key": "note", "VersionId": version}]
        answer = client.delete_objects(Bucket=bucket, Delete={"Object": objects})
        of_marker = {"Key": "note", "VersionId": marker, "DeleteMarker": "true", "DeleteMarkerVersionId": marker}
        equal(answer, {"Deleted": [of_marker, {"Key": "note", "VersionId": version}]})
        equal("Version" in client.list_objects_versions(Bucket=bucket), False)


def each_key_is_asked_for_permission(server):
    with server.bucket() as bucket:
        client, friend = server.client(), server.other_account()
        for key in ("mine", "yours"):
            client.put_object(Bucket=bucket, Key=key, Body=b"note")
        resource = f"qcs::cos:{server.region}:uid/{server.appid}:{bucket}/yours"
        actions = ["name/cos:DeleteObject", "name/cos:DeleteMultipleObjects"]
        whom = {"qcs": ["qcs::cam::uin/100000000002:uin/100000000002"]}
        allowed = {"Effect": "allow", "Principal": whom, "Action": actions, "Resource": [resource]}
        everywhere = {**allowed, "Action": actions[1:], "Resource": ["*"]}
        client.put_bucket_policy(Bucket=bucket, Policy={"version": "2.0", "Statement": [allowed, everywhere]})
        answer = delete(friend, bucket, ["mine", "yours"])
        equal(answer["Deleted"], [{"Key": "yours"}])
        equal([(error["Key"], error["Code"]) for error in answer["Error"]], [("mine", "AccessDenied")])
        equal([entry["Key"] for entry in client.list_objects(Bucket=bucket)["Contents"]], ["mine"])


def a_list_that_makes_no_sense_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        with refused(400, "MalformedXML"):
            delete(client, bucket, [f"key {number}" for number in range(1001)])
        with refused(400, "MalformedXML"):
            client.delete_objects(Bucket=bucket, Delete={"Quiet": "true"})
    with refused(404, "NoSuchBucket"):
        delete(client, server.new_bucket_name(), ["note"])


def delete(client, bucket, keys, **options):
    return client.delete_objects(Bucket=bucket, Delete={"Object": [{"Key": key} for key in keys], **options})


CASES = [
    many_objects_are_deleted_at_once,
    versions_and_markers_are_deleted_by_id,
    each_key_is_asked_for_permission,
    a_list_that_makes_no_sense_is_refused,
]
