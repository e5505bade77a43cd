"""The setting that says where access logs go."""

from harness import equal, refused


def logging_is_switched_on_and_off(server):
    with server.bucket() as bucket, server.bucket() as logs:
        client = server.client()
        equal(client.get_bucket_logging(Bucket=bucket), {"BucketLoggingStatus": None})
        status = {"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": "access/"}}
        client.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=status)
        equal(client.get_bucket_logging(Bucket=bucket), status)
        client.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
        equal(client.get_bucket_logging(Bucket=bucket), {"BucketLoggingStatus": None})


def a_target_that_cannot_take_logs_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        for target in (server.new_bucket_name(), "nonsense"):
            status = {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "access/"}}
            with refused(400, "InvalidTargetBucketForLogging"):
                client.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=status)


CASES = [logging_is_switched_on_and_off, a_target_that_cannot_take_logs_is_refused]
