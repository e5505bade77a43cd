"""Versions of objects: kept, listed, read, deleted, in all three states of a bucket."""

from harness import body_of, equal, refused


def a_bucket_says_whether_it_keeps_versions(server):
    with server.bucket() as bucket:
        client = server.client()
        equal(client.get_bucket_versioning(Bucket=bucket), {"VersioningConfiguration": None})
        for status in ("Enabled", "Suspended", "Enabled"):
            client.put_bucket_versioning(Bucket=bucket, Status=status)
            equal(client.get_bucket_versioning(Bucket=bucket), {"Status": status})


def every_write_adds_a_version_that_can_be_read(server):
    with server.bucket() as bucket:
        client, note = server.client(), {"Bucket": bucket, "Key": "note"}
        assert "x-cos-version-id" not in client.put_object(**note, Body=b"before")
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        ids = [client.put_object(**note, Body=body)["x-cos-version-id"] for body in (b"first", b"second")]
        upload = client.create_multipart_upload(**note)["UploadId"]
        etag = client.upload_part(**note, Body=b"third", PartNumber=1, UploadId=upload)["ETag"]
        parts = {"Part": [{"PartNumber": 1, "ETag": etag}]}
        ids.append(client.complete_multipart_upload(**note, UploadId=upload, MultipartUpload=parts)["x-cos-version-id"])
        equal(len(set(ids)), 3)

        got = client.get_object(**note)
        equal((got["x-cos-version-id"], body_of(got)), (ids[2], b"third"))
        for version, body in [("null", b"before"), (ids[0], b"first"), (ids[1], b"second"), (ids[2], b"third")]:
            got = client.get_object(**note, VersionId=version)
            equal((got["x-cos-version-id"], body_of(got)), (version, body))
            equal(client.head_object(**note, VersionId=version)["Content-Length"], str(len(body)))
        with refused(404, "NoSuchVersion"):
            client.get_object(**note, VersionId="MTg0NDUxNTc1NjIzMTQ1MDAwODg")

        listed = client.list_objects_versions(Bucket=bucket)["Version"]
        equal([entry["VersionId"] for entry in listed], [ids[2], ids[1], ids[0], "null"])
        equal([entry["IsLatest"] for entry in listed], ["true", "false", "false", "false"])
        equal([entry["Size"] for entry in listed], ["5", "6", "5", "6"])
        equal([entry["Key"] for entry in client.list_objects(Bucket=bucket)["Contents"]], ["note"])


def a_delete_marker_hides_a_key_until_it_is_deleted(server):
    with server.bucket() as bucket:
        client, note = server.client(), {"Bucket": bucket, "Key": "note"}
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        version = client.put_object(**note, Body=b"note")["x-cos-version-id"]
        deleted = client.delete_object(**note)
        equal(deleted["x-cos-delete-marker"], "true")
        marker = deleted["x-cos-version-id"]
        with refused(404, "NoSuchKey"):
            client.get_object(**note)
        equal(client.object_exists(bucket, "note"), False)
        equal("Contents" in client.list_objects(Bucket=bucket), False)
        equal(body_of(client.get_object(**note, VersionId=version)), b"note")
        [listed] = client.list_objects_versions(Bucket=bucket)["DeleteMarker"]
        equal((listed["Key"], listed["VersionId"], listed["IsLatest"]), ("note", marker, "true"))

        undone = client.delete_object(**note, VersionId=marker)
        equal((undone["x-cos-delete-marker"], undone["x-cos-version-id"]), ("true", marker))
        equal(body_of(client.get_object(**note)), b"note")
        gone = client.delete_object(**note, VersionId=version)
        equal((gone["x-cos-version-id"], "x-cos-delete-marker" in gone), (version, False))
        equal("Version" in client.list_objects_versions(Bucket=bucket), False)


def a_suspended_bucket_writes_the_null_version(server):
    with server.bucket() as bucket:
        client, note = server.client(), {"Bucket": bucket, "Key": "note"}
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        kept = client.put_object(**note, Body=b"kept")["x-cos-version-id"]
        client.put_bucket_versioning(Bucket=bucket, Status="Suspended")
        for body in (b"replaced", b"last"):
            assert "x-cos-version-id" not in client.put_object(**note, Body=body)
        equal(client.head_object(**note)["x-cos-version-id"], "null")
        listed = client.list_objects_versions(Bucket=bucket)["Version"]
        equal([(entry["VersionId"], entry["Size"]) for entry in listed], [("null", "4"), (kept, "4")])

        equal(client.delete_object(**note)["x-cos-delete-marker"], "true")
        listed = client.list_objects_versions(Bucket=bucket)
        equal([entry["VersionId"] for entry in listed["DeleteMarker"]], ["null"])
        equal([entry["VersionId"] for entry in listed["Version"]], [kept])
        client.delete_object(**note, VersionId="null")
        equal(body_of(client.get_object(**note)), b"kept")


def versions_are_listed_in_pages(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        for key in ("a/1", "a/2", "b c", "b c", "中"):
            client.put_object(Bucket=bucket, Key=key, Body=key.encode())
        client.delete_object(Bucket=bucket, Key="b c")

        whole = client.list_objects_versions(Bucket=bucket)
        equal(len(entries(whole)), 6)
        for size in (1, 2, 5):
            found, markers = [], {}
            while True:
                page = client.list_objects_versions(Bucket=bucket, MaxKeys=size, **markers)
                assert len(entries(page)) <= size, page
                found += entries(page)
                if page["IsTruncated"] == "false":
                    break
                markers = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
            equal(sorted(found), sorted(entries(whole)))

        rolled_up = client.list_objects_versions(Bucket=bucket, Delimiter="/")
        equal([entry["Prefix"] for entry in rolled_up["CommonPrefixes"]], ["a/"])
        equal({key for key, _ in entries(rolled_up)}, {"b c", "中"})
        equal([key for key, _ in entries(client.list_objects_versions(Bucket=bucket, Prefix="a/"))], ["a/1", "a/2"])
        encoded = client.list_objects_versions(Bucket=bucket, Prefix="b", EncodingType="url")
        equal({key for key, _ in entries(encoded)}, {"b%20c"})


def versions_of_a_bucket_that_never_kept_any_have_no_id(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        [entry] = client.list_objects_versions(Bucket=bucket)["Version"]
        equal((entry["VersionId"], entry["IsLatest"], entry["StorageClass"]), (None, "true", "STANDARD"))


def entries(answer):
    """Key and version id of everything on a page."""
    return [
        (entry["Key"], entry["VersionId"]) for kind in ("Version", "DeleteMarker") for entry in answer.get(kind, [])
    ]


CASES = [
    a_bucket_says_whether_it_keeps_versions,
    every_write_adds_a_version_that_can_be_read,
    a_delete_marker_hides_a_key_until_it_is_deleted,
    a_suspended_bucket_writes_the_null_version,
    versions_are_listed_in_pages,
    versions_of_a_bucket_that_never_kept_any_have_no_id,
]
