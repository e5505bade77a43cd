"""Archived objects: out of reach until they are restored."""

from harness import equal, refused

REQUEST = {"Days": "7", "CASJobParameters": {"Tier": "Expedited"}}


def an_archived_object_is_out_of_reach_until_it_is_restored(server):
    with server.bucket() as bucket:
        client, note = server.client(), {"Bucket": bucket, "Key": "note"}
        client.put_object(**note, Body=b"note", StorageClass="ARCHIVE")
        head = client.head_object(**note)
        equal((head["x-cos-storage-class"], head["Content-Length"]), ("ARCHIVE", "4"))
        assert "x-cos-restore" not in head, head
        with refused(403, "InvalidObjectState"):
            client.get_object(**note)
        source = {**note, "Region": server.region}
        with refused(403, "InvalidObjectState"):
            client.copy_object(Bucket=bucket, Key="copy", CopySource=source)

        client.restore_object(**note, RestoreRequest=REQUEST)
        head = client.head_object(**note)
        equal(head["x-cos-restore"], 'ongoing-request="true"')
        assert head["x-cos-restore-status"].startswith('tier="expedited"; request-date="'), head
        # It takes minutes by the server's clock.
        with refused(403, "InvalidObjectState"):
            client.get_object(**note)
        with refused(409, "RestoreAlreadyInProgress"):
            client.restore_object(**note, RestoreRequest=REQUEST)
        [entry] = client.list_objects(Bucket=bucket)["Contents"]
        equal((entry["StorageClass"], entry["RestoreStatus"]), ("ARCHIVE", "ONGOING"))


def a_version_can_be_restored(server):
    with server.bucket() as bucket:
        client, note = server.client(), {"Bucket": bucket, "Key": "note"}
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        cold = client.put_object(**note, Body=b"cold", StorageClass="DEEP_ARCHIVE")["x-cos-version-id"]
        client.put_object(**note, Body=b"warm")
        client.restore_object(
            **note, RestoreRequest={"Days": "1", "CASJobParameters": {"Tier": "Bulk"}}, VersionId=cold
        )
        equal(client.head_object(**note, VersionId=cold)["x-cos-restore"], 'ongoing-request="true"')
        assert "x-cos-restore" not in client.head_object(**note)


def what_cannot_be_restored_is_refused(server):
    with server.bucket() as bucket:
        client, note = server.client(), {"Bucket": bucket, "Key": "note"}
        with refused(404, "NoSuchKey"):
            client.restore_object(**note, RestoreRequest=REQUEST)
        client.put_object(**note, Body=b"note")
        with refused(405, "RestoreNonArchiveObject"):
            client.restore_object(**note, RestoreRequest=REQUEST)
        client.put_object(**note, Body=b"note", StorageClass="DEEP_ARCHIVE")
        with refused(400, "InvalidArgument"):
            client.restore_object(**note, RestoreRequest=REQUEST)
        for wrong in ({**REQUEST, "Days": "0"}, {**REQUEST, "CASJobParameters": {"Tier": "Soon"}}):
            with refused(400, "InvalidArgument"):
                client.restore_object(**note, RestoreRequest=wrong)
        with refused(400, "MalformedXML"):
            client.restore_object(**note, RestoreRequest={"CASJobParameters": {"Tier": "Bulk"}})


CASES = [
    an_archived_object_is_out_of_reach_until_it_is_restored,
    a_version_can_be_restored,
    what_cannot_be_restored_is_refused,
]
