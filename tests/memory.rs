//! A body of any size takes a bounded piece of memory, on its way in, on its way out, and from object to object.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const SIZE: u64 = 512 << 20;
/// What one body may take in all, the idle server included (README: a 5 GiB part in 64 MiB).
const MOST_RESIDENT: u64 = 64 << 20;

struct Emulator {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Emulator {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(env!("CARGO_BIN_EXE_cos-emulator"))
            .args(["--listen", "127.0.0.1:0", "--auth", "off", "--buckets", "b-1250000000", "--log", "error", "--data-dir"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let ready: serde_json::Value = serde_json::from_str(line.trim_start_matches("READY ")).expect("JSON");
        let address = ready["endpoint"].as_str().expect("a URL").trim_start_matches("http://").to_owned();
        Self { process, address, _folder: folder }
    }

    fn connect(&self, request_line: &str, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        write!(stream, "{request_line} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n", self.address)
            .expect("written");
        stream
    }

    /// The most memory that was ever resident, in bytes.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("the process runs");
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("the kernel counts it");
        line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("a number") << 10
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_large_body_is_never_held_in_memory() {
    let cos = Emulator::start();
    let piece = vec![7_u8; 1 << 20];
    let mut stream = cos.connect("PUT /b-1250000000/large", &format!("Content-Length: {SIZE}\r\n"));
    for _ in 0..SIZE >> 20 {
        stream.write_all(&piece).expect("taken in");
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    // Encrypted bodies pass through buffers of their own.
    let mut stream = cos.connect(
        "PUT /b-1250000000/encrypted",
        &format!("Content-Length: {}\r\nx-cos-server-side-encryption: AES256\r\n", SIZE / 4),
    );
    for _ in 0..SIZE >> 22 {
        stream.write_all(&piece).expect("taken in");
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    // A form is parsed on the way, and a fast client is ahead of the parser.
    let head = "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nform\r\n\
                --x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";
    let (length, end) = (SIZE / 4, "\r\n--x--\r\n");
    let mut stream = cos.connect(
        "POST /b-1250000000/",
        &format!(
            "Content-Length: {}\r\nContent-Type: multipart/form-data; boundary=x\r\n",
            head.len() as u64 + length + end.len() as u64
        ),
    );
    stream.write_all(head.as_bytes()).expect("taken in");
    for _ in 0..length >> 20 {
        stream.write_all(&piece).expect("taken in");
    }
    stream.write_all(end.as_bytes()).expect("taken in");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");

    // A copy that encrypts anew reads and writes all bytes.
    let mut stream = cos.connect("PUT /b-1250000000/copy", "Content-Length: 0\r\nx-cos-copy-source: b-1250000000/encrypted\r\n");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    let received = count(cos.connect("GET /b-1250000000/large", ""));
    assert!(received > SIZE, "{received} bytes came");
    let peak = cos.peak();
    assert!(peak <= MOST_RESIDENT, "{} MiB were resident", peak >> 20);
}

/// In small chunks and in large ones, with the checksum of all bytes behind them.
#[test]
fn a_framed_body_is_never_held_in_memory() {
    let cos = Emulator::start();
    for (key, chunk) in [("small", 16 << 10), ("large", 64 << 20)] {
        let chunks = usize::try_from(SIZE / 2).expect("a 64-bit machine") / chunk;
        let framed = [format!("{chunk:x}\r\n").into_bytes(), vec![7; chunk], b"\r\n".to_vec()].concat();
        let mut crc32 = crc32fast::Hasher::new();
        (0..chunks).for_each(|_| crc32.update(&framed[framed.len() - 2 - chunk..framed.len() - 2]));
        let crc32 = STANDARD.encode(crc32.finalize().to_be_bytes());
        let end = format!("0\r\nx-amz-checksum-crc32:{crc32}\r\n\r\n");
        let headers = format!(
            "Content-Length: {}\r\nContent-Encoding: aws-chunked\r\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n\
             x-amz-decoded-content-length: {}\r\nx-amz-trailer: x-amz-checksum-crc32\r\n",
            chunks * framed.len() + end.len(),
            chunks * chunk
        );
        let mut stream = cos.connect(&format!("PUT /b-1250000000/{key}"), &headers);
        for _ in 0..chunks {
            stream.write_all(&framed).expect("taken in");
        }
        stream.write_all(end.as_bytes()).expect("taken in");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains(&crc32), "{answer}");
    }
    let peak = cos.peak();
    assert!(peak <= MOST_RESIDENT, "{} MiB were resident", peak >> 20);
}

#[test]
fn a_select_holds_neither_the_object_nor_its_result() {
    let cos = Emulator::start();
    let row = b"1,a row that is much like any other,2023-11-14T22:13:20Z\n";
    let rows = 2 * MOST_RESIDENT / row.len() as u64;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    (0..rows).for_each(|_| packed.write_all(row).expect("memory"));
    let packed = packed.finish().expect("memory");
    let mut stream = cos.connect("PUT /b-1250000000/rows", &format!("Content-Length: {}\r\n", packed.len()));
    stream.write_all(&packed).expect("taken in");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    let body = "<SelectRequest><Expression>SELECT * FROM COSObject WHERE _1 = 1</Expression><ExpressionType>SQL</ExpressionType>\
                <InputSerialization><CompressionType>GZIP</CompressionType><CSV><FileHeaderInfo>NONE</FileHeaderInfo></CSV>\
                </InputSerialization><OutputSerialization><CSV/></OutputSerialization></SelectRequest>";
    let headers = format!("Content-Length: {}\r\n", body.len());
    let mut stream = cos.connect("POST /b-1250000000/rows?select&select-type=2", &headers);
    stream.write_all(body.as_bytes()).expect("taken in");
    let (received, sent) = (count(stream), rows * row.len() as u64);
    assert!(received > sent, "{received} bytes came of {sent}");
    let peak = cos.peak();
    assert!(peak <= MOST_RESIDENT, "{} MiB were resident", peak >> 20);
}

/// Reads to the end and throws it all away.
fn count(mut stream: TcpStream) -> u64 {
    let (mut received, mut buffer) = (0, vec![0; 64 << 10]);
    loop {
        match stream.read(&mut buffer).expect("read") {
            0 => return received,
            length => received += length as u64,
        }
    }
}
