//! The real binary as a child process.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;
use std::time::Duration;

use crate::client::PATIENCE;

pub(crate) const BUCKET: &str = "crash-1250000000";

pub(crate) struct Emulator {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Set before the kill: connections that break earlier are a fault.
    pub(crate) is_killed: Arc<AtomicBool>,
}

impl Emulator {
    /// Starts on a folder and waits until it is ready.
    pub(crate) fn start(data: &Path) -> Self {
        let mut child = spawn(data);
        let stdout = child.stdout.take().expect("piped");
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = sender.send(line);
        });
        let line = receiver.recv_timeout(PATIENCE).unwrap_or_default();
        let Some(ready) = line.strip_prefix("READY ") else {
            let _ = child.kill();
            panic!("not ready, said {line:?}, ended with {}", child.wait().expect("waited for"));
        };
        let ready: serde_json::Value = serde_json::from_str(ready).expect("READY holds JSON");
        let endpoint = ready["endpoint"].as_str().expect("an endpoint");
        let address = endpoint.trim_start_matches("http://").parse().expect("an address");
        Self { child, address, is_killed: Arc::default() }
    }

    /// Starts on a folder and kills at once, ready or not.
    pub(crate) fn start_and_kill(data: &Path, after: Duration) {
        let mut child = spawn(data);
        std::thread::sleep(after);
        child.kill().expect("it was running");
        child.wait().expect("waited for");
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("waited for");
    }

    /// SIGTERM; the exit code must be 0.
    pub(crate) fn stop(mut self) {
        let id = self.child.id().to_string();
        let sent = Command::new("sh").args(["-c", "kill -TERM $0", &id]).status().expect("a shell");
        assert!(sent.success());
        let status = self.child.wait().expect("waited for");
        assert!(status.success(), "a clean stop ended with {status}");
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(data: &Path) -> Child {
    let binary = crate::variable::<PathBuf>("COS_EMULATOR").unwrap_or_else(|| env!("CARGO_BIN_EXE_cos-emulator").into());
    Command::new(&binary)
        .args(["--auth", "off", "--listen", "127.0.0.1:0", "--log", "warn", "--buckets", BUCKET, "--data-dir"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", binary.display()))
}
