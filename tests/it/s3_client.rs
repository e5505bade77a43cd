//! An S3 client of the usual bucket, in path style.

use bytes::Bytes;
use http::Method;

use crate::harness::{Answer, BUCKET, Bucket, SECRET_ID, SECRET_KEY, TestServer};
use crate::s3::{self, S3Request};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

pub(crate) struct S3 {
    pub(crate) server: TestServer,
}

impl S3 {
    /// A server with the usual bucket.
    pub(crate) async fn start() -> Self {
        let s3 = Self { server: TestServer::start().await };
        s3.put("", "").await.assert_status(200);
        s3
    }

    /// A request for any path, without the first `/`.
    pub(crate) fn at(&self, method: Method, path: &str) -> S3Request<'_> {
        let host = Bucket { server: &self.server, host: "127.0.0.1".to_owned() };
        s3::request(&host, method, path).signed_by(SECRET_ID, SECRET_KEY)
    }

    /// A request for a key or sub-resource of the usual bucket.
    pub(crate) fn request(&self, method: Method, target: &str) -> S3Request<'_> {
        self.at(method, &format!("{BUCKET}/{target}"))
    }

    pub(crate) async fn put(&self, target: &str, body: impl Into<Bytes>) -> Answer {
        self.request(Method::PUT, target).body(body).send().await
    }

    pub(crate) async fn post(&self, target: &str, body: impl Into<Bytes>) -> Answer {
        self.request(Method::POST, target).body(body).send().await
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.request(Method::GET, target).send().await
    }

    pub(crate) async fn head(&self, target: &str) -> Answer {
        self.request(Method::HEAD, target).send().await
    }

    pub(crate) async fn delete(&self, target: &str) -> Answer {
        self.request(Method::DELETE, target).send().await
    }

    pub(crate) async fn enable_versions(&self) {
        let body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        self.put("?versioning", body).await.assert_status(200);
    }
}

impl Answer {
    /// The whole body, less the declaration; `expected` is without the namespace of its root, which is asked for here.
    #[track_caller]
    pub(crate) fn assert_s3_document(&self, expected: &str) {
        let root_end = expected.find(['>', '/']).expect("a root element");
        self.assert_document(&format!("{} xmlns=\"{NAMESPACE}\"{}", &expected[..root_end], &expected[root_end..]));
    }
}
