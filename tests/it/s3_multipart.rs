//! Multipart uploads as S3's clients do them.

use http::Method;

use crate::harness::{BUCKET, full_part, part_list};
use crate::s3_client::S3;

async fn initiate(s3: &S3, key: &str) -> String {
    let answer = s3.post(&format!("{key}?uploads"), "").await;
    let id = answer.element("UploadId");
    answer.assert_s3_document(&format!(
        "<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
    ));
    id
}

#[tokio::test]
async fn an_upload_is_made_listed_and_completed() {
    let s3 = S3::start().await;
    let id = initiate(&s3, "a").await;
    let first = s3.put(&format!("a?partNumber=1&uploadId={id}"), full_part()).await.header("etag").to_owned();
    let second = s3.put(&format!("a?partNumber=2&uploadId={id}"), "end").await.header("etag").to_owned();

    let answer = s3.get(&format!("a?uploadId={id}")).await;
    let part = |number: u16, etag: &str, size: u64| {
        format!(
            "<Part><PartNumber>{number}</PartNumber><LastModified>2023-11-14T22:13:20.000Z</LastModified>\
             <ETag>{}</ETag><Size>{size}</Size></Part>",
            etag.replace('"', "&quot;")
        )
    };
    let (owner, initiator) = (person(&answer.text(), "Owner"), person(&answer.text(), "Initiator"));
    answer.assert_s3_document(&format!(
        "<ListPartsResult><Bucket>{BUCKET}</Bucket><EncodingType/><Key>a</Key><UploadId>{id}</UploadId>{owner}\
         <PartNumberMarker>0</PartNumberMarker>{initiator}{}{}<StorageClass>STANDARD</StorageClass><MaxParts>1000</MaxParts>\
         <IsTruncated>false</IsTruncated></ListPartsResult>",
        part(1, &first, 1 << 20),
        part(2, &second, 3)
    ));

    let answer = s3.get("?uploads").await;
    assert_eq!((answer.element("UploadId"), answer.element("StorageClass")), (id.clone(), "STANDARD".to_owned()));
    assert!(!answer.text().contains("Encoding-Type"), "{}", answer.text());

    let answer = s3.post(&format!("a?uploadId={id}"), part_list(&[(1, &first), (2, &second)])).await;
    let etag = answer.element("ETag");
    answer.assert_s3_document(&format!(
        "<CompleteMultipartUploadResult><Location>http://127.0.0.1/{BUCKET}/a</Location><Bucket>{BUCKET}</Bucket><Key>a</Key>\
         <ETag>{etag}</ETag></CompleteMultipartUploadResult>"
    ));
    assert_eq!(s3.head("a").await.header("content-length"), "1048579");
}

/// The first element of that name, whole.
fn person(document: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let inner = document.split(&open).nth(1).and_then(|rest| rest.split(&close).next()).expect("a person");
    format!("{open}{inner}{close}")
}

#[tokio::test]
async fn completing_may_depend_on_what_is_there() {
    let s3 = S3::start().await;
    let id = initiate(&s3, "a").await;
    let etag = s3.put(&format!("a?partNumber=1&uploadId={id}"), "part").await.header("etag").to_owned();
    s3.put("a", "other").await.assert_status(200);
    let complete = || s3.request(Method::POST, &format!("a?uploadId={id}")).body(part_list(&[(1, &etag)]));
    complete().header("if-none-match", "*").send().await.assert_error(412, "PreconditionFailed");
    s3.delete("a").await.assert_status(204);
    complete().header("if-none-match", "*").send().await.assert_status(200);
}

/// AWS's SDK for Java says it of every upload in parts.
#[tokio::test]
async fn the_size_that_a_client_believes_in_must_be_right() {
    let s3 = S3::start().await;
    let id = initiate(&s3, "a").await;
    let etag = s3.put(&format!("a?partNumber=1&uploadId={id}"), "part").await.header("etag").to_owned();
    let complete = async |size: &str| {
        let request = s3.request(Method::POST, &format!("a?uploadId={id}")).body(part_list(&[(1, &etag)]));
        request.header("x-amz-mp-object-size", size).send().await
    };
    complete("5").await.assert_error(400, "InvalidRequest");
    complete("x").await.assert_error(400, "InvalidArgument");
    s3.get("a").await.assert_error(404, "NoSuchKey");
    complete("4").await.assert_status(200);
}

#[tokio::test]
async fn one_part_of_an_object_cannot_be_read() {
    let s3 = S3::start().await;
    s3.put("a", "a").await.assert_status(200);
    let answer = s3.get("a?partNumber=1").await;
    answer.assert_error(501, "NotImplemented");
    assert_eq!(answer.element("Message"), "GET with ?partNumber is not implemented");
}

#[tokio::test]
async fn a_missing_upload_has_s3s_code() {
    let s3 = S3::start().await;
    s3.delete("a?uploadId=0").await.assert_error(404, "NoSuchUpload");
}
