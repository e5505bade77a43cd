//! What a folder holds, against what it may hold.

use std::collections::BTreeMap;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::record::{Ending, Tick, Upload, Value};
use crate::writers::Cos;

/// Reads everything; what is found is from then on what there is.
pub(crate) async fn verify(cos: &mut Cos) {
    verify_uploads(cos).await;
    verify_objects(cos).await;
}

/// An upload that was being ended when the kill came is either open as before, or gone together with its effect.
async fn verify_uploads(cos: &mut Cos) {
    let answer = cos.get("?uploads").await.expect(200);
    let mut listed: BTreeMap<String, String> =
        answer.rows("Upload", ["UploadId", "Key"]).into_iter().map(|[id, key]| (id, key)).collect();

    let ended = {
        let mut books = cos.record.books();
        let known: Vec<String> = books.uploads.keys().cloned().collect();
        for id in known {
            let upload = books.upload(&id);
            let (key, ending) = (upload.key.clone(), upload.ending.take());
            match (listed.remove(&id), ending) {
                (Some(listed), ending) => {
                    assert_eq!(listed, key, "{id}");
                    if let Some(Ending::Complete(sent)) = ending {
                        books.object(&key).withdraw(sent);
                    }
                }
                (None, Some(ending)) => {
                    books.close_upload(&id);
                    if let Ending::Complete(sent) = ending {
                        books.object(&key).acknowledge(sent, Tick::MAX);
                    }
                }
                (None, None) => panic!("the upload {id} of {key} is lost"),
            }
        }
        for (id, key) in listed {
            let at = books.unheard.iter().position(|unheard| *unheard == key);
            books.unheard.swap_remove(at.unwrap_or_else(|| panic!("nobody began the upload {id} of {key}, or it was ended")));
            books.uploads.insert(id, Upload::of(&key));
        }
        books.unheard.clear();
        std::mem::take(&mut books.ended)
    };
    for (key, id) in ended {
        let answer = cos.get(&format!("{key}?uploadId={id}")).await.expect(404);
        assert_eq!(answer.elements("Code"), ["NoSuchUpload"]);
    }
    for (id, key) in open_uploads(cos) {
        cos.list_parts(&key, &id).await.expect("nothing is killed meanwhile");
    }
}

async fn verify_objects(cos: &mut Cos) {
    let mut listed: BTreeMap<String, (String, String)> = BTreeMap::new();
    for [key, etag, size] in cos.get("").await.expect(200).rows("Contents", ["Key", "ETag", "Size"]) {
        listed.insert(key, (etag, size));
    }
    let keys: Vec<String> = cos.record.books().objects.keys().cloned().collect();
    for key in keys {
        let answer = cos.get(&key).await;
        let mut books = cos.record.books();
        let now = books.tick();
        let register = books.object(&key);
        let in_list = listed.remove(&key);
        if answer.status == 404 {
            assert!(
                register.allowed().any(|value| value.is_none()),
                "{key} is lost: {:?}",
                register.allowed().collect::<Vec<_>>()
            );
            assert_eq!(in_list, None, "{key} is listed but cannot be read");
            register.settle(None, now);
            continue;
        }
        let answer = answer.expect(200);
        let is_seen = |value: &&Value| value.length() == answer.body.len() && value.bytes() == answer.body;
        let Some(value) = register.allowed().flatten().find(is_seen).cloned() else {
            let (length, etag) = (answer.body.len(), answer.header("etag"));
            panic!("{key} is {length} bytes, {etag}, but allowed is {:?}", register.allowed().collect::<Vec<_>>());
        };
        let (etag, size) = (value.etag(), value.length().to_string());
        let mut crc64 = crc64fast::Digest::new();
        crc64.write(&answer.body);
        let headers = ["etag", "content-length", "x-cos-hash-crc64ecma"].map(|name| answer.header(name).to_owned());
        assert_eq!(headers, [format!("\"{etag}\""), size.clone(), crc64.sum64().to_string()], "{key}");
        assert_eq!(in_list, Some((etag, size)), "{key} in the list");
        register.settle(Some(value), now);
    }
    assert!(listed.is_empty(), "objects that nobody wrote: {listed:?}");
}

/// Completes some of the open uploads, whose parts are then read as objects, aborts some and leaves some open.
pub(crate) async fn end_some_uploads(cos: &mut Cos, random: &mut StdRng) {
    for (id, key) in open_uploads(cos) {
        let parts = cos.list_parts(&key, &id).await.expect("nothing is killed meanwhile");
        let ended = match random.random_range(0..4) {
            0 => Ok(()),
            1 => cos.abort(&key, &id).await,
            _ if parts.is_empty() => cos.abort(&key, &id).await,
            _ => cos.complete(&key, &id, &parts).await,
        };
        ended.expect("nothing is killed meanwhile");
    }
}

pub(crate) async fn delete_all(cos: &mut Cos) {
    for (id, key) in open_uploads(cos) {
        cos.abort(&key, &id).await.expect("nothing is killed meanwhile");
    }
    let keys: Vec<String> = cos.record.books().objects.keys().cloned().collect();
    for key in keys {
        cos.delete(&key).await.expect("nothing is killed meanwhile");
    }
    verify(cos).await;
}

/// Id and key of each.
fn open_uploads(cos: &Cos) -> Vec<(String, String)> {
    cos.record.books().uploads.iter().map(|(id, upload)| (id.clone(), upload.key.clone())).collect()
}
