//! Who is calling, by the signatures of S3's clients.

use cos_emulator::domain::time::Timestamp;
use cos_emulator::server::Settings;
use http::Method;

use crate::harness::{Answer, BUCKET, Bucket, NOW, OTHER, SECRET_ID, SECRET_KEY, TestServer, UIN, settings};
use crate::people::federated;
use crate::s3::{self, S3Request, UNSIGNED};

/// A bucket with the key `a`.
async fn served(cos: &TestServer) -> Bucket<'_> {
    let bucket = cos.put_bucket().await;
    bucket.put("a", "body").await.assert_status(200);
    bucket
}

#[track_caller]
fn assert_is_a(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, "body"));
}

fn get<'a>(bucket: &Bucket<'a>) -> S3Request<'a> {
    s3::request(bucket, Method::GET, "a")
}

#[tokio::test]
async fn a_signed_header_lets_in_from_any_region() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    for region in ["us-east-1", "ap-guangzhou", "auto"] {
        assert_is_a(&get(&bucket).region(region).send().await);
    }
    assert_is_a(&get(&bucket).payload(UNSIGNED).send().await);
    let listed = s3::request(&bucket, Method::GET, "?delimiter=%2F&max-keys=5&prefix=").send().await;
    assert_eq!((listed.status.as_u16(), listed.element("Key")), (200, "a".to_owned()));
}

#[tokio::test]
async fn the_path_is_signed_as_it_is_escaped() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    for target in ["%E8%85%BE%20b%2Bc%25", "a(1)~*'!", "dir//../x", "a%2Fb"] {
        s3::request(&bucket, Method::PUT, target).body(target.to_owned()).send().await.assert_status(200);
        assert_eq!(s3::request(&bucket, Method::GET, target).send().await.text(), target);
    }
    assert_eq!(bucket.get("a/b").await.text(), "a%2Fb");
}

#[tokio::test]
async fn a_wrong_key_or_a_changed_request_does_not_match() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    let answer = get(&bucket).signed_by(SECRET_ID, "wrong").header("x-amz-security-token", "secret").send().await;
    answer.assert_error(403, "SignatureDoesNotMatch");
    let (signed, request) = (answer.element("StringToSign"), answer.element("CanonicalRequest"));
    assert!(signed.starts_with("AWS4-HMAC-SHA256\n20231114T221320Z\n20231114/us-east-1/s3/aws4_request\n"), "{signed}");
    assert!(request.starts_with("GET\n/a\n\nhost:"), "{request}");
    assert!(request.contains("\nx-amz-security-token:***\n") && !answer.text().contains("secret"), "{request}");

    get(&bucket).signed_by("AKIDnobody", SECRET_KEY).send().await.assert_error(403, "InvalidAccessKeyId");
    get(&bucket).signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    let (request, _) = get(&bucket).signed();
    request.header("x-amz-meta-a", "1").send().await.assert_error(403, "AccessDenied");
    let authorization = "AWS4-HMAC-SHA256 Credential=a/20231114/r/s3/aws4_request";
    let answer = bucket.request(Method::GET, "a").anonymous().header("authorization", authorization).send().await;
    answer.assert_error(400, "AuthorizationHeaderMalformed");
}

#[tokio::test]
async fn clocks_may_differ_by_15_minutes() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    for time in [NOW - 900, NOW + 900] {
        assert_is_a(&get(&bucket).at(time).send().await);
    }
    for time in [NOW - 901, NOW + 901] {
        let answer = get(&bucket).at(time).send().await;
        answer.assert_error(403, "RequestTimeTooSkewed");
        assert_eq!(answer.element("ServerTime"), "2023-11-14T22:13:20Z");
        assert_eq!(answer.element("MaxAllowedSkewMilliseconds"), "900000");
    }
}

#[tokio::test]
async fn a_date_header_may_stand_for_the_time() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    // The vector is computed with another program, over the headers date, host and x-amz-content-sha256.
    let scope = "AKIDtest/20231114/us-east-1/s3/aws4_request";
    let signature = "e284d6c6801daedeb8a5c3ba27a55daf76c249a03b424ef3060aebfc311bbbc4";
    let list = "date;host;x-amz-content-sha256";
    let authorization = format!("AWS4-HMAC-SHA256 Credential={scope},SignedHeaders={list},Signature={signature}");
    let request = || bucket.request(Method::GET, "a").anonymous().header("x-amz-content-sha256", UNSIGNED);
    let dated = request().header("date", "Tue, 14 Nov 2023 22:13:20 GMT").header("authorization", &authorization);
    assert_is_a(&dated.send().await);
    let undated = request().header("authorization", &authorization).send().await;
    undated.assert_error(403, "AccessDenied");
    assert!(undated.element("Message").contains("x-amz-date"));
}

#[tokio::test]
async fn the_header_form_says_what_the_body_is() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    let scope = "AKIDtest/20231114/us-east-1/s3/aws4_request";
    let authorization = format!("AWS4-HMAC-SHA256 Credential={scope},SignedHeaders=host;x-amz-date,Signature=00");
    let request = bucket.request(Method::GET, "a").anonymous().header("x-amz-date", "20231114T221320Z");
    let answer = request.header("authorization", &authorization).send().await;
    answer.assert_error(400, "InvalidRequest");
    assert!(answer.element("Message").contains("x-amz-content-sha256 is missing"));
}

#[tokio::test]
async fn the_day_of_the_credential_is_that_of_the_request() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    let target = get(&bucket).presigned(60, &[]).replace("X-Amz-Date=20231114", "X-Amz-Date=20231113");
    let answer = bucket.request(Method::GET, &target).anonymous().send().await;
    answer.assert_error(400, "AuthorizationQueryParametersError");
}

#[tokio::test]
async fn a_presigned_address_is_good_until_it_expires() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    let target = get(&bucket).presigned(60, &[("response-content-type", "text/x")]);
    let fetch = |target: &str| bucket.request(Method::GET, target).anonymous().send();
    let answer = fetch(&target).await;
    assert_is_a(&answer);
    assert_eq!(answer.header("content-type"), "text/x");
    fetch(&target.replace("text", "html")).await.assert_error(403, "SignatureDoesNotMatch");
    cos.clock.stop(Timestamp::from_seconds(NOW + 60));
    assert_is_a(&fetch(&target).await);
    cos.clock.stop(Timestamp::from_seconds(NOW + 61));
    let answer = fetch(&target).await;
    answer.assert_error(403, "AccessDenied");
    assert_eq!(answer.element("Message"), "Request has expired");
    assert_eq!(
        (answer.element("Expires"), answer.element("ServerTime")),
        ("2023-11-14T22:14:20Z".into(), "2023-11-14T22:14:21Z".into())
    );
    fetch(&get(&bucket).presigned(604_801, &[])).await.assert_error(400, "AuthorizationQueryParametersError");
    fetch(&get(&bucket).at(NOW + 1000).presigned(60, &[])).await.assert_error(403, "RequestTimeTooSkewed");
}

#[tokio::test]
async fn a_presigned_address_takes_a_body_with_the_headers_that_it_signs() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    let target = s3::request(&bucket, Method::PUT, "b").header("content-type", "text/y").presigned(60, &[]);
    let put = || bucket.request(Method::PUT, &target).anonymous().body("new");
    put().header("content-type", "text/y").send().await.assert_status(200);
    assert_eq!((bucket.get("b").await.text().as_str(), bucket.get("b").await.header("content-type")), ("new", "text/y"));
    put().header("content-type", "text/z").send().await.assert_error(403, "SignatureDoesNotMatch");
    for name in ["x-amz-acl", "x-cos-acl"] {
        let answer = put().header("content-type", "text/y").header(name, "public-read").send().await;
        answer.assert_error(403, "AccessDenied");
        assert_eq!(answer.element("HeadersNotSigned"), name);
    }
}

#[tokio::test]
async fn a_request_is_signed_once_and_with_version_4() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    let target = get(&bucket).presigned(60, &[]);
    bucket.request(Method::GET, &target).send().await.assert_error(400, "InvalidArgument");
    for (target, authorization) in [
        ("a", "AWS AKIDtest:c2lnbmF0dXJl"),
        ("a?AWSAccessKeyId=AKIDtest&Expires=1&Signature=x", ""),
        ("a", "AWS4-ECDSA-P256-SHA256 Credential=a"),
    ] {
        let answer = bucket.request(Method::GET, target).anonymous().header("authorization", authorization).send().await;
        answer.assert_error(400, "InvalidRequest");
        assert!(answer.element("Message").contains("Signature Version 4"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_temporary_credential_brings_its_token() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    let expires = Timestamp::from_seconds(NOW + 60);
    let issued = cos.app.services().accounts.issue(&federated(UIN), None, [1; 16], expires).expect("the account is there");
    let as_issued = || get(&bucket).signed_by(&issued.secret_id, &issued.secret_key);
    assert_is_a(&as_issued().header("x-amz-security-token", &issued.token).send().await);
    let target = as_issued().presigned(600, &[("X-Amz-Security-Token", &issued.token)]);
    assert_is_a(&bucket.request(Method::GET, &target).anonymous().send().await);
    as_issued().send().await.assert_error(403, "InvalidAccessKeyId");
    cos.clock.stop(Timestamp::from_seconds(NOW + 61));
    bucket.request(Method::GET, &target).anonymous().send().await.assert_error(400, "ExpiredToken");
}

#[tokio::test]
async fn in_path_style_the_host_may_be_signed_without_its_port() {
    let cos = TestServer::start().await;
    served(&cos).await;
    let bucket = Bucket { server: &cos, host: "127.0.0.1:7436".to_owned() };
    let target = format!("{BUCKET}/a");
    assert_is_a(&s3::request(&bucket, Method::GET, &target).send().await);
    let elsewhere = Bucket { server: &cos, host: "127.0.0.1".to_owned() };
    let signed = s3::request(&elsewhere, Method::GET, &target).presigned(60, &[]);
    assert_is_a(&bucket.request(Method::GET, &signed).anonymous().send().await);
    let signed = s3::request(&Bucket { server: &cos, host: "127.0.0.1:80".to_owned() }, Method::GET, &target).presigned(60, &[]);
    assert_is_a(&elsewhere.request(Method::GET, &signed).anonymous().send().await);
}

#[tokio::test]
async fn without_checks_any_signature_will_do() {
    let cos = TestServer::start_with(Settings { check_signatures: false, ..settings() }).await;
    let bucket = served(&cos).await;
    assert_is_a(&get(&bucket).signed_by("AKIDnobody", "wrong").at(0).send().await);
    let target = get(&bucket).at(0).presigned(1, &[]);
    assert_is_a(&bucket.request(Method::GET, &target).anonymous().send().await);
}

#[tokio::test]
async fn a_body_has_the_hash_that_was_signed() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    let put = |body: &'static str, hash_of: &str| {
        let hash = cos_emulator::codec::mac::sha256_hex(hash_of.as_bytes());
        s3::request(&bucket, Method::PUT, "b").payload(&hash).body(body).send()
    };
    put("right", "right").await.assert_status(200);
    put("", "").await.assert_status(200);
    for body in ["wrong", ""] {
        let answer = put(body, "right").await;
        answer.assert_error(400, "XAmzContentSHA256Mismatch");
        assert_eq!(answer.element("S3ComputedContentSHA256").len(), 64);
    }
    assert_eq!(bucket.get("b").await.text(), "");
    s3::request(&bucket, Method::PUT, "b").payload("nonsense").send().await.assert_error(400, "InvalidArgument");
}

#[tokio::test]
async fn rules_of_strict_signatures_hold() {
    let cos = TestServer::start().await;
    let bucket = served(&cos).await;
    let lists = "<actionlist><action>GetObject</action></actionlist><headerlist><header>Range</header></headerlist>\
                 <paramlist><param>all</param></paramlist>";
    let rules = format!("<StrictSignatureConfiguration><Rule><ID>a</ID>{lists}</Rule></StrictSignatureConfiguration>");
    bucket.put("?strict-signature", rules).await.assert_status(200);
    let target = get(&bucket).presigned(60, &[("response-expires", "never")]);
    let fetch = || bucket.request(Method::GET, &target).anonymous();
    assert_is_a(&fetch().send().await);
    let answer = fetch().header("range", "bytes=0-1").send().await;
    answer.assert_error(403, "AccessDenied");
    assert_eq!(answer.element("MissingHeader"), "range");
    get(&bucket).header("range", "bytes=0-3").send().await.assert_status(206);
}
