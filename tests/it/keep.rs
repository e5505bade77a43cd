//! A data folder: what was answered is there again, and what was replaced is not.

use std::fs;
use std::path::Path;
use std::time::Duration;

use cos_emulator::domain::random::Random;
use cos_emulator::domain::time::{Clock, Timestamp};
use cos_emulator::server::{App, Settings};
use http::Method;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{
    BUCKET, HOST, NOW, OTHER, SECRET_ID, SECRET_KEY, TestServer, UIN, authorization, bytes, full_part, settings,
};
use crate::people::federated;

/// Larger than what the index holds.
const LARGE: usize = 100_000;

async fn open(folder: &Path) -> TestServer {
    TestServer::start_with(Settings { data_dir: Some(folder.to_owned()), ..settings() }).await
}

async fn refusal(folder: &Path) -> String {
    let settings = Settings { data_dir: Some(folder.to_owned()), ..settings() };
    let opened = App::open(settings, Clock::stopped(Timestamp::from_seconds(NOW)), Random::from_seed(1)).await;
    opened.err().expect("the folder is refused").to_string()
}

/// How many files are in the folder and the folders in it.
fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

/// Waits for deletions, which run behind the answers.
async fn wait_for_bodies(folder: &Path, expected: usize) {
    let bodies = folder.join("bodies");
    let reached = async {
        while files(&bodies) != expected {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(10), reached).await;
    assert!(waited.is_ok(), "{} files, not {expected}", files(&bodies));
}

#[tokio::test]
async fn buckets_and_objects_outlive_the_server() {
    let folder = TempDir::new().unwrap();
    let cos = open(folder.path()).await;
    let bucket = cos.put_bucket().await;
    bucket.put("empty", "").await.assert_status(200);
    let put = bucket.request(Method::PUT, "small.txt").header("x-cos-meta-a", "1").header("x-cos-storage-class", "STANDARD_IA");
    put.body("small").send().await.assert_status(200);
    bucket.put("large", bytes(LARGE)).await.assert_status(200);
    bucket.put("gone", "x").await.assert_status(200);
    bucket.delete("gone").await.assert_status(204);
    let before = [bucket.get("").await.text(), bucket.get("?delimiter=l").await.text()];
    let head = bucket.head("small.txt").await.headers;
    cos.stop().await;

    let cos = open(folder.path()).await;
    let bucket = cos.bucket(BUCKET);
    assert_eq!([bucket.get("").await.text(), bucket.get("?delimiter=l").await.text()], before);
    let mut now = bucket.head("small.txt").await.headers;
    now.insert("x-cos-request-id", head["x-cos-request-id"].clone());
    assert_eq!(now, head);
    assert_eq!(bucket.get("small.txt").await.text(), "small");
    assert!(bucket.get("large").await.body == bytes(LARGE));
    assert!(bucket.get("empty").await.body.is_empty());
    bucket.get("gone").await.assert_error(404, "NoSuchKey");
    bucket.put("", "").await.assert_error(409, "BucketAlreadyOwnedByYou");
}

#[tokio::test]
async fn encrypted_bodies_are_read_with_the_folders_key_or_the_clients() {
    const CUSTOMER: &[(&str, &str)] = &[
        ("x-cos-server-side-encryption-customer-algorithm", "AES256"),
        ("x-cos-server-side-encryption-customer-key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
        ("x-cos-server-side-encryption-customer-key-md5", "hRasmdxgYDKV3nvbahU1MA=="),
    ];
    let folder = TempDir::new().unwrap();
    let cos = open(folder.path()).await;
    let bucket = cos.put_bucket().await;
    type Headers = &'static [(&'static str, &'static str)];
    let kinds: [(&str, Headers, Headers); 3] = [
        ("cos", &[("x-cos-server-side-encryption", "AES256")], &[]),
        ("kms", &[("x-cos-server-side-encryption", "cos/kms")], &[]),
        ("customer", CUSTOMER, CUSTOMER),
    ];
    let sizes = [100, LARGE];
    for (key, to_write, _) in kinds {
        for size in sizes {
            let request = bucket.request(Method::PUT, &format!("{key}{size}")).body(bytes(size));
            let request = to_write.iter().fold(request, |request, (name, value)| request.header(name, value));
            request.send().await.assert_status(200);
        }
    }
    cos.stop().await;

    let cos = open(folder.path()).await;
    for (key, _, to_read) in kinds {
        for size in sizes {
            let request = cos.bucket(BUCKET).request(Method::GET, &format!("{key}{size}"));
            let request = to_read.iter().fold(request, |request, (name, value)| request.header(name, value));
            assert!(request.send().await.body == bytes(size), "{key} {size}");
        }
    }
}

#[tokio::test]
async fn uploads_go_on_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let cos = open(folder.path()).await;
    let bucket = cos.put_bucket().await;
    let (id, done) = (bucket.initiate("a").await, bucket.initiate("done").await);
    let first = bucket.part("a", &id, 1, full_part()).await;
    let part = bucket.part("done", &done, 1, full_part()).await;
    bucket.complete("done", &done, &[(1, &part)]).await.assert_status(200);
    let aborted = bucket.initiate("a").await;
    bucket.part("a", &aborted, 1, bytes(LARGE)).await;
    bucket.delete(&format!("a?uploadId={aborted}")).await.assert_status(204);
    cos.stop().await;

    let cos = open(folder.path()).await;
    let bucket = cos.bucket(BUCKET);
    assert!(bucket.get("done").await.body == full_part());
    assert_eq!(bucket.get("?uploads").await.elements("UploadId"), [id.as_str()]);
    assert_eq!(bucket.get(&format!("a?uploadId={id}")).await.elements("Size"), ["1048576"]);
    let second = bucket.part("a", &id, 2, "tail").await;
    bucket.complete("a", &id, &[(1, &first), (2, &second)]).await.assert_status(200);
    assert!(bucket.get("a").await.body == [full_part(), b"tail".to_vec()].concat());
    bucket.complete("a", &aborted, &[(1, &first)]).await.assert_error(404, "NoSuchUpload");
}

#[tokio::test]
async fn temporary_credentials_outlive_the_server() {
    let folder = TempDir::new().unwrap();
    let cos = open(folder.path()).await;
    cos.put_bucket().await.put("a", "x").await.assert_status(200);
    let expires = Timestamp::from_seconds(NOW + 60);
    let credential = cos.app.services().accounts.issue(&federated(UIN), None, [1; 16], expires).unwrap();
    cos.stop().await;

    let cos = open(folder.path()).await;
    let get = cos.bucket(BUCKET).request(Method::GET, "a").signed_by(&credential.secret_id, &credential.secret_key);
    assert_eq!(get.header("x-cos-security-token", &credential.token).send().await.text(), "x");
}

#[tokio::test]
async fn buckets_of_the_settings_are_made_once() {
    let folder = TempDir::new().unwrap();
    let cos = open(folder.path()).await;
    let request = cos.bucket("shared-1999999999").request(Method::PUT, "").signed_by(OTHER.1, OTHER.2);
    request.send().await.assert_status(200);
    cos.put_bucket().await.put("a", "x").await.assert_status(200);
    cos.stop().await;

    let buckets = [BUCKET, "shared-1999999999", "new-1250000000"].map(|name| name.parse().unwrap()).to_vec();
    let cos = TestServer::start_with(Settings { buckets, data_dir: Some(folder.path().to_owned()), ..settings() }).await;
    assert_eq!(cos.bucket(BUCKET).get("a").await.text(), "x");
    cos.bucket("new-1250000000").head("").await.assert_status(200);
    // Somebody else's stays theirs.
    cos.bucket("shared-1999999999").head("").await.assert_head_error(403);
}

#[tokio::test]
async fn body_files_go_when_their_object_is_replaced_or_deleted() {
    let folder = TempDir::new().unwrap();
    let cos = open(folder.path()).await;
    let bucket = cos.put_bucket().await;
    let wait_for = async |expected| wait_for_bodies(folder.path(), expected).await;
    bucket.put("a", bytes(LARGE)).await.assert_status(200);
    bucket.put("b", bytes(LARGE)).await.assert_status(200);
    wait_for(2).await;
    bucket.put("a", bytes(LARGE + 1)).await.assert_status(200);
    wait_for(2).await;
    bucket.put("a", "small").await.assert_status(200);
    wait_for(1).await;
    bucket.delete("b").await.assert_status(204);
    wait_for(0).await;

    let id = bucket.initiate("c").await;
    bucket.part("c", &id, 1, bytes(LARGE)).await;
    let replaced = bucket.part("c", &id, 1, full_part()).await;
    wait_for(1).await;
    bucket.part("c", &id, 2, full_part()).await;
    bucket.part("c", &id, 3, full_part()).await;
    wait_for(3).await;
    bucket.complete("c", &id, &[(1, &replaced)]).await.assert_status(200);
    wait_for(1).await;
    bucket.delete("c").await.assert_status(204);
    wait_for(0).await;

    let id = bucket.initiate("d").await;
    bucket.part("d", &id, 1, full_part()).await;
    bucket.part("d", &id, 2, full_part()).await;
    wait_for(2).await;
    bucket.delete(&format!("d?uploadId={id}")).await.assert_status(204);
    wait_for(0).await;
    assert_eq!(files(&folder.path().join("staging")), 0);
}

#[tokio::test]
async fn a_reader_gets_the_body_that_it_began_whatever_happens_to_the_object() {
    let folder = TempDir::new().unwrap();
    let cos = open(folder.path()).await;
    let bucket = cos.put_bucket().await;
    // More than sockets buffer, and in parts: the server still has files to open when the object goes.
    let parts: Vec<Vec<u8>> = (1..=8).map(|number| vec![number; 4 << 20]).collect();
    let id = bucket.initiate("a").await;
    let mut etags = Vec::new();
    for (number, part) in (1..).zip(&parts) {
        etags.push((number, bucket.part("a", &id, number, part.clone()).await));
    }
    let etags: Vec<(u16, &str)> = etags.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
    bucket.complete("a", &id, &etags).await.assert_status(200);
    let authorization = authorization(SECRET_ID, SECRET_KEY, &Method::GET, "/a", HOST);
    let request = format!("GET /a HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: {authorization}\r\nConnection: close\r\n\r\n");
    let mut reader = cos.connect().await;
    reader.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 1 << 16];
    reader.read_exact(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));

    bucket.put("a", bytes(LARGE)).await.assert_status(200);
    assert!(bucket.get("a").await.body == bytes(LARGE));
    bucket.delete("a").await.assert_status(204);
    bucket.get("a").await.assert_error(404, "NoSuchKey");
    reader.read_to_end(&mut answer).await.unwrap();
    assert!(answer.ends_with(&parts.concat()));
    wait_for_bodies(folder.path(), 0).await;
}

#[tokio::test]
async fn a_refused_body_leaves_no_file() {
    let folder = TempDir::new().unwrap();
    let cos = open(folder.path()).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "kept").await.assert_status(200);
    let put = |name: &'static str, value: &str| bucket.request(Method::PUT, "a").header(name, value).body(full_part()).send();
    put("content-md5", "7o3pGNBWQBRbGPcPTDqmAg==").await.assert_error(400, "BadDigest");
    put("x-cos-forbid-overwrite", "true").await.assert_error(409, "FileAlreadyExists");
    put("x-cos-fsize-max", "10").await.assert_error(400, "EntityTooLarge");
    wait_for_bodies(folder.path(), 0).await;
    assert_eq!(files(&folder.path().join("staging")), 0);
    cos.stop().await;
    assert_eq!(open(folder.path()).await.bucket(BUCKET).get("a").await.text(), "kept");
}

#[tokio::test]
async fn a_folder_of_something_else_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("thesis.txt"), "precious").unwrap();
    let message = refusal(folder.path()).await;
    assert!(message.contains("is neither empty nor a data folder of the emulator"), "{message}");
    assert!(message.contains(folder.path().to_str().unwrap()), "{message}");
    assert_eq!(files(folder.path()), 1);
}

#[tokio::test]
async fn a_folder_of_another_format_is_refused() {
    let folder = TempDir::new().unwrap();
    open(folder.path()).await.stop().await;
    fs::write(folder.path().join("FORMAT"), "cos-emulator 999\n").unwrap();
    let message = refusal(folder.path()).await;
    assert!(message.contains("has the format \"cos-emulator 999\", which this version cannot read"), "{message}");
}

#[tokio::test]
async fn a_folder_in_use_is_refused() {
    let folder = TempDir::new().unwrap();
    let cos = open(folder.path()).await;
    let message = refusal(folder.path()).await;
    assert!(message.contains("is in use by another process"), "{message}");
    cos.put_bucket().await;
}

#[tokio::test]
async fn a_missing_folder_is_made_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("new/data");
    open(&folder).await.put_bucket().await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("folder.key"))), (0o700, 0o600));
}

#[tokio::test]
async fn without_a_folder_nothing_is_left() {
    let cos = TestServer::start().await;
    let folder = cos.app.data_dir().to_owned();
    cos.put_bucket().await.put("a", bytes(LARGE)).await.assert_status(200);
    assert!(cos.app.is_temporary() && folder.exists());
    cos.stop().await;
    assert!(!folder.exists());
}
