"""The journey of ../README.md through boto3, and what S3 programs do besides: one line for every case."""

import contextlib
import io
import os
import secrets
import sys
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

sys.path.insert(0, str(Path(__file__).parent.parent))
from cases import MIB, WAY, equal, random_file, run_cases

secret_id = os.environ.get("E2E_SECRET_ID", "AKIDCosEmulatorDefaultSecretId000000")
secret_key = os.environ.get("E2E_SECRET_KEY", "CosEmulatorDefaultSecretKey00000")
region = os.environ.get("E2E_REGION", "ap-guangzhou")
bucket = f"demo-{os.environ.get('E2E_APPID', '1250000000')}"
account = {"aws_access_key_id": secret_id, "aws_secret_access_key": secret_key, "region_name": region}
# Without repeats, one bad answer is seen.
once = Config(retries={"total_max_attempts": 1})
parts_of_5_mib = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=3)


def client_of(account, config=once):
    """How a program says where COS is. In the ways proxy and https its environment says the rest."""
    if WAY == "plain":
        return boto3.client("s3", **account, config=config, endpoint_url=os.environ.get("E2E_ENDPOINT", "http://127.0.0.1:7436"))
    virtual = config.merge(Config(s3={"addressing_style": "virtual"}))
    if WAY == "proxy":
        return boto3.client("s3", **account, config=virtual, endpoint_url=f"http://cos.{region}.myqcloud.com")
    return boto3.client("s3", **account, config=virtual, endpoint_url=f"https://cos.{region}.myqcloud.com")


s3 = client_of(account)
anonymous = client_of({"region_name": region}, once.merge(Config(signature_version=UNSIGNED)))


def creates_a_bucket():
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    assert bucket in [found["Name"] for found in s3.list_buckets()["Buckets"]]
    equal(s3.head_bucket(Bucket=bucket)["BucketRegion"], region)
    equal(s3.get_bucket_location(Bucket=bucket)["LocationConstraint"], region)
    with refused(409, "BucketAlreadyOwnedByYou"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})


def puts_and_gets_a_small_object():
    key, content = "notes/a b+c 中.txt", "a small object 中".encode()
    put = s3.put_object(
        Bucket=bucket, Key=key, Body=content, ContentType="text/plain", CacheControl="no-cache", Metadata={"author": "me"},
        StorageClass="STANDARD_IA",
    )  # fmt: skip
    for got in (s3.get_object(Bucket=bucket, Key=key), s3.head_object(Bucket=bucket, Key=key)):
        equal([got["ETag"], got["ContentType"], got["CacheControl"]], [put["ETag"], "text/plain", "no-cache"])
        equal([got["ContentLength"], got["Metadata"], got["StorageClass"]], [len(content), {"author": "me"}, "STANDARD_IA"])
    equal(body_of(s3.get_object(Bucket=bucket, Key=key)), content)
    s3.delete_object(Bucket=bucket, Key=key)
    with refused(404, "NoSuchKey", s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key=key)
    with refused(404, "404"):
        s3.head_object(Bucket=bucket, Key=key)


def puts_with_checksums():
    content = b"checked on the way"
    # Over plain HTTP a header says it, over HTTPS a trailer of a body in chunks.
    put = s3.put_object(Bucket=bucket, Key="checked", Body=content)
    equal(put["ChecksumCRC32"], "1tMc9w==")
    put = s3.put_object(Bucket=bucket, Key="checked", Body=io.BytesIO(content), ChecksumAlgorithm="SHA256", ContentEncoding="x")
    equal(put["ChecksumSHA256"], "B4YOy2UlR1t4pP73ygnDb12aKJG+1hToGmPNCSH1zgM=")
    equal(s3.head_object(Bucket=bucket, Key="checked")["ContentEncoding"], "x")
    s3.put_object(Bucket=bucket, Key="checked", Body=content, ContentMD5="4+Le7n7qnRvV2ZCF03awyw==")
    with refused(400, "BadDigest"):
        s3.put_object(Bucket=bucket, Key="checked", Body=content, ChecksumCRC32="AAAAAA==")
    equal(body_of(s3.get_object(Bucket=bucket, Key="checked", ChecksumMode="ENABLED")), content)
    unchecked = client_of(account, once.merge(Config(request_checksum_calculation="when_required")))
    assert "ChecksumCRC32" not in unchecked.put_object(Bucket=bucket, Key="unchecked", Body=content)


def uploads_in_parts():
    with random_file(12 * MIB + 321) as file:
        s3.upload_file(str(file), bucket, "large", Config=parts_of_5_mib, ExtraArgs={"Metadata": {"author": "me"}})
        head = s3.head_object(Bucket=bucket, Key="large")
        assert head["ETag"].endswith('-3"'), head["ETag"]
        equal(head["Metadata"], {"author": "me"})
        back = file.with_name("back")
        s3.download_file(bucket, "large", str(back), Config=parts_of_5_mib)
        assert back.read_bytes() == file.read_bytes()


def resumes_an_upload():
    content = secrets.token_bytes(3 * MIB + 5)
    parts = {number: content[(number - 1) * MIB : number * MIB] for number in range(1, 5)}
    upload = {"Bucket": bucket, "Key": "resumed"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    for number in (1, 3):
        s3.upload_part(**upload, PartNumber=number, Body=parts[number])

    # Another run of the program knows no more than the key.
    found = s3.list_multipart_uploads(Bucket=bucket, Prefix="resumed")["Uploads"]
    equal([entry["UploadId"] for entry in found], [upload["UploadId"]])
    pages = s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 1})
    etags = {part["PartNumber"]: part["ETag"] for page in pages for part in page["Parts"]}
    missing = [number for number in parts if number not in etags]
    equal(missing, [2, 4])
    for number in missing:
        etags[number] = s3.upload_part(**upload, PartNumber=number, Body=parts[number])["ETag"]
    complete = [{"PartNumber": number, "ETag": etags[number]} for number in sorted(etags)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": complete})
    assert body_of(s3.get_object(Bucket=bucket, Key="resumed")) == content
    with refused(404, "NoSuchUpload", s3.exceptions.NoSuchUpload):
        s3.abort_multipart_upload(**upload)


def gets_ranges_and_under_conditions():
    digits = {"Bucket": bucket, "Key": "digits"}
    etag = s3.put_object(**digits, Body=b"0123456789")["ETag"]
    part = s3.get_object(**digits, Range="bytes=2-5")
    equal([body_of(part), part["ContentRange"]], [b"2345", "bytes 2-5/10"])
    equal(part["ResponseMetadata"]["HTTPStatusCode"], 206)
    equal(body_of(s3.get_object(**digits, Range="bytes=-3")), b"789")
    equal(body_of(s3.get_object(**digits, IfMatch=etag)), b"0123456789")
    with refused(304, "304"):
        s3.get_object(**digits, IfNoneMatch=etag)
    with refused(412, "PreconditionFailed"):
        s3.get_object(**digits, IfMatch='"00000000000000000000000000000000"')
    with refused(416, "InvalidRange"):
        s3.get_object(**digits, Range="bytes=10-")
    with refused(412, "PreconditionFailed"):
        s3.put_object(**digits, Body=b"", IfNoneMatch="*")
    inline = s3.get_object(**digits, ResponseContentDisposition="inline", ResponseContentType="text/x-digits")
    equal([inline["ContentDisposition"], inline["ContentType"]], ["inline", "text/x-digits"])


def lists_with_prefix_and_delimiter():
    keys = ["list/a b.txt", "list/c+d.txt", "list/中文.txt", "list/深/e f.txt", "list/深/g.txt", "list2"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    for version in ("list_objects", "list_objects_v2"):
        pages = s3.get_paginator(version).paginate(Bucket=bucket, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": 2})
        pages = list(pages)
        equal([entry["Key"] for page in pages for entry in page.get("Contents", [])], keys[:3])
        equal([entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])], ["list/深/"])
        equal(len(pages), 2)
    after = s3.list_objects_v2(Bucket=bucket, Prefix="list/", StartAfter=keys[2], FetchOwner=True)
    equal([after["KeyCount"], [entry["Key"] for entry in after["Contents"]]], [2, keys[3:5]])
    assert after["Contents"][0]["Owner"]["ID"]


def copies():
    key = "notes/copy of a+b 中.txt"
    source = {"Bucket": bucket, "Key": "notes/a+b 中.txt"}
    s3.put_object(**source, Body=b"to be copied", Metadata={"author": "me"}, ContentType="text/plain")
    s3.copy_object(Bucket=bucket, Key=key, CopySource=source)
    got = s3.get_object(Bucket=bucket, Key=key)
    equal([body_of(got), got["Metadata"], got["ContentType"]], [b"to be copied", {"author": "me"}, "text/plain"])
    other = {"MetadataDirective": "REPLACE", "Metadata": {"author": "you"}}
    s3.copy_object(Bucket=bucket, Key=key, CopySource=f"{bucket}/{key}", **other)
    equal(s3.head_object(Bucket=bucket, Key=key)["Metadata"], {"author": "you"})
    with refused(412, "PreconditionFailed"):
        s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key}, CopySourceIfMatch='"0"', **other)


def copies_in_parts():
    content = secrets.token_bytes(12 * MIB + 5)
    s3.put_object(Bucket=bucket, Key="source", Body=content)
    s3.copy({"Bucket": bucket, "Key": "source"}, bucket, "target", Config=parts_of_5_mib)
    got = s3.get_object(Bucket=bucket, Key="target")
    assert got["ETag"].endswith('-3"'), got["ETag"]
    assert body_of(got) == content


def deletes_a_batch():
    keys = ["batch/a b", "batch/c+d", "batch/<中>&"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in [*keys, "batch/never there"]]})
    equal(sorted(entry["Key"] for entry in answer["Deleted"]), sorted([*keys, "batch/never there"]))
    equal(s3.list_objects_v2(Bucket=bucket, Prefix="batch/")["KeyCount"], 0)


def presigns_a_get_and_a_put():
    presigned = {"Bucket": bucket, "Key": "presigned/a b+c 中.txt"}
    put = s3.generate_presigned_url("put_object", Params={**presigned, "ContentType": "text/x-url"}, ExpiresIn=60)
    equal(fetch("PUT", put, b"by a URL", {"Content-Type": "text/x-url"})[0], 200)
    get = s3.generate_presigned_url("get_object", Params={**presigned, "ResponseContentLanguage": "zh"}, ExpiresIn=60)
    equal(fetch("GET", get), (200, b"by a URL"))
    equal(fetch("DELETE", get)[0], 403)
    equal(fetch("PUT", put, b"of another type", {"Content-Type": "text/plain"})[0], 403)


def presigns_a_form():
    conditions = [["content-length-range", 1, 100], {"acl": "private"}]
    post = s3.generate_presigned_post(bucket, "forms/${filename}", Fields={"acl": "private"}, Conditions=conditions)
    equal(fetch("POST", post["url"], *form(post["fields"], b"by a form")), (204, b""))
    equal(body_of(s3.get_object(Bucket=bucket, Key="forms/a.txt")), b"by a form")
    status, said = fetch("POST", post["url"], *form(post["fields"], b"x" * 101))
    equal((status, b"EntityTooLarge" in said), (400, True))


def is_refused_with_a_wrong_key():
    with refused(403, "SignatureDoesNotMatch"):
        client_of({**account, "aws_secret_access_key": "WrongSecretKey"}).put_object(Bucket=bucket, Key="wrong", Body=b"")
    with refused(403, "InvalidAccessKeyId"):
        client_of({**account, "aws_access_key_id": "AKIDOfNobody"}).list_objects_v2(Bucket=bucket)
    with refused(403, "AccessDenied"):
        anonymous.list_objects_v2(Bucket=bucket)
    with refused(404, "NoSuchBucket", s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket=f"none-{bucket}")


def encrypts_with_a_customer_key():
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": secrets.token_bytes(32)}
    secret = {"Bucket": bucket, "Key": "secret"}
    s3.put_object(**secret, Body=b"for my eyes only", **key)
    equal(body_of(s3.get_object(**secret, **key)), b"for my eyes only")
    with refused(400, "InvalidRequest"):
        s3.get_object(**secret)
    with random_file(6 * MIB) as file:
        s3.upload_file(str(file), bucket, "secret", Config=parts_of_5_mib, ExtraArgs=key)
        back = file.with_name("back")
        s3.download_file(bucket, "secret", str(back), Config=parts_of_5_mib, ExtraArgs=key)
        assert back.read_bytes() == file.read_bytes()
    equal(s3.put_object(**secret, Body=b"", ServerSideEncryption="AES256")["ServerSideEncryption"], "AES256")


def tags_objects_and_buckets():
    tagged, tags = {"Bucket": bucket, "Key": "tagged"}, [{"Key": "colour", "Value": "light blue"}, {"Key": "n", "Value": "1"}]
    s3.put_object(**tagged, Body=b"", Tagging="colour=light%20blue&n=1")
    equal(sorted_tags(s3.get_object_tagging(**tagged)), tags)
    equal(s3.get_object(**tagged)["TagCount"], 2)
    s3.put_object_tagging(**tagged, Tagging={"TagSet": tags[:1]})
    equal(sorted_tags(s3.get_object_tagging(**tagged)), tags[:1])
    s3.delete_object_tagging(**tagged)
    equal(sorted_tags(s3.get_object_tagging(**tagged)), [])
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    equal(sorted_tags(s3.get_bucket_tagging(Bucket=bucket)), tags)
    s3.delete_bucket_tagging(Bucket=bucket)
    with refused(404, "NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket=bucket)


def grants_access():
    public = {"Bucket": bucket, "Key": "public"}
    s3.put_object(**public, Body=b"for everybody", ACL="public-read")
    equal(body_of(anonymous.get_object(**public)), b"for everybody")
    grants = s3.get_object_acl(**public)["Grants"]
    everybody = "http://acs.amazonaws.com/groups/global/AllUsers"
    equal([grant["Permission"] for grant in grants if grant["Grantee"].get("URI") == everybody], ["READ"])
    s3.put_object_acl(**public, ACL="private")
    with refused(403, "AccessDenied"):
        anonymous.get_object(**public)
    s3.put_object_acl(**public, GrantRead=f'uri="{everybody}"')
    equal(body_of(anonymous.get_object(**public)), b"for everybody")
    s3.put_object_acl(**public, AccessControlPolicy={key: s3.get_bucket_acl(Bucket=bucket)[key] for key in ("Owner", "Grants")})
    with refused(403, "AccessDenied"):
        anonymous.get_object(**public)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    assert anonymous.list_objects_v2(Bucket=bucket)["KeyCount"]
    s3.put_bucket_acl(Bucket=bucket, ACL="private")


def keeps_settings():
    cors = [{"AllowedOrigins": ["http://a.b"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 60}]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": cors})
    equal(s3.get_bucket_cors(Bucket=bucket)["CORSRules"], cors)
    s3.delete_bucket_cors(Bucket=bucket)
    with refused(404, "NoSuchCORSConfiguration"):
        s3.get_bucket_cors(Bucket=bucket)
    rules = [{"ID": "old logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    equal(s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"], rules)
    s3.delete_bucket_lifecycle(Bucket=bucket)
    with refused(404, "NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=encryption)
    kept = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    equal(kept["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})
    s3.delete_bucket_encryption(Bucket=bucket)


def keeps_versions():
    note = {"Bucket": bucket, "Key": "versions/note"}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    equal(s3.get_bucket_versioning(Bucket=bucket)["Status"], "Enabled")
    first, second = (s3.put_object(**note, Body=body)["VersionId"] for body in (b"first", b"second"))
    marker = s3.delete_object(**note)
    equal(marker["DeleteMarker"], True)
    with refused(404, "NoSuchKey"):
        s3.get_object(**note)
    equal(body_of(s3.get_object(**note, VersionId=first)), b"first")
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix="versions/", PaginationConfig={"PageSize": 1})
    pages = list(pages)
    versions = [(entry["VersionId"], entry["IsLatest"]) for page in pages for entry in page.get("Versions", [])]
    markers = [(entry["VersionId"], entry["IsLatest"]) for page in pages for entry in page.get("DeleteMarkers", [])]
    equal([versions, markers], [[(second, False), (first, False)], [(marker["VersionId"], True)]])
    s3.copy_object(**note, CopySource={**note, "VersionId": first})
    equal(body_of(s3.get_object(**note)), b"first")
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": note["Key"], "VersionId": second}]})
    equal(gone["Deleted"][0]["VersionId"], second)
    with refused(404, "NoSuchVersion"):
        s3.get_object(**note, VersionId=second)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def deletes_a_bucket():
    other = f"other-{bucket}"
    s3.create_bucket(Bucket=other)
    s3.put_object(Bucket=other, Key="one", Body=b"")
    with refused(409, "BucketNotEmpty"):
        s3.delete_bucket(Bucket=other)
    s3.delete_object(Bucket=other, Key="one")
    s3.delete_bucket(Bucket=other)
    with refused(404, "404"):
        s3.head_bucket(Bucket=other)


def body_of(answer):
    return answer["Body"].read()


def sorted_tags(answer):
    return sorted(answer["TagSet"], key=lambda tag: tag["Key"])


def fetch(method, url, body=None, headers=None):
    """Sends a request as any other program does; its environment says by which way."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}, method=method), timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def form(fields, content):
    """Body and headers of what a page with these fields and a file would send."""
    boundary = secrets.token_hex(16)
    names = [f'name="{name}"\r\n\r\n{value}' for name, value in fields.items()] + ['name="file"; filename="a.txt"\r\n\r\n']
    head = "\r\n".join(f"--{boundary}\r\nContent-Disposition: form-data; {name}" for name in names)
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


@contextlib.contextmanager
def refused(status, code, error_class=ClientError):
    """The block must end in boto3's exception for this answer."""
    try:
        yield
    except error_class as error:
        equal([error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]], [status, code])
    else:
        raise AssertionError(f"expected {status} {code}, got no error")


run_cases([
    creates_a_bucket, puts_and_gets_a_small_object, puts_with_checksums, uploads_in_parts, resumes_an_upload,
    gets_ranges_and_under_conditions, lists_with_prefix_and_delimiter, copies, copies_in_parts, deletes_a_batch,
    presigns_a_get_and_a_put, presigns_a_form, is_refused_with_a_wrong_key, encrypts_with_a_customer_key,
    tags_objects_and_buckets, grants_access, keeps_settings, keeps_versions, deletes_a_bucket,
])  # fmt: skip
