"""Intelligent tiering: both generations of the setting."""

from harness import equal, refused

FIRST = {"Status": "Enabled", "Transition": {"Days": "30", "RequestFrequent": "1"}}
SECOND = {
    "Id": "cold",
    "Status": "Enabled",
    "Filter": {"And": {"Prefix": "logs/", "Tag": {"Key": "a", "Value": "1"}}},
    "Tiering": {"AccessTier": "ARCHIVE_ACCESS", "Days": "91"},
}


def the_first_setting_is_made_once(server):
    with server.bucket() as bucket:
        client = server.client()
        equal(client.get_bucket_intelligenttiering(Bucket=bucket), {"IntelligentTieringConfiguration": None})
        client.put_bucket_intelligenttiering(Bucket=bucket, IntelligentTieringConfiguration=FIRST)
        equal(client.get_bucket_intelligenttiering(Bucket=bucket), FIRST)
        try:
            client.put_bucket_intelligenttiering(Bucket=bucket, IntelligentTieringConfiguration=FIRST)
        except Exception as error:
            equal(error.get_error_msg(), "Not support modify intelligent tiering configuration")
        else:
            raise AssertionError("the setting was changed")


def further_settings_have_ids(server):
    with server.bucket() as bucket:
        client = server.client()
        unset = {"ListBucketIntelligentTieringConfigurationsOutput": None}
        equal(client.list_bucket_intelligenttiering_configurations(Bucket=bucket), unset)
        with refused(404, "IntelligentTieringConfigurationNotFoundError"):
            client.get_bucket_intelligenttiering_v2(Bucket=bucket, Id="cold")
        client.put_bucket_intelligenttiering_v2(Bucket=bucket, IntelligentTieringConfiguration=SECOND, Id="cold")
        equal(client.get_bucket_intelligenttiering_v2(Bucket=bucket, Id="cold"), SECOND)
        listed = client.list_bucket_intelligenttiering_configurations(Bucket=bucket)
        equal(listed, {"IntelligentTieringConfiguration": SECOND})
        # These may be changed.
        changed = {**SECOND, "Status": "Suspended"}
        client.put_bucket_intelligenttiering_v2(Bucket=bucket, IntelligentTieringConfiguration=changed, Id="cold")
        equal(client.get_bucket_intelligenttiering_v2(Bucket=bucket, Id="cold"), changed)


def both_settings_are_one(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_bucket_intelligenttiering(Bucket=bucket, IntelligentTieringConfiguration=FIRST)
        found = client.get_bucket_intelligenttiering_v2(Bucket=bucket, Id="default")
        equal((found["Id"], found["Status"]), ("default", "Enabled"))
        tier = {"AccessTier": "INFREQUENT", "Days": "30", "RequestFrequent": "1"}
        equal(found["Tiering"], tier)


def objects_of_the_class_say_which_tier_they_are_in(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note", StorageClass="INTELLIGENT_TIERING")
        head = client.head_object(Bucket=bucket, Key="note")
        equal((head["x-cos-storage-class"], head["x-cos-storage-tier"]), ("INTELLIGENT_TIERING", "FREQUENT"))
        [entry] = client.list_objects(Bucket=bucket)["Contents"]
        equal((entry["StorageClass"], entry["StorageTier"]), ("INTELLIGENT_TIERING", "FREQUENT"))


CASES = [
    the_first_setting_is_made_once,
    further_settings_have_ids,
    both_settings_are_one,
    objects_of_the_class_say_which_tier_they_are_in,
]
