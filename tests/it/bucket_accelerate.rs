//! PUT and GET Bucket accelerate.

use http::Method;

use crate::harness::{Bucket, TestServer};

pub(crate) const ENABLED: &str = "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>";
const HOSTS: [&str; 3] = [
    "examplebucket-1250000000.cos.accelerate.myqcloud.com",
    "examplebucket-1250000000.cos.accelerate.tencentcos.cn",
    "examplebucket-1250000000.cos-internal.accelerate.tencentcos.cn",
];

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

#[tokio::test]
async fn the_hosts_of_acceleration_need_it_to_be_enabled() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for host in HOSTS {
        let accelerated = Bucket { server: &cos, host: host.to_owned() };
        accelerated.put("k", "x").await.assert_error(400, "BucketAccelerateNotEnabled");
        bucket.put("?accelerate", ENABLED).await.assert_status(200);
        accelerated.put("k", "x").await.assert_status(200);
        assert_eq!(accelerated.get("k").await.text(), "x", "{host}");
        accelerated.head("k").await.assert_status(200);
        let id = accelerated.initiate("p").await;
        let etag = accelerated.part("p", &id, 1, "x").await;
        accelerated.get(&format!("p?uploadId={id}")).await.assert_status(200);
        accelerated.get("?uploads").await.assert_status(200);
        accelerated.complete("p", &id, &[(1, &etag)]).await.assert_status(200);
        let id = accelerated.initiate("p").await;
        accelerated.delete(&format!("p?uploadId={id}")).await.assert_status(204);
        accelerated.request(Method::OPTIONS, "k").send().await.assert_error(403, "AccessForbidden");
        bucket.put("?accelerate", document("<Status>Suspended</Status>")).await.assert_status(200);
        accelerated.get("k").await.assert_error(400, "BucketAccelerateNotEnabled");
    }
    let missing = Bucket { server: &cos, host: HOSTS[0].replace("example", "missing") };
    missing.get("k").await.assert_error(404, "NoSuchBucket");
}

#[tokio::test]
async fn only_uploads_and_downloads_are_accelerated() {
    let cos = TestServer::start().await;
    cos.put_bucket().await.put("?accelerate", ENABLED).await.assert_status(200);
    let accelerated = Bucket { server: &cos, host: HOSTS[0].to_owned() };
    for (method, target) in [
        (Method::PUT, ""),
        (Method::GET, ""),
        (Method::DELETE, ""),
        (Method::GET, "?accelerate"),
        (Method::PUT, "?cors"),
        (Method::DELETE, "k"),
    ] {
        accelerated.request(method, target).send().await.assert_error(400, "ActionAccelerateNotSupported");
    }
    accelerated.head("").await.assert_head_error(400);
    let service = cos.request("cos.accelerate.myqcloud.com", Method::GET, "").send().await;
    service.assert_error(400, "ActionAccelerateNotSupported");
}
