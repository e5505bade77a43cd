"""Presigned URLs, fetched by a client that knows nothing of COS."""

import requests

from harness import body_of, equal


def presigned_urls_put_and_get_an_object(server):
    with server.bucket() as bucket:
        client, key, content = server.client(), "dir/a b+中.txt", b"through a URL"
        # With IP and Port the URL names no bucket: the name to sign and to send is the caller's to give.
        host = {"Host": server.bucket_host(bucket)}
        put = client.get_presigned_url(Bucket=bucket, Key=key, Method="PUT", Expired=60, Headers=host)
        answer = requests.put(put, data=content, headers=host, timeout=30)
        equal((answer.status_code, answer.text), (200, ""))
        equal(body_of(client.get_object(Bucket=bucket, Key=key)), content)

        override = {"response-content-type": "text/x-presigned"}
        get = client.get_presigned_url(Bucket=bucket, Key=key, Method="GET", Expired=60, Headers=host, Params=override)
        answer = requests.get(get, headers=host, timeout=30)
        equal((answer.status_code, answer.content), (200, content))
        equal(answer.headers["Content-Type"], "text/x-presigned")


def a_presigned_url_is_good_for_its_method_and_key_only(server):
    with server.bucket() as bucket:
        client, host = server.client(), {"Host": server.bucket_host(bucket)}
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        client.put_object(Bucket=bucket, Key="other", Body=b"other")
        url = client.get_presigned_url(Bucket=bucket, Key="note", Method="GET", Expired=60, Headers=host)
        equal(requests.get(url, headers=host, timeout=30).content, b"note")
        for answer in (
            requests.delete(url, headers=host, timeout=30),
            requests.get(url.replace("/note?", "/other?"), headers=host, timeout=30),
        ):
            equal(answer.status_code, 403)
            assert "<Code>SignatureDoesNotMatch</Code>" in answer.text, answer.text


CASES = [presigned_urls_put_and_get_an_object, a_presigned_url_is_good_for_its_method_and_key_only]
