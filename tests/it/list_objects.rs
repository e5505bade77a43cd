//! GET Bucket (List Objects).

use cos_emulator::codec::percent;
use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::harness::{BUCKET, Bucket, NOW, OTHER, TestServer, full_part};

/// Puts an object under each key, whose body is the key.
async fn put_all(bucket: &Bucket<'_>, keys: &[&str]) {
    for key in keys {
        bucket.put(&percent::encode_key(key), (*key).to_owned()).await.assert_status(200);
    }
}

/// What a listing shows, in order of the document: `dir/ |` for common prefixes, then keys; `>` and the next marker at the end.
async fn listed(bucket: &Bucket<'_>, query: &str) -> String {
    let answer = bucket.get(&format!("?{query}")).await;
    answer.assert_status(200);
    let text = answer.text();
    let groups = text.split("<CommonPrefixes><Prefix>").skip(1).filter_map(|rest| rest.split('<').next());
    let mut shown: Vec<String> = groups.map(|prefix| format!("{prefix} |")).collect();
    shown.extend(answer.elements("Key"));
    shown.extend(answer.elements("NextMarker").iter().map(|marker| format!("> {marker}")));
    assert_eq!(answer.element("IsTruncated"), text.contains("<NextMarker>").to_string());
    shown.join(" ")
}

#[tokio::test]
async fn a_listing_says_all_of_each_object() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_all(&bucket, &["dir/1", "dir/2"]).await;
    cos.clock.stop(Timestamp::from_micros(NOW * 1_000_000 + 61_999_999));
    bucket.put("a.txt", "[Object Content]").await.assert_status(200);
    let put = |key: &str, class: &str| bucket.request(Method::PUT, key).header("x-cos-storage-class", class).body("x").send();
    put("b", "ARCHIVE").await.assert_status(200);
    put("c", "INTELLIGENT_TIERING").await.assert_status(200);

    let contents = |key: &str, etag: &str, size: &str, class: &str| {
        format!(
            "<Contents><Key>{key}</Key><LastModified>2023-11-14T22:14:21.000Z</LastModified><ETag>&quot;{etag}&quot;</ETag>\
             <Size>{size}</Size><Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>{class}</Contents>"
        )
    };
    let answer = bucket.get("?delimiter=/").await;
    answer.assert_document(&format!(
        "<ListBucketResult><Name>examplebucket-1250000000</Name><Prefix/><Marker/><MaxKeys>1000</MaxKeys>\
         <Delimiter>/</Delimiter><IsTruncated>false</IsTruncated>\
         <CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>{}{}{}</ListBucketResult>",
        contents("a.txt", "ee8de918d05640145b18f70f4c3aa602", "16", "<StorageClass>STANDARD</StorageClass>"),
        contents("b", "9dd4e461268c8034f5c8564e155c67a6", "1", "<StorageClass>ARCHIVE</StorageClass>"),
        contents(
            "c",
            "9dd4e461268c8034f5c8564e155c67a6",
            "1",
            "<StorageClass>INTELLIGENT_TIERING</StorageClass><StorageTier>FREQUENT</StorageTier>"
        ),
    ));
    let length = answer.body.len().to_string();
    answer.assert_headers(&[
        ("content-length", &length),
        ("content-type", "application/xml"),
        ("x-cos-bucket-region", "ap-guangzhou"),
    ]);
}

#[tokio::test]
async fn an_empty_bucket_has_an_empty_list() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("").await.assert_document(
        "<ListBucketResult><Name>examplebucket-1250000000</Name><Prefix/><Marker/><MaxKeys>1000</MaxKeys>\
         <IsTruncated>false</IsTruncated></ListBucketResult>",
    );
}

#[tokio::test]
async fn a_completed_upload_is_listed_with_its_etag_and_whole_size_and_an_open_one_is_not() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("big").await;
    let parts = [bucket.part("big", &id, 1, full_part()).await, bucket.part("big", &id, 2, "tail").await];
    assert_eq!(listed(&bucket, "").await, "");
    let done = bucket.complete("big", &id, &[(1, &parts[0]), (2, &parts[1])]).await;
    let listing = bucket.get("").await;
    assert_eq!(listing.elements("Size"), ["1048580"]);
    assert_eq!(listing.element("ETag").replace("&quot;", "\""), done.element("ETag").replace("&quot;", "\""));
}

#[tokio::test]
async fn keys_stand_in_order_of_their_utf_8_bytes() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_all(&bucket, &["\u{ff5e}", "\u{1f600}", "腾", "é", "a0", "a", "a/", "Z", "~", "a-", "0"]).await;
    assert_eq!(listed(&bucket, "").await, "0 Z a a- a/ a0 ~ é 腾 \u{ff5e} \u{1f600}");
}

#[tokio::test]
async fn a_prefix_is_a_run_of_bytes_not_a_folder() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_all(&bucket, &["a", "ab", "ab/c", "abc", "b", "é1", "é2"]).await;
    assert_eq!(listed(&bucket, "prefix=ab").await, "ab ab/c abc");
    assert_eq!(listed(&bucket, "prefix=ab/").await, "ab/c");
    assert_eq!(listed(&bucket, "prefix=%C3%A9").await, "é1 é2");
    assert_eq!(listed(&bucket, "prefix=x").await, "");
    assert_eq!(listed(&bucket, "prefix=").await, "a ab ab/c abc b é1 é2");
}

#[tokio::test]
async fn a_delimiter_groups_what_lies_behind_the_prefix() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_all(&bucket, &["a", "d/", "d/1", "d/e/2", "d/e/3", "d/f", "z", "e//x"]).await;
    for (query, expected) in [
        ("delimiter=/", "d/ | e/ | a z"),
        ("delimiter=%2F&prefix=d/", "d/e/ | d/ d/1 d/f"),
        ("delimiter=/&prefix=d", "d/ |"),
        ("delimiter=/&prefix=e/", "e// |"),
        ("delimiter=/&prefix=d/e/", "d/e/2 d/e/3"),
        ("delimiter=e", "d/e | e | a d/ d/1 d/f z"),
        ("delimiter=", "a d/ d/1 d/e/2 d/e/3 d/f e//x z"),
        ("delimiter=%E8%85%BE", "a d/ d/1 d/e/2 d/e/3 d/f e//x z"),
    ] {
        assert_eq!(listed(&bucket, query).await, expected, "{query}");
    }
    put_all(&bucket, &["y腾1", "y腾2"]).await;
    assert_eq!(listed(&bucket, "delimiter=%E8%85%BE&prefix=y").await, "y腾 |");
}

#[tokio::test]
async fn a_marker_is_exclusive_and_need_not_name_an_object() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_all(&bucket, &["a", "d/1", "d/2", "m", "z"]).await;
    for (query, expected) in [
        ("marker=a", "d/1 d/2 m z"),
        ("marker=b", "d/1 d/2 m z"),
        ("marker=d/", "d/1 d/2 m z"),
        ("marker=z", ""),
        ("marker=m&prefix=d/", ""),
        ("marker=a&prefix=d/", "d/1 d/2"),
        ("marker=d/1&prefix=d/", "d/2"),
        ("marker=d/&delimiter=/", "m z"),
        ("marker=d&delimiter=/", "d/ | m z"),
        ("marker=d/1&delimiter=/", "d/ | m z"),
        ("marker=d/2&delimiter=/", "m z"),
    ] {
        assert_eq!(listed(&bucket, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_and_each_group_counts_once() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_all(&bucket, &["a", "d/1", "d/2", "d/3", "e/1", "m", "z"]).await;
    let mut pages = Vec::new();
    let mut marker = String::new();
    loop {
        let page = listed(&bucket, &format!("delimiter=/&max-keys=2&marker={marker}")).await;
        pages.push(page.clone());
        match page.split_once("> ") {
            Some((_, next)) => marker = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(pages, ["d/ | a > d/", "e/ | m > m", "z"]);
    // Not only with a delimiter, as on S3.
    assert_eq!(listed(&bucket, "max-keys=3").await, "a d/1 d/2 > d/2");
    assert_eq!(listed(&bucket, "max-keys=7").await, "a d/1 d/2 d/3 e/1 m z");
    assert_eq!(listed(&bucket, "max-keys=1&prefix=d/").await, "d/1 > d/1");
    assert_eq!(listed(&bucket, "max-keys=3&prefix=d/").await, "d/1 d/2 d/3");
}

#[tokio::test]
async fn the_documents_elements_stand_in_the_documented_order() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_all(&bucket, &["p q/", "p q/a b/1", "p q/z"]).await;
    let answer = bucket.get("?prefix=p+q/&delimiter=/&marker=p%20q/&max-keys=1&encoding-type=url").await;
    answer.assert_document(
        "<ListBucketResult><Name>examplebucket-1250000000</Name><EncodingType>url</EncodingType><Prefix>p%20q/</Prefix>\
         <Marker>p%20q/</Marker><MaxKeys>1</MaxKeys><Delimiter>/</Delimiter><IsTruncated>true</IsTruncated>\
         <NextMarker>p%20q/a%20b/</NextMarker><CommonPrefixes><Prefix>p%20q/a%20b/</Prefix></CommonPrefixes></ListBucketResult>",
    );
}

#[tokio::test]
async fn names_are_escaped_for_xml_or_on_request_for_urls() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_all(&bucket, &["<a>&\"'", "+ %~*", "腾讯云\u{1}"]).await;
    assert_eq!(bucket.get("").await.elements("Key"), ["+ %~*", "&lt;a&gt;&amp;&quot;&apos;", "腾讯云&#1;"]);
    assert_eq!(
        bucket.get("?encoding-type=url").await.elements("Key"),
        ["%2B%20%25~%2A", "%3Ca%3E%26%22%27", "%E8%85%BE%E8%AE%AF%E4%BA%91%01"]
    );
}

#[tokio::test]
async fn a_page_has_at_most_1000_keys() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for number in 0..1001 {
        bucket.put(&format!("{number:04}"), "").await.assert_status(200);
    }
    for query in ["", "?max-keys=1001", "?max-keys=999999999"] {
        let answer = bucket.get(query).await;
        assert_eq!((answer.elements("Key").len(), answer.element("NextMarker")), (1000, "0999".to_owned()), "{query}");
        assert_eq!(answer.element("MaxKeys"), "1000");
    }
    assert_eq!(listed(&bucket, "marker=0999").await, "1000");
}

#[tokio::test]
async fn max_keys_of_zero_gives_an_empty_page_that_is_not_truncated() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_all(&bucket, &["a", "d/1"]).await;
    assert_eq!(listed(&bucket, "max-keys=0").await, "");
    assert_eq!(listed(&bucket, "max-keys=0&delimiter=/").await, "");
    assert_eq!(bucket.get("?max-keys=0").await.element("MaxKeys"), "0");
}

#[tokio::test]
async fn wrong_parameters_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (query, code) in [
        ("max-keys=x", "InvalidArgument"),
        ("max-keys=-1", "InvalidArgument"),
        ("max-keys=1.5", "InvalidArgument"),
        ("encoding-type=base64", "InvalidArgument"),
        ("encoding-type=URL", "InvalidArgument"),
        ("prefix=a&prefix=b", "InvalidArgument"),
        ("delimiter=ab", "InvalidDelimiter"),
        ("delimiter=//", "InvalidDelimiter"),
        ("prefix=%FF", "InvalidURI"),
    ] {
        bucket.get(&format!("?{query}")).await.assert_error(400, code);
    }
    assert_eq!(listed(&bucket, "max-keys=&encoding-type=&delimiter=&marker=&prefix=&unknown=1").await, "");
}

#[tokio::test]
async fn a_sub_resource_that_is_lacking_is_not_a_listing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for name in ["notification", "live=", "prefix=a&live", "response-control", "requestPayment", "publicAccessBlock"] {
        let answer = bucket.get(&format!("?{name}")).await;
        answer.assert_error(501, "NotImplemented");
    }
}

#[tokio::test]
async fn others_and_anonymous_callers_see_nothing() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).get("").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    bucket.request(Method::GET, "").signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    bucket.request(Method::GET, "").anonymous().send().await.assert_error(403, "AccessDenied");
}
