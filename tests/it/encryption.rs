//! Server-side encryption of objects: SSE-COS, SSE-KMS and SSE-C.

use std::fs;
use std::path::Path;

use http::Method;

use crate::harness::{Bucket, TestRequest, TestServer, bytes};

const SSE: &str = "x-cos-server-side-encryption";
const CONTEXT: &str = "x-cos-server-side-encryption-context";
const KEY_ID: &str = "x-cos-server-side-encryption-cos-kms-key-id";
const ALGORITHM: &str = "x-cos-server-side-encryption-customer-algorithm";
const KEY: &str = "x-cos-server-side-encryption-customer-key";
const KEY_MD5: &str = "x-cos-server-side-encryption-customer-key-md5";

type Headers<'h> = &'h [(&'static str, &'h str)];

const CUSTOMER: Headers<'_> =
    &[(ALGORITHM, "AES256"), (KEY, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="), (KEY_MD5, "hRasmdxgYDKV3nvbahU1MA==")];
const ANOTHER: Headers<'_> =
    &[(ALGORITHM, "AES256"), (KEY, "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="), (KEY_MD5, "dT1y7SEiqn6YCJ3QeqwoIw==")];

/// MD5 and CRC-64 of `[Object Content]`.
const MD5: &str = "\"ee8de918d05640145b18f70f4c3aa602\"";
const CRC64: &str = "16749565679157681890";

fn request<'a>(bucket: &Bucket<'a>, method: Method, target: &str, headers: Headers<'_>) -> TestRequest<'a> {
    headers.iter().fold(bucket.request(method, target), |request, (name, value)| request.header(name, value))
}

fn put<'a>(bucket: &Bucket<'a>, headers: Headers<'_>) -> TestRequest<'a> {
    request(bucket, Method::PUT, "a", headers).body("[Object Content]")
}

#[tokio::test]
async fn sse_cos_is_named_in_answers_and_keeps_the_etag() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = put(&bucket, &[(SSE, "AES256")]).send().await;
    answer.assert_status(200);
    answer.assert_headers(&[("content-length", "0"), ("etag", MD5), ("x-cos-hash-crc64ecma", CRC64), (SSE, "AES256")]);
    let got = bucket.get("a").await;
    assert_eq!((got.text().as_str(), got.header(SSE), got.header("etag")), ("[Object Content]", "AES256", MD5));
    assert_eq!(bucket.head("a").await.header(SSE), "AES256");
    bucket.put("a", "plain").await.assert_status(200);
    assert_eq!(bucket.head("a").await.header_opt(SSE), None);
}

#[tokio::test]
async fn sse_kms_names_its_key_and_has_a_new_etag_each_time() {
    const ID: &str = "48ba38aa-26c5-11ea-855c-525400850000";
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let mut etags = vec![MD5.to_owned()];
    for (headers, id) in [
        (&[(SSE, "cos/kms"), (KEY_ID, ID)][..], Some(ID)),
        (&[(SSE, "cos/kms"), (KEY_ID, ID)], Some(ID)),
        (&[(SSE, "cos/kms"), (KEY_ID, ID), (CONTEXT, "eyJhIjoiYiJ9")], Some(ID)),
        (&[(SSE, "cos/kms"), (KEY_ID, ""), (CONTEXT, "")], None),
    ] {
        let answer = put(&bucket, headers).send().await;
        answer.assert_status(200);
        assert_eq!((answer.header(SSE), answer.header("x-cos-hash-crc64ecma")), ("cos/kms", CRC64));
        assert!(id.is_none_or(|id| answer.header(KEY_ID) == id) && answer.header(KEY_ID).len() == 36);
        let etag = answer.header("etag").to_owned();
        assert!(etag.len() == 34 && !etags.contains(&etag), "{etag}");
        let got = bucket.get("a").await;
        assert_eq!((got.text().as_str(), got.header(SSE)), ("[Object Content]", "cos/kms"));
        assert_eq!((got.header(KEY_ID), got.header("etag")), (answer.header(KEY_ID), etag.as_str()));
        etags.push(etag);
    }
}

#[tokio::test]
async fn sse_c_names_the_keys_md5_and_has_an_etag_of_body_and_key() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let mut etags = Vec::new();
    for headers in [CUSTOMER, CUSTOMER, ANOTHER] {
        let answer = put(&bucket, headers).send().await;
        answer.assert_status(200);
        let etag = answer.header("etag").to_owned();
        answer.assert_headers(&[
            ("content-length", "0"),
            ("etag", &etag),
            ("x-cos-hash-crc64ecma", CRC64),
            (ALGORITHM, "AES256"),
            (KEY_MD5, headers[2].1),
        ]);
        let got = request(&bucket, Method::GET, "a", headers).send().await;
        assert_eq!((got.text().as_str(), got.header("etag")), ("[Object Content]", etag.as_str()));
        assert_eq!((got.header(ALGORITHM), got.header(KEY_MD5), got.header_opt(KEY)), ("AES256", headers[2].1, None));
        etags.push(etag);
    }
    assert!(etags[0] == etags[1] && etags[1] != etags[2] && !etags.contains(&MD5.to_owned()), "{etags:?}");
}

#[tokio::test]
async fn a_customer_key_must_be_given_again_and_only_where_it_belongs() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, CUSTOMER).send().await.assert_status(200);
    bucket.get("a").await.assert_error(400, "InvalidRequest");
    request(&bucket, Method::GET, "a", ANOTHER).send().await.assert_error(403, "AccessDenied");
    for headers in [&[][..], &[(SSE, "AES256")], &[(SSE, "cos/kms")]] {
        put(&bucket, headers).send().await.assert_status(200);
        request(&bucket, Method::GET, "a", CUSTOMER).send().await.assert_error(400, "SSEHeaderNotAllowed");
    }
    request(&bucket, Method::GET, "a", &[(SSE, "AES256")]).send().await.assert_error(400, "SSEHeaderNotAllowed");
}

#[tokio::test]
async fn malformed_requests_for_encryption_store_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let with = |index: usize, value: &'static str| {
        let mut headers = CUSTOMER.to_vec();
        headers[index].1 = value;
        headers
    };
    for (headers, code) in [
        (vec![(SSE, "AES128")], "InvalidArgument"),
        (vec![(SSE, "aws:kms")], "InvalidArgument"),
        (vec![(SSE, "cos/kms"), (KEY_ID, "alias")], "KmsKeyNotExist"),
        (vec![(SSE, "cos/kms"), (CONTEXT, "not base64")], "InvalidArgument"),
        (vec![(SSE, "cos/kms"), (CONTEXT, "W10=")], "InvalidArgument"),
        (vec![(SSE, "AES256"), (KEY_ID, "48ba38aa-26c5-11ea-855c-525400850000")], "InvalidArgument"),
        (vec![(CONTEXT, "e30=")], "InvalidArgument"),
        ([CUSTOMER, &[(SSE, "AES256")]].concat(), "InvalidArgument"),
        (CUSTOMER[..2].to_vec(), "InvalidArgument"),
        (CUSTOMER[1..].to_vec(), "InvalidArgument"),
        (with(0, "AES128"), "InvalidArgument"),
        (with(1, "c2hvcnQ="), "InvalidArgument"),
        (with(1, "not base64"), "InvalidArgument"),
        (with(2, "dT1y7SEiqn6YCJ3QeqwoIw=="), "InvalidArgument"),
    ] {
        put(&bucket, &headers).send().await.assert_error(400, code);
    }
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn ranges_of_encrypted_bodies_are_the_right_bytes() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let kinds: [(Headers<'_>, Headers<'_>); 3] = [(&[(SSE, "AES256")], &[]), (&[(SSE, "cos/kms")], &[]), (CUSTOMER, CUSTOMER)];
    for (to_write, to_read) in kinds {
        for size in [1000, 1_500_000] {
            let body = bytes(size);
            put(&bucket, to_write).body(body.clone()).send().await.assert_status(200);
            for (first, last) in [(0, size - 1), (1, 1), (15, 17), (size / 2 - 1, size / 2 + 300), (size - 1, size - 1)] {
                let get = request(&bucket, Method::GET, "a", to_read).header("range", &format!("bytes={first}-{last}"));
                assert!(get.send().await.body == body[first..=last], "{to_write:?} {first}-{last} of {size}");
            }
        }
    }
}

#[tokio::test]
async fn what_lies_in_the_folder_is_not_the_plain_body() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let marker = b"a text that nobody else would write ";
    let body = marker.repeat(5000);
    put(&bucket, CUSTOMER).body(body.clone()).send().await.assert_status(200);
    let found = |marker: &[u8]| body_files(&cos).iter().any(|file| file.windows(marker.len()).any(|window| window == marker));
    assert!(!body_files(&cos).is_empty() && !found(marker));
    bucket.put("plain", body.clone()).await.assert_status(200);
    assert!(found(marker));
}

/// The content of every body file.
fn body_files(cos: &TestServer) -> Vec<Vec<u8>> {
    let entries = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path()).collect::<Vec<_>>()
    };
    let folders = entries(&cos.app.data_dir().join("bodies"));
    folders.iter().flat_map(|folder| entries(folder)).map(|file| fs::read(file).expect("a file")).collect()
}
