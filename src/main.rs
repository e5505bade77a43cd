//! The binary: options in, a server or the answer of a subcommand out.

mod ca;
mod client;
mod doctor;
mod healthcheck;

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use cos_emulator::config::{Cli, LogFormat, ServeOptions, Task};
use cos_emulator::domain::random::Random;
use cos_emulator::domain::time::Clock;
use cos_emulator::server::{self, App, Settings};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The exit code of a start that an option's value made impossible; clap's own for one that it refuses.
const BAD_OPTION: u8 = 2;

fn main() -> ExitCode {
    let task = Cli::read();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into(), 1),
    };
    let done = runtime.block_on(async {
        match task {
            Task::Serve(options) => serve(&options).await,
            Task::Ca(options) => ca::hand_out(&options).await.map(|()| ExitCode::SUCCESS),
            Task::Healthcheck(options) => healthcheck::check(&options.url()).await.map(|()| ExitCode::SUCCESS),
            Task::Doctor(options) => doctor::examine(&options).await,
        }
    });
    // The system may look up a name for longer than anybody waits.
    runtime.shutdown_background();
    done.unwrap_or_else(|error| fail(&error, 1))
}

fn fail(error: &Failure, code: u8) -> ExitCode {
    eprintln!("cos-emulator: {error}");
    ExitCode::from(code)
}

async fn serve(options: &ServeOptions) -> Result<ExitCode, Failure> {
    let (listeners, app, mut signals) = match start(options).await {
        Ok(started) => started,
        Err(error) => return Ok(fail(&error, BAD_OPTION)),
    };
    let stop = async move {
        signals.next().await;
        tracing::info!("stopping: what is running is finished first; a second signal stops at once");
        tokio::spawn(async move {
            signals.next().await;
            std::process::exit(130);
        });
    };
    server::serve(listeners, app, stop).await?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// SIGINT and SIGTERM.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Everything up to the READY line.
async fn start(options: &ServeOptions) -> Result<(Vec<TcpListener>, Arc<App>, Signals), Failure> {
    start_log(options)?;
    let settings = options.settings()?;
    let mut listeners = Vec::new();
    for address in &options.listen {
        listeners.push(TcpListener::bind(address).await.map_err(|error| unlistened(*address, &error))?);
    }
    // Signals are caught before READY is said: whoever waits for it may stop the server at once.
    let signals = Signals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? };
    let opened = App::open(settings.clone(), Clock::system(), Random::from_system()).await;
    let app = opened.map_err(|error| format!("--data-dir: {error}"))?;
    let mut endpoints = Vec::new();
    for listener in &listeners {
        endpoints.push(format!("http://{}", listener.local_addr()?));
    }
    tell_ready(options, &settings, &app, &endpoints)?;
    Ok((listeners, app, signals))
}

/// Why an address cannot be listened on.
fn unlistened(address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("--listen {address}: it is taken already; stop what listens there, or name another port (0 is a free one)")
        }
        _ => format!("--listen {address}: {error}"),
    }
}

fn start_log(options: &ServeOptions) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&options.log).map_err(|error| format!("--log {}: {error}", options.log))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match options.log_format {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

/// One line on standard output, a file when asked for, and a line for people in the log.
fn tell_ready(options: &ServeOptions, settings: &Settings, app: &App, endpoints: &[String]) -> Result<(), Failure> {
    let kept = if app.is_temporary() { "until the end in" } else { "in" };
    tracing::info!("serving COS at {}; data is kept {kept} {}", endpoints.join(", "), app.data_dir().display());
    if !settings.check_signatures {
        tracing::warn!("--auth off: every caller is taken for the account {}", settings.account.appid);
    }
    let mut ready = json!({
        "endpoint": endpoints.first(),
        "endpoints": endpoints,
        "version": env!("CARGO_PKG_VERSION"),
        "region": settings.region.as_str(),
        "appid": settings.account.appid,
        "secret_id": settings.account.secret_id,
        "data_dir": app.data_dir(),
        "buckets": settings.buckets.iter().map(|bucket| bucket.name.as_str()).collect::<Vec<_>>(),
        "ca": app.authority().path(),
    });
    let line = format!("READY {ready}\n");
    if let Some(path) = &options.ready_file {
        // The secret key is in the file, which only its owner may read, and never on standard output, which CI keeps.
        ready["secret_key"] = Value::from(settings.account.secret_key.as_str());
        write_whole(path, &ready).map_err(|error| format!("--ready-file {}: {error}", path.display()))?;
    }
    io::stdout().write_all(line.as_bytes())?;
    io::stdout().flush()?;
    Ok(())
}

/// Writes aside, then renames: whoever sees the file sees all of it.
fn write_whole(path: &Path, value: &Value) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{value}")?;
    file.persist(path)?;
    Ok(())
}
