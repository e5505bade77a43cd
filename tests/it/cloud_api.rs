//! Calls of STS as its SDKs send them, signed anew here, step by step, and what is done with the answers.

use cos_emulator::domain::account::TemporaryCredential;
use cos_emulator::domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::harness::{Answer, NOW, SECRET_ID, SECRET_KEY, TestRequest, TestServer};

pub(crate) const STS: &str = "sts.tencentcloudapi.com";

/// Of [`NOW`].
pub(crate) const DATE: &str = "2023-11-14";

/// A policy that allows these actions on everything.
pub(crate) fn allowing(action: &str) -> String {
    format!(r#"{{"version":"2.0","statement":[{{"effect":"allow","action":["{action}"],"resource":["*"]}}]}}"#)
}

/// A call in the newer form, by the default account unless it is told otherwise.
#[must_use]
pub(crate) struct Call<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) host: &'a str,
    pub(crate) action: &'a str,
    pub(crate) version: &'a str,
    pub(crate) body: Value,
    pub(crate) key: (String, String),
    pub(crate) token: Option<String>,
    pub(crate) timestamp: i64,
    pub(crate) date: &'a str,
}

impl TestServer {
    pub(crate) fn call<'a>(&'a self, action: &'a str, body: Value) -> Call<'a> {
        Call {
            server: self,
            host: STS,
            action,
            version: "2018-08-13",
            body,
            key: (SECRET_ID.to_owned(), SECRET_KEY.to_owned()),
            token: None,
            timestamp: NOW,
            date: DATE,
        }
    }
}

impl Call<'_> {
    pub(crate) fn signed_by(self, secret_id: &str, secret_key: &str) -> Self {
        Self { key: (secret_id.to_owned(), secret_key.to_owned()), ..self }
    }

    pub(crate) fn with(self, credential: &TemporaryCredential) -> Self {
        let token = Some(credential.token.clone());
        Self { token, ..self.signed_by(&credential.secret_id, &credential.secret_key) }
    }

    pub(crate) fn request(&self) -> TestRequest<'_> {
        let body = self.body.to_string();
        let hash = hex::encode(Sha256::digest(&body));
        let headers = format!("content-type:application/json\nhost:{}\n", self.host);
        let canonical = format!("POST\n/\n\n{headers}\ncontent-type;host\n{hash}");
        let scope = format!("{}/sts/tc3_request", self.date);
        let hash = hex::encode(Sha256::digest(canonical));
        let text = format!("TC3-HMAC-SHA256\n{}\n{scope}\n{hash}", self.timestamp);
        let key = mac(format!("TC3{}", self.key.1).as_bytes(), self.date);
        let signature = hex::encode(mac(&mac(&mac(&key, "sts"), "tc3_request"), &text));
        let authorization =
            format!("TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=content-type;host, Signature={signature}", self.key.0);
        let request = self.server.request(self.host, Method::POST, "").anonymous().body(body);
        let request = request.header("content-type", "application/json").header("authorization", &authorization);
        let request = request.header("x-tc-action", self.action).header("x-tc-version", self.version);
        let request = request.header("x-tc-timestamp", &self.timestamp.to_string()).header("x-tc-region", "ap-guangzhou");
        match &self.token {
            Some(token) => request.header("x-tc-token", token),
            None => request,
        }
    }

    pub(crate) async fn send(self) -> Answer {
        self.request().send().await
    }

    /// The answer's content, which is no error.
    pub(crate) async fn answer(self) -> Value {
        let answer = self.send().await.response();
        assert!(answer.get("Error").is_none(), "{answer}");
        answer
    }

    /// The temporary credential that is given out.
    pub(crate) async fn credential(self) -> TemporaryCredential {
        let answer = self.answer().await;
        let text = |name: &str| answer["Credentials"][name].as_str().expect(name).to_owned();
        TemporaryCredential {
            secret_id: text("TmpSecretId"),
            secret_key: text("TmpSecretKey"),
            token: text("Token"),
            expires: Timestamp::from_seconds(answer["ExpiredTime"].as_i64().expect("a number")),
        }
    }

    /// The code of the error that is the answer.
    pub(crate) async fn refusal(self) -> String {
        let (code, message) = self.send().await.api_error();
        assert!(!message.is_empty(), "{code} says nothing");
        code
    }
}

impl Answer {
    /// What stands in the one element that all answers of the API have.
    #[track_caller]
    pub(crate) fn response(&self) -> Value {
        assert_eq!((self.status.as_u16(), self.header("content-type")), (200, "application/json"), "{}", self.text());
        let mut answer: Value = serde_json::from_slice(&self.body).expect("JSON");
        let response = answer["Response"].take();
        assert_eq!(response["RequestId"], self.header("x-cos-request-id"));
        response
    }

    /// Code and message of an error.
    #[track_caller]
    pub(crate) fn api_error(&self) -> (String, String) {
        let response = self.response();
        let text = |name: &str| response["Error"][name].as_str().unwrap_or_else(|| panic!("no error: {response}")).to_owned();
        (text("Code"), text("Message"))
    }
}

/// The same request to COS, by a temporary credential.
pub(crate) fn by<'a>(credential: &TemporaryCredential, request: TestRequest<'a>) -> TestRequest<'a> {
    request.signed_by(&credential.secret_id, &credential.secret_key).header("x-cos-security-token", &credential.token)
}

fn mac(key: &[u8], text: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}
