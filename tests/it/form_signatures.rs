//! Who may send a form: signatures of its policy and in its field `Signature`, and what its policy holds it to.

use cos_emulator::codec::signature;
use cos_emulator::domain::account::{Account, TemporaryCredential};
use cos_emulator::domain::time::Timestamp;
use cos_emulator::server::Settings;
use http::Method;

use crate::form::{self, TYPE, body, field, file, policy, policy_by, signed};
use crate::harness::{
    Answer, Bucket, HOST, KEY_TIME, NOW, OTHER, SECRET_ID, SECRET_KEY, TestServer, UIN, authorization, settings,
};
use crate::people::federated;

const TOKEN: &str = "x-cos-security-token";

/// Posts these fields, with neither a header nor parameters that sign.
async fn post(bucket: &Bucket<'_>, fields: &[(&str, &str)], signed_by: &[(&'static str, String)]) -> Answer {
    let signed_by = signed_by.iter().map(|(name, value)| (*name, value.as_str()));
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain(signed_by).collect();
    form::of(bucket.request(Method::POST, "").anonymous(), &fields, "[Object Content]").send().await
}

fn issue(cos: &TestServer, seconds: i64) -> TemporaryCredential {
    let expires = Timestamp::from_seconds(NOW + seconds);
    cos.app.services().accounts.issue(&federated(UIN), None, [1; 16], expires).expect("the account is there")
}

/// An authorization of `POST /` that signs these headers, which may be fields of the form.
fn sign(headers: &[(&str, &str)]) -> String {
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let list: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let signed =
        signature::http_list(&list, |name| headers.iter().filter(|(given, _)| *given == name).map(|(_, value)| *value).collect());
    let text = signature::string_to_sign(KEY_TIME, &signature::http_string("post", "/", "", &signed));
    format!(
        "q-sign-algorithm=sha1&q-ak={SECRET_ID}&q-sign-time={KEY_TIME}&q-key-time={KEY_TIME}&q-header-list={}&q-url-param-list=&q-signature={}",
        names.join(";"),
        signature::signature(&signature::sign_key(SECRET_KEY, KEY_TIME), &text)
    )
}

#[tokio::test]
async fn a_signed_policy_lets_the_form_in() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let conditions = r#"{"bucket":"examplebucket-1250000000"},["starts-with","$key","folder/"],{"acl":"default"},
        ["eq","$x-cos-meta-a","1"],["starts-with","$Content-Type","image/*"],["content-length-range",1,16]"#;
    let fields =
        [("key", "folder/${filename}"), ("acl", "default"), ("x-cos-meta-a", "1"), ("Content-Type", "image/png"), ("other", "x")];
    let answer = post(&bucket, &fields, &policy(conditions)).await;
    answer.assert_status(204);
    assert_eq!(bucket.get("folder/a.txt").await.text(), "[Object Content]");
}

/// `protocol.md` §2.6: the vector's policy and its signature, as they are printed there.
#[tokio::test]
async fn the_vector_of_the_reference_is_let_in() {
    let account = Account {
        secret_id: "cos-emulator-test-id".to_owned(),
        secret_key: "cos-emulator-test-key".to_owned(),
        ..settings().account
    };
    let (secret_id, secret_key) = (account.secret_id.clone(), account.secret_key.clone());
    let cos = TestServer::start_with(Settings { account, ..settings() }).await;
    let bucket = cos.bucket("examplebucket-1250000000");
    bucket.request(Method::PUT, "").signed_by(&secret_id, &secret_key).send().await.assert_status(200);
    let policy = "eyJleHBpcmF0aW9uIjoiMjAyMy0xMS0xNVQwMDoxMzoyMC4wMDBaIiwiY29uZGl0aW9ucyI6W3siYnVja2V0IjoiZXhhbXBsZWJ1Y2tldC0xMjUwMDAwMDAwIn0sWyJzdGFydHMtd2l0aCIsIiRrZXkiLCJmb2xkZXIvIl0sWyJjb250ZW50LWxlbmd0aC1yYW5nZSIsMSwxMDQ4NTc2XSx7InEtc2lnbi1hbGdvcml0aG0iOiJzaGExIn0seyJxLWFrIjoiY29zLWVtdWxhdG9yLXRlc3QtaWQifSx7InEtc2lnbi10aW1lIjoiMTcwMDAwMDAwMDsxNzAwMDA3MjAwIn1dfQ==";
    let fields = [
        ("key", "folder/a"),
        ("policy", policy),
        ("q-sign-algorithm", "sha1"),
        ("q-ak", &secret_id),
        ("q-key-time", "1700000000;1700007200"),
        ("q-signature", "37abf0f844014303f6a70a859e144e297556fd7d"),
    ];
    post(&bucket, &fields, &[]).await.assert_status(204);
}

#[tokio::test]
async fn what_does_not_keep_to_its_policy_is_refused_and_stores_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (conditions, message) in [
        (r#"{"bucket":"b-1"}"#, "Condition key bucket doesn't match the value b-1: the form has \"examplebucket-1250000000\""),
        (r#"["starts-with","$key","a/"]"#, "Condition key key doesn't match the value a/: the form has \"key/a.txt\""),
        (r#"{"acl":"private"}"#, "Condition key acl doesn't match the value private: the form has no such field"),
        (
            r#"["eq","$success_action_status","200"]"#,
            "Condition key success_action_status doesn't match the value 200: the form has \"201\"",
        ),
    ] {
        let answer = post(&bucket, &[("key", "key/${filename}"), ("success_action_status", "201")], &policy(conditions)).await;
        answer.assert_error(403, "AccessDenied");
        let text = answer.element("Message").replace("&apos;", "'").replace("&quot;", "\"");
        assert_eq!(text, message);
    }
    for (range, code) in [("0,15", "EntityTooLarge"), ("17,100", "EntityTooSmall")] {
        let policy = policy(&format!(r#"["content-length-range",{range}]"#));
        post(&bucket, &[("key", "a")], &policy).await.assert_error(400, code);
    }
    post(&bucket, &[("key", "a")], &policy(r#"["content-length-range",16,16]"#)).await.assert_status(204);
    assert_eq!(bucket.get("").await.elements("Key"), ["a"]);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_before_its_end() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let fields = policy(r#"["content-length-range",0,1000]"#);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).chain([("key", "a")]).collect();
    let request = form::of(bucket.request(Method::POST, "").anonymous(), &fields, vec![0; 3 << 20]);
    request.send().await.assert_error(400, "EntityTooLarge");
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_policy_and_its_signature_expire() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let fields = policy("");
    cos.clock.stop(Timestamp::from_seconds(NOW + 401));
    let answer = post(&bucket, &[("key", "a")], &fields).await;
    answer.assert_error(403, "AccessDenied");
    let message = "You post object request has been expired, expiration time: 1700000400 but the time now : 1700000401";
    assert_eq!(answer.element("Message"), message);
    cos.clock.stop(Timestamp::from_seconds(NOW + 3601));
    let answer = post(&bucket, &[("key", "a")], &fields).await;
    assert_eq!(
        (answer.element("Code"), answer.element("Message")),
        ("AccessDenied".to_owned(), "Request has expired".to_owned())
    );
    cos.clock.stop(Timestamp::from_seconds(NOW - 1000));
    post(&bucket, &[("key", "a")], &fields).await.assert_error(403, "RequestTimeTooSkewed");
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let with = |text: &str| signed(SECRET_ID, SECRET_KEY, text);
    let mut not_base64 = policy("");
    not_base64[0].1 = "{}".to_owned();
    let incomplete = r#"{"expiration":"2023-11-14T22:20:00Z","conditions":[{"q-ak":"AKIDtest"},{"q-sign-algorithm":"sha1"}]}"#;
    let without_conditions = with(r#"{"expiration":"2023-11-14T22:20:00Z","conditions":[]}"#);
    for fields in [not_base64, with("{"), with(incomplete), policy(r#"["in","$acl","private"]"#), without_conditions.clone()] {
        post(&bucket, &[("key", "a")], &fields).await.assert_error(400, "InvalidPolicyDocument");
    }
    let message = post(&bucket, &[("key", "a")], &without_conditions).await.element("Message");
    assert_eq!(message, "You must provide condition if you specify a policy in post object request.");
}

#[tokio::test]
async fn a_wrong_signature_tells_what_the_server_signed() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let json = format!(
        r#"{{"expiration":"2023-11-14T22:20:00Z","conditions":[{{"q-sign-algorithm":"sha1"}},{{"q-ak":"{SECRET_ID}"}},{{"q-sign-time":"{KEY_TIME}"}}]}}"#
    );
    let answer = post(&bucket, &[("key", "a")], &signed(SECRET_ID, "another key", &json)).await;
    answer.assert_error(403, "SignatureDoesNotMatch");
    assert_eq!(answer.element("StringToSign"), signature::policy_string_to_sign(json.as_bytes()));
    assert_eq!(answer.element("FormatString").replace("&quot;", "\""), json);
    post(&bucket, &[("key", "a")], &policy_by("AKIDnobody", SECRET_KEY, "")).await.assert_error(403, "InvalidAccessKeyId");
    for missing in ["policy", "q-sign-algorithm", "q-ak", "q-key-time", "q-signature"] {
        let rest: Vec<_> = policy("").into_iter().filter(|(name, _)| *name != missing).collect();
        let answer = post(&bucket, &[("key", "a")], &rest).await;
        answer.assert_error(403, "AccessDenied");
        assert!(answer.element("Message").contains(missing), "{}", answer.text());
    }
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

/// As cos-wx-sdk sends it: with the names of fields in the list of headers, and the same signature in the header as well.
#[tokio::test]
async fn the_field_signature_holds_a_whole_authorization() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let signature = sign(&[("host", HOST), ("x-cos-meta-a", "1")]);
    let fields =
        [("key", "a"), ("success_action_status", "200"), ("Signature", &signature), ("x-cos-meta-a", "1"), ("Content-Type", "")];
    let answer = post(&bucket, &fields, &[]).await;
    answer.assert_status(200);
    assert_eq!(answer.header("location"), format!("http://{HOST}/a"));
    assert_eq!(bucket.head("a").await.header("x-cos-meta-a"), "1");
    let request = bucket.request(Method::POST, "").anonymous().header("authorization", &signature);
    form::of(request, &fields, "x").send().await.assert_status(200);

    let changed = [("key", "a"), ("Signature", &signature), ("x-cos-meta-a", "2")];
    let answer = post(&bucket, &changed, &[]).await;
    answer.assert_error(403, "SignatureDoesNotMatch");
    assert_eq!(answer.element("FormatString"), format!("post\n/\n\nhost={HOST}&amp;x-cos-meta-a=2\n"));
    // A policy holds the form also where another signature lets it in.
    let held = policy(r#"{"acl":"private"}"#).swap_remove(0).1;
    post(&bucket, &[&fields[..], &[("policy", &held)]].concat(), &[]).await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn a_forms_signature_may_stand_in_header_or_query_too() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let text = authorization(SECRET_ID, SECRET_KEY, &Method::POST, "/", HOST);
    let in_query = bucket.request(Method::POST, &format!("?{}", text.replace(';', "%3B"))).anonymous();
    form::of(in_query, &[("key", "a")], "x").send().await.assert_status(204);
    let wrong = bucket.request(Method::POST, "").signed_by(SECRET_ID, "another key");
    form::of(wrong.clone(), &[("key", "b")], "x").send().await.assert_error(403, "SignatureDoesNotMatch");
    // The form's own signature comes first.
    let fields = policy("");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).chain([("key", "b")]).collect();
    form::of(wrong, &fields, "x").send().await.assert_status(204);
}

#[tokio::test]
async fn temporary_keys_need_their_token_in_the_form() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let credential = issue(&cos, 600);
    let fields = policy_by(&credential.secret_id, &credential.secret_key, "");
    post(&bucket, &[("key", "a"), (TOKEN, &credential.token)], &fields).await.assert_status(204);
    post(&bucket, &[("key", "a")], &fields).await.assert_error(403, "InvalidAccessKeyId");
    let text = authorization(&credential.secret_id, &credential.secret_key, &Method::POST, "/", HOST);
    post(&bucket, &[("key", "a"), ("Signature", &text), (TOKEN, &credential.token)], &[]).await.assert_status(204);
    cos.clock.stop(Timestamp::from_seconds(NOW + 601));
    post(&bucket, &[("key", "a"), (TOKEN, &credential.token)], &fields).await.assert_error(400, "ExpiredToken");
}

#[tokio::test]
async fn the_bucket_decides_about_others_and_anonymous_callers() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let of_other = policy_by(OTHER.1, OTHER.2, "");
    let own_policy = [("policy", policy("").swap_remove(0).1)];
    for signed_by in [&of_other[..], &own_policy, &[]] {
        post(&bucket, &[("key", "a")], signed_by).await.assert_error(403, "AccessDenied");
    }
    bucket.request(Method::PUT, "?acl").header("x-cos-acl", "public-read-write").send().await.assert_status(200);
    post(&bucket, &[("key", "a")], &of_other).await.assert_status(204);
    post(&bucket, &[("key", "b")], &[]).await.assert_status(204);
    assert_eq!(bucket.get("").await.elements("Key"), ["a", "b"]);
}

#[tokio::test]
async fn bucket_policies_see_the_form_as_they_see_a_put() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let statement = r#"{"Statement":[{"Effect":"allow","Principal":{"qcs":["qcs::cam::anyone:anyone"]},"Action":["name/cos:PostObject"],
        "Resource":["qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/in/*"],
        "Condition":{"string_equal":{"cos:content-type":"image%2Fpng"}}}],"version":"2.0"}"#;
    bucket.put("?policy", statement.replace("%2F", "/")).await.assert_status(204);
    let fields = |key| [("key", key), ("Content-Type", "image/png")];
    post(&bucket, &fields("in/a"), &[]).await.assert_status(204);
    post(&bucket, &fields("out/a"), &[]).await.assert_error(403, "AccessDenied");
    post(&bucket, &[("key", "in/b")], &[]).await.assert_error(403, "AccessDenied");
    bucket
        .request(Method::PUT, "in/c")
        .header("content-type", "image/png")
        .anonymous()
        .send()
        .await
        .assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn without_signatures_everybody_is_the_default_account_and_policies_still_hold() {
    let cos = TestServer::start_with(Settings { check_signatures: false, ..settings() }).await;
    let bucket = cos.put_bucket().await;
    post(&bucket, &[("key", "a")], &[]).await.assert_status(204);
    post(&bucket, &[("key", "a"), ("q-ak", "anybody")], &[]).await.assert_status(204);
    post(&bucket, &[("key", "a")], &policy_by("anybody", "any key", "")).await.assert_status(204);
    post(&bucket, &[("key", "a")], &policy(r#"{"acl":"private"}"#)).await.assert_error(403, "AccessDenied");
    let unsigned = bucket.request(Method::POST, "").header("content-type", TYPE).body(body(&[field("key", "b"), file("x")]));
    unsigned.anonymous().send().await.assert_status(204);
}
