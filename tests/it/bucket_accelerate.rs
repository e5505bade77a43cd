//! PUT and GET Bucket accelerate.

use crate::harness::TestServer;

fn document(elements: &str) -> String {
    format!("<AccelerateConfiguration>{elements}</AccelerateConfiguration>")
}

#[tokio::test]
async fn the_status_comes_back_with_the_type() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?accelerate").await.assert_document("<AccelerateConfiguration/>");
    for (put, got) in [
        ("<Status>Enabled</Status>", "<Status>Enabled</Status><Type>COS</Type>"),
        ("<Type>COS</Type><Status>Suspended</Status>", "<Status>Suspended</Status><Type>COS</Type>"),
    ] {
        bucket.put("?accelerate", document(put)).await.assert_status(200);
        bucket.get("?accelerate").await.assert_document(&document(got));
    }
}

#[tokio::test]
async fn other_texts_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (elements, code) in [
        ("", "MalformedXML"),
        ("<Status/>", "InvalidArgument"),
        ("<Status>Disabled</Status>", "InvalidArgument"),
        ("<Status>Enabled</Status><Type>CDN</Type>", "InvalidArgument"),
    ] {
        bucket.put("?accelerate", document(elements)).await.assert_error(400, code);
    }
    bucket.get("?accelerate").await.assert_document("<AccelerateConfiguration/>");
    bucket.delete("?accelerate").await.assert_error(405, "MethodNotAllowed");
    cos.bucket("missing-1250000000").get("?accelerate").await.assert_error(404, "NoSuchBucket");
}
