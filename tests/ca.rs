//! `cos-emulator ca`: the files that it writes, and what it says when there is no certificate.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const BINARY: &str = env!("CARGO_BIN_EXE_cos-emulator");

fn ca(arguments: &[&str]) -> Output {
    Command::new(BINARY).arg("ca").args(arguments).output().expect("the binary runs")
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
fn the_folder_must_be_named() {
    let output = ca(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--out <DIR>"));
}
