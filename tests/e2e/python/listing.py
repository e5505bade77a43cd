"""Listings of objects: prefix, delimiter, pages, encoded names."""

from contextlib import contextmanager
from urllib.parse import unquote

from harness import equal

KEYS = ["a/1", "a/2", "a/b/3", "b/4", "c", "d e+f%g", "中/文"]


def a_prefix_selects_keys(server):
    with filled_bucket(server) as bucket:
        answer = server.client().list_objects(Bucket=bucket, Prefix="a/")
        equal(names(answer), (["a/1", "a/2", "a/b/3"], []))
        equal(answer["Prefix"], "a/")
        equal(answer["IsTruncated"], "false")
        first = answer["Contents"][0]
        equal((first["Size"], first["StorageClass"]), (str(len("a/1")), "STANDARD"))
        equal(first["ETag"], server.client().head_object(Bucket=bucket, Key="a/1")["ETag"])
        equal(names(server.client().list_objects(Bucket=bucket, Prefix="none")), ([], []))


def a_delimiter_rolls_keys_up(server):
    with filled_bucket(server) as bucket:
        client = server.client()
        equal(names(client.list_objects(Bucket=bucket, Delimiter="/")), (["c", "d e+f%g"], ["a/", "b/", "中/"]))
        equal(names(client.list_objects(Bucket=bucket, Prefix="a/", Delimiter="/")), (["a/1", "a/2"], ["a/b/"]))


def pages_follow_one_another_without_gap_or_overlap(server):
    with filled_bucket(server) as bucket:
        for delimiter, keys, prefixes in [("", KEYS, []), ("/", ["c", "d e+f%g"], ["a/", "b/", "中/"])]:
            for size in (1, 2, 3):
                found, rolled_up = pages(server.client(), bucket, delimiter, size)
                equal((found, rolled_up), (keys, prefixes))


def names_are_percent_encoded_when_asked(server):
    with filled_bucket(server) as bucket:
        # Only a caller who names the encoding sees it; otherwise the SDK asks for it and decodes.
        answer = server.client().list_objects(Bucket=bucket, Delimiter="/", EncodingType="url")
        equal(answer["EncodingType"], "url")
        equal([entry["Key"] for entry in answer["Contents"]], ["c", "d%20e%2Bf%25g"])
        encoded = [entry["Prefix"] for entry in answer["CommonPrefixes"]]
        equal([unquote(prefix) for prefix in encoded], ["a/", "b/", "中/"])
        assert encoded[2].isascii(), encoded


@contextmanager
def filled_bucket(server):
    """A bucket with every one of `KEYS`, each holding its own name."""
    with server.bucket() as bucket:
        for key in reversed(KEYS):
            server.client().put_object(Bucket=bucket, Key=key, Body=key.encode())
        yield bucket


def names(answer):
    keys = [entry["Key"] for entry in answer.get("Contents", [])]
    return keys, [entry["Prefix"] for entry in answer.get("CommonPrefixes", [])]


def pages(client, bucket, delimiter, size):
    keys, prefixes, marker = [], [], ""
    while True:
        answer = client.list_objects(Bucket=bucket, Delimiter=delimiter, Marker=marker, MaxKeys=size)
        page_keys, page_prefixes = names(answer)
        assert len(page_keys) + len(page_prefixes) <= size, answer
        keys += page_keys
        prefixes += page_prefixes
        if answer["IsTruncated"] == "false":
            return keys, prefixes
        marker = answer["NextMarker"]


CASES = [
    a_prefix_selects_keys,
    a_delimiter_rolls_keys_up,
    pages_follow_one_another_without_gap_or_overlap,
    names_are_percent_encoded_when_asked,
]
