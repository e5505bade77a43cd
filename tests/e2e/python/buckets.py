"""Buckets: created, found, looked at, deleted."""

from harness import OWNER, equal, refused


def a_bucket_is_created_found_listed_and_deleted(server):
    client, bucket = server.client(), server.new_bucket_name()
    equal(client.bucket_exists(bucket), False)
    client.create_bucket(Bucket=bucket)
    equal(client.bucket_exists(bucket), True)
    equal(client.head_bucket(Bucket=bucket)["x-cos-bucket-region"], server.region)
    equal(client.get_bucket_location(Bucket=bucket), {"LocationConstraint": server.region})
    equal([found["Location"] for found in listed(client, bucket)], [server.region])
    with refused(409, "BucketAlreadyOwnedByYou"):
        client.create_bucket(Bucket=bucket)
    client.delete_bucket(Bucket=bucket)
    # A HEAD carries no body to read a code from: the SDK makes one up.
    with refused(404, "NoSuchResource"):
        client.head_bucket(Bucket=bucket)
    for missing in (client.list_objects, client.get_bucket_location, client.delete_bucket):
        with refused(404, "NoSuchBucket"):
            missing(Bucket=bucket)


def a_bucket_that_holds_an_object_is_kept(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="kept", Body=b"kept")
        with refused(409, "BucketNotEmpty"):
            client.delete_bucket(Bucket=bucket)


def a_bucket_belongs_to_the_account_of_its_appid(server):
    bucket = f"e2e-not-mine-{server.other_appid}"
    with refused(403, "AccessDenied"):
        server.client().create_bucket(Bucket=bucket)
    with refused(403, "AccessDenied"):
        server.anonymous().create_bucket(Bucket=server.new_bucket_name())
    with server.bucket() as bucket:
        for stranger in (server.other_account(), server.anonymous()):
            with refused(403, "AccessDenied"):
                stranger.delete_bucket(Bucket=bucket)
    # An APPID of no account's is anybody's, and the bucket is whose came first.
    bucket = "e2e-anybodys-1259999999"
    server.client().create_bucket(Bucket=bucket)
    with refused(409, "BucketAlreadyExists"):
        server.other_account().create_bucket(Bucket=bucket)
    server.client().delete_bucket(Bucket=bucket)


def a_bucket_of_several_zones_says_so(server):
    with server.bucket(BucketAZConfig="MAZ") as bucket:
        client = server.client()
        head = client.head_bucket(Bucket=bucket)
        equal((head["x-cos-bucket-az-type"], "x-cos-bucket-arch" in head), ("MAZ", False))
        put = client.put_object(Bucket=bucket, Key="note", Body=b"note", StorageClass="MAZ_STANDARD")
        equal(put["x-cos-storage-class"], "MAZ_STANDARD")
        with refused(400, "OAZOperationNotSupportOnMAZBucket"):
            client.put_object(Bucket=bucket, Key="note", Body=b"note", StorageClass="STANDARD_IA")


def a_bucket_with_folders_says_so(server):
    with server.bucket(BucketArchConfig="OFS") as bucket:
        head = server.client().head_bucket(Bucket=bucket)
        equal((head["x-cos-bucket-arch"], "x-cos-bucket-az-type" in head), ("OFS", False))


def all_settings_are_read_at_once(server):
    with server.bucket() as bucket:
        client = server.client()
        unset = {
            "BucketUrl": server.endpoint,
            "Location": server.region,
            "OFS": False,
            "MAZ": False,
            "ACL": {
                "Owner": {"ID": OWNER, "DisplayName": OWNER},
                "AccessControlList": {
                    "Grant": [
                        {
                            "Grantee": {"Type": "CanonicalUser", "ID": OWNER, "DisplayName": OWNER},
                            "Permission": "FULL_CONTROL",
                        }
                    ]
                },
                "CannedACL": "private",
            },
            # Settings that answer 200 when they were never made.
            "Logging": {"BucketLoggingStatus": None},
            "Versioning": {"VersioningConfiguration": None},
            "IntelligentTiering": {"ListBucketIntelligentTieringConfigurationsOutput": None},
            # Settings that answer 404.
            "CORS": None,
            "Encryption": None,
            "Lifecycle": None,
            "ObjectLock": None,
            "Replication": None,
            "Tagging": None,
            "Website": None,
        }
        equal(client.get_bucket_meta(Bucket=bucket), unset)
        client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        client.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
        client.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": {"Tag": [{"Key": "team", "Value": "a"}]}})
        expected = {
            **unset,
            "Versioning": {"Status": "Enabled"},
            "Website": {"IndexDocument": {"Suffix": "index.html"}},
            "Tagging": {"TagSet": {"Tag": [{"Key": "team", "Value": "a"}]}},
        }
        equal(client.get_bucket_meta(Bucket=bucket), expected)


def listed(client, bucket):
    entries = client.list_buckets()["Buckets"]["Bucket"]
    return [entry for entry in entries if entry["Name"] == bucket]


CASES = [
    a_bucket_is_created_found_listed_and_deleted,
    a_bucket_that_holds_an_object_is_kept,
    a_bucket_belongs_to_the_account_of_its_appid,
    a_bucket_of_several_zones_says_so,
    a_bucket_with_folders_says_so,
    all_settings_are_read_at_once,
]
