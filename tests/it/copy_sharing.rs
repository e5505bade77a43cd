//! Copies that change nothing of the bytes: none are moved, and source and copy go each their own way.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;

use cos_emulator::domain::part::{PartNumber, UploadId};
use cos_emulator::domain::time::Timestamp;
use cos_emulator::storage::{Attributes, CompleteUpload, Content, Object, PartAddress, Slot, Upload};
use http::Method;

use crate::copy_object::{SOURCE, copy};
use crate::folder::{bodies, settle, staged, until};
use crate::harness::{BUCKET, Bucket, HOST, NOW, TestServer, UIN, bytes, full_part};

/// Larger than what the index holds.
const LARGE: usize = 100_000;

/// How many names each body's file has, in order.
fn names(cos: &TestServer) -> Vec<usize> {
    let mut names = BTreeMap::new();
    // A file may be deleted while this looks.
    for file in bodies(cos).iter().filter_map(|file| fs::metadata(file).ok()) {
        *names.entry(file.ino()).or_insert(0) += 1;
    }
    let mut counts: Vec<usize> = names.into_values().collect();
    counts.sort_unstable();
    counts
}

/// An object of three parts, the last of which is small, and its bytes.
async fn put_parts(bucket: &Bucket<'_>, key: &str) -> Vec<u8> {
    let parts = [full_part(), vec![7; 1 << 20], bytes(1000)];
    let upload = bucket.initiate(key).await;
    let mut etags = Vec::new();
    for (number, part) in [1, 5, 6].into_iter().zip(&parts) {
        etags.push((number, bucket.part(key, &upload, number, part.clone()).await));
    }
    let list: Vec<(u16, &str)> = etags.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
    bucket.complete(key, &upload, &list).await.assert_status(200);
    parts.concat()
}

#[tokio::test]
async fn a_copy_shares_the_sources_file_and_outlives_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let target = cos.bucket("target-1250000000");
    target.request(Method::PUT, "").send().await.assert_status(200);
    for size in [0, 1000, 16 << 10, LARGE] {
        bucket.put("a", bytes(size)).await.assert_status(200);
        copy(&target, "b", "a", &[]).await.assert_status(200);
        copy(&bucket, "c", "a", &[]).await.assert_status(200);
        let put = target.request(Method::PUT, "d").header(SOURCE, "target-1250000000/b");
        put.send().await.assert_status(200);
        for answer in [bucket.get("a").await, target.get("b").await, bucket.get("c").await, target.get("d").await] {
            assert!(answer.body == bytes(size));
        }
    }
    until("three further names", || names(&cos) == [4]).await;
    assert!(staged(&cos).is_empty());
    bucket.delete("a").await.assert_status(204);
    target.put("b", "replaced").await.assert_status(200);
    bucket.delete("c").await.assert_status(204);
    until("one name", || names(&cos) == [1]).await;
    assert!(target.get("d").await.body == bytes(LARGE));
    target.delete("d").await.assert_status(204);
    until("no file", || bodies(&cos).is_empty()).await;
}

#[tokio::test]
async fn a_copy_of_parts_shares_them_and_keeps_their_etag() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let whole = put_parts(&bucket, "a").await;
    let etag = bucket.head("a").await.header("etag").to_owned();
    for (source, target) in [("a", "b"), ("b", "c")] {
        let answer = copy(&bucket, target, source, &[]).await;
        answer.assert_status(200);
        assert_eq!(answer.element("ETag").replace("&quot;", "\""), etag);
    }
    assert_eq!(names(&cos), [3, 3]);
    for key in ["a", "b"] {
        bucket.delete(key).await.assert_status(204);
    }
    until("the copy's own names", || names(&cos) == [1, 1]).await;
    let read = bucket.get("c").await;
    assert!(read.body == whole);
    assert_eq!((read.header("etag"), bucket.get("?uploads").await.elements("UploadId").len()), (etag.as_str(), 0));
    let second = 1 << 20;
    let range = bucket.request(Method::GET, "c").header("range", &format!("bytes={}-{}", second - 9, second + 9)).send().await;
    assert!(range.body == whole[second - 9..=second + 9]);
    bucket.delete("c").await.assert_status(204);
    until("no file", || bodies(&cos).is_empty()).await;
}

#[tokio::test]
async fn an_object_that_is_copied_onto_itself_keeps_its_file() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let inode = |cos: &TestServer| bodies(cos).iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.ino()).max();
    for whole in [put_parts(&bucket, "a").await, bytes(LARGE)] {
        if whole.len() == LARGE {
            bucket.put("a", whole.clone()).await.assert_status(200);
            until("the parts are gone", || names(&cos) == [1]).await;
        }
        let (before, count) = (inode(&cos), bodies(&cos).len());
        for class in ["STANDARD_IA", "STANDARD"] {
            let headers = [("x-cos-metadata-directive", "Replaced"), ("x-cos-storage-class", class)];
            copy(&bucket, "a", "a", &headers).await.assert_status(200);
            assert!(bucket.get("a").await.body == whole);
        }
        until("the old names are gone", || bodies(&cos).len() == count).await;
        assert_eq!(inode(&cos), before);
    }
}

#[tokio::test]
async fn a_refused_copy_leaves_no_name_behind() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_parts(&bucket, "a").await;
    bucket.put("b", bytes(LARGE)).await.assert_status(200);
    let before = bodies(&cos);
    for (source, headers) in [
        ("a", &[("x-cos-forbid-overwrite", "true")] as &[_]),
        ("a", &[("x-cos-forbid-overwrite", "true"), ("x-cos-server-side-encryption", "AES256")]),
    ] {
        copy(&bucket, "b", source, headers).await.assert_error(409, "FileAlreadyExists");
    }
    until("all new names are gone", || bodies(&cos) == before).await;
    settle(&cos).await;
    assert!(staged(&cos).is_empty());
}

/// Whatever a copy meets on its way, it is one of the contents that the source had, as a whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_replaced_meanwhile_is_copied_as_it_was_or_as_it_is() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", vec![0; LARGE]).await.assert_status(200);
    let replace = async {
        for fill in 1..60 {
            bucket.put("a", vec![fill; LARGE + usize::from(fill)]).await.assert_status(200);
        }
    };
    let copies = async |key: &'static str, headers: &[(&'static str, &str)]| {
        for _ in 0..40 {
            let answer = copy(&bucket, key, "a", headers).await;
            answer.assert_status(200);
            let read = bucket.get(key).await;
            let fill = read.body[0];
            assert!(read.body == vec![fill; LARGE + usize::from(fill)]);
            assert_eq!(answer.element("CRC64"), read.header("x-cos-hash-crc64ecma"));
        }
    };
    let encrypted = [("x-cos-server-side-encryption", "AES256")];
    tokio::join!(replace, copies("b", &[]), copies("c", &encrypted));
    until("three objects' files", || bodies(&cos).len() == 3).await;
}

/// As many parts as an upload may have; their numbers go in and out of the index one by one.
#[tokio::test]
async fn ten_thousand_parts_are_shared() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let store = &cos.app.services().store;
    let now = Timestamp::from_seconds(NOW);
    let (name, key, id) = (BUCKET.parse().expect("a name"), "a".parse().expect("a key"), UploadId::new(NOW, [1; 32]));
    let upload = Upload {
        initiated: now,
        initiator: UIN.to_owned(),
        attributes: Attributes::default(),
        forbids_overwrite: false,
        retained_until: None,
    };
    assert!(store.create_upload(&name, &key, &id, upload).await.expect("stored"));
    let numbers = || (1..=10_000).filter_map(PartNumber::new);
    for number in numbers() {
        // One in a hundred is a file. The service would ask for a mebibyte each.
        let length = if number.get().is_multiple_of(100) { 20_000 } else { 2 };
        let mut staging = store.stage(None, false).expect("an id");
        staging.write(number.get().to_be_bytes().repeat(length / 2).into()).await.expect("taken in");
        let staged = staging.finish().await.expect("written");
        let part = PartAddress { bucket: &name, key: &key, upload: &id, number };
        store.put_part(part, staged, "etag".to_owned(), now).await.expect("stored");
    }
    let content = Content::of_parts(id.clone(), numbers());
    let object = move |slot: &Slot<'_>, parts: &[(PartNumber, _)]| {
        assert_eq!(parts.len(), 10_000);
        let size = 9_900 * 2 + 100 * 20_000;
        Ok::<_, ()>(Object::new(slot.version, "etag".to_owned(), size, 0, now, Attributes::default(), content))
    };
    let completed = store.complete_upload(&name, &key, id, now, object).await.expect("stored");
    assert!(matches!(completed, CompleteUpload::Completed(_)));

    copy(&bucket, "b", "a", &[]).await.assert_status(200);
    assert_eq!(names(&cos), [2; 100]);
    let whole = bucket.get("a").await.body;
    bucket.delete("a").await.assert_status(204);
    until("the copy's own names", || names(&cos) == [1; 100]).await;
    assert!(bucket.get("b").await.body == whole && whole.len() == 2_019_800);
}

#[tokio::test]
async fn one_request_copies_five_gibibytes_at_most() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("mebibytes", vec![0; 128 << 20]).await.assert_status(200);
    let upload = bucket.initiate("large").await;
    let mut etags = Vec::new();
    for number in 1..=40 {
        let answer = copy(&bucket, &format!("large?partNumber={number}&uploadId={upload}"), "mebibytes", &[]).await;
        answer.assert_status(200);
        etags.push((number, answer.element("ETag")));
    }
    etags.push((41, bucket.part("large", &upload, 41, "x").await));
    let list: Vec<(u16, &str)> = etags.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
    bucket.complete("large", &upload, &list).await.assert_status(200);
    assert_eq!(bucket.head("large").await.header("content-length"), "5368709121");
    assert_eq!(names(&cos), [41]);

    copy(&bucket, "copy", "large", &[]).await.assert_error(400, "InvalidRequest");
    let upload = bucket.initiate("copy").await;
    let part = |range: &str| {
        let put = bucket.request(Method::PUT, &format!("copy?partNumber=1&uploadId={upload}"));
        put.header(SOURCE, &format!("{HOST}/large")).header("x-cos-copy-source-range", range).send()
    };
    for range in ["", "bytes=0-5368709120"] {
        part(range).await.assert_error(400, "InvalidRequest");
    }
    part("bytes=5368709119-5368709120").await.assert_status(200);
    assert_eq!(bucket.get(&format!("copy?uploadId={upload}")).await.elements("Size"), ["2"]);
}
