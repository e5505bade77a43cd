"""What the service has and the emulator lacks is refused by name."""

from harness import refused


def what_is_not_there_is_refused_by_name(server):
    with server.bucket() as bucket:
        client = server.client()
        for attempt in (
            lambda: client.put_bucket_response_control(Bucket=bucket, ResponseControlConfiguration={"Status": "Enabled"}),
            lambda: client.get_bucket_response_control(Bucket=bucket),
            lambda: client.delete_bucket_response_control(Bucket=bucket),
        ):
            with refused(501, "NotImplemented"):
                attempt()


CASES = [what_is_not_there_is_refused_by_name]
