//! Temporary credentials: a key pair that is good only with its token.

use cos_emulator::codec::{percent, signature};
use cos_emulator::domain::account::TemporaryCredential;
use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::harness::{Answer, HOST, KEY_TIME, NOW, OTHER_UIN, SECRET_ID, SECRET_KEY, TestServer, UIN};
use crate::people::federated;

const TOKEN: &str = "x-cos-security-token";

async fn start() -> TestServer {
    let cos = TestServer::start().await;
    cos.put_bucket().await.put("a", "x").await.assert_status(200);
    cos
}

fn issue(cos: &TestServer, uin: &str, nonce: u8) -> TemporaryCredential {
    let expires = Timestamp::from_seconds(NOW + 600);
    cos.app.services().accounts.issue(&federated(uin), None, [nonce; 16], expires).expect("the account is there")
}

/// An authorization of GET `a`, with the token among the signed headers or parameters when it is given there.
fn authorize(credential: &TemporaryCredential, header: Option<&str>, parameter: Option<&str>) -> String {
    let pair = |token: Option<&str>| token.map(|token| format!("{TOKEN}={}", percent::encode(token)));
    let mut headers = vec![format!("host={HOST}")];
    headers.extend(pair(header));
    let text = signature::http_string("get", "/a", &pair(parameter).unwrap_or_default(), &headers.join("&"));
    let key = signature::sign_key(&credential.secret_key, KEY_TIME);
    let signature = signature::signature(&key, &signature::string_to_sign(KEY_TIME, &text));
    let header_list = if header.is_some() { format!("host;{TOKEN}") } else { "host".to_owned() };
    let parameter_list = if parameter.is_some() { TOKEN } else { "" };
    format!(
        "q-sign-algorithm=sha1&q-ak={}&q-sign-time={KEY_TIME}&q-key-time={KEY_TIME}&q-header-list={header_list}\
         &q-url-param-list={parameter_list}&q-signature={signature}",
        credential.secret_id
    )
}

/// GET `a`, signed but for the token, which goes into a header of its own.
async fn get(cos: &TestServer, credential: &TemporaryCredential, token: &str) -> Answer {
    let request = cos.request(HOST, Method::GET, "a").signed_by(&credential.secret_id, &credential.secret_key);
    request.header(TOKEN, token).send().await
}

#[tokio::test]
async fn a_token_may_stand_in_header_or_query_signed_or_not() {
    let cos = start().await;
    let credential = issue(&cos, UIN, 1);
    let token = credential.token.as_str();
    // Node writes it into URLs without escaping it.
    assert_eq!(percent::encode(token), token);
    for signed in [None, Some(token)] {
        let request = cos.request(HOST, Method::GET, "a").anonymous();
        let request = request.header("authorization", &authorize(&credential, signed, None)).header(TOKEN, token);
        assert_eq!(request.send().await.text(), "x");

        let merged = percent::encode(&authorize(&credential, None, signed));
        let request = cos.request(HOST, Method::GET, &format!("a?sign={merged}&{TOKEN}={token}"));
        assert_eq!(request.anonymous().send().await.text(), "x");

        let split = authorize(&credential, None, signed).replace(';', "%3B");
        let request = cos.request(HOST, Method::GET, &format!("a?{split}&{TOKEN}={token}"));
        assert_eq!(request.anonymous().send().await.text(), "x");
    }
}

#[tokio::test]
async fn it_acts_for_its_account() {
    let cos = start().await;
    let mine = issue(&cos, UIN, 1);
    let bucket = cos.bucket("made-1250000000");
    let put = bucket.request(Method::PUT, "").signed_by(&mine.secret_id, &mine.secret_key).header(TOKEN, &mine.token);
    put.send().await.assert_status(200);
    bucket.put("a", "x").await.assert_status(200);
    let theirs = issue(&cos, OTHER_UIN, 2);
    get(&cos, &theirs, &theirs.token).await.assert_error(403, "AccessDenied");
    assert!(cos.app.services().accounts.issue(&federated("1999999999"), None, [3; 16], Timestamp::from_seconds(NOW)).is_none());
}

#[tokio::test]
async fn only_its_own_token_makes_the_key_known() {
    let cos = start().await;
    let (one, other, foreign) = (issue(&cos, UIN, 1), issue(&cos, UIN, 2), issue(&cos, OTHER_UIN, 3));
    let longer = format!("{}A", one.token);
    let first = if one.token.starts_with('A') { "B" } else { "A" };
    let altered = format!("{first}{}", &one.token[1..]);
    for token in ["", "none", &other.token, &foreign.token, &longer, &altered, &one.token[1..]] {
        get(&cos, &one, token).await.assert_error(403, "InvalidAccessKeyId");
    }
    let without = cos.request(HOST, Method::GET, "a").signed_by(&one.secret_id, &one.secret_key);
    without.send().await.assert_error(403, "InvalidAccessKeyId");
    assert_eq!(get(&cos, &one, &one.token).await.text(), "x");
}

#[tokio::test]
async fn the_signature_is_checked_with_the_temporary_key() {
    let cos = start().await;
    let credential = TemporaryCredential { secret_key: SECRET_KEY.to_owned(), ..issue(&cos, UIN, 1) };
    get(&cos, &credential, &credential.token).await.assert_error(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn it_expires() {
    let cos = start().await;
    let credential = issue(&cos, UIN, 1);
    cos.clock.stop(Timestamp::from_seconds(NOW + 600));
    get(&cos, &credential, &credential.token).await.assert_status(200);
    cos.clock.stop(Timestamp::from_seconds(NOW + 601));
    get(&cos, &credential, &credential.token).await.assert_error(400, "ExpiredToken");
    let query = authorize(&credential, None, None).replace(';', "%3B");
    let request = cos.request(HOST, Method::GET, &format!("a?{query}&{TOKEN}={}", credential.token));
    request.anonymous().send().await.assert_error(400, "ExpiredToken");
}

#[tokio::test]
async fn a_permanent_key_takes_no_notice_of_a_token() {
    let cos = start().await;
    let stray = issue(&cos, OTHER_UIN, 1).token;
    for token in ["none", &stray] {
        let request = cos.request(HOST, Method::GET, "a").signed_by(SECRET_ID, SECRET_KEY).header(TOKEN, token);
        assert_eq!(request.send().await.text(), "x");
    }
}
