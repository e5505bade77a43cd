//! What is written: each request is put on record when it is sent, and again when its answer has come.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::client::{Answer, Client, Cut};
use crate::emulator::{BUCKET, Emulator};
use crate::record::{Ending, Made, Record, Tick, Upload, Value};

/// Few, so that writers meet on them.
const KEYS: u32 = 12;

/// Parts of smaller numbers are long enough to stand before others.
const LAST_PART: u16 = 4;

/// Every operation that the test needs, on a connection of its own.
pub(crate) struct Cos {
    pub(crate) client: Client,
    pub(crate) record: Record,
}

impl Cos {
    pub(crate) fn new(emulator: &Emulator, record: &Record) -> Self {
        Self { client: Client::new(emulator), record: record.clone() }
    }

    pub(crate) async fn get(&mut self, target: &str) -> Answer {
        self.client.send(Method::GET, target, Bytes::new(), false).await.expect("nothing is killed meanwhile")
    }

    pub(crate) async fn put(&mut self, key: &str, length: usize) -> Result<(), Cut> {
        let (body, sent) = self.record.body(key.to_owned(), length);
        let bytes = body.bytes().into();
        self.record.books().object(key).send(Some(Value { bodies: vec![body], made: Made::Whole }), sent);
        let is_encrypted = sent.is_multiple_of(4);
        let answer = self.client.send(Method::PUT, key, bytes, is_encrypted).await;
        self.answered(answer, 200)?;
        self.object_written(key, sent);
        Ok(())
    }

    /// Copies what stands under a key that nobody else writes to.
    async fn copy(&mut self, from: &str, to: &str) -> Result<(), Cut> {
        let (sent, is_encrypted) = {
            let mut books = self.record.books();
            let Some(value) = books.object(from).allowed().last().flatten().cloned() else { return Ok(()) };
            let sent = books.tick();
            // An upload that is encrypted anew is one body and gets another ETag.
            let is_encrypted = sent.is_multiple_of(4) && matches!(value.made, Made::Whole);
            books.object(to).send(Some(value), sent);
            (sent, is_encrypted)
        };
        let answer = self.client.copy(from, to, is_encrypted).await;
        self.answered(answer, 200)?;
        self.object_written(to, sent);
        Ok(())
    }

    /// To an object that nobody else writes.
    async fn append(&mut self, key: &str, length: usize, encrypt: bool) -> Result<(), Cut> {
        let (body, sent) = self.record.body(key.to_owned(), length);
        let bytes = body.bytes().into();
        let position = self.record.append(key, body, sent);
        let answer = self.client.send(Method::POST, &format!("{key}?append&position={position}"), bytes, encrypt).await;
        self.answered(answer, 200)?;
        self.object_written(key, sent);
        Ok(())
    }

    pub(crate) async fn delete(&mut self, key: &str) -> Result<(), Cut> {
        let sent = self.record.books().tick();
        self.record.books().object(key).send(None, sent);
        let answer = self.client.send(Method::DELETE, key, Bytes::new(), false).await;
        self.answered(answer, 204)?;
        self.object_written(key, sent);
        Ok(())
    }

    async fn initiate(&mut self, key: &str) -> Result<String, Cut> {
        self.record.books().unheard.push(key.to_owned());
        let answer = self.client.send(Method::POST, &format!("{key}?uploads"), Bytes::new(), false).await;
        let id = self.answered(answer, 200)?.elements("UploadId").remove(0);
        let mut books = self.record.books();
        let at = books.unheard.iter().position(|unheard| unheard == key).expect("put there before");
        books.unheard.swap_remove(at);
        books.uploads.insert(id.clone(), Upload::of(key));
        Ok(id)
    }

    async fn put_part(&mut self, key: &str, id: &str, number: u16, length: usize) -> Result<(), Cut> {
        let (body, sent) = self.record.body(format!("{id} {number}"), length);
        let bytes = body.bytes().into();
        self.record.books().part(id, number).send(Some(Value { bodies: vec![body], made: Made::Whole }), sent);
        let target = format!("{key}?partNumber={number}&uploadId={id}");
        let answer = self.client.send(Method::PUT, &target, bytes, false).await;
        self.answered(answer, 200)?;
        let mut books = self.record.books();
        let now = books.tick();
        books.part(id, number).acknowledge(sent, now);
        Ok(())
    }

    /// The parts that are there, each as it must be; they are what there is from now on.
    pub(crate) async fn list_parts(&mut self, key: &str, id: &str) -> Result<Vec<(u16, String)>, Cut> {
        let answer = self.client.send(Method::GET, &format!("{key}?uploadId={id}"), Bytes::new(), false).await?.expect(200);
        let rows = answer.rows("Part", ["PartNumber", "ETag", "Size"]);
        let listed: Vec<_> =
            rows.into_iter().map(|[number, etag, size]| (number.parse().expect("a number"), etag, size)).collect();
        let mut books = self.record.books();
        let now = books.tick();
        let parts = &mut books.upload(id).parts;
        assert!(listed.iter().all(|(number, ..)| parts.contains_key(number)), "{id}: a part that nobody sent in {listed:?}");
        for (number, register) in parts {
            let seen = listed.iter().find(|(other, ..)| other == number);
            let is_seen = |value: Option<&Value>| match (value, seen) {
                (Some(value), Some((_, etag, size))) => value.length().to_string() == *size && value.etag() == *etag,
                (value, seen) => value.is_none() && seen.is_none(),
            };
            let Some(value) = register.allowed().find(|value| is_seen(*value)).map(|value| value.cloned()) else {
                panic!("{id} part {number}: {seen:?}, but allowed is {:?}", register.allowed().collect::<Vec<_>>());
            };
            register.settle(value, now);
        }
        Ok(listed.into_iter().map(|(number, etag, _)| (number, etag)).collect())
    }

    /// Makes an object of these parts, which [`Self::list_parts`] gave.
    pub(crate) async fn complete(&mut self, key: &str, id: &str, parts: &[(u16, String)]) -> Result<(), Cut> {
        let list: String = parts
            .iter()
            .map(|(number, etag)| format!("<Part><PartNumber>{number}</PartNumber><ETag>\"{etag}\"</ETag></Part>"))
            .collect();
        let sent = self.record.complete(key, id, parts.iter().map(|(number, _)| *number));
        let list = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>").into();
        let answer = self.client.send(Method::POST, &format!("{key}?uploadId={id}"), list, false).await;
        self.answered(answer, 200)?;
        self.record.books().close_upload(id);
        self.object_written(key, sent);
        Ok(())
    }

    pub(crate) async fn abort(&mut self, key: &str, id: &str) -> Result<(), Cut> {
        self.record.books().upload(id).ending = Some(Ending::Abort);
        let answer = self.client.send(Method::DELETE, &format!("{key}?uploadId={id}"), Bytes::new(), false).await;
        self.answered(answer, 204)?;
        self.record.books().close_upload(id);
        Ok(())
    }

    fn answered(&self, answer: Result<Answer, Cut>, status: u16) -> Result<Answer, Cut> {
        self.record.books().count(answer.is_ok());
        Ok(answer?.expect(status))
    }

    fn object_written(&self, key: &str, sent: Tick) {
        let mut books = self.record.books();
        let now = books.tick();
        books.object(key).acknowledge(sent, now);
    }
}

/// Writes this and that until the emulator is killed; no two writers have the same number.
pub(crate) fn write(emulator: &Emulator, record: &Record, number: usize, seed: u64) -> impl Future<Output = ()> + use<> {
    let (cos, second) = (Cos::new(emulator, record), Cos::new(emulator, record));
    let mut writer = Writer { cos, second, number, random: StdRng::seed_from_u64(seed) };
    async move { while writer.step().await.is_ok() {} }
}

struct Writer {
    cos: Cos,
    /// For parts that are sent at the same time.
    second: Cos,
    number: usize,
    random: StdRng,
}

impl Writer {
    async fn step(&mut self) -> Result<(), Cut> {
        let key = key(&mut self.random);
        match self.random.random_range(0..17) {
            12..14 => self.copy(&key).await,
            14.. => self.log().await,
            0..5 => self.cos.put(&key, self.random.random_range(1..=16 << 10)).await,
            5..8 => self.cos.put(&key, self.random.random_range(20 << 10..=3 << 20)).await,
            8 => self.cos.delete(&key).await,
            _ => self.upload(&key).await,
        }
    }

    /// Parts two at a time, some of them the same part twice; then completed, of all or some of them, or aborted, or left open.
    async fn upload(&mut self, key: &str) -> Result<(), Cut> {
        let id = self.cos.initiate(key).await?;
        for _ in 0..self.random.random_range(0..4) {
            let ((number, length), (other_number, other_length)) = (self.part(), self.part());
            let one = self.cos.put_part(key, &id, number, length);
            let other = self.second.put_part(key, &id, other_number, other_length);
            let (one, other) = tokio::join!(one, other);
            one.and(other)?;
        }
        match self.random.random_range(0..6) {
            0 => Ok(()),
            1 => self.cos.abort(key, &id).await,
            _ => {
                let mut parts = self.cos.list_parts(key, &id).await?;
                if parts.len() > 1 && self.random.random_ratio(1, 3) {
                    parts.remove(self.random.random_range(0..parts.len()));
                }
                if parts.is_empty() { self.cos.abort(key, &id).await } else { self.cos.complete(key, &id, &parts).await }
            }
        }
    }

    /// Makes an object under a key of its own, copies it, and deletes it.
    async fn copy(&mut self, key: &str) -> Result<(), Cut> {
        let source = format!("source-{}", self.cos.record.books().tick());
        if self.random.random() {
            self.cos.put(&source, self.random.random_range(1..=1 << 20)).await?;
        } else {
            self.upload(&source).await?;
        }
        self.cos.copy(&source, key).await?;
        self.cos.delete(&source).await
    }

    /// Appends some lines, seldom more, to the writer's own log, or deletes it.
    async fn log(&mut self) -> Result<(), Cut> {
        let key = format!("log-{}", self.number);
        if self.random.random_ratio(1, 20) {
            return self.cos.delete(&key).await;
        }
        for _ in 0..self.random.random_range(1..10) {
            let length = if self.random.random_ratio(1, 8) { 20_000..100_000 } else { 1..2_000 };
            self.cos.append(&key, self.random.random_range(length), self.number.is_multiple_of(2)).await?;
        }
        Ok(())
    }

    /// Number and length: half are the last part, which may be short.
    fn part(&mut self) -> (u16, usize) {
        if self.random.random() {
            return (LAST_PART, self.random.random_range(1..=64 << 10));
        }
        (self.random.random_range(1..LAST_PART), self.random.random_range(1 << 20..=3 << 19))
    }
}

/// Sends half a body after the other and never the rest: none of it may ever be seen.
pub(crate) fn stall(emulator: &Emulator, seed: u64) -> impl Future<Output = ()> + use<> {
    let address = emulator.address;
    async move {
        let mut random = StdRng::seed_from_u64(seed);
        let mut connections = Vec::new();
        for length in [8 << 10, 4 << 20] {
            let head =
                format!("PUT /{BUCKET}/{} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n\r\n", key(&mut random));
            let Ok(mut connection) = TcpStream::connect(address).await else { return };
            let half = vec![b'x'; length / 2];
            if connection.write_all(head.as_bytes()).await.is_err() || connection.write_all(&half).await.is_err() {
                return;
            }
            connections.push(connection);
        }
        // Longer than any round: the connections stay open until the kill.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn key(random: &mut StdRng) -> String {
    format!("key-{}", random.random_range(0..KEYS))
}
