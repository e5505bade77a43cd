"""Temporary credentials by the clients of Tencent's token service, and what cos-python-sdk-v5 may do with them."""

import contextlib
import json
import logging
import os
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import requests
from qcloud_cos import CosConfig, CosS3Client, CosServiceError
from sts.sts import Sts
from tencentcloud.common.credential import Credential, CVMRoleCredential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sts.v20180813 import models
from tencentcloud.sts.v20180813.sts_client import StsClient

sys.path.insert(0, str(Path(__file__).parent.parent))
from cases import WAY, equal, run_cases

secret_id = os.environ.get("E2E_SECRET_ID", "AKIDCosEmulatorDefaultSecretId000000")
secret_key = os.environ.get("E2E_SECRET_KEY", "CosEmulatorDefaultSecretKey00000")
region = os.environ.get("E2E_REGION", "ap-guangzhou")
appid = os.environ.get("E2E_APPID", "1250000000")
emulator = urlsplit(os.environ.get("E2E_ENDPOINT", "http://127.0.0.1:7436"))
bucket = f"demo-{appid}"
owner = "100000000001"
role = f"qcs::cam::uin/{owner}:roleName/builder"

UPLOADS = {
    "version": "2.0",
    "statement": [{
        "effect": "allow",
        "action": ["name/cos:PutObject", "name/cos:GetObject"],
        "resource": [f"qcs::cos:{region}:uid/{appid}:{bucket}/uploads/*"],
    }],
}  # fmt: skip


def profile():
    """How a program says where the API is. In the ways proxy and https its environment says the rest, but for the CA."""
    if WAY == "plain":
        return ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=emulator.netloc))
    if WAY == "proxy":
        return ClientProfile(httpProfile=HttpProfile(protocol="http"))
    return ClientProfile(httpProfile=HttpProfile(certification=os.environ["REQUESTS_CA_BUNDLE"]))


def qcloud_sts(**options):
    """The same for qcloud-python-sts."""
    config = {"secret_id": secret_id, "secret_key": secret_key, "bucket": bucket, "region": region, **options}
    if WAY == "plain":
        return Sts({**config, "url": f"http://{emulator.netloc}/", "domain": emulator.netloc})
    if WAY == "proxy":
        return Sts({**config, "url": "http://sts.tencentcloudapi.com/"})
    return Sts(config)


def cos_client(**credentials):
    if WAY == "plain":
        config = CosConfig(Region=region, Scheme="http", IP=emulator.hostname, Port=emulator.port, **credentials)
    elif WAY == "proxy":
        config = CosConfig(Region=region, Scheme="http", **credentials)
    else:
        config = CosConfig(Region=region, **credentials)
    return CosS3Client(config, retry=0)


cos = cos_client(SecretId=secret_id, SecretKey=secret_key)


def sts_client(id=secret_id, key=secret_key, token=None):
    return StsClient(Credential(id, key, token), region, profile())


def creates_a_bucket():
    cos.create_bucket(Bucket=bucket)
    cos.put_object(Bucket=bucket, Key="private", Body=b"")


def gets_a_federation_token():
    request = models.GetFederationTokenRequest()
    request.Name, request.Policy, request.DurationSeconds = "an-app", quote(json.dumps(UPLOADS)), 900
    answer = sts_client().GetFederationToken(request)
    assert 890 <= answer.ExpiredTime - time.time() <= 900, answer.ExpiredTime
    equal(answer.Expiration, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(answer.ExpiredTime)))
    uploads_alone(cos_of(answer.Credentials))

    identity = identity_of(answer.Credentials)
    equal([identity.AccountId, identity.UserId, identity.Type], [owner, f"{owner}:an-app", "CAMUser"])


def assumes_a_role():
    request = models.AssumeRoleRequest()
    request.RoleArn, request.RoleSessionName, request.Policy = role, "nightly", quote(json.dumps(UPLOADS))
    answer = sts_client().AssumeRole(request)
    uploads_alone(cos_of(answer.Credentials))
    identity = identity_of(answer.Credentials)
    equal([identity.AccountId, identity.Type], [owner, "CAMRole"])
    assert identity.UserId.endswith(":nightly"), identity.UserId

    # Without a policy the role may do what it may.
    request.Policy = None
    cos_of(sts_client().AssumeRole(request).Credentials).head_object(Bucket=bucket, Key="private")


def says_who_calls():
    caller = sts_client().GetCallerIdentity(models.GetCallerIdentityRequest())
    equal([caller.AccountId, caller.UserId, caller.PrincipalId, caller.Type], [owner, owner, owner, "CAMUser"])
    equal(caller.Arn, f"qcs::cam:{owner}:uin/{owner}")


def gets_a_credential_for_a_prefix():
    sts = qcloud_sts(allow_prefix="uploads/*", allow_actions=["name/cos:PutObject", "name/cos:GetObject"], duration_seconds=900)
    answer = sts.get_credential()
    equal(answer["expiredTime"] - answer["startTime"], 900)
    uploads_alone(cos_of_qcloud(answer))
    uploads_alone(cos_of_qcloud(sts.get_role_credential(role)))


def gets_a_credential_under_a_condition():
    for network, is_allowed in (("127.0.0.0/8", True), ("10.0.0.0/8", False)):
        condition = {"ip_equal": {"qcs:ip": [network]}}
        answer = qcloud_sts(allow_prefix="*", allow_actions=["name/cos:HeadObject"], condition=condition).get_credential()
        with contextlib.nullcontext() if is_allowed else refused_by_cos(403):
            cos_of_qcloud(answer).head_object(Bucket=bucket, Key="private")


def presigns_with_a_temporary_credential():
    answer = qcloud_sts(policy=UPLOADS).get_credential()
    token = {"x-cos-security-token": answer["credentials"]["sessionToken"]}
    presigner = cos_of_qcloud(answer)
    if WAY == "plain":
        presigner = cos_of_qcloud(answer, Scheme="http", Domain=f"{emulator.netloc}/{bucket}")
    presigned = {"Bucket": bucket, "Key": "uploads/a b", "Params": token, "Expired": 60}
    equal(requests.put(presigner.get_presigned_url(Method="PUT", **presigned), data=b"by a URL", timeout=30).status_code, 200)
    equal(requests.get(presigner.get_presigned_url(Method="GET", **presigned), timeout=30).content, b"by a URL")
    del presigned["Params"]
    equal(requests.get(presigner.get_presigned_url(Method="GET", **presigned), timeout=30).status_code, 403)


def finds_the_credentials_of_a_machine():
    if WAY == "plain":
        # The SDK knows the real host alone.
        folder = f"{emulator.geturl()}/latest/meta-data/cam/security-credentials/"
        found = requests.get(folder + requests.get(folder, timeout=30).text, timeout=30).json()
        equal(found["Code"], "Success")
        machine = cos_client(SecretId=found["TmpSecretId"], SecretKey=found["TmpSecretKey"], Token=found["Token"])
    else:
        found = CVMRoleCredential()
        machine = cos_client(SecretId=found.secret_id, SecretKey=found.secret_key, Token=found.token)
    machine.put_object(Bucket=bucket, Key="by a machine", Body=b"")


def is_refused_with_a_wrong_key():
    for id, key, code in (
        (secret_id, "WrongSecretKey", "AuthFailure.SignatureFailure"),
        ("AKIDOfNobody", secret_key, "AuthFailure.SecretIdNotFound"),
    ):
        with refused_by_sts(code):
            sts_client(id, key).GetCallerIdentity(models.GetCallerIdentityRequest())
        try:
            qcloud_sts(secret_id=id, secret_key=key, policy=UPLOADS).get_credential()
        except Exception as error:
            assert code in str(error), error
        else:
            raise AssertionError(f"expected {code}, got a credential")
    with refused_by_sts("InvalidParameter"):
        request = models.GetFederationTokenRequest()
        request.Name, request.Policy = "an-app", "{"
        sts_client().GetFederationToken(request)


def is_refused_without_its_token():
    credentials = qcloud_sts(policy=UPLOADS).get_credential()["credentials"]
    upload = {"Bucket": bucket, "Key": "uploads/a", "Body": b""}
    for token in (None, "another"):
        client = cos_client(SecretId=credentials["tmpSecretId"], SecretKey=credentials["tmpSecretKey"], Token=token)
        with refused_by_cos(403):
            client.put_object(**upload)


def uploads_alone(client):
    """The client may do what UPLOADS says, and nothing else."""
    client.put_object(Bucket=bucket, Key="uploads/a b", Body=b"allowed")
    equal(client.get_object(Bucket=bucket, Key="uploads/a b")["Body"].get_raw_stream().read(), b"allowed")
    for call in (client.put_object, client.get_object, client.delete_object):
        with refused_by_cos(403, "AccessDenied"):
            call(Bucket=bucket, Key="private", **({"Body": b""} if call == client.put_object else {}))
    with refused_by_cos(403, "AccessDenied"):
        client.list_objects(Bucket=bucket)


def cos_of(credentials):
    return cos_client(SecretId=credentials.TmpSecretId, SecretKey=credentials.TmpSecretKey, Token=credentials.Token)


def cos_of_qcloud(answer, **config):
    found = answer["credentials"]
    account = {"SecretId": found["tmpSecretId"], "SecretKey": found["tmpSecretKey"], "Token": found["sessionToken"]}
    return CosS3Client(CosConfig(Region=region, **account, **config), retry=0) if config else cos_client(**account)


def identity_of(credentials):
    client = sts_client(credentials.TmpSecretId, credentials.TmpSecretKey, credentials.Token)
    return client.GetCallerIdentity(models.GetCallerIdentityRequest())


@contextlib.contextmanager
def refused_by_sts(code):
    try:
        yield
    except TencentCloudSDKException as error:
        assert error.get_code().startswith(code), error
    else:
        raise AssertionError(f"expected {code}, got no error")


@contextlib.contextmanager
def refused_by_cos(status, code=None):
    try:
        yield
    except CosServiceError as error:
        equal([error.get_status_code(), code or error.get_error_code()], [status, error.get_error_code()])
    else:
        raise AssertionError(f"expected {status} {code or ''}, got no error")


# The cases look at what the SDKs raise; they would log the same once more.
logging.getLogger("qcloud_cos").setLevel(logging.CRITICAL)
run_cases([
    creates_a_bucket, gets_a_federation_token, assumes_a_role, says_who_calls, gets_a_credential_for_a_prefix,
    gets_a_credential_under_a_condition, presigns_with_a_temporary_credential,
    finds_the_credentials_of_a_machine, is_refused_with_a_wrong_key, is_refused_without_its_token,
])  # fmt: skip
