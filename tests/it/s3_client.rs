//! Requests as S3's clients send them, in path style; by the default account, as signatures are not what these tests are about.

use bytes::Bytes;
use http::Method;

use crate::harness::{Answer, BUCKET, TestRequest, TestServer, settings};

pub(crate) const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

pub(crate) struct S3 {
    pub(crate) server: TestServer,
}

impl S3 {
    /// A server with the usual bucket.
    pub(crate) async fn start() -> Self {
        let mut settings = settings();
        settings.check_signatures = false;
        let s3 = Self { server: TestServer::start_with(settings).await };
        s3.send(Method::PUT, BUCKET, "").await.assert_status(200);
        s3
    }

    /// A request for a path, without the first `/`.
    pub(crate) fn at(&self, method: Method, path: &str) -> TestRequest<'_> {
        self.server.request("127.0.0.1", method, path).anonymous().header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    }

    /// A request for a key or sub-resource of the usual bucket.
    pub(crate) fn request(&self, method: Method, target: &str) -> TestRequest<'_> {
        self.at(method, &format!("{BUCKET}/{target}"))
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Answer {
        self.at(method, path).body(body).send().await
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

    /// The answer is this error of S3's, in full.
    #[track_caller]
    pub(crate) fn assert_s3_error(&self, status: u16, code: &str, message: &str, resource: &str) {
        let (id, host) = (self.header("x-amz-request-id"), self.header("x-amz-id-2"));
        assert_eq!((self.status.as_u16(), self.header("content-type")), (status, "application/xml"), "{}", self.text());
        assert_eq!(
            self.text(),
            format!(
                "<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n\t<Code>{code}</Code>\n\t<Message>{message}</Message>\n\
                 \t<Resource>{resource}</Resource>\n\t<RequestId>{id}</RequestId>\n\t<HostId>{host}</HostId>\n</Error>"
            )
        );
    }
}
