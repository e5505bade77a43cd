//! Server-side encryption: which headers ask for it, which answers tell of it, and which requests are refused.

use cos_emulator::codec::checksum::Digests;
use cos_emulator::domain::encryption::default_kms_key_id;
use http::Method;

use crate::harness::{APPID, Answer, Bucket, OTHER, TestRequest, TestServer, bytes, full_part, part_list};

pub(crate) const ALGORITHM: &str = "x-cos-server-side-encryption-customer-algorithm";
pub(crate) const KEY: &str = "x-cos-server-side-encryption-customer-key";
pub(crate) const KEY_MD5: &str = "x-cos-server-side-encryption-customer-key-md5";
const SSE: &str = "x-cos-server-side-encryption";
const KMS_KEY_ID: &str = "x-cos-server-side-encryption-cos-kms-key-id";
const KMS_CONTEXT: &str = "x-cos-server-side-encryption-context";
const SOME_KMS_KEY: &str = "48ba38aa-26c5-11ea-855c-525400850000";

pub(crate) type Headers<'a> = &'a [(&'static str, &'a str)];

pub(crate) const SSE_COS: Headers<'_> = &[(SSE, "AES256")];
pub(crate) const SSE_KMS: Headers<'_> = &[(SSE, "cos/kms")];
/// The reference's own sample key, `0123456789ABCDEF` twice.
pub(crate) const CUSTOMER: Headers<'_> =
    &[(ALGORITHM, "AES256"), (KEY, "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY="), (KEY_MD5, "U5L61r7jcwdNvT7frmUG8g==")];
/// `FEDCBA9876543210` twice.
pub(crate) const OTHER_CUSTOMER: Headers<'_> =
    &[(ALGORITHM, "AES256"), (KEY, "RkVEQ0JBOTg3NjU0MzIxMEZFRENCQTk4NzY1NDMyMTA="), (KEY_MD5, "jOxFJ00rE+mGXZG78OOUAA==")];

pub(crate) async fn send<'a>(bucket: &Bucket<'a>, method: Method, target: &str, headers: Headers<'_>, body: Vec<u8>) -> Answer {
    let request = bucket.request(method, target);
    headers.iter().fold(request, |request: TestRequest<'a>, (name, value)| request.header(name, value)).body(body).send().await
}

pub(crate) async fn put(bucket: &Bucket<'_>, key: &str, headers: Headers<'_>, body: Vec<u8>) -> Answer {
    send(bucket, Method::PUT, key, headers, body).await
}

async fn get(bucket: &Bucket<'_>, key: &str, headers: Headers<'_>) -> Answer {
    send(bucket, Method::GET, key, headers, Vec::new()).await
}

/// All that an answer says of encryption.
fn told(answer: &Answer) -> Vec<(String, String)> {
    let mut told: Vec<(String, String)> = (answer.headers.iter())
        .filter(|(name, _)| name.as_str().contains("encryption"))
        .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
        .collect();
    told.sort();
    told
}

fn owned(headers: Headers<'_>) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A kind: what asks for it, what must come with every read and part, and what every answer tells of it.
struct Kind<'a> {
    asked: Headers<'a>,
    repeated: Headers<'a>,
    told: Vec<(String, String)>,
}

fn kinds(default_key: &str) -> Vec<Kind<'_>> {
    let kms = |key_id: &str| owned(&[(SSE, "cos/kms"), (KMS_KEY_ID, key_id)]);
    vec![
        Kind { asked: &[], repeated: &[], told: vec![] },
        Kind { asked: SSE_COS, repeated: &[], told: owned(SSE_COS) },
        Kind { asked: SSE_KMS, repeated: &[], told: kms(default_key) },
        Kind { asked: &[(SSE, "cos/kms"), (KMS_KEY_ID, SOME_KMS_KEY)], repeated: &[], told: kms(SOME_KMS_KEY) },
        Kind { asked: &[(SSE, "cos/kms"), (KMS_CONTEXT, "eyJhIjoiYiJ9")], repeated: &[], told: kms(default_key) },
        Kind { asked: CUSTOMER, repeated: CUSTOMER, told: owned(&[CUSTOMER[0], CUSTOMER[2]]) },
    ]
}

#[tokio::test]
async fn answers_about_an_object_tell_how_it_is_encrypted() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for Kind { asked, repeated, told: expected } in kinds(&default_kms_key_id(APPID)) {
        let answer = put(&bucket, "a", asked, b"[Object Content]".to_vec()).await;
        answer.assert_status(200);
        assert_eq!(told(&answer), expected);
        assert_eq!(answer.header("x-cos-hash-crc64ecma"), "16749565679157681890");
        for method in [Method::GET, Method::HEAD] {
            let read = send(&bucket, method, "a", repeated, Vec::new()).await;
            read.assert_status(200);
            assert_eq!((told(&read), read.header("etag")), (expected.clone(), answer.header("etag")));
            assert_eq!(read.header("x-cos-hash-crc64ecma"), "16749565679157681890");
            assert_eq!(read.header("content-length"), "16");
        }
        assert_eq!(get(&bucket, "a", repeated).await.text(), "[Object Content]");
    }
}

#[tokio::test]
async fn answers_about_an_upload_tell_how_it_is_encrypted() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for Kind { asked, repeated, told: expected } in kinds(&default_kms_key_id(APPID)) {
        let initiated = send(&bucket, Method::POST, "a?uploads", asked, Vec::new()).await;
        initiated.assert_status(200);
        assert_eq!(told(&initiated), expected);
        let id = initiated.element("UploadId");

        let part = async |number: u16, body: Vec<u8>| {
            put(&bucket, &format!("a?partNumber={number}&uploadId={id}"), repeated, body).await
        };
        let (one, two) = (part(1, full_part()).await, part(2, b"[Object Part]".to_vec()).await);
        assert_eq!((told(&one), told(&two)), (expected.clone(), expected.clone()));
        assert_eq!(two.header("x-cos-hash-crc64ecma"), "4510578591875220731");
        let listed = bucket.get(&format!("a?uploadId={id}")).await;
        let etags = [&one, &two].map(|answer| answer.header("etag").replace('"', "&quot;"));
        assert_eq!((listed.elements("ETag"), told(&listed)), (etags.to_vec(), vec![]));

        let completed = bucket.complete("a", &id, &[(1, one.header("etag")), (2, two.header("etag"))]).await;
        completed.assert_status(200);
        assert_eq!(told(&completed), expected);
        let whole = get(&bucket, "a", repeated).await;
        assert_eq!(told(&whole), expected);
        assert_eq!(whole.header("x-cos-hash-crc64ecma"), completed.header("x-cos-hash-crc64ecma"));
        assert!(whole.body == [&full_part()[..], b"[Object Part]"].concat());
        assert_eq!(whole.header("x-cos-hash-crc64ecma"), crc64(&whole.body));
    }
}

fn crc64(bytes: &[u8]) -> String {
    let mut digests = Digests::new(false);
    digests.update(bytes);
    digests.finish().crc64.to_string()
}

#[tokio::test]
async fn only_without_encryption_and_under_sse_cos_the_etag_is_the_md5() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let md5 = "\"ee8de918d05640145b18f70f4c3aa602\"";
    let content = || b"[Object Content]".to_vec();
    let etag =
        async |target: &str, headers: Headers<'_>| put(&bucket, target, headers, content()).await.header("etag").to_owned();
    for headers in [&[], SSE_COS] {
        assert_eq!(etag("a", headers).await, md5);
    }
    let customer = etag("a", CUSTOMER).await;
    assert_eq!((customer.len(), customer == md5), (34, false));
    assert_eq!(etag("b", CUSTOMER).await, customer, "the same of equal bytes and key");
    assert_ne!(etag("a", OTHER_CUSTOMER).await, customer);
    assert_ne!(put(&bucket, "a", CUSTOMER, b"[Object]".to_vec()).await.header("etag"), customer);
    let kms = [etag("a", SSE_KMS).await, etag("a", SSE_KMS).await];
    assert!(kms[0] != kms[1] && kms[0] != md5 && kms[0].len() == 34, "{kms:?}");

    for (asked, repeated, is_md5, is_stable) in
        [(SSE_COS, &[][..], true, true), (SSE_KMS, &[], false, false), (CUSTOMER, CUSTOMER, false, true)]
    {
        let id = send(&bucket, Method::POST, "a?uploads", asked, Vec::new()).await.element("UploadId");
        let target = format!("a?partNumber=1&uploadId={id}");
        let (one, again) = (etag(&target, repeated).await, etag(&target, repeated).await);
        assert_eq!((one == md5, one == again), (is_md5, is_stable));
    }
}

#[tokio::test]
async fn headers_that_ask_for_no_known_encryption_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let [algorithm, key, md5] = [CUSTOMER[0], CUSTOMER[1], CUSTOMER[2]];
    let cases: &[(Headers<'_>, &str)] = &[
        (&[(SSE, "AES789")], "InvalidArgument"),
        (&[(SSE, "aws:kms")], "InvalidArgument"),
        (&[(SSE, "cos/kms"), (KMS_KEY_ID, "48ba38aa-26c5-11ea-855c")], "KmsKeyNotExist"),
        (&[(SSE, "cos/kms"), (KMS_CONTEXT, "{}")], "InvalidArgument"),
        (&[(SSE, "cos/kms"), (KMS_CONTEXT, "W10=")], "InvalidArgument"),
        (&[(SSE, "cos/kms"), (KMS_CONTEXT, "e30")], "InvalidArgument"),
        (&[(SSE, "AES256"), (KMS_KEY_ID, SOME_KMS_KEY)], "InvalidArgument"),
        (&[(KMS_CONTEXT, "e30=")], "InvalidArgument"),
        (&[(SSE, "AES256"), algorithm, key, md5], "InvalidArgument"),
        (&[(SSE, "cos/kms"), algorithm, key, md5], "InvalidArgument"),
        (&[key, md5], "InvalidArgument"),
        (&[algorithm, md5], "InvalidArgument"),
        (&[algorithm, key], "InvalidArgument"),
        (&[key], "InvalidArgument"),
        (&[(ALGORITHM, "AES128"), key, md5], "InvalidArgument"),
        (&[algorithm, key, OTHER_CUSTOMER[2]], "InvalidArgument"),
        (&[algorithm, key, (KEY_MD5, "53 92")], "InvalidArgument"),
        (&[algorithm, (KEY, "c2hvcnQ="), (KEY_MD5, "TwnaqdlbyxZqMCQHoOC6vg==")], "InvalidArgument"),
        (&[algorithm, (KEY, "no base64!"), md5], "InvalidArgument"),
    ];
    for (headers, code) in cases {
        put(&bucket, "a", headers, b"x".to_vec()).await.assert_error(400, code);
        send(&bucket, Method::POST, "a?uploads", headers, Vec::new()).await.assert_error(400, code);
    }
    let unknown = put(&bucket, "a", cases[2].0, b"x".to_vec()).await;
    assert_eq!(unknown.element("Message"), "The kms key you provided can not be found in kms");
    bucket.get("a").await.assert_error(404, "NoSuchKey");
    assert!(bucket.get("?uploads").await.elements("Upload").is_empty());
}

#[tokio::test]
async fn empty_headers_ask_for_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let empty = [(SSE, ""), (KMS_KEY_ID, ""), (KMS_CONTEXT, ""), (ALGORITHM, ""), (KEY, ""), (KEY_MD5, "")];
    let answer = put(&bucket, "a", &empty, b"x".to_vec()).await;
    answer.assert_status(200);
    assert_eq!(told(&answer), []);
    assert_eq!(get(&bucket, "a", &empty).await.text(), "x");
}

#[tokio::test]
async fn an_object_is_read_with_its_own_key_and_no_other() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "customer", CUSTOMER, bytes(100)).await.assert_status(200);
    put(&bucket, "cos", SSE_COS, bytes(100)).await.assert_status(200);
    put(&bucket, "plain", &[], bytes(100)).await.assert_status(200);
    let wrong_md5 = [CUSTOMER[0], CUSTOMER[1], OTHER_CUSTOMER[2]];
    let cases: &[(&str, Headers<'_>, u16, &str)] = &[
        ("customer", &[], 400, "InvalidRequest"),
        ("customer", OTHER_CUSTOMER, 403, "AccessDenied"),
        ("customer", &CUSTOMER[..2], 400, "InvalidArgument"),
        ("customer", &wrong_md5, 400, "InvalidArgument"),
        ("customer", SSE_COS, 400, "SSEHeaderNotAllowed"),
        ("cos", CUSTOMER, 400, "SSEHeaderNotAllowed"),
        ("cos", SSE_COS, 400, "SSEHeaderNotAllowed"),
        ("cos", SSE_KMS, 400, "SSEHeaderNotAllowed"),
        ("plain", CUSTOMER, 400, "SSEHeaderNotAllowed"),
        ("plain", SSE_COS, 400, "SSEHeaderNotAllowed"),
        ("missing", CUSTOMER, 404, "NoSuchKey"),
    ];
    for (key, headers, status, code) in cases {
        get(&bucket, key, headers).await.assert_error(*status, code);
        send(&bucket, Method::HEAD, key, headers, Vec::new()).await.assert_head_error(*status);
    }
    let anonymous =
        CUSTOMER.iter().fold(bucket.request(Method::GET, "customer"), |request, (name, value)| request.header(name, value));
    anonymous.clone().anonymous().send().await.assert_error(403, "AccessDenied");
    anonymous.signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    assert!(get(&bucket, "customer", CUSTOMER).await.body == bytes(100));
}

#[tokio::test]
async fn a_part_comes_with_its_uploads_key_and_no_other() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let mut ids = Vec::new();
    for asked in [CUSTOMER, SSE_COS, SSE_KMS, &[]] {
        ids.push(send(&bucket, Method::POST, "a?uploads", asked, Vec::new()).await.element("UploadId"));
    }
    let [customer, sse_cos, kms, plain] = [0, 1, 2, 3].map(|at: usize| ids[at].as_str());
    let cases: &[(&str, Headers<'_>, u16, &str)] = &[
        (customer, &[], 400, "InvalidRequest"),
        (customer, OTHER_CUSTOMER, 403, "AccessDenied"),
        (customer, &CUSTOMER[1..], 400, "InvalidArgument"),
        (customer, SSE_COS, 400, "SSEHeaderNotAllowed"),
        (sse_cos, CUSTOMER, 400, "SSEHeaderNotAllowed"),
        (sse_cos, SSE_KMS, 400, "SSEHeaderNotAllowed"),
        (kms, SSE_COS, 400, "SSEHeaderNotAllowed"),
        (plain, CUSTOMER, 400, "SSEHeaderNotAllowed"),
        (plain, SSE_COS, 400, "SSEHeaderNotAllowed"),
    ];
    let target = |id: &str| format!("a?partNumber=1&uploadId={id}");
    for (id, headers, status, code) in cases {
        put(&bucket, &target(id), headers, b"x".to_vec()).await.assert_error(*status, code);
    }
    for id in &ids {
        assert!(bucket.get(&format!("a?uploadId={id}")).await.elements("Part").is_empty());
    }
    // A part may repeat what Initiate said, which changes nothing.
    for (id, headers) in [(customer, CUSTOMER), (sse_cos, SSE_COS), (kms, SSE_KMS), (plain, &[])] {
        put(&bucket, &target(id), headers, b"x".to_vec()).await.assert_status(200);
    }
}

#[tokio::test]
async fn completing_needs_no_key() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for headers in [&[], CUSTOMER] {
        let id = send(&bucket, Method::POST, "a?uploads", CUSTOMER, Vec::new()).await.element("UploadId");
        let part = put(&bucket, &format!("a?partNumber=1&uploadId={id}"), CUSTOMER, b"x".to_vec()).await;
        let list = part_list(&[(1, part.header("etag"))]).into_bytes();
        send(&bucket, Method::POST, &format!("a?uploadId={id}"), headers, list).await.assert_status(200);
        get(&bucket, "a", &[]).await.assert_error(400, "InvalidRequest");
        assert_eq!(get(&bucket, "a", CUSTOMER).await.text(), "x");
    }
}
