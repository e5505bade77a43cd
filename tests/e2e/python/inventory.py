"""Inventories: jobs that list a bucket into files of another."""

import gzip
import hashlib
import json
import time

from harness import body_of, equal, refused


def jobs_are_put_read_listed_and_deleted(server):
    with server.bucket() as bucket, server.bucket() as reports:
        client = server.client()
        with refused(404, "InventoryConfigurationNotFoundError"):
            client.get_bucket_inventory(Bucket=bucket, Id="daily")
        equal(client.list_bucket_inventory_configurations(Bucket=bucket)["IsTruncated"], "false")
        wanted = job(server, reports, Filter={"Prefix": "docs/"})
        client.put_bucket_inventory(Bucket=bucket, Id="daily", InventoryConfiguration=dict(wanted))
        found = client.get_bucket_inventory(Bucket=bucket, Id="daily")
        equal(found, {"Id": "daily", **wanted})
        client.put_bucket_inventory(Bucket=bucket, Id="a-second.1", InventoryConfiguration=dict(wanted))
        # In the order in which they were made.
        listed = client.list_bucket_inventory_configurations(Bucket=bucket)
        equal([entry["Id"] for entry in listed["InventoryConfiguration"]], ["daily", "a-second.1"])
        for _ in range(2):
            client.delete_bucket_inventory(Bucket=bucket, Id="daily")
        with refused(404, "InventoryConfigurationNotFoundError"):
            client.get_bucket_inventory(Bucket=bucket, Id="daily")


def many_jobs_are_listed_in_pages(server):
    with server.bucket() as bucket, server.bucket() as reports:
        client, ids = server.client(), [f"job-{number}" for number in range(101)]
        for id in ids:
            client.put_bucket_inventory(Bucket=bucket, Id=id, InventoryConfiguration=job(server, reports))
        first = client.list_bucket_inventory_configurations(Bucket=bucket)
        equal((len(first["InventoryConfiguration"]), first["IsTruncated"]), (100, "true"))
        token = first["NextContinuationToken"]
        last = client.list_bucket_inventory_configurations(Bucket=bucket, ContinuationToken=token)
        equal((last["InventoryConfiguration"]["Id"], last["IsTruncated"]), ("job-100", "false"))


def a_single_run_writes_its_files_at_once(server):
    with server.bucket() as bucket, server.bucket() as reports:
        client = server.client()
        for key in ("docs/a b", "docs/中", "else"):
            client.put_object(Bucket=bucket, Key=key, Body=key.encode())
        once = {name: value for name, value in job(server, reports, Filter={"Prefix": "docs/"}).items()}
        for periodic in ("IsEnabled", "Schedule"):
            once.pop(periodic)
        client.post_bucket_inventory(Bucket=bucket, Id="now", InventoryConfiguration=once)

        name = bucket.removesuffix(f"-{server.appid}")
        folder = f"reports/{server.appid}/{name}/now/"
        manifest_key = appears(client, reports, folder, "manifest.json")
        text = body_of(client.get_object(Bucket=reports, Key=manifest_key))
        checksum = body_of(client.get_object(Bucket=reports, Key=appears(client, reports, folder, "manifest.checksum")))
        equal(checksum.decode().strip(), hashlib.md5(text).hexdigest())
        manifest = json.loads(text)
        equal((manifest["sourceBucket"], manifest["fileFormat"]), (name, "CSV"))
        [file] = manifest["files"]
        content = body_of(client.get_object(Bucket=reports, Key=file["key"]))
        equal((int(file["size"]), file["md5Checksum"]), (len(content), hashlib.md5(content).hexdigest()))
        rows = gzip.decompress(content).decode().splitlines()
        equal(len(rows), 2)
        assert "docs/a%20b" in rows[0] or "docs%2Fa%20b" in rows[0], rows


def jobs_that_make_no_sense_are_refused(server):
    with server.bucket() as bucket, server.bucket() as reports:
        client, good = server.client(), job(server, reports)
        for wrong in (
            {"IncludedObjectVersions": "Some"},
            {"Schedule": {"Frequency": "Hourly"}},
            {"IsEnabled": "maybe"},
        ):
            with refused(400, "InvalidArgument"):
                client.put_bucket_inventory(Bucket=bucket, Id="daily", InventoryConfiguration={**good, **wrong})
        with refused(400, "InvalidArgument"):
            client.put_bucket_inventory(Bucket=bucket, Id="no/slash", InventoryConfiguration=dict(good))


def job(server, reports, **options):
    """A job as the SDK takes it; it writes the id into what it is given."""
    destination = {
        "Format": "CSV",
        "AccountId": "100000000001",
        "Bucket": f"qcs::cos:{server.region}::{reports}",
        "Prefix": "reports",
    }
    return {
        "IsEnabled": "true",
        "Destination": {"COSBucketDestination": destination},
        "Schedule": {"Frequency": "Daily"},
        "IncludedObjectVersions": "Current",
        "OptionalFields": {"Field": ["Size", "ETag"]},
        **options,
    }


def appears(client, bucket, prefix, suffix):
    """The key with this beginning and end, once it is there."""
    deadline = time.monotonic() + 10
    while True:
        contents = client.list_objects(Bucket=bucket, Prefix=prefix).get("Contents", [])
        for entry in contents:
            if entry["Key"].endswith(suffix):
                return entry["Key"]
        assert time.monotonic() < deadline, contents


CASES = [
    jobs_are_put_read_listed_and_deleted,
    many_jobs_are_listed_in_pages,
    a_single_run_writes_its_files_at_once,
    jobs_that_make_no_sense_are_refused,
]
