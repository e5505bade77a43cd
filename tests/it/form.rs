//! Forms with a file, as browsers and mini-programs send them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cos_emulator::codec::signature;

use crate::harness::{KEY_TIME, SECRET_ID, SECRET_KEY, TestRequest};

pub(crate) const TYPE: &str = "multipart/form-data; boundary=----a-boundary";

/// A part of a form with this content; `head` is what follows `form-data; `.
pub(crate) fn part(head: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("------a-boundary\r\nContent-Disposition: form-data; {head}\r\n\r\n");
    [head.as_bytes(), content.as_ref(), b"\r\n"].concat()
}

pub(crate) fn field(name: &str, value: &str) -> Vec<u8> {
    part(&format!("name=\"{name}\""), value)
}

/// The file `a.txt`, with a type that does not count.
pub(crate) fn file(content: impl AsRef<[u8]>) -> Vec<u8> {
    part("name=\"file\"; filename=\"a.txt\"\r\nContent-Type: image/gif", content)
}

/// The whole body of these parts.
pub(crate) fn body(parts: &[Vec<u8>]) -> Bytes {
    [parts.concat(), b"------a-boundary--\r\n".to_vec()].concat().into()
}

/// Makes a request carry these fields and a file.
pub(crate) fn of<'a>(request: TestRequest<'a>, fields: &[(&str, &str)], content: impl AsRef<[u8]>) -> TestRequest<'a> {
    let mut parts: Vec<Vec<u8>> = fields.iter().map(|(name, value)| field(name, value)).collect();
    parts.push(file(content));
    request.header("content-type", TYPE).body(body(&parts))
}

/// The fields that sign a policy of these conditions, and of those that it must have.
pub(crate) fn policy(conditions: &str) -> Vec<(&'static str, String)> {
    policy_by(SECRET_ID, SECRET_KEY, conditions)
}

pub(crate) fn policy_by(secret_id: &str, secret_key: &str, conditions: &str) -> Vec<(&'static str, String)> {
    let own = format!(r#"{{"q-sign-algorithm":"sha1"}},{{"q-ak":"{secret_id}"}},{{"q-sign-time":"{KEY_TIME}"}}"#);
    let separator = if conditions.is_empty() { "" } else { "," };
    signed(
        secret_id,
        secret_key,
        &format!(r#"{{"expiration":"2023-11-14T22:20:00Z","conditions":[{own}{separator}{conditions}]}}"#),
    )
}

/// The fields that sign this very policy.
pub(crate) fn signed(secret_id: &str, secret_key: &str, policy: &str) -> Vec<(&'static str, String)> {
    let key = signature::sign_key(secret_key, KEY_TIME);
    vec![
        ("policy", STANDARD.encode(policy)),
        ("q-sign-algorithm", "sha1".to_owned()),
        ("q-ak", secret_id.to_owned()),
        ("q-key-time", KEY_TIME.to_owned()),
        ("q-signature", signature::signature(&key, &signature::policy_string_to_sign(policy.as_bytes()))),
    ]
}
