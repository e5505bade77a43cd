"""Access logs: where they go, and what is in them."""

import csv
import gzip

from harness import body_of, equal, refused

# Places of a line's fields, of which there are 31.
BUCKET, EVENT, KEY_ID, PATH, METHOD, STATUS, CODE = 1, 5, 7, 11, 12, 14, 15


def logging_is_switched_on_and_off(server):
    with server.bucket() as bucket, server.bucket() as logs:
        client = server.client()
        equal(client.get_bucket_logging(Bucket=bucket), {"BucketLoggingStatus": None})
        status = {"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": "access/"}}
        client.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=status)
        equal(client.get_bucket_logging(Bucket=bucket), status)
        client.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
        equal(client.get_bucket_logging(Bucket=bucket), {"BucketLoggingStatus": None})


def requests_are_written_down_in_the_other_bucket(server):
    with server.bucket() as bucket, server.bucket() as logs:
        client = server.client()
        status = {"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": "access/"}}
        client.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=status)
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        with refused(404, "NoSuchKey"):
            client.get_object(Bucket=bucket, Key="none")
        with refused(403, "AccessDenied"):
            server.anonymous().get_object(Bucket=bucket, Key="note")
        server.run_due()
        [entry] = client.list_objects(Bucket=logs)["Contents"]
        assert entry["Key"].startswith("access/20") and entry["Key"].endswith(".gz"), entry["Key"]
        text = gzip.decompress(body_of(client.get_object(Bucket=logs, Key=entry["Key"]))).decode()
        lines = list(csv.reader(text.splitlines(), delimiter=" "))
        equal({len(line) for line in lines}, {31})
        equal({line[BUCKET] for line in lines}, {bucket})
        told = [[line[place] for place in (EVENT, METHOD, PATH, STATUS, CODE, KEY_ID)] for line in lines]
        equal(
            told[-3:],
            [
                ["PutObject", "put", "/note", "200", "-", server.secret_id],
                ["GetObject", "get", "/none", "404", "NoSuchKey", server.secret_id],
                ["GetObject", "get", "/note", "403", "AccessDenied", "-"],
            ],
        )


def a_target_that_cannot_take_logs_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        for target in (server.new_bucket_name(), "nonsense"):
            status = {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "access/"}}
            with refused(400, "InvalidTargetBucketForLogging"):
                client.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=status)


CASES = [
    logging_is_switched_on_and_off,
    requests_are_written_down_in_the_other_bucket,
    a_target_that_cannot_take_logs_is_refused,
]
