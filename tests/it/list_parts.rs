//! List Parts.

use cos_emulator::domain::time::Timestamp;

use crate::harness::{APPID, BUCKET, NOW, OTHER, TestServer, UIN, full_part};
use http::Method;

fn persons() -> (String, String) {
    (
        format!("<Owner><ID>{APPID}</ID><DisplayName>{APPID}</DisplayName></Owner>"),
        format!("<Initiator><ID>qcs::cam::uin/{UIN}:uin/{UIN}</ID><DisplayName>{UIN}</DisplayName></Initiator>"),
    )
}

#[tokio::test]
async fn a_listing_tells_all_of_the_upload_and_its_parts() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    bucket.part("a", &id, 10, "[Object Part]").await;
    cos.clock.stop(Timestamp::from_seconds(NOW + 61));
    bucket.part("a", &id, 2, vec![0; 1 << 20]).await;
    let (owner, initiator) = persons();
    bucket.get(&format!("a?uploadId={id}")).await.assert_document(&format!(
        "<ListPartsResult><Bucket>{BUCKET}</Bucket><EncodingType/><Key>a</Key><UploadId>{id}</UploadId>{owner}\
         <PartNumberMarker>0</PartNumberMarker>{initiator}\
         <Part><PartNumber>2</PartNumber><LastModified>2023-11-14T22:14:21.000Z</LastModified>\
         <ETag>&quot;b6d81b360a5672d80c27430f39153e2c&quot;</ETag><Size>1048576</Size></Part>\
         <Part><PartNumber>10</PartNumber><LastModified>2023-11-14T22:13:20.000Z</LastModified>\
         <ETag>&quot;108f528eb63b65e734f27ae331f5ffaa&quot;</ETag><Size>13</Size></Part>\
         <StorageClass>STANDARD</StorageClass><MaxParts>1000</MaxParts><IsTruncated>false</IsTruncated></ListPartsResult>"
    ));
}

#[tokio::test]
async fn an_upload_without_parts_lists_none() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = bucket.request(Method::POST, "dir/a%20b+?uploads").header("x-cos-storage-class", "STANDARD_IA").send().await;
    let id = answer.element("UploadId");
    let (owner, initiator) = persons();
    bucket.get(&format!("dir/a%20b+?uploadId={id}&encoding-type=url&max-parts=&part-number-marker=")).await.assert_document(
        &format!(
            "<ListPartsResult><Bucket>{BUCKET}</Bucket><EncodingType>url</EncodingType><Encoding-type>url</Encoding-type>\
             <Key>dir/a%20b%2B</Key><UploadId>{id}</UploadId>{owner}<PartNumberMarker>0</PartNumberMarker>{initiator}\
             <StorageClass>STANDARD_IA</StorageClass><MaxParts>1000</MaxParts><IsTruncated>false</IsTruncated></ListPartsResult>"
        ),
    );
}

#[tokio::test]
async fn pages_joined_are_all_parts_in_order_of_number() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    for number in [10_000, 3, 1, 256, 20, 2, 255, 100] {
        bucket.part("a", &id, number, "x").await;
    }
    let mut numbers: Vec<String> = Vec::new();
    let mut marker = "0".to_owned();
    loop {
        let page = bucket.get(&format!("a?uploadId={id}&max-parts=3&part-number-marker={marker}")).await;
        assert_eq!((page.element("PartNumberMarker"), page.element("MaxParts")), (marker, "3".to_owned()));
        numbers.extend(page.elements("PartNumber"));
        if page.element("IsTruncated") == "false" {
            assert!(page.elements("NextPartNumberMarker").is_empty());
            break;
        }
        marker = page.element("NextPartNumberMarker");
        assert_eq!(Some(&marker), numbers.last());
    }
    assert_eq!(numbers, ["1", "2", "3", "20", "100", "255", "256", "10000"]);
}

#[tokio::test]
async fn a_page_that_ends_with_the_last_part_is_not_truncated() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    for number in 1..=3 {
        bucket.part("a", &id, number, "x").await;
    }
    for (parameters, numbers, most, is_truncated) in [
        ("max-parts=3", vec!["1", "2", "3"], "3", "false"),
        ("max-parts=2", vec!["1", "2"], "2", "true"),
        ("max-parts=5000", vec!["1", "2", "3"], "1000", "false"),
        ("max-parts=0", vec![], "0", "false"),
        ("part-number-marker=2", vec!["3"], "1000", "false"),
        ("part-number-marker=10000", vec![], "1000", "false"),
        ("part-number-marker=65535", vec![], "1000", "false"),
    ] {
        let page = bucket.get(&format!("a?uploadId={id}&{parameters}")).await;
        let told = (page.elements("PartNumber"), page.element("MaxParts"), page.element("IsTruncated"));
        assert_eq!(told, (numbers.iter().map(|&n| n.to_owned()).collect(), most.to_owned(), is_truncated.to_owned()));
    }
}

#[tokio::test]
async fn parameters_that_are_not_numbers_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    for parameters in ["max-parts=x", "max-parts=-1", "part-number-marker=x", "part-number-marker=-1", "encoding-type=html"] {
        bucket.get(&format!("a?uploadId={id}&{parameters}")).await.assert_error(400, "InvalidArgument");
    }
    bucket.get(&format!("a?uploadId={id}&uploadId={id}")).await.assert_error(400, "InvalidArgument");
}

#[tokio::test]
async fn an_upload_that_is_not_there_has_no_parts() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    bucket.get("a?uploadId=").await.assert_error(400, "ListPartUploadIdIsEmpty");
    bucket.get("a?uploadId").await.assert_error(400, "ListPartUploadIdIsEmpty");
    bucket.get("a?uploadId=none").await.assert_error(404, "NoSuchUpload");
    bucket.get(&format!("b?uploadId={id}")).await.assert_error(404, "NoSuchUpload");
    let get = || bucket.request(Method::GET, &format!("a?uploadId={id}"));
    get().signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    let etag = bucket.part("a", &id, 1, full_part()).await;
    bucket.complete("a", &id, &[(1, &etag)]).await.assert_status(200);
    bucket.get(&format!("a?uploadId={id}")).await.assert_error(404, "NoSuchUpload");
}
