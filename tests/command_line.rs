//! The binary as a person meets it: the READY line, the ready file, signals, the health check, and what a wrong option says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

const BINARY: &str = env!("CARGO_BIN_EXE_cos-emulator");

fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).output().expect("the binary runs")
}

/// Starts a server on a free port and gives its READY line's JSON.
fn serve(arguments: &[&str]) -> (Child, serde_json::Value) {
    ready(Command::new(BINARY).args(["--listen", "127.0.0.1:0", "--log", "warn"]).args(arguments))
}

/// Starts a server and gives its READY line's JSON.
fn ready(command: &mut Command) -> (Child, serde_json::Value) {
    let mut server = command.stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let ready = serde_json::from_str(line.strip_prefix("READY ").expect("the READY line")).expect("JSON");
    (server, ready)
}

fn stop(mut server: Child, signal: &str) {
    let sent = Command::new("kill").args([format!("-{signal}"), server.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    assert_eq!(server.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_bad_option_stops_the_start_with_code_2_and_its_name() {
    let foreign = tempfile::tempdir().expect("a folder");
    std::fs::write(foreign.path().join("thesis.doc"), "x").expect("written");
    let foreign = foreign.path().to_str().expect("UTF-8");
    let users = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(&users, r#"{"users":[{"uin":"me","secret_id":"a","secret_key":"b"}]}"#).expect("written");
    let users = users.path().to_str().expect("UTF-8");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().expect("bound").to_string();
    for (arguments, expected) in [
        (&["--lisen", "x"][..], "'--lisen'"),
        (&["--listen", "7436"], "--listen <ADDR>"),
        (&["--listen", &taken], "it is taken already"),
        (&["--listen", &format!("127.0.0.1:0,{taken}")], &format!("--listen {taken}: ")),
        (&["--data-dir", foreign, "--listen", "127.0.0.1:0"], "--data-dir"),
        (&["--users", users], ": user \"me\": a uin is all digits, as in 100000000011"),
        (&["--users", "/nowhere/users.json"], "--users /nowhere/users.json: "),
        (&["--tls-cert", "/nowhere/c.pem", "--tls-key", "/nowhere/k.pem"], "--tls-cert /nowhere/c.pem: "),
        (&["--log", "a=b=c"], "--log a=b=c"),
        (&["--ready-file", "/nowhere/ready.json", "--listen", "127.0.0.1:0"], "--ready-file"),
    ] {
        let output = run(arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(expected) && output.stdout.is_empty(), "{message}");
    }
}

#[test]
fn an_unknown_variable_stops_the_start() {
    let output = Command::new(BINARY).env("COS_EMULATOR_DATADIR", "x").output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("COS_EMULATOR_DATADIR"));
}

#[test]
fn a_signal_stops_the_server_in_order_and_takes_the_temporary_folder_with_it() {
    for signal in ["INT", "TERM"] {
        let (server, ready) = serve(&[]);
        let folder = std::path::PathBuf::from(ready["data_dir"].as_str().expect("a path"));
        assert!(folder.exists());
        stop(server, signal);
        assert!(!folder.exists());
    }
}

#[test]
fn the_secret_key_is_in_the_ready_file_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ready.json");
    let (server, ready) = serve(&["--secret-key", "top-secret", "--ready-file", path.to_str().expect("UTF-8")]);
    let mut file: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).expect("written")).expect("JSON");
    assert_eq!(file["secret_key"], "top-secret");
    file.as_object_mut().expect("an object").remove("secret_key");
    assert_eq!(file, ready);
    assert_eq!(path.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    stop(server, "TERM");
}

/// The status of an unsigned GET.
fn status_of_get(endpoint: &str, target: &str) -> String {
    let address = endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    write!(stream, "GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the server answers");
    answer.split(' ').nth(1).expect("a status").to_owned()
}

#[test]
fn the_line_of_a_refused_request_names_the_rule_that_decided() {
    let mut command = Command::new(BINARY);
    command.args(["--listen", "127.0.0.1:0", "--log-format", "json", "--buckets", "demo-1250000000"]);
    let (mut server, ready) = ready(command.stderr(Stdio::piped()));
    assert_eq!(status_of_get(ready["endpoint"].as_str().expect("a URL"), "/demo-1250000000/a"), "403");
    // The server may write on until it has ended.
    let mut lines = BufReader::new(server.stderr.take().expect("piped")).lines().map(|line| line.expect("UTF-8"));
    let line = lines.find(|line| line.contains("\"answered\"")).expect("the request's line");
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((&line["span"]["code"], &line["span"]["rule"]), (&"AccessDenied".into(), &"nothing allows it".into()));
    stop(server, "TERM");
}

#[test]
fn every_address_is_listened_on_and_the_first_is_the_endpoint() {
    let (server, ready) = serve(&["--listen", "127.0.0.1:0,127.0.0.1:0"]);
    let endpoints: Vec<&str> = ready["endpoints"].as_array().expect("a list").iter().filter_map(|url| url.as_str()).collect();
    assert_eq!((endpoints.len(), endpoints[0]), (3, ready["endpoint"].as_str().expect("a URL")));
    for endpoint in endpoints {
        assert_eq!(status_of_get(endpoint, "/_cos/health/live"), "200");
    }
    stop(server, "TERM");
}

#[test]
fn the_authority_is_where_the_ready_line_says() {
    let (server, ready) = serve(&[]);
    let pem = std::fs::read_to_string(ready["ca"].as_str().expect("a path")).expect("a file");
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
    stop(server, "TERM");
}

#[test]
fn the_ready_line_has_absolute_paths_whatever_the_option_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().canonicalize().expect("there");
    let mut command = Command::new(BINARY);
    let (server, ready) =
        ready(command.current_dir(&folder).args(["--listen", "127.0.0.1:0", "--log", "warn", "--data-dir", "data"]));
    assert_eq!(ready["data_dir"], folder.join("data").to_str().expect("UTF-8"));
    assert_eq!(ready["ca"], folder.join("data/ca.pem").to_str().expect("UTF-8"));
    stop(server, "TERM");
}

#[test]
fn a_damaged_authority_stops_the_start_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let data_dir = data.to_str().expect("UTF-8");
    stop(serve(&["--data-dir", data_dir]).0, "TERM");
    std::fs::write(data.join("ca.key"), "damaged").expect("written");
    let output = run(&["--data-dir", data_dir, "--listen", "127.0.0.1:0"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("--data-dir: ") && message.contains("ca.key holds no private key"), "{message}");
}

#[test]
fn the_health_check_tells_by_its_exit_code() {
    let (server, ready) = serve(&[]);
    let address = ready["endpoint"].as_str().expect("a URL").trim_start_matches("http://").to_owned();
    assert!(run(&["healthcheck", "--listen", &address]).status.success());
    stop(server, "TERM");
    let output = run(&["healthcheck", "--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&address));
}
