//! The authority that clients are told to trust: where it is, who may read it, how long it stays.

use std::os::unix::fs::PermissionsExt;

use cos_emulator::server::Settings;
use http::Method;

use crate::harness::{HOST, TestServer, settings};
use crate::raw::{Socket, signed, unsigned};
use crate::secure::{handshake, trusting};

#[tokio::test]
async fn the_certificate_is_given_to_everybody_and_the_key_to_nobody() {
    let cos = TestServer::start().await;
    let ask = |method: Method| cos.request("localhost", method, "_cos/ca.pem").anonymous().send();
    let answer = ask(Method::GET).await;
    answer.assert_status(200);
    assert_eq!(answer.header("content-type"), "application/x-pem-file");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"cos-emulator-ca.pem\"");
    let folder = cos.app.data_dir();
    assert_eq!(answer.text(), std::fs::read_to_string(folder.join("ca.pem")).expect("read"));
    assert!(!answer.text().contains("PRIVATE"));
    ask(Method::DELETE).await.assert_error(405, "MethodNotAllowed");
    let mode = folder.join("ca.key").metadata().expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn the_authority_survives_restarts() {
    let data = tempfile::tempdir().expect("a folder");
    let kept = || Settings { data_dir: Some(data.path().to_owned()), ..settings() };
    let cos = TestServer::start_with(kept()).await;
    cos.put_bucket().await;
    let trusted = trusting(cos.app.authority().pem());
    cos.stop().await;

    let cos = TestServer::start_with(kept()).await;
    let mut socket = Socket::over(handshake(cos.connect().await, trusted, HOST).await.expect("still trusted"));
    socket.send(signed("HEAD", HOST, "/", &[])).await;
    socket.answer_to_head().await.assert_status(200);
}

#[tokio::test]
async fn on_a_buckets_host_its_path_is_an_objects() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let mut socket = Socket::open(&cos).await;
    socket.send(unsigned("GET", HOST, "/_cos/ca.pem", &[])).await;
    socket.answer().await.assert_error(403, "AccessDenied");
}
