//! Who may do what: accounts, sub-accounts, temporary credentials and everybody, by lists, policies and ownership.

use cos_emulator::domain::account::TemporaryCredential;
use cos_emulator::domain::acl::Permission;
use cos_emulator::domain::policy::Policy;
use cos_emulator::domain::time::Timestamp;
use cos_emulator::operations::routes::{Operation, ROUTES, Scope};
use http::Method;

use crate::form;
use crate::harness::{Bucket, HOST, NOW, OTHER_UIN, TestRequest, TestServer, UIN};
use crate::people::{EVERYBODY, OTHER_ID, SUB, Who, federated, of_bucket, of_user, with_users};

const SERVICE: &str = "service.cos.myqcloud.com";

async fn status(who: Who, request: TestRequest<'_>) -> u16 {
    who.sends(request).send().await.status.as_u16()
}

async fn put_acl(bucket: &Bucket<'_>, target: &str, name: &str) {
    bucket.request(Method::PUT, target).header("x-cos-acl", name).send().await.assert_status(200);
}

#[tokio::test]
async fn every_operation_is_closed_to_all_but_the_owner() {
    let cos = TestServer::start_with(with_users(&[], &[])).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for row in ROUTES.iter().filter(|row| row.operation.permission() != Permission::Anybody) {
        let query = row.query.join("&");
        let (host, target) = match row.scope {
            Scope::Service => (SERVICE, String::new()),
            Scope::Bucket => (HOST, format!("?{query}")),
            Scope::Object => (HOST, format!("a?{query}")),
        };
        for who in [Who::Anonymous, Who::Other, Who::Sub, Who::OtherSub] {
            // Every account may list its own buckets, and make some.
            let is_own_matter = matches!(row.operation, Operation::ListBuckets | Operation::PutBucket) && who == Who::Other;
            let mut request = cos.request(host, row.method.clone(), &target);
            if let Some(name) = row.header {
                request = request.header(name, "x");
            }
            if row.operation == Operation::PostObject {
                request = form::of(request, &[("key", "a")], "");
            }
            if !is_own_matter {
                assert_eq!(status(who, request).await, 403, "{who:?} may do {:?}", row.operation);
            }
        }
    }
    assert_eq!(bucket.get("a").await.text(), "x");
}

#[test]
fn every_operation_has_an_action_and_a_permission() {
    for operation in Operation::ALL {
        let action = operation.action();
        assert!(!action.is_empty() && action.bytes().all(|b| b.is_ascii_alphanumeric()), "{operation:?}");
        // A list decides about buckets, objects and lists; settings are a matter of policies.
        let is_reading = ["Get", "Head", "List", "Select", "Options"].iter().any(|verb| operation.name().starts_with(verb));
        match operation.permission() {
            Permission::Read | Permission::ReadAcp => assert!(is_reading, "{operation:?}"),
            Permission::Write | Permission::WriteAcp => {
                assert!(!is_reading || *operation == Operation::ListParts, "{operation:?}");
            }
            Permission::PolicyOnly | Permission::Anybody => {}
        }
    }
}

#[tokio::test]
async fn a_canned_list_of_a_bucket_opens_what_the_overview_says() {
    let cos = TestServer::start_with(with_users(&[], &[])).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let reading = [
        (Method::HEAD, ""),
        (Method::GET, ""),
        (Method::GET, "?uploads"),
        (Method::GET, "?versions"),
        (Method::GET, "a"),
        (Method::HEAD, "a"),
    ];
    let writing = [(Method::PUT, "b"), (Method::POST, "c?uploads"), (Method::DELETE, "b")];
    let closed =
        [(Method::GET, "?acl"), (Method::PUT, "?acl"), (Method::GET, "a?acl"), (Method::GET, "?policy"), (Method::DELETE, "")];
    let (all, signed, own) = (&Who::ALL[..], &[Who::Owner, Who::Other, Who::Sub][..], &[Who::Owner][..]);
    for (name, readers, writers) in
        [("private", own, own), ("public-read", all, own), ("public-read-write", all, all), ("authenticated-read", signed, own)]
    {
        put_acl(&bucket, "?acl", name).await;
        for who in Who::ALL {
            for (requests, allowed) in [(&reading[..], readers), (&writing, writers), (&closed, own)] {
                for (method, target) in requests.iter().filter(|_| who != Who::Owner) {
                    let status = status(who, bucket.request(method.clone(), target)).await;
                    assert_eq!(status != 403, allowed.contains(&who), "{who:?} {method} {target:?} under {name}: {status}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_list_of_an_object_hides_and_opens_it_whatever_its_bucket_says() {
    let cos = TestServer::start_with(with_users(&[], &[])).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for (of_bucket, of_object, is_public) in [
        ("private", "default", false),
        ("private", "private", false),
        ("private", "public-read", true),
        ("public-read", "default", true),
        ("public-read", "private", false),
        ("public-read", "public-read", true),
        ("public-read-write", "bucket-owner-full-control", false),
    ] {
        put_acl(&bucket, "?acl", of_bucket).await;
        put_acl(&bucket, "a?acl", of_object).await;
        for who in [Who::Anonymous, Who::Other, Who::Sub] {
            let expected = if is_public { 200 } else { 403 };
            assert_eq!(status(who, bucket.request(Method::GET, "a")).await, expected, "{who:?}: {of_object} in {of_bucket}");
        }
        assert_eq!(bucket.get("a").await.text(), "x");
    }
    put_acl(&bucket, "?acl", "private").await;
    put_acl(&bucket, "a?acl", "authenticated-read").await;
    assert_eq!(status(Who::Other, bucket.request(Method::GET, "a")).await, 200);
    assert_eq!(status(Who::Anonymous, bucket.request(Method::GET, "a")).await, 403);
}

#[tokio::test]
async fn what_is_missing_is_told_to_those_who_might_read_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let read = || bucket.request(Method::GET, "missing").anonymous().send();
    read().await.assert_error(403, "AccessDenied");
    put_acl(&bucket, "?acl", "public-read").await;
    read().await.assert_error(404, "NoSuchKey");
    bucket.get("missing").await.assert_error(404, "NoSuchKey");
    bucket.request(Method::HEAD, "missing").signed_by("AKIDother", "other-secret-key").send().await.assert_head_error(404);
}

#[tokio::test]
async fn everybody_may_read_what_is_public_but_not_what_is_encrypted() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_acl(&bucket, "?acl", "public-read").await;
    let put = bucket.request(Method::PUT, "secret").header("x-cos-server-side-encryption", "AES256");
    put.header("x-cos-acl", "public-read").body("x").send().await.assert_status(200);
    bucket.request(Method::GET, "secret").anonymous().send().await.assert_error(403, "AccessDenied");
    bucket.request(Method::HEAD, "secret").anonymous().send().await.assert_head_error(403);
    bucket.put("?policy", of_bucket(EVERYBODY, "allow", "cos:GetObject", "")).await.assert_status(204);
    bucket.request(Method::GET, "secret").anonymous().send().await.assert_error(403, "AccessDenied");
    assert_eq!(Who::Other.sends(bucket.request(Method::GET, "secret")).send().await.text(), "x");
}

#[tokio::test]
async fn parameters_that_change_the_answer_need_a_signature_even_on_what_is_public() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.request(Method::PUT, "a").header("x-cos-acl", "public-read").body("x").send().await.assert_status(200);
    let read = |who: Who| who.sends(bucket.request(Method::GET, "a?response-content-type=text/html")).send();
    read(Who::Anonymous).await.assert_error(400, "InvalidRequest");
    assert_eq!(read(Who::Other).await.header("content-type"), "text/html");
}

#[tokio::test]
async fn what_everybody_writes_is_the_buckets_owners() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_acl(&bucket, "?acl", "public-read-write").await;
    bucket.request(Method::PUT, "a").anonymous().body("x").send().await.assert_status(200);
    assert_eq!(bucket.get("a?acl").await.element("ID"), format!("qcs::cam::uin/{UIN}:uin/{UIN}"));
    let initiated = bucket.request(Method::POST, "b?uploads").anonymous().send().await;
    let upload_id = initiated.element("UploadId");
    let part = bucket.request(Method::PUT, &format!("b?partNumber=1&uploadId={upload_id}")).anonymous().body("x").send().await;
    part.assert_status(200);
    let listed = bucket.request(Method::GET, &format!("b?uploadId={upload_id}")).anonymous().send().await;
    assert!(listed.text().contains("<Initiator><ID>qcs::cam::anyone:anyone</ID><DisplayName>anyone</DisplayName></Initiator>"));
    bucket.complete("b", &upload_id, &[(1, part.header("etag"))]).await.assert_status(200);
    put_acl(&bucket, "a?acl", "private").await;
    assert_eq!(status(Who::Anonymous, bucket.request(Method::GET, "a")).await, 403);
}

#[tokio::test]
async fn a_sub_account_may_what_its_policies_say_in_its_accounts_buckets() {
    let deny =
        r#"{"statement":{"effect":"deny","action":"name/cos:*","resource":"qcs::cos:::examplebucket-1250000000/secret/*"}}"#;
    let settings = with_users(&[&of_user("allow", "name/cos:*Object"), deny], &[&of_user("allow", "*")]);
    let cos = TestServer::start_with(settings).await;
    let bucket = cos.put_bucket().await;
    for (method, target, expected) in [
        (Method::PUT, "a", 200),
        (Method::GET, "a", 200),
        (Method::HEAD, "a", 200),
        (Method::GET, "missing", 404),
        (Method::GET, "", 403),
        (Method::PUT, "secret/a", 403),
        (Method::GET, "secret/a", 403),
        (Method::PUT, "a?acl", 403),
        (Method::DELETE, "", 403),
    ] {
        let request = bucket.request(method.clone(), target);
        assert_eq!(status(Who::Sub, request.clone()).await, expected, "{method} {target}");
        assert_eq!(status(Who::OtherSub, request).await, 403, "{method} {target}: its account is another");
    }
    // A deny of its own holds against what everybody may.
    bucket.request(Method::PUT, "secret/a").header("x-cos-acl", "public-read").body("x").send().await.assert_status(200);
    assert_eq!(status(Who::Anonymous, bucket.request(Method::GET, "secret/a")).await, 200);
    assert_eq!(status(Who::Sub, bucket.request(Method::GET, "secret/a")).await, 403);
}

#[tokio::test]
async fn a_sub_account_of_another_account_needs_the_word_of_both() {
    let cos = TestServer::start_with(with_users(&[], &[&of_user("allow", "cos:GetObject")])).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let get = || bucket.request(Method::GET, "a");
    assert_eq!(status(Who::OtherSub, get()).await, 403);
    // What its account is given, it may hand on.
    bucket.put("?policy", of_bucket(OTHER_ID, "allow", "name/cos:*", "")).await.assert_status(204);
    assert_eq!(status(Who::OtherSub, get()).await, 200);
    assert_eq!(status(Who::OtherSub, bucket.request(Method::HEAD, "a")).await, 403);
    bucket.delete("?policy").await.assert_status(204);
    let grant = bucket.request(Method::PUT, "a?acl").header("x-cos-grant-read", &format!("id=\"{OTHER_UIN}\""));
    grant.send().await.assert_status(200);
    assert_eq!(status(Who::OtherSub, get()).await, 200);
}

#[tokio::test]
async fn the_service_is_for_those_who_may_get_it() {
    for (action, may_list, may_make) in
        [("name/cos:GetService", 200, 403), ("cos:PutBucket", 403, 200), ("cos:GetObject", 403, 403)]
    {
        let cos = TestServer::start_with(with_users(&[&of_user("allow", action)], &[])).await;
        cos.put_bucket().await;
        let answer = Who::Sub.sends(cos.request(SERVICE, Method::GET, "")).send().await;
        assert_eq!(answer.status, may_list, "{action}");
        if may_list == 200 {
            // The buckets of its account, in its account's name.
            assert_eq!(answer.element("ID"), format!("qcs::cam::uin/{UIN}:uin/{UIN}"));
            assert_eq!(answer.elements("Name"), ["examplebucket-1250000000"]);
        }
        let made = cos.bucket("made-1250000000");
        assert_eq!(status(Who::Sub, made.request(Method::PUT, "")).await, may_make, "{action}");
        assert_eq!(made.head("").await.status == 200, may_make == 200, "the bucket is its account's");
    }
}

#[tokio::test]
async fn an_upload_names_who_began_it() {
    let cos = TestServer::start_with(with_users(&[&of_user("allow", "*")], &[])).await;
    let bucket = cos.put_bucket().await;
    let initiated = Who::Sub.sends(bucket.request(Method::POST, "a?uploads")).send().await;
    let expected = format!("<Initiator><ID>qcs::cam::uin/{UIN}:uin/{0}</ID><DisplayName>{0}</DisplayName></Initiator>", SUB.0);
    for target in ["?uploads".to_owned(), format!("a?uploadId={}", initiated.element("UploadId"))] {
        let listed = bucket.get(&target).await.text();
        assert!(listed.contains(&expected), "{listed}");
    }
}

fn issue(cos: &TestServer, uin: &str, policy: &str) -> TemporaryCredential {
    let policy = Policy::of_user(policy).expect("a valid policy");
    let expires = Timestamp::from_seconds(NOW + 600);
    cos.app.services().accounts.issue(&federated(uin), Some(&policy), [1; 16], expires).expect("the user is there")
}

async fn temporary(credential: &TemporaryCredential, request: TestRequest<'_>) -> u16 {
    let request = request.signed_by(&credential.secret_id, &credential.secret_key);
    request.header("x-cos-security-token", &credential.token).send().await.status.as_u16()
}

#[tokio::test]
async fn a_temporary_credential_is_good_for_what_its_policy_and_its_issuers_allow() {
    let cos = TestServer::start_with(with_users(&[&of_user("allow", "cos:*Object")], &[])).await;
    let bucket = cos.put_bucket().await;
    bucket.put("in/a", "x").await.assert_status(200);
    let inside = r#"{"statement":[{"effect":"allow","action":["cos:GetObject","cos:GetBucket"],
        "resource":["qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/in/*","qcs::cos:::examplebucket-1250000000/"]}]}"#;
    let (root, sub) = (issue(&cos, UIN, inside), issue(&cos, SUB.0, inside));
    for (method, target, of_root, of_sub) in [
        (Method::GET, "in/a", 200, 200),
        (Method::GET, "", 200, 403),
        (Method::PUT, "in/a", 403, 403),
        (Method::GET, "out/a", 403, 403),
        (Method::PUT, "?policy", 403, 403),
    ] {
        assert_eq!(temporary(&root, bucket.request(method.clone(), target)).await, of_root, "{method} {target}");
        assert_eq!(temporary(&sub, bucket.request(method.clone(), target)).await, of_sub, "{method} {target}");
    }
    assert_eq!(temporary(&root, cos.request(SERVICE, Method::GET, "")).await, 403);
    let denying = issue(
        &cos,
        UIN,
        r#"{"statement":[{"effect":"allow","action":"*","resource":"*"},
        {"effect":"deny","action":"cos:DeleteObject","resource":"*"}]}"#,
    );
    assert_eq!(temporary(&denying, bucket.request(Method::DELETE, "in/a")).await, 403);
    assert_eq!(temporary(&denying, bucket.request(Method::GET, "in/a")).await, 200);
    // It also may what everybody may.
    put_acl(&bucket, "?acl", "public-read").await;
    assert_eq!(temporary(&root, bucket.request(Method::GET, "out/a")).await, 404);
}

#[tokio::test]
async fn without_checks_everybody_is_the_default_account() {
    let settings = cos_emulator::server::Settings { check_signatures: false, ..with_users(&[], &[]) };
    let cos = TestServer::start_with(settings).await;
    let bucket = cos.put_bucket().await;
    put_acl(&bucket, "?acl", "private").await;
    for who in Who::ALL {
        assert_eq!(status(who, bucket.request(Method::PUT, "a")).await, 200);
        assert_eq!(status(who, bucket.request(Method::GET, "a?acl")).await, 200);
    }
}
