//! Does the emulator know the key, does the secret belong to it, and is the bucket where the program looks for it?

use cos_emulator::codec::{percent, signature, xml};
use cos_emulator::config::DoctorOptions;
use cos_emulator::domain::time::Clock;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Bytes;
use serde::Deserialize;

use super::Patient;
use super::report::Report;
use crate::Failure;
use crate::client::{ask, connect, within_patience};

/// The host that lists the buckets of all regions.
const SERVICE: &str = "service.cos.myqcloud.com";

/// Seconds that a signature is good for, and by which it begins earlier.
const LIFE: i64 = 300;

/// The body of a refusal.
#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "Code")]
    code: String,
    #[serde(rename = "Message")]
    message: String,
}

pub(super) async fn check(patient: &Patient<'_>, report: &mut Report) -> Result<(), Failure> {
    let id = &patient.options.secret_id;
    let answer = match send(patient, &Method::GET, SERVICE, "/").await {
        Ok(answer) => answer,
        Err(error) => {
            let remedy = "see the emulator's log";
            return report.fail("credentials", format!("GET Service is not answered: {error}"), remedy);
        }
    };
    if answer.status() == StatusCode::OK {
        report.ok("credentials", format!("GET Service is answered for {id}"))?;
        return check_bucket(patient, report).await;
    }
    let Ok(Refusal { code, message }) = xml::parse("Error", answer.body()) else {
        let found = format!("GET Service is answered {}, and not as COS does", answer.status());
        return report.fail("credentials", found, "see the emulator's log");
    };
    let found = format!("GET Service for {id}: {code}: {message}");
    match code.as_str() {
        "InvalidAccessKeyId" => report.fail(
            "credentials",
            found,
            format!("use a key that the emulator has, or give it this one: `cos-emulator --secret-id {id} --secret-key …`"),
        ),
        "SignatureDoesNotMatch" => report.fail(
            "credentials",
            found,
            "the id is known, the secret key is another: compare it with the emulator's --secret-key, --accounts or --users",
        ),
        "RequestTimeTooSkewed" | "ExpiredToken" => {
            report.fail("credentials", found, "set the clock right, or get new temporary credentials")
        }
        "AccessDenied" if message.contains("expired") => report.fail("credentials", found, "set the clock right"),
        "AccessDenied" => {
            let remedy =
                "the key is right, but this user may not list buckets: allow name/cos:GetService in --users if it should";
            report.warn("credentials", found, remedy)?;
            check_bucket(patient, report).await
        }
        _ => report.fail("credentials", found, "see the emulator's log"),
    }
}

async fn check_bucket(patient: &Patient<'_>, report: &mut Report) -> Result<(), Failure> {
    let Some(bucket) = &patient.options.bucket else {
        return report.skip("bucket", "no --bucket is named");
    };
    let region = patient.options.region.as_str();
    let answer = match send(patient, &Method::HEAD, &patient.host, "/").await {
        Ok(answer) => answer,
        Err(error) => return report.fail("bucket", format!("HEAD {bucket} is not answered: {error}"), "see the emulator's log"),
    };
    match answer.status() {
        StatusCode::OK => report.ok("bucket", format!("{bucket} is there, in {region}")),
        StatusCode::FORBIDDEN => report.fail(
            "bucket",
            format!("HEAD {bucket}: AccessDenied"),
            "the key is right, but is not the bucket's owner's: use the owner's, or allow it by policy or ACL (the log says which \
             rule decided)",
        ),
        StatusCode::NOT_FOUND => match region_elsewhere(patient, bucket.as_str()).await {
            Some(other) => report.fail(
                "bucket",
                format!("{bucket} is in {other}, and the program is told {region}"),
                format!("tell the program the region {other}, or start the emulator with --region {region} before it is made"),
            ),
            None => report.fail(
                "bucket",
                format!("{bucket} is not there: NoSuchBucket"),
                format!("make it at the start: `cos-emulator --buckets {bucket}`; or let the program make it"),
            ),
        },
        status => report.fail("bucket", format!("HEAD {bucket} is answered {status}"), "see the emulator's log"),
    }
}

/// The region of a bucket by its name alone, which path style asks for.
async fn region_elsewhere(patient: &Patient<'_>, bucket: &str) -> Option<String> {
    let found = send(patient, &Method::HEAD, &patient.endpoint.authority(), &format!("/{bucket}")).await.ok()?;
    let region = found.headers().get("x-cos-bucket-region")?.to_str().ok()?;
    (found.status() == StatusCode::OK).then(|| region.to_owned())
}

/// A signed request to the endpoint, whatever host it is for.
async fn send(patient: &Patient<'_>, method: &Method, host: &str, path: &str) -> Result<Response<Bytes>, Failure> {
    within_patience(async {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", host)
            .header("authorization", authorization(patient.options, method, host, path))
            .body(Empty::new())?;
        ask(connect(&patient.endpoint).await?, request).await
    })
    .await
}

/// An Authorization header that signs the host, by this machine's clock as programs do.
fn authorization(options: &DoctorOptions, method: &Method, host: &str, path: &str) -> String {
    let now = Clock::system().now().seconds();
    let time = format!("{};{}", now - LIFE, now + LIFE);
    let text = signature::http_string(method.as_str(), path, "", &format!("host={}", percent::encode(host)));
    let key = signature::sign_key(&options.secret_key, &time);
    let signature = signature::signature(&key, &signature::string_to_sign(&time, &text));
    format!(
        "q-sign-algorithm=sha1&q-ak={}&q-sign-time={time}&q-key-time={time}&q-header-list=host&q-url-param-list=\
         &q-signature={signature}",
        options.secret_id
    )
}
