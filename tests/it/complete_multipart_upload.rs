//! Complete Multipart Upload.

use cos_emulator::codec::checksum::Digests;
use http::Method;

use crate::bucket_accelerate::ENABLED;
use crate::folder::{bodies, settle, staged};
use crate::harness::{BUCKET, Bucket, HOST, OTHER, TestServer, bytes, full_part, part_list};

/// An upload of `a` with a full part 1 and a part 2 of 100 bytes; its id and the parts' ETags.
async fn two_parts(bucket: &Bucket<'_>) -> (String, String, String) {
    let id = bucket.initiate("a").await;
    let one = bucket.part("a", &id, 1, full_part()).await;
    let two = bucket.part("a", &id, 2, bytes(100)).await;
    (id, one, two)
}

fn whole() -> Vec<u8> {
    [full_part(), bytes(100)].concat()
}

fn document(location: &str, etag: &str) -> String {
    format!(
        "<CompleteMultipartUploadResult xmlns=\"http://www.qcloud.com/document/product/436/7751\"><Location>{location}</Location>\
         <Bucket>{BUCKET}</Bucket><Key>a</Key><ETag>{}</ETag></CompleteMultipartUploadResult>",
        etag.replace('"', "&quot;")
    )
}

#[tokio::test]
async fn the_answer_tells_where_the_object_is_and_its_digests() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (id, one, two) = two_parts(&bucket).await;
    let answer = bucket.complete("a", &id, &[(1, &one), (2, &two)]).await;
    let head = bucket.head("a").await;
    answer.assert_document(&document(&format!("http://{HOST}/a"), head.header("etag")));
    let mut digests = Digests::new(false);
    digests.update(&whole());
    let crc64 = digests.finish().crc64.to_string();
    assert_eq!((answer.header("x-cos-hash-crc64ecma"), head.header("x-cos-hash-crc64ecma")), (crc64.as_str(), crc64.as_str()));
    assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    assert_eq!(head.header("content-length"), "1048676");
    assert_eq!(head.header("last-modified"), "Tue, 14 Nov 2023 22:13:20 GMT");
    assert!(bucket.get("a").await.body == whole());
}

/// The two parts and the sum stand in the reference: 1 MiB of `a`, then `tail`.
#[tokio::test]
async fn the_crc_is_that_of_the_joined_parts() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let one = bucket.part("a", &id, 1, vec![b'a'; 1 << 20]).await;
    let two = bucket.part("a", &id, 2, "tail").await;
    let answer = bucket.complete("a", &id, &[(1, &one), (2, &two)]).await;
    assert_eq!(answer.header("x-cos-hash-crc64ecma"), "13869636686921496871");
}

#[tokio::test]
async fn the_etag_counts_the_parts_and_is_new_for_every_upload() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let mut etags = Vec::new();
    for _ in 0..2 {
        let (id, one, two) = two_parts(&bucket).await;
        bucket.complete("a", &id, &[(1, &one), (2, &two)]).await.assert_status(200);
        let etag = bucket.head("a").await.header("etag").to_owned();
        let hex = etag.strip_prefix('"').and_then(|etag| etag.strip_suffix("-2\"")).expect("a quoted ETag of two parts");
        assert!(hex.len() == 32 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{hex}");
        etags.push(etag);
    }
    assert_ne!(etags[0], etags[1]);
    let id = bucket.initiate("a").await;
    let only = bucket.part("a", &id, 1, "x").await;
    bucket.complete("a", &id, &[(1, &only)]).await.assert_status(200);
    assert!(bucket.head("a").await.header("etag").ends_with("-1\""));
}

#[tokio::test]
async fn the_location_repeats_the_requests_host_and_path() {
    let cos = TestServer::start().await;
    cos.put_bucket().await.put("?accelerate", ENABLED).await.assert_status(200);
    let path_style = format!("{BUCKET}/a");
    for (host, key) in [
        ("examplebucket-1250000000.cos.ap-guangzhou.tencentcos.cn", "a"),
        ("examplebucket-1250000000.cos.accelerate.myqcloud.com", "a"),
        ("examplebucket-1250000000.localhost:7436", "a"),
        ("127.0.0.1:7436", path_style.as_str()),
    ] {
        let bucket = Bucket { server: &cos, host: host.to_owned() };
        let id = bucket.initiate(key).await;
        let etag = bucket.part(key, &id, 1, "x").await;
        let answer = bucket.complete(key, &id, &[(1, &etag)]).await;
        let etag = bucket.head(key).await.header("etag").to_owned();
        answer.assert_document(&document(&format!("http://{host}/{key}"), &etag));
    }
    let bucket = cos.bucket(BUCKET);
    let id = bucket.initiate("%E4%B8%AD%20%26").await;
    let etag = bucket.part("%E4%B8%AD%20%26", &id, 1, "x").await;
    let answer = bucket.complete("%E4%B8%AD%20%26", &id, &[(1, &etag)]).await;
    assert_eq!(
        (answer.element("Location"), answer.element("Key")),
        (format!("http://{HOST}/%E4%B8%AD%20%26"), "中 &amp;".into())
    );
}

#[tokio::test]
async fn etags_may_be_quoted_escaped_bare_or_in_upper_case() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let bare = |etag: &str| etag.replace('"', "");
    for form in [
        |etag: &str| etag.to_owned(),
        |etag: &str| etag.replace('"', "&quot;"),
        |etag: &str| etag.replace('"', "&#34;"),
        |etag: &str| etag.replace('"', ""),
        |etag: &str| etag.replace('"', "").to_uppercase(),
        |etag: &str| format!("<![CDATA[{etag}]]>"),
        |etag: &str| format!("\n    {etag}\n  "),
    ] {
        let (id, one, two) = two_parts(&bucket).await;
        assert_eq!(bare(&one).len(), 32);
        bucket.complete("a", &id, &[(1, &form(&one)), (2, &form(&two))]).await.assert_status(200);
    }
}

#[tokio::test]
async fn lists_are_taken_as_clients_write_them() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for list in [
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">[1][2]</CompleteMultipartUpload>",
        "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUpload>\n  [1]\n  [2]\n</CompleteMultipartUpload>\n",
        "<CompleteMultipartUpload><Note/>[1]<!-- then --><Note>x</Note>[2]</CompleteMultipartUpload>",
    ] {
        let (id, one, two) = two_parts(&bucket).await;
        let list = list
            .replace("[1]", &format!("<Part><PartNumber>1</PartNumber><ETag>{one}</ETag></Part>"))
            .replace("[2]", &format!("<Part>\n<Size>5</Size><ETag>{two}</ETag><Crc/><PartNumber> 2 </PartNumber></Part>"));
        bucket.post(&format!("a?uploadId={id}"), list).await.assert_status(200);
    }
    let (id, one, _) = two_parts(&bucket).await;
    let list = format!(
        "<c:CompleteMultipartUpload xmlns:c=\"http://s3.amazonaws.com/doc/2006-03-01/\"><c:Part><c:PartNumber>1</c:PartNumber>\
         <c:ETag>{one}</c:ETag></c:Part></c:CompleteMultipartUpload>"
    );
    bucket.post(&format!("a?uploadId={id}"), list).await.assert_status(200);
}

#[tokio::test]
async fn parts_that_are_not_listed_are_discarded() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let mut etags = Vec::new();
    for number in 1..=4 {
        etags.push(bucket.part("a", &id, number, vec![b'0' + number as u8; 1 << 20]).await);
    }
    bucket.complete("a", &id, &[(2, &etags[1]), (4, &etags[3])]).await.assert_status(200);
    assert!(bucket.get("a").await.body == [vec![b'2'; 1 << 20], vec![b'4'; 1 << 20]].concat());
    settle(&cos).await;
    assert_eq!((bodies(&cos).len(), staged(&cos).len()), (2, 0));
}

#[tokio::test]
async fn a_list_that_does_not_fit_the_parts_is_refused_and_the_upload_stays() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let one = bucket.part("a", &id, 1, full_part()).await;
    let two = bucket.part("a", &id, 2, bytes((1 << 20) - 1)).await;
    let three = bucket.part("a", &id, 3, "last").await;
    for (parts, code) in [
        (vec![(1, &one), (2, &two), (3, &three)], "EntityTooSmall"),
        (vec![(1, &one), (4, &three)], "InvalidPart"),
        (vec![(1, &two)], "InvalidPart"),
        (vec![(2, &two), (1, &one)], "InvalidPartOrder"),
        (vec![(1, &one), (1, &one)], "InvalidPartOrder"),
        (vec![], "MalformedXML"),
    ] {
        let parts: Vec<(u16, &str)> = parts.into_iter().map(|(number, etag): (u16, &String)| (number, etag.as_str())).collect();
        bucket.complete("a", &id, &parts).await.assert_error(400, code);
    }
    for etag in ["", "\"\"", "d41d8cd98f00b204e9800998ecf8427e"] {
        bucket.complete("a", &id, &[(1, etag)]).await.assert_error(400, "InvalidPart");
    }
    bucket.get("a").await.assert_error(404, "NoSuchKey");
    assert_eq!(bucket.get(&format!("a?uploadId={id}")).await.elements("PartNumber"), ["1", "2", "3"]);
    bucket.complete("a", &id, &[(1, &one), (3, &three)]).await.assert_status(200);
}

#[tokio::test]
async fn a_body_that_is_no_list_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (id, one, _) = two_parts(&bucket).await;
    let target = format!("a?uploadId={id}");
    for body in ["", "  \r\n\t"] {
        bucket.post(&target, body).await.assert_error(400, "MissingRequestBodyError");
    }
    for body in [
        "{}",
        "<CompleteMultipartUpload>",
        "<CompleteMultipartUpload/>",
        "<CompleteMultipartUpload></Wrong>",
        "<CompleteMultipartUpload><Part></CompleteMultipartUpload>",
        "<Delete><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></Delete>",
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>",
        "<CompleteMultipartUpload><Part><ETag>x</ETag></Part></CompleteMultipartUpload>",
    ] {
        bucket.post(&target, body).await.assert_error(400, "MalformedXML");
    }
    bucket.post(&target, &b"<CompleteMultipartUpload>\xff</CompleteMultipartUpload>"[..]).await.assert_error(400, "MalformedXML");
    for number in ["0", "10001", "x"] {
        let list = part_list(&[(1, &one)]).replace("<PartNumber>1<", &format!("<PartNumber>{number}<"));
        bucket.post(&target, list).await.assert_error(400, "InvalidArgument");
    }
    let huge = format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", " ".repeat(4 << 20));
    bucket.post(&target, huge).await.assert_error(400, "XMLSizeLimit");
    bucket.complete("a", &id, &[(1, &one)]).await.assert_status(200);
}

#[tokio::test]
async fn content_md5_of_the_list_is_checked_when_it_is_sent() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (id, one, _) = two_parts(&bucket).await;
    let complete = |md5: &str| {
        let request = bucket.request(Method::POST, &format!("a?uploadId={id}")).header("content-md5", md5);
        request.body(part_list(&[(1, &one)])).send()
    };
    complete("EI9SjrY7Zec08nrjMfX/qg==").await.assert_error(400, "BadDigest");
    complete("EI9SjrY7").await.assert_error(400, "InvalidDigest");
    complete("").await.assert_status(200);
}

#[tokio::test]
async fn ten_thousand_parts_may_be_listed() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (id, one, _) = two_parts(&bucket).await;
    let escaped = one.replace('"', "&quot;");
    let parts: Vec<(u16, &str)> = (1..=10_000).map(|number| (number, escaped.as_str())).collect();
    bucket.complete("a", &id, &parts).await.assert_error(400, "InvalidPart");
}

#[tokio::test]
async fn only_an_open_upload_of_that_key_can_be_completed() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (id, one, _) = two_parts(&bucket).await;
    bucket.complete("a", "none", &[(1, &one)]).await.assert_error(404, "NoSuchUpload");
    bucket.complete("b", &id, &[(1, &one)]).await.assert_error(404, "NoSuchUpload");
    bucket.post("a?uploadId=", part_list(&[(1, &one)])).await.assert_error(400, "InvalidArgument");
    let post = || bucket.request(Method::POST, &format!("a?uploadId={id}")).body(part_list(&[(1, &one)]));
    post().anonymous().send().await.assert_error(403, "AccessDenied");
    post().signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    bucket.complete("a", &id, &[(1, &one)]).await.assert_status(200);
    bucket.complete("a", &id, &[(1, &one)]).await.assert_error(404, "NoSuchUpload");
    assert!(bucket.get("a").await.body == full_part());
}

#[tokio::test]
async fn of_two_completions_at_once_one_finds_no_upload() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (id, one, two) = two_parts(&bucket).await;
    let parts = [(1, one.as_str()), (2, two.as_str())];
    let (first, second) = tokio::join!(bucket.complete("a", &id, &parts), bucket.complete("a", &id, &parts));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
    assert!(bucket.get("a").await.body == whole());
}

#[tokio::test]
async fn the_old_object_is_there_until_the_new_one_is_complete() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", bytes(50_000)).await.assert_status(200);
    let (id, one, two) = two_parts(&bucket).await;
    assert!(bucket.get("a").await.body == bytes(50_000));
    bucket.complete("a", &id, &[(2, &two), (1, &one)]).await.assert_error(400, "InvalidPartOrder");
    assert!(bucket.get("a").await.body == bytes(50_000));
    bucket.complete("a", &id, &[(1, &one), (2, &two)]).await.assert_status(200);
    assert!(bucket.get("a").await.body == whole());
    settle(&cos).await;
    assert_eq!(bodies(&cos).len(), 1, "the old body is deleted; of the parts the second is in the index");
}

#[tokio::test]
async fn a_completed_object_is_deleted_with_all_its_parts() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for replace in [false, true] {
        let (id, one, two) = two_parts(&bucket).await;
        bucket.complete("a", &id, &[(1, &one), (2, &two)]).await.assert_status(200);
        let answer = if replace { bucket.put("a", "small").await } else { bucket.delete("a").await };
        assert!(answer.status.is_success());
    }
    assert_eq!(bucket.get("a").await.text(), "small");
    settle(&cos).await;
    assert!(bodies(&cos).is_empty());
}

#[tokio::test]
async fn an_object_that_must_not_be_overwritten_is_kept() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let guarded = bucket.request(Method::POST, "a?uploads").header("x-cos-forbid-overwrite", "true").send().await;
    let guarded = guarded.element("UploadId");
    let open = bucket.initiate("a").await;
    let mut etag = String::new();
    for id in [&guarded, &open] {
        etag = bucket.part("a", id, 1, "new").await;
    }
    let complete = |id: &str, forbid: &str| {
        let request = bucket.request(Method::POST, &format!("a?uploadId={id}")).header("x-cos-forbid-overwrite", forbid);
        request.body(part_list(&[(1, &etag)])).send()
    };
    bucket.put("a", "there").await.assert_status(200);
    complete(&guarded, "").await.assert_error(409, "FileAlreadyExists");
    complete(&guarded, "false").await.assert_error(409, "FileAlreadyExists");
    complete(&open, "true").await.assert_error(409, "FileAlreadyExists");
    complete(&open, "maybe").await.assert_error(400, "InvalidArgument");
    assert_eq!(bucket.get("a").await.text(), "there");
    assert_eq!(bucket.get("?uploads").await.elements("Upload").len(), 2);
    complete(&open, "false").await.assert_status(200);
    bucket.delete("a").await.assert_status(204);
    complete(&guarded, "").await.assert_status(200);
}

#[tokio::test]
async fn the_limits_on_the_number_of_parts_are_kept() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (id, one, two) = two_parts(&bucket).await;
    let complete = |least: &str, most: &str| {
        let request = bucket.request(Method::POST, &format!("a?uploadId={id}"));
        let request = request.header("x-cos-pnum-min", least).header("x-cos-pnum-max", most);
        request.body(part_list(&[(1, &one), (2, &two)])).send()
    };
    for (least, most) in [("3", ""), ("", "1"), ("3", "1"), ("two", ""), ("", "-1")] {
        complete(least, most).await.assert_error(400, "InvalidArgument");
    }
    complete("2", "2").await.assert_status(200);
}

#[tokio::test]
async fn what_the_object_is_was_said_at_initiate() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let initiate = bucket.request(Method::POST, "a.txt?uploads").header("x-cos-storage-class", "Standard_IA");
    let initiate = initiate.header("content-type", "image/png").header("x-cos-meta-colour", "blue");
    let id = initiate.header("cache-control", "max-age=5").header("expires", "soon").send().await.element("UploadId");
    let part = bucket.request(Method::PUT, &format!("a.txt?partNumber=1&uploadId={id}")).header("content-type", "text/html");
    let part = part.header("x-cos-meta-colour", "red").header("x-cos-storage-class", "ARCHIVE").body("x").send().await;
    let complete = bucket.request(Method::POST, &format!("a.txt?uploadId={id}")).header("content-type", "application/xml");
    let complete = complete.header("x-cos-meta-shape", "round").body(part_list(&[(1, part.header("etag"))]));
    complete.send().await.assert_status(200);

    let head = bucket.head("a.txt").await;
    let told = |name| head.header_opt(name);
    assert_eq!(
        (told("content-type"), told("cache-control"), told("expires")),
        (Some("image/png"), Some("max-age=5"), Some("soon"))
    );
    assert_eq!((told("x-cos-meta-colour"), told("x-cos-meta-shape")), (Some("blue"), None));
    assert_eq!(told("x-cos-storage-class"), Some("STANDARD_IA"));
    let listed = bucket.get("").await;
    assert_eq!((listed.element("StorageClass"), listed.element("Size")), ("STANDARD_IA".to_owned(), "1".to_owned()));
}

#[tokio::test]
async fn the_answer_says_what_was_asked_for() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let etag = bucket.part("a", &id, 1, "text").await;
    let complete = |template: &str| {
        let request = bucket.request(Method::POST, &format!("a?uploadId={id}")).header("x-cos-return-body", template);
        request.body(part_list(&[(1, &etag)])).send()
    };
    complete("{}").await.assert_error(400, "InvalidArgument");
    // {"size":${size}}
    let answer = complete("eyJzaXplIjoke3NpemV9fQ").await;
    assert_eq!((answer.text().as_str(), answer.header("content-type")), (r#"{"size":4}"#, "application/json"));
    assert_eq!(bucket.get("a").await.text(), "text");
}
