//! List Multipart Uploads.

use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::harness::{Answer, BUCKET, Bucket, NOW, OTHER, TestServer, UIN};

/// Begins uploads of these keys, a second after one another, and gives their ids.
async fn initiate(bucket: &Bucket<'_>, keys: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for (second, key) in (0..).zip(keys) {
        bucket.server.clock.stop(Timestamp::from_seconds(NOW + second));
        ids.push(bucket.initiate(key).await);
    }
    bucket.server.clock.stop(Timestamp::from_seconds(NOW));
    ids
}

fn upload(key: &str, id: &str, initiated: &str) -> String {
    let person = format!("<ID>qcs::cam::uin/{UIN}:uin/{UIN}</ID><DisplayName>{UIN}</DisplayName>");
    format!(
        "<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiator>{person}</Initiator><Owner>{person}</Owner>\
         <StorageClass>STANDARD</StorageClass><Initiated>{initiated}</Initiated></Upload>"
    )
}

/// Keys and prefixes of a page, and its next markers.
fn told(page: &Answer) -> (Vec<String>, Vec<String>, Option<String>, Option<String>) {
    let first = |name: &str| page.elements(name).into_iter().next();
    let prefixes: Vec<String> =
        page.elements("CommonPrefixes").iter().map(|text| text.replace("<Prefix>", "").replace("</Prefix>", "")).collect();
    (page.elements("Key"), prefixes, first("NextKeyMarker"), first("NextUploadIdMarker"))
}

#[tokio::test]
async fn a_bucket_without_uploads_lists_none() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?uploads").await.assert_document(&format!(
        "<ListMultipartUploadsResult><Bucket>{BUCKET}</Bucket><Encoding-Type/><KeyMarker/><UploadIdMarker/>\
         <MaxUploads>1000</MaxUploads><Prefix/><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>"
    ));
}

#[tokio::test]
async fn uploads_come_in_order_of_key_and_then_of_initiation() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let ids = initiate(&bucket, &["b", "a", "b", "%E4%B8%AD", "B", "b%21"]).await;
    bucket.get("?uploads").await.assert_document(&format!(
        "<ListMultipartUploadsResult><Bucket>{BUCKET}</Bucket><Encoding-Type/><KeyMarker/><UploadIdMarker/>\
         <MaxUploads>1000</MaxUploads><Prefix/><IsTruncated>false</IsTruncated>{}{}{}{}{}{}</ListMultipartUploadsResult>",
        upload("B", &ids[4], "2023-11-14T22:13:24.000Z"),
        upload("a", &ids[1], "2023-11-14T22:13:21.000Z"),
        upload("b", &ids[0], "2023-11-14T22:13:20.000Z"),
        upload("b", &ids[2], "2023-11-14T22:13:22.000Z"),
        upload("b!", &ids[5], "2023-11-14T22:13:25.000Z"),
        upload("中", &ids[3], "2023-11-14T22:13:23.000Z"),
    ));
}

#[tokio::test]
async fn keys_are_grouped_at_the_delimiter() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let ids = initiate(&bucket, &["dir/b", "dir/sub%20dir/c", "dir/sub%20dir/d", "e"]).await;
    let page = bucket.get("?uploads&prefix=dir%2F&delimiter=%2F&encoding-type=url&max-uploads=1").await;
    page.assert_document(&format!(
        "<ListMultipartUploadsResult><Bucket>{BUCKET}</Bucket><Encoding-Type>url</Encoding-Type><EncodingType>url</EncodingType>\
         <KeyMarker/><UploadIdMarker/><NextKeyMarker>dir/b</NextKeyMarker><NextUploadIdMarker>{}</NextUploadIdMarker>\
         <MaxUploads>1</MaxUploads><Prefix>dir/</Prefix><Delimiter>/</Delimiter><IsTruncated>true</IsTruncated>{}\
         </ListMultipartUploadsResult>",
        ids[0],
        upload("dir/b", &ids[0], "2023-11-14T22:13:20.000Z"),
    ));
    let markers = format!("key-marker=dir%2Fb&upload-id-marker={}", ids[0]);
    let rest = bucket.get(&format!("?uploads&prefix=dir%2F&delimiter=%2F&encoding-type=url&max-uploads=1&{markers}")).await;
    rest.assert_document(&format!(
        "<ListMultipartUploadsResult><Bucket>{BUCKET}</Bucket><Encoding-Type>url</Encoding-Type><EncodingType>url</EncodingType>\
         <KeyMarker>dir/b</KeyMarker><UploadIdMarker>{}</UploadIdMarker><MaxUploads>1</MaxUploads><Prefix>dir/</Prefix>\
         <Delimiter>/</Delimiter><IsTruncated>false</IsTruncated>\
         <CommonPrefixes><Prefix>dir/sub%20dir/</Prefix></CommonPrefixes></ListMultipartUploadsResult>",
        ids[0],
    ));
}

#[tokio::test]
async fn markers_say_where_to_go_on() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let ids = initiate(&bucket, &["a", "a", "a", "b", "c"]).await;
    for (parameters, listed) in [
        (String::new(), vec![0, 1, 2, 3, 4]),
        ("key-marker=a".to_owned(), vec![3, 4]),
        (format!("key-marker=a&upload-id-marker={}", ids[0]), vec![1, 2, 3, 4]),
        (format!("key-marker=a&upload-id-marker={}", ids[2]), vec![3, 4]),
        (format!("upload-id-marker={}", ids[2]), vec![0, 1, 2, 3, 4]),
        ("key-marker=aa".to_owned(), vec![3, 4]),
        ("key-marker=c".to_owned(), vec![]),
        ("key-marker=&upload-id-marker=&prefix=&delimiter=&max-uploads=&encoding-type=".to_owned(), vec![0, 1, 2, 3, 4]),
        ("prefix=b".to_owned(), vec![3]),
        ("prefix=a&key-marker=b".to_owned(), vec![]),
    ] {
        let page = bucket.get(&format!("?uploads&{parameters}")).await;
        let expected: Vec<String> = listed.into_iter().map(|at: usize| ids[at].clone()).collect();
        assert_eq!(page.elements("UploadId"), expected, "{parameters}");
    }
}

#[tokio::test]
async fn pages_joined_are_the_whole_listing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    initiate(&bucket, &["a", "a", "b/1", "b/2", "b/2", "b+", "c", "d/x"]).await;
    for limit in 1..=4 {
        let (mut keys, mut prefixes, mut key, mut id) = (Vec::new(), Vec::new(), String::new(), String::new());
        loop {
            let target = format!("?uploads&delimiter=/&max-uploads={limit}&key-marker={key}&upload-id-marker={id}");
            let page = bucket.get(&target).await;
            let (more_keys, more_prefixes, next_key, next_id) = told(&page);
            assert!(more_keys.len() + more_prefixes.len() <= limit);
            keys.extend(more_keys);
            prefixes.extend(more_prefixes);
            match next_key {
                None => break assert_eq!((page.element("IsTruncated").as_str(), next_id), ("false", None)),
                Some(next) => (key, id) = (next.replace('+', "%2B"), next_id.unwrap_or_default()),
            }
        }
        assert_eq!((keys, prefixes), (["a", "a", "b+", "c"].map(str::to_owned).to_vec(), vec!["b/".to_owned(), "d/".to_owned()]));
    }
}

#[tokio::test]
async fn finished_and_aborted_uploads_and_those_of_other_buckets_are_not_listed() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let other = cos.bucket("examplebucket2-1250000000");
    other.request(Method::PUT, "").send().await.assert_status(200);
    other.initiate("a").await;
    let ids = initiate(&bucket, &["a", "b", "c"]).await;
    let etag = bucket.part("a", &ids[0], 1, "x").await;
    bucket.complete("a", &ids[0], &[(1, &etag)]).await.assert_status(200);
    bucket.delete(&format!("b?uploadId={}", ids[1])).await.assert_status(204);
    assert_eq!(bucket.get("?uploads").await.elements("UploadId"), [ids[2].as_str()]);
}

#[tokio::test]
async fn parameters_are_checked() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    initiate(&bucket, &["a"]).await;
    for (parameters, code) in [
        ("delimiter=ab", "InvalidDelimiter"),
        ("encoding-type=html", "InvalidArgument"),
        ("max-uploads=x", "InvalidArgument"),
        ("max-uploads=-1", "InvalidArgument"),
    ] {
        bucket.get(&format!("?uploads&{parameters}")).await.assert_error(400, code);
    }
    assert_eq!(bucket.get("?uploads&max-uploads=5000").await.element("MaxUploads"), "1000");
    let nothing = bucket.get("?uploads&max-uploads=0").await;
    assert_eq!((told(&nothing), nothing.element("IsTruncated")), ((vec![], vec![], None, None), "false".to_owned()));
}

#[tokio::test]
async fn only_the_owner_of_a_bucket_that_is_there_may_list() {
    let cos = TestServer::start().await;
    cos.bucket("missing-1250000000").get("?uploads").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    bucket.request(Method::GET, "?uploads").anonymous().send().await.assert_error(403, "AccessDenied");
    bucket.request(Method::GET, "?uploads").signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
}
