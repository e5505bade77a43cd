//! What the writers sent and what was acknowledged: from it follows what a folder may hold.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use cos_emulator::domain::etag;
use md5::{Digest, Md5};

/// A moment, and the name of what was sent at that moment: they ascend, and no two are alike.
pub(crate) type Tick = u64;

/// Bytes that can be made again: they follow from the name of their place and the moment at which they were sent.
#[derive(Clone)]
pub(crate) struct Body {
    place: String,
    sent: Tick,
    pub(crate) length: usize,
}

impl Body {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let seed = self.place.bytes().fold(self.sent, |seed, byte| mix(seed ^ u64::from(byte)));
        let mut bytes = Vec::with_capacity(self.length + 8);
        while bytes.len() < self.length {
            bytes.extend_from_slice(&mix(seed.wrapping_add(bytes.len() as u64)).to_le_bytes());
        }
        bytes.truncate(self.length);
        bytes
    }

    pub(crate) fn etag(&self) -> String {
        etag::of_plain(self.md5())
    }

    fn md5(&self) -> [u8; 16] {
        Md5::digest(self.bytes()).into()
    }
}

/// SplitMix64's step.
fn mix(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    seed ^ (seed >> 31)
}

/// What an object or a part is made of.
#[derive(Clone)]
pub(crate) struct Value {
    pub(crate) bodies: Vec<Body>,
    pub(crate) made: Made,
}

/// What joined the bodies.
#[derive(Clone)]
pub(crate) enum Made {
    /// There is one.
    Whole,
    /// The upload of this id.
    Upload(String),
    Appends,
}

impl Value {
    pub(crate) fn length(&self) -> usize {
        self.bodies.iter().map(|body| body.length).sum()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.bodies.iter().flat_map(Body::bytes).collect()
    }

    pub(crate) fn etag(&self) -> String {
        let etags = || self.bodies.iter().map(Body::etag).collect::<Vec<_>>();
        match &self.made {
            Made::Whole => etags().remove(0),
            Made::Upload(id) => etag::of_upload(id, etags().iter().map(String::as_str)),
            Made::Appends => self.bodies.iter().fold(String::new(), |before, body| etag::of_append(&before, body.md5())),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes, {}", self.length(), self.etag())
    }
}

/// All writes to one object or part that may still be seen; `None` is its absence.
pub(crate) struct Register(Vec<Write>);

#[derive(Debug)]
struct Write {
    value: Option<Value>,
    sent: Tick,
    acknowledged: Option<Tick>,
}

impl Default for Register {
    fn default() -> Self {
        Self(vec![Write { value: None, sent: 0, acknowledged: Some(0) }])
    }
}

impl Register {
    pub(crate) fn send(&mut self, value: Option<Value>, sent: Tick) {
        self.0.push(Write { value, sent, acknowledged: None });
    }

    pub(crate) fn acknowledge(&mut self, sent: Tick, now: Tick) {
        self.0.iter_mut().filter(|write| write.sent == sent).for_each(|write| write.acknowledged = Some(now));
    }

    /// A write that is known to have had no effect.
    pub(crate) fn withdraw(&mut self, sent: Tick) {
        self.0.retain(|write| write.sent != sent);
    }

    /// What may be read: whatever no acknowledged write replaced. Writes that overlapped may have happened in either order.
    pub(crate) fn allowed(&self) -> impl Iterator<Item = Option<&Value>> {
        let newest = self.0.iter().filter(|write| write.acknowledged.is_some()).map(|write| write.sent).max().unwrap_or(0);
        let allowed = self.0.iter().filter(move |write| write.acknowledged.is_none_or(|acknowledged| acknowledged >= newest));
        allowed.map(|write| write.value.as_ref())
    }

    /// What was acknowledged last, of writes that never overlap.
    fn newest(&self) -> Option<&Value> {
        self.0.iter().rev().find(|write| write.acknowledged.is_some())?.value.as_ref()
    }

    /// The only thing that may be read, and it is there.
    fn settled(&self) -> &Value {
        match self.0.as_slice() {
            [Write { value: Some(value), .. }] => value,
            writes => panic!("not settled: {writes:?}"),
        }
    }

    /// What was read is what there is from now on.
    pub(crate) fn settle(&mut self, value: Option<Value>, now: Tick) {
        self.0 = vec![Write { value, sent: now, acknowledged: Some(now) }];
    }
}

pub(crate) struct Upload {
    pub(crate) key: String,
    pub(crate) parts: BTreeMap<u16, Register>,
    pub(crate) ending: Option<Ending>,
}

impl Upload {
    pub(crate) fn of(key: &str) -> Self {
        Self { key: key.to_owned(), parts: BTreeMap::new(), ending: None }
    }
}

/// How an upload was being ended when the answer failed to come.
pub(crate) enum Ending {
    Abort,
    /// The write of the object, as sent.
    Complete(Tick),
}

#[derive(Default)]
pub(crate) struct Books {
    last_tick: Tick,
    pub(crate) objects: BTreeMap<String, Register>,
    /// By upload id; those that may be open.
    pub(crate) uploads: BTreeMap<String, Upload>,
    /// Keys of uploads whose ids were never heard.
    pub(crate) unheard: Vec<String>,
    /// Key and id of uploads that are known to have ended since the last kill but one.
    pub(crate) ended: Vec<(String, String)>,
    acknowledged: u64,
    cut: u64,
}

impl Books {
    pub(crate) fn tick(&mut self) -> Tick {
        self.last_tick += 1;
        self.last_tick
    }

    pub(crate) fn object(&mut self, key: &str) -> &mut Register {
        self.objects.entry(key.to_owned()).or_default()
    }

    pub(crate) fn upload(&mut self, id: &str) -> &mut Upload {
        self.uploads.get_mut(id).unwrap_or_else(|| panic!("the upload {id} is in the books"))
    }

    pub(crate) fn part(&mut self, id: &str, number: u16) -> &mut Register {
        self.upload(id).parts.entry(number).or_default()
    }

    pub(crate) fn close_upload(&mut self, id: &str) {
        let upload = self.uploads.remove(id).unwrap_or_else(|| panic!("the upload {id} is in the books"));
        self.ended.push((upload.key, id.to_owned()));
    }

    pub(crate) fn count(&mut self, is_acknowledged: bool) {
        *if is_acknowledged { &mut self.acknowledged } else { &mut self.cut } += 1;
    }
}

/// The books, shared by all writers.
#[derive(Clone, Default)]
pub(crate) struct Record(Arc<Mutex<Books>>);

impl Record {
    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().expect("no writer panicked")
    }

    /// A body for this place, and the moment at which it is sent.
    pub(crate) fn body(&self, place: String, length: usize) -> (Body, Tick) {
        let sent = self.books().tick();
        (Body { place, sent, length }, sent)
    }

    /// Notes that an object is about to be made of these parts of an upload, and gives the moment.
    pub(crate) fn complete(&self, key: &str, id: &str, numbers: impl Iterator<Item = u16>) -> Tick {
        let mut books = self.books();
        let sent = books.tick();
        let bodies = numbers.flat_map(|number| books.part(id, number).settled().bodies.clone()).collect();
        books.object(key).send(Some(Value { bodies, made: Made::Upload(id.to_owned()) }), sent);
        books.upload(id).ending = Some(Ending::Complete(sent));
        sent
    }

    /// Notes that a body is about to be put behind an object that one writer alone writes, and gives the position.
    pub(crate) fn append(&self, key: &str, body: Body, sent: Tick) -> usize {
        let mut books = self.books();
        let object = books.object(key);
        let mut value = object.newest().cloned().unwrap_or(Value { bodies: Vec::new(), made: Made::Appends });
        let position = value.length();
        value.bodies.push(body);
        object.send(Some(value), sent);
        position
    }

    pub(crate) fn summary(&self) -> String {
        let books = self.books();
        format!("{} writes were acknowledged, {} were cut off", books.acknowledged, books.cut)
    }
}
