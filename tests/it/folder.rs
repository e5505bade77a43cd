//! What lies in a server's data folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{interval, timeout};

use crate::harness::TestServer;

/// Files of whole bodies; bodies of up to 16 KiB are in the index instead.
pub(crate) fn bodies(cos: &TestServer) -> Vec<PathBuf> {
    files(&cos.app.data_dir().join("bodies"))
}

/// Files of bodies that are still arriving.
pub(crate) fn staged(cos: &TestServer) -> Vec<PathBuf> {
    files(&cos.app.data_dir().join("staging"))
}

/// All files in and below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Closes the store, so that all that was to be deleted is; later requests fail.
pub(crate) async fn settle(cos: &TestServer) {
    let store = cos.app.services().store.clone();
    tokio::task::spawn_blocking(move || store.close()).await.expect("closes").expect("the last flush works");
}

/// Looks again and again until it is so. For what a server does by itself, such as noticing that a client has gone.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    until_found(what, async || is_so()).await;
}

/// As [`until`], where looking takes its time.
pub(crate) async fn until_found(what: &str, is_so: impl AsyncFn() -> bool) {
    let look = async {
        let mut ticks = interval(Duration::from_millis(2));
        while !is_so().await {
            ticks.tick().await;
        }
    };
    timeout(Duration::from_secs(30), look).await.unwrap_or_else(|_| panic!("{what}: never"));
}
