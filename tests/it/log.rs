//! The log, at its most talkative: whatever goes wrong, no secret is in it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use http::Method;
use serde_json::json;
use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Level};
use tracing_subscriber::fmt::MakeWriter;

use crate::cloud_api::{STS, allowing, by};
use crate::encryption::{CUSTOMER, KEY, OTHER_CUSTOMER, put};
use crate::harness::{HOST, SECRET_ID, SECRET_KEY, TestServer};
use crate::raw::Socket;
use crate::s3;

/// No key of the algorithm's length.
const SHORT_KEY: &str = "c2hvcnQgYnV0IHNlY3JldA==";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The server works on the test's own thread, whose log this is.
#[tokio::test]
async fn keys_tokens_and_signatures_are_not_in_it() {
    let log = Log::default();
    // While there is one subscriber alone, whichever thread is first at a place in the code decides whether that place is logged,
    // and those of other tests have no subscriber.
    let _other = Dispatch::new(NoSubscriber::default());
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_ansi(false).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "sealed", CUSTOMER, b"x".to_vec()).await.assert_status(200);
    put(&bucket, "sealed", &[CUSTOMER[0], OTHER_CUSTOMER[1], CUSTOMER[2]], b"x".to_vec()).await.assert_status(400);
    put(&bucket, "sealed", &[CUSTOMER[0], (KEY, SHORT_KEY), CUSTOMER[2]], b"x".to_vec()).await.assert_status(400);
    bucket.request(Method::GET, "sealed").signed_by(SECRET_ID, "wrong-secret").send().await.assert_status(403);

    let ask = json!({"Name": "n", "Policy": allowing("cos:GetObject")});
    let credential = cos.call("GetFederationToken", ask.clone()).credential().await;
    by(&credential, bucket.request(Method::GET, "missing")).send().await.assert_status(404);
    by(&credential, bucket.request(Method::PUT, "refused")).send().await.assert_status(403);
    let mut misused = credential.clone();
    misused.secret_key = "wrong-secret".to_owned();
    by(&misused, bucket.request(Method::GET, "missing")).send().await.assert_status(403);
    cos.call("GetFederationToken", ask.clone()).with(&misused).send().await.assert_status(200);
    cos.call("GetFederationToken", ask).with(&credential).send().await.assert_status(200);
    let metadata = cos.request("metadata.tencentyun.com", Method::GET, "meta-data/cam/security-credentials/cos-emulator");
    let of_machine: serde_json::Value = serde_json::from_slice(&metadata.anonymous().send().await.body).expect("JSON");
    let form =
        format!("Action=GetCallerIdentity&Version=2018-08-13&SecretId={SECRET_ID}&Timestamp=1700000000&Signature=c2lnbmF0dXJl");
    let form = cos.request(STS, Method::GET, &format!("?{form}")).anonymous().header("x-forwarded-for", "10.0.0.1");
    form.send().await.assert_status(200);

    let presigned = s3::request(&bucket, Method::GET, "missing").presigned(60, &[("X-Amz-Security-Token", &credential.token)]);
    let target = presigned.trim_start_matches('/');
    cos.request(&bucket.host, Method::GET, target).anonymous().send().await.assert_status(404);
    s3::request(&bucket, Method::GET, "missing").signed_by(SECRET_ID, "wrong-secret").send().await.assert_status(403);

    let mut socket = Socket::open(&cos).await;
    socket.send(format!("CONNECT user:their-password@{HOST}:443 HTTP/1.1\r\nProxy-Authorization: Basic cHJveHk=\r\n\r\n")).await;
    socket.answer_to_head().await.assert_status(200);

    let text = String::from_utf8(log.0.lock().expect("no panic").clone()).expect("text");
    assert!(text.contains("the call was refused") && text.contains("SignatureDoesNotMatch"), "the log is not this one: {text}");
    let machine = |name: &str| of_machine[name].as_str().expect(name).to_owned();
    let signature = presigned.rsplit_once('=').expect("a signature").1.to_owned();
    for secret in [
        SECRET_KEY.to_owned(),
        "wrong-secret".to_owned(),
        CUSTOMER[1].1.to_owned(),
        OTHER_CUSTOMER[1].1.to_owned(),
        "0123456789ABCDEF0123456789ABCDEF".to_owned(),
        SHORT_KEY.to_owned(),
        credential.secret_key,
        credential.token,
        machine("TmpSecretKey"),
        machine("Token"),
        signature,
        "c2lnbmF0dXJl".to_owned(),
        "PRIVATE KEY".to_owned(),
        "their-password".to_owned(),
        "cHJveHk=".to_owned(),
    ] {
        assert!(!text.contains(&secret), "{secret} is in the log: {text}");
    }
}
