"""The other ways in which this SDK can be pointed at a local server."""

import socket

import requests
from qcloud_cos import CosS3Client

from harness import Skip, body_of, equal, once


def path_style_names_the_bucket_in_the_path(server):
    with server.bucket() as bucket:
        client = once(CosS3Client, server.signing_config(Domain=f"{server.authority}/{bucket}"))
        stores_and_lists(client, bucket)
        # Here a presigned URL is complete by itself.
        url = client.get_presigned_url(Bucket=bucket, Key="dir/a b+c", Method="GET")
        equal(requests.get(url, timeout=30).content, b"stored")


def a_forward_proxy_is_asked_for_the_real_names(server):
    with server.bucket() as bucket:
        client = once(CosS3Client, server.signing_config(Proxies={"http": server.endpoint}))
        stores_and_lists(client, bucket)
        names = [entry["Name"] for entry in client.list_buckets()["Buckets"]["Bucket"]]
        assert bucket in names, names


def a_local_name_carries_the_bucket(server):
    with server.bucket() as bucket:
        name = f"{bucket}.cos.localhost"
        try:
            socket.getaddrinfo(name, server.port)
        except socket.gaierror:
            raise Skip(f"{name} does not resolve on this machine") from None
        client = once(CosS3Client, server.signing_config(Endpoint=f"cos.localhost:{server.port}"))
        stores_and_lists(client, bucket)


def stores_and_lists(client, bucket):
    client.put_object(Bucket=bucket, Key="dir/a b+c", Body=b"stored")
    equal(body_of(client.get_object(Bucket=bucket, Key="dir/a b+c")), b"stored")
    contents = client.list_objects(Bucket=bucket, Prefix="dir/")["Contents"]
    equal([entry["Key"] for entry in contents], ["dir/a b+c"])


CASES = [
    path_style_names_the_bucket_in_the_path,
    a_forward_proxy_is_asked_for_the_real_names,
    a_local_name_carries_the_bucket,
]
