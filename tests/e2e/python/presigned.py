"""Presigned URLs, fetched by a client that knows nothing of COS."""

from urllib.parse import quote

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


def every_method_and_parameter_can_be_presigned(server):
    with server.bucket() as bucket:
        client, host = server.client(), {"Host": server.bucket_host(bucket)}
        note = {"Bucket": bucket, "Key": "note", "Headers": host}
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        head = client.get_presigned_url(**note, Method="HEAD")
        equal(requests.head(head, headers=host, timeout=30).headers["Content-Length"], "4")
        download = client.get_presigned_download_url(**note, Params={"response-content-disposition": "attachment"})
        answer = requests.get(download, headers=host, timeout=30)
        equal((answer.content, answer.headers["Content-Disposition"]), (b"note", "attachment"))
        start = client.get_presigned_url(**note, Method="POST", Params={"uploads": ""})
        answer = requests.post(start, headers=host, timeout=30)
        assert "<InitiateMultipartUploadResult>" in answer.text, answer.text
        upload = client.list_multipart_uploads(Bucket=bucket)["Upload"][0]["UploadId"]
        part = client.get_presigned_url(**note, Method="PUT", Params={"partNumber": "1", "uploadId": upload})
        equal(requests.put(part, data=b"part", headers=host, timeout=30).status_code, 200)
        equal([found["Size"] for found in client.list_parts(Bucket=bucket, Key="note", UploadId=upload)["Part"]], ["4"])
        delete = client.get_presigned_url(**note, Method="DELETE")
        equal(requests.delete(delete, headers=host, timeout=30).status_code, 204)
        equal(client.object_exists(bucket, "note"), False)


def headers_that_were_signed_must_be_sent(server):
    with server.bucket() as bucket:
        client, host = server.client(), {"Host": server.bucket_host(bucket)}
        signed = {**host, "Content-Type": "text/x-signed", "x-cos-storage-class": "STANDARD_IA"}
        url = client.get_presigned_url(Bucket=bucket, Key="note", Method="PUT", Headers=signed)
        for sent in (host, {**signed, "x-cos-storage-class": "STANDARD"}):
            answer = requests.put(url, data=b"note", headers=sent, timeout=30)
            equal(answer.status_code, 403)
            assert "<Code>SignatureDoesNotMatch</Code>" in answer.text, answer.text
        equal(requests.put(url, data=b"note", headers=signed, timeout=30).status_code, 200)
        head = client.head_object(Bucket=bucket, Key="note")
        equal((head["Content-Type"], head["x-cos-storage-class"]), ("text/x-signed", "STANDARD_IA"))


def a_url_is_good_until_it_expires(server):
    with server.bucket(ACL="public-read") as bucket:
        client, host = server.client(), {"Host": server.bucket_host(bucket)}
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        url = client.get_presigned_url(Bucket=bucket, Key="note", Method="GET", Expired=-30, Headers=host)
        answer = requests.get(url, headers=host, timeout=30)
        equal(answer.status_code, 403)
        assert "<Message>Request has expired</Message>" in answer.text, answer.text
        # Without any signature it may be read.
        plain = client.get_object_url(Bucket=bucket, Key="note")
        equal(plain, f"{server.endpoint}/note")
        equal(requests.get(plain, headers=host, timeout=30).content, b"note")


def a_url_without_the_host_is_good_on_every_host(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        url = client.get_presigned_url(Bucket=bucket, Key="note", Method="GET", SignHost=False)
        for host in (server.bucket_host(bucket), f"{bucket}.cos-internal.{server.region}.tencentcos.cn"):
            equal(requests.get(url, headers={"Host": host}, timeout=30).content, b"note")


def the_whole_authorization_can_be_one_parameter(server):
    with server.bucket() as bucket:
        client, host = server.client(), {"Host": server.bucket_host(bucket)}
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        sign = client.get_auth(Method="GET", Bucket=bucket, Key="note", Headers=host)
        url = f"{client.get_object_url(Bucket=bucket, Key='note')}?sign={quote(sign, safe='')}"
        equal(requests.get(url, headers=host, timeout=30).content, b"note")
        answer = requests.get(f"{server.endpoint}/note", headers={**host, "Authorization": sign}, timeout=30)
        equal(answer.content, b"note")


CASES = [
    presigned_urls_put_and_get_an_object,
    a_presigned_url_is_good_for_its_method_and_key_only,
    every_method_and_parameter_can_be_presigned,
    headers_that_were_signed_must_be_sent,
    a_url_is_good_until_it_expires,
    a_url_without_the_host_is_good_on_every_host,
    the_whole_authorization_can_be_one_parameter,
]
