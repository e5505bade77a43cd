//! HTTPS on the port that speaks HTTP.

use std::sync::Arc;

use cos_emulator::server::Settings;
use http::Method;
use tokio::io::AsyncReadExt;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::version::{TLS12, TLS13};

use crate::harness::{HOST, TestServer, bytes, settings};
use crate::raw::{Socket, signed, unsigned};
use crate::secure::{handshake, https, trusting, trusting_in};

#[tokio::test]
async fn objects_are_stored_and_fetched_over_https_and_http_on_the_same_port() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let mut socket = https(&cos, HOST).await;
    let body = bytes(700_000);
    socket.send(signed("PUT", HOST, "/o", &["Content-Length: 700000"])).await;
    socket.send(&body).await;
    socket.answer().await.assert_status(200);
    socket.send(signed("GET", HOST, "/o", &[])).await;
    assert!(socket.answer().await.body == body);
    assert!(bucket.get("o").await.body == body);
}

#[tokio::test]
async fn each_name_and_address_has_a_certificate() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    for name in [HOST, "other-1250000000.cos.ap-beijing.tencentcos.cn", "localhost", "cos-emulator", "127.0.0.1"] {
        let mut socket = https(&cos, name).await;
        socket.send(unsigned("GET", "localhost", "/_cos/health/live", &[])).await;
        socket.answer().await.assert_status(200);
    }
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken_and_http_1_1_in_them() {
    let cos = TestServer::start().await;
    let pem = cos.app.authority().pem();
    for version in [&TLS12, &TLS13] {
        let stream = handshake(cos.connect().await, trusting_in(pem, &[version]), HOST).await.expect("shaken hands");
        let session = stream.get_ref().1;
        assert_eq!(session.protocol_version(), Some(version.version));
        assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
    }
    let mut http_2 = trusting(pem);
    http_2.alpn_protocols = vec![b"h2".to_vec()];
    handshake(cos.connect().await, http_2, HOST).await.expect_err("HTTP/2 is not spoken");
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_shown_for_its_names_only() {
    let own = rcgen::generate_simple_self_signed(["storage.test".to_owned(), "*.cos.test".to_owned()]).expect("made");
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let certified = CertifiedKey::from_der(vec![own.cert.der().clone()], key, &ring::default_provider()).expect("they match");
    let cos = TestServer::start_with(Settings { certificate: Some(Arc::new(certified)), ..settings() }).await;
    for (name, is_own) in [("storage.test", true), ("b-1250000000.cos.test", true), ("other.test", false), ("127.0.0.1", false)] {
        for (pem, is_trusted) in [(own.cert.pem().as_str(), is_own), (cos.app.authority().pem(), !is_own)] {
            let shaken = handshake(cos.connect().await, trusting(pem), name).await;
            assert_eq!(shaken.is_ok(), is_trusted, "{name}");
        }
    }
}

#[tokio::test]
async fn operations_know_that_they_are_asked_over_tls() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "there").await.assert_status(200);
    let policy = |version: &str| {
        r#"{"version":"2.0","statement":[{"principal":"*","effect":"allow","action":["name/cos:GetObject"],
            "resource":["qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/*"],
            "condition":{"numeric_equal":{"cos:tls-version":"VERSION"},"bool_equal":{"cos:secure-transport":"true"}}}]}"#
            .replace("VERSION", version)
    };
    let pem = cos.app.authority().pem();
    for (text, expected, other) in [("1.2", &TLS12, &TLS13), ("1.3", &TLS13, &TLS12)] {
        bucket.put("?policy", policy(text)).await.assert_status(204);
        for (version, status) in [(expected, 200), (other, 403)] {
            let stream = handshake(cos.connect().await, trusting_in(pem, &[version]), HOST).await.expect("trusted");
            let mut socket = Socket::over(stream);
            socket.send(unsigned("GET", HOST, "/o", &[])).await;
            socket.answer().await.assert_status(status);
        }
        bucket.request(Method::GET, "o").anonymous().send().await.assert_error(403, "AccessDenied");
    }
}

#[tokio::test]
async fn what_is_no_handshake_after_all_ends_the_connection_and_no_other() {
    let cos = TestServer::start().await;
    for garbage in [&b"\x16garbage that is no record"[..], &b"\x16\x03\x01\x00\x05hello"[..], &b"\x16"[..]] {
        let mut socket = Socket::open(&cos).await;
        socket.send(garbage).await;
        socket.half_close().await;
        let said = socket.rest().await;
        assert!(!said.starts_with(b"HTTP"), "{said:?}");
    }
    cos.put_bucket().await;
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_authority_gives_up() {
    let (cos, other) = (TestServer::start().await, TestServer::start().await);
    let theirs = trusting(other.app.authority().pem());
    let error = handshake(cos.connect().await, theirs, HOST).await.expect_err("refused by the client");
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    cos.put_bucket().await;
}

#[tokio::test]
async fn a_connection_that_has_said_nothing_does_not_keep_the_server_from_stopping() {
    let cos = TestServer::start().await;
    let mut silent = cos.connect().await;
    cos.stop().await;
    assert_eq!(silent.read(&mut [0]).await.expect("closed in order"), 0);
}
