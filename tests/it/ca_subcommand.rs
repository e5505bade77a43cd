//! `cos-emulator ca`: the files that it writes, and what it says when there is no certificate.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use cos_emulator::server::Settings;

use crate::harness::{TestServer, settings};

fn ca(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cos-emulator")).env_clear().arg("ca").args(arguments).output().expect("the binary runs")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Every file of a folder, by name.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// Three files with this certificate and no key.
#[track_caller]
fn assert_handed_out(output: &Output, out: &Path, pem: &str) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(files(out), ["ca.pem", "env.sh", "truststore.p12"]);
    assert_eq!(fs::read_to_string(out.join("ca.pem")).expect("read"), pem);
    assert!(!pem.contains("PRIVATE"));
    let truststore = fs::read(out.join("truststore.p12")).expect("read");
    let truststore = KeyStore::from_pkcs12(&truststore, "changeit", Pkcs12ImportPolicy::Strict).expect("a truststore");
    let Some(KeyStoreEntry::Certificate(kept)) = truststore.entry("cos-emulator") else { panic!("no certificate") };
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate");
    assert_eq!((kept.as_der(), truststore.entries_len()), (certificate.as_ref(), 1));
    for file in files(out) {
        assert!(String::from_utf8_lossy(&output.stdout).contains(text(&out.join(file))));
    }
}

#[tokio::test]
async fn the_certificate_is_there_before_the_first_start_and_is_the_servers_then() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().canonicalize().expect("there");
    let (data, out) = (folder.join("data"), folder.join("it's/out"));
    let arguments = ["--data-dir", text(&data), "--out", text(&out)];
    let first = ca(&arguments);
    let cos = TestServer::start_with(Settings { data_dir: Some(data.clone()), ..settings() }).await;
    let pem = cos.app.authority().pem().to_owned();
    assert_handed_out(&first, &out, &pem);
    // Also while it runs, and again.
    assert_handed_out(&ca(&arguments), &out, &pem);
}

#[tokio::test]
async fn a_running_emulator_is_asked() {
    let cos = TestServer::start().await;
    let out = tempfile::tempdir().expect("a folder");
    let out = out.path().canonicalize().expect("there");
    // An endpoint goes before the data folder, which the image names in every container.
    for arguments in [&["--listen"][..], &["--data-dir", "/nowhere/data", "--endpoint"]] {
        let (address, folder) = (cos.address.to_string(), text(&out).to_owned());
        let asking = move || ca(&[arguments, &[&address, "--out", &folder]].concat());
        let output = tokio::task::spawn_blocking(asking).await.expect("no panic");
        assert_handed_out(&output, &out, cos.app.authority().pem());
        let env = fs::read_to_string(out.join("env.sh")).expect("read");
        assert!(env.contains(&format!("export HTTPS_PROXY='http://{}'\n", cos.address)), "{env}");
    }
}

#[test]
fn nobody_there_is_told_with_what_to_do() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let closed = listener.local_addr().expect("bound").to_string();
    drop(listener);
    let out = tempfile::tempdir().expect("a folder");
    let output = ca(&["--out", text(out.path()), "--listen", &closed]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains(&format!("http://{closed}/_cos/ca.pem")) && message.contains("--data-dir"), "{message}");
    assert!(files(out.path()).is_empty());
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let (foreign, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    fs::write(foreign.path().join("thesis.doc"), "x").expect("written");
    let output = ca(&["--data-dir", text(foreign.path()), "--out", text(out.path())]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("--data-dir: ") && message.contains("neither empty nor a data folder"), "{message}");
    assert_eq!((output.status.code(), files(foreign.path())), (Some(1), vec!["thesis.doc".to_owned()]));
}

#[test]
fn another_emulators_data_folder_is_not_written_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    for own in [&data, &other] {
        assert!(ca(&["--data-dir", text(own), "--out", text(own)]).status.success());
    }
    let before = fs::read(other.join("ca.pem")).expect("read");
    let output = ca(&["--data-dir", text(&data), "--out", text(&other)]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("it is another emulator's data folder"), "{message}");
    assert_eq!(fs::read(other.join("ca.pem")).expect("read"), before);
}

#[test]
fn the_folder_must_be_named() {
    let output = ca(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--out <DIR>"));
}
