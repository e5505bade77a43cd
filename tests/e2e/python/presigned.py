"""Presigned URLs, fetched by a client that knows nothing of COS."""

from urllib.parse import quote

from qcloud_cos import CosS3Client

from harness import body_of, equal, once


def presigned_urls_put_and_get_an_object(server):
    with server.bucket() as bucket:
        client, key, content = server.client(), "dir/a b+中.txt", b"through a URL"
        # With IP and Port the URL names no bucket: the name to sign and to send is the caller's to give.
        put = client.get_presigned_url(Bucket=bucket, Key=key, Method="PUT", Expired=60, Headers=host(server, bucket))
        answer = server.fetch("PUT", put, data=content, headers=host(server, bucket))
        equal((answer.status_code, answer.text), (200, ""))
        equal(body_of(client.get_object(Bucket=bucket, Key=key)), content)

        override = {"response-content-type": "text/x-presigned"}
        get = client.get_presigned_url(
            Bucket=bucket, Key=key, Method="GET", Expired=60, Headers=host(server, bucket), Params=override
        )
        answer = server.fetch("GET", get, headers=host(server, bucket))
        equal((answer.status_code, answer.content), (200, content))
        equal(answer.headers["Content-Type"], "text/x-presigned")


def a_presigned_url_is_good_for_its_method_and_key_only(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="note", Body=b"note")
        client.put_object(Bucket=bucket, Key="other", Body=b"other")
        url = presigner(server).get_presigned_url(Bucket=bucket, Key="note", Method="GET", Expired=60)
        equal(server.fetch("GET", url).content, b"note")
        is_refused(server.fetch("DELETE", url), "SignatureDoesNotMatch")
        is_refused(server.fetch("GET", url.replace("/note?", "/other?")), "SignatureDoesNotMatch")


def every_method_and_parameter_can_be_presigned(server):
    with server.bucket() as bucket:
        client, signer, note = server.client(), presigner(server), {"Bucket": bucket, "Key": "note"}
        client.put_object(**note, Body=b"note")
        head = signer.get_presigned_url(**note, Method="HEAD")
        equal(server.fetch("HEAD", head).headers["Content-Length"], "4")
        download = signer.get_presigned_download_url(**note, Params={"response-content-disposition": "attachment"})
        answer = server.fetch("GET", download)
        equal((answer.content, answer.headers["Content-Disposition"]), (b"note", "attachment"))
        start = signer.get_presigned_url(**note, Method="POST", Params={"uploads": ""})
        assert "<InitiateMultipartUploadResult>" in server.fetch("POST", start).text
        upload = client.list_multipart_uploads(Bucket=bucket)["Upload"][0]["UploadId"]
        part = signer.get_presigned_url(**note, Method="PUT", Params={"partNumber": "1", "uploadId": upload})
        equal(server.fetch("PUT", part, data=b"part").status_code, 200)
        equal([found["Size"] for found in client.list_parts(**note, UploadId=upload)["Part"]], ["4"])
        delete = signer.get_presigned_url(**note, Method="DELETE")
        equal(server.fetch("DELETE", delete).status_code, 204)
        equal(client.object_exists(bucket, "note"), False)


def headers_that_were_signed_must_be_sent(server):
    with server.bucket() as bucket:
        signed = {"Content-Type": "text/x-signed", "x-cos-storage-class": "STANDARD_IA"}
        url = presigner(server).get_presigned_url(Bucket=bucket, Key="note", Method="PUT", Headers=dict(signed))
        for sent in ({}, {**signed, "x-cos-storage-class": "STANDARD"}):
            is_refused(server.fetch("PUT", url, data=b"note", headers=sent), "SignatureDoesNotMatch")
        equal(server.fetch("PUT", url, data=b"note", headers=signed).status_code, 200)
        head = server.client().head_object(Bucket=bucket, Key="note")
        equal((head["Content-Type"], head["x-cos-storage-class"]), ("text/x-signed", "STANDARD_IA"))


def a_url_is_good_until_it_expires(server):
    with server.bucket(ACL="public-read") as bucket:
        server.client().put_object(Bucket=bucket, Key="note", Body=b"note")
        url = presigner(server).get_presigned_url(Bucket=bucket, Key="note", Method="GET", Expired=-30)
        answer = server.fetch("GET", url)
        is_refused(answer, "AccessDenied")
        assert "<Message>Request has expired</Message>" in answer.text, answer.text
        # Without any signature it may be read.
        plain = presigner(server).get_object_url(Bucket=bucket, Key="note")
        equal(plain, f"http://{server.bucket_host(bucket)}/note")
        equal(server.fetch("GET", plain).content, b"note")


def a_url_without_the_host_is_good_on_every_host(server):
    with server.bucket() as bucket:
        server.client().put_object(Bucket=bucket, Key="note", Body=b"note")
        signer = presigner(server)
        bound = signer.get_presigned_url(Bucket=bucket, Key="note", Method="GET")
        free = signer.get_presigned_url(Bucket=bucket, Key="note", Method="GET", SignHost=False)
        for url in (bound, free):
            equal(server.fetch("GET", url).content, b"note")
        is_refused(server.fetch("GET", bound.replace("myqcloud.com", "tencentcos.cn")), "SignatureDoesNotMatch")
        equal(server.fetch("GET", free.replace("myqcloud.com", "tencentcos.cn")).content, b"note")


def a_signature_is_good_in_a_header_and_as_one_parameter(server):
    with server.bucket() as bucket:
        server.client().put_object(Bucket=bucket, Key="note", Body=b"note")
        signer = presigner(server)
        url, sign = signer.get_object_url(bucket, "note"), signer.get_auth(Method="GET", Bucket=bucket, Key="note")
        equal(server.fetch("GET", url, headers={"Authorization": sign}).content, b"note")
        equal(server.fetch("GET", f"{url}?sign={quote(sign, safe='')}").content, b"note")


def presigner(server):
    """A client of the real names, which is asked for URLs only."""
    return once(CosS3Client, server.signing_config())


def host(server, bucket):
    """A new one each time: the SDK writes its signature into the headers that it is given."""
    return {"Host": server.bucket_host(bucket)}


def is_refused(answer, code):
    equal(answer.status_code, 403)
    assert f"<Code>{code}</Code>" in answer.text, answer.text


CASES = [
    presigned_urls_put_and_get_an_object,
    a_presigned_url_is_good_for_its_method_and_key_only,
    every_method_and_parameter_can_be_presigned,
    headers_that_were_signed_must_be_sent,
    a_url_is_good_until_it_expires,
    a_url_without_the_host_is_good_on_every_host,
    a_signature_is_good_in_a_header_and_as_one_parameter,
]
