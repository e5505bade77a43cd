//! PUT, GET and DELETE Bucket policy, and what policies do.

use http::Method;

use crate::harness::{Answer, Bucket, TestRequest, TestServer, UIN};
use crate::people::{EVERYBODY, OTHER_ID, SUB_ID, Who, of_bucket, with_users};

async fn put_policy(bucket: &Bucket<'_>, policy: &str) {
    bucket.put("?policy", policy.to_owned()).await.assert_status(204);
}

async fn status(who: Who, request: TestRequest<'_>) -> u16 {
    who.sends(request).send().await.status.as_u16()
}

#[tokio::test]
async fn a_policy_comes_back_with_its_statements_under_the_name_that_clients_read() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = r#"{ "version":"2.0", "statement":[{"sid":"s","principal":"*","effect":"allow","action":["name/cos:GetObject"],
        "resource":["qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/*"]}] }"#;
    let answer = bucket.put("?policy", put).await;
    answer.assert_status(204);
    answer.assert_headers(&[("content-length", "0")]);
    let answer = bucket.get("?policy").await;
    answer.assert_status(200);
    let expected = r#"{"Statement":[{"action":["name/cos:GetObject"],"effect":"allow","principal":"*","resource":["qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/*"],"sid":"s"}],"version":"2.0"}"#;
    assert_eq!(answer.text(), expected);
    let length = expected.len().to_string();
    answer.assert_headers(&[("content-length", &length), ("content-type", "application/json")]);
    bucket.put("?policy", expected).await.assert_status(204);
    assert_eq!(bucket.get("?policy").await.text(), expected);
}

#[tokio::test]
async fn what_was_never_put_or_is_deleted_is_not_there() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?policy").await.assert_error(404, "NoSuchBucketPolicy");
    bucket.delete("?policy").await.assert_status(204);
    put_policy(&bucket, &of_bucket(EVERYBODY, "allow", "cos:GetObject", "")).await;
    bucket.delete("?policy").await.assert_status(204);
    bucket.get("?policy").await.assert_error(404, "NoSuchBucketPolicy");
    assert_eq!(status(Who::Anonymous, bucket.request(Method::GET, "a")).await, 403);
}

#[tokio::test]
async fn what_is_no_policy_is_refused_by_what_is_wrong_and_changes_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let good = of_bucket(EVERYBODY, "allow", "cos:GetObject", "");
    put_policy(&bucket, &good).await;
    let kept = bucket.get("?policy").await.text();
    bucket.put("?policy", "").await.assert_error(400, "MissingRequestBodyError");
    for (body, expected) in [
        ("{".to_owned(), "the policy is not JSON"),
        ("{}".to_owned(), "the element statement is missing"),
        (of_bucket("100000000001", "allow", "cos:GetObject", ""), "statement 1: the principal \"100000000001\""),
        (of_bucket(EVERYBODY, "permit", "cos:GetObject", ""), "the effect is \"permit\""),
        (of_bucket(EVERYBODY, "allow", "GetObject", ""), "the action \"GetObject\""),
        (of_bucket(EVERYBODY, "allow", "*", r#","Condition":{"ip_is":{"qcs:ip":"::1"}}"#), "the condition operator \"ip_is\""),
        (of_bucket(EVERYBODY, "allow", "*", r#","Condition":{"ip_equal":{"qcs:ipp":"::1"}}"#), "the condition key \"qcs:ipp\""),
        (format!("{good}{}", " ".repeat(20 << 10)), "the body is longer than 20480 bytes"),
    ] {
        let answer = bucket.put("?policy", body).await;
        answer.assert_error(400, "MalformedPolicy");
        assert!(answer.element("Message").contains(expected), "{}", answer.text());
    }
    bucket.put("?policy", vec![0xFF]).await.assert_error(400, "MalformedPolicy");
    assert_eq!(bucket.get("?policy").await.text(), kept);
}

#[tokio::test]
async fn it_allows_whom_it_names() {
    let cos = TestServer::start_with(with_users(&[], &[])).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for (principal, allowed) in [
        (SUB_ID, &[Who::Owner, Who::Sub][..]),
        (OTHER_ID, &[Who::Owner, Who::Other]),
        ("qcs::cam::uin/100000000001:*", &[Who::Owner, Who::Sub]),
        ("qcs::cam::uin/*:uin/*", &[Who::Owner, Who::Other, Who::Sub]),
        (EVERYBODY, &Who::ALL),
        ("qcs::cam::anonymous:anonymous", &Who::ALL),
        ("*", &Who::ALL),
    ] {
        put_policy(&bucket, &of_bucket(principal, "allow", "name/cos:GetObject", "")).await;
        for who in Who::ALL {
            let expected = if allowed.contains(&who) { 200 } else { 403 };
            assert_eq!(status(who, bucket.request(Method::GET, "a")).await, expected, "{who:?} of {principal}");
        }
        assert_eq!(status(Who::Sub, bucket.request(Method::HEAD, "a")).await, 403, "HeadObject was not allowed");
        assert_eq!(status(Who::Sub, bucket.request(Method::PUT, "a")).await, 403, "PutObject was not allowed");
    }
}

#[tokio::test]
async fn it_allows_what_it_names_only() {
    let cos = TestServer::start_with(with_users(&[], &[])).await;
    let bucket = cos.put_bucket().await;
    for key in ["in/a", "out/a"] {
        bucket.put(key, "x").await.assert_status(200);
    }
    let statement = |resource: &str| {
        format!(
            r#"{{"Statement":{{"Principal":"{SUB_ID}","Effect":"Allow","Action":"name/cos:*","Resource":"qcs::cos:{resource}"}}}}"#
        )
    };
    for (resource, expected) in [
        ("ap-guangzhou:uid/1250000000:examplebucket-1250000000/*", [200, 200, 200]),
        ("ap-guangzhou:uid/1250000000:examplebucket-1250000000/in/*", [200, 403, 403]),
        ("::examplebucket-1250000000/", [403, 403, 200]),
        ("ap-beijing:uid/1250000000:examplebucket-1250000000/*", [403, 403, 403]),
        ("ap-guangzhou:uid/1250000001:examplebucket-1250000000/*", [403, 403, 403]),
        ("ap-guangzhou:uid/1250000000:other-1250000000/*", [403, 403, 403]),
    ] {
        put_policy(&bucket, &statement(resource)).await;
        for (target, expected) in ["in/a", "out/a", ""].into_iter().zip(expected) {
            assert_eq!(status(Who::Sub, bucket.request(Method::GET, target)).await, expected, "{target:?} by {resource}");
        }
    }
}

#[tokio::test]
async fn a_deny_wins_over_the_lists_and_binds_the_owner() {
    let cos = TestServer::start_with(with_users(&[], &[])).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    bucket.request(Method::PUT, "?acl").header("x-cos-acl", "public-read").send().await.assert_status(200);
    let owner = format!("qcs::cam::uin/{UIN}:uin/{UIN}");
    for (principal, denied) in [
        (owner.as_str(), &[Who::Owner][..]),
        (OTHER_ID, &[Who::Other]),
        ("qcs::cam::uin/*:uin/*", &[Who::Owner, Who::Other, Who::Sub, Who::OtherSub]),
        // Those who sign are judged by what concerns them by name; what everybody may no longer, they may not either.
        (EVERYBODY, &[Who::Other, Who::Sub, Who::OtherSub, Who::Anonymous]),
    ] {
        put_policy(&bucket, &of_bucket(principal, "deny", "name/cos:GetObject", "")).await;
        for who in Who::ALL {
            let expected = if denied.contains(&who) { 403 } else { 200 };
            assert_eq!(status(who, bucket.request(Method::GET, "a")).await, expected, "{who:?} of {principal}");
        }
    }
}

#[tokio::test]
async fn the_owner_cannot_lock_itself_out() {
    let cos = TestServer::start_with(with_users(&[], &[])).await;
    let bucket = cos.put_bucket().await;
    let nothing_at_all = of_bucket("qcs::cam::uin/*:uin/*", "deny", "*", "");
    put_policy(&bucket, &nothing_at_all).await;
    for target in ["", "?acl", "?policy"] {
        bucket.get(target).await.assert_error(403, "AccessDenied");
    }
    assert_eq!(status(Who::Sub, bucket.request(Method::DELETE, "?policy")).await, 403);
    put_policy(&bucket, &nothing_at_all).await;
    bucket.delete("?policy").await.assert_status(204);
    bucket.get("").await.assert_status(200);
}

#[tokio::test]
async fn it_is_gone_with_its_bucket() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put_policy(&bucket, &of_bucket(EVERYBODY, "allow", "*", "")).await;
    bucket.delete("").await.assert_status(204);
    cos.put_bucket().await.get("?policy").await.assert_error(404, "NoSuchBucketPolicy");
}

/// Allows the sub-account all while the condition holds, and says whether it does for a request.
async fn holds(bucket: &Bucket<'_>, condition: &str, request: TestRequest<'_>) -> bool {
    put_policy(bucket, &of_bucket(SUB_ID, "allow", "*", &format!(r#","Condition":{condition}"#))).await;
    let answer: Answer = Who::Sub.sends(request).send().await;
    answer.status != 403
}

#[tokio::test]
async fn each_condition_is_asked_of_the_request() {
    let cos = TestServer::start_with(with_users(&[], &[])).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let get = |target: &str| bucket.request(Method::GET, target);
    let put = |name: &'static str, value: &str| bucket.request(Method::PUT, "b").header(name, value).body("12345");
    for (condition, holding, failing) in [
        (r#"{"string_equal":{"cos:prefix":"dir%2F"}}"#, get("?prefix=dir/"), get("?prefix=dir")),
        (r#"{"string_equal":{"cos:prefix":["x","dir%2F"]}}"#, get("?prefix=dir%2F"), get("")),
        (r#"{"string_like":{"cos:prefix":"dir%2F*"}}"#, get("?prefix=dir/a"), get("?prefix=a")),
        (r#"{"string_equal_if_exist":{"cos:prefix":"dir%2F"}}"#, get(""), get("?prefix=a")),
        (r#"{"string_equal":{"cos:versionid":"null"}}"#, get("a?versionId=null"), get("a")),
        (
            r#"{"string_equal":{"cos:response-content-type":"image%2Fjpeg"}}"#,
            get("a?response-content-type=image/jpeg"),
            get("a?response-content-type=image/png"),
        ),
        (
            r#"{"string_equal":{"cos:x-cos-storage-class":"STANDARD_IA"}}"#,
            put("x-cos-storage-class", "STANDARD_IA"),
            put("x-cos-storage-class", "STANDARD"),
        ),
        (r#"{"string_equal":{"cos:x-cos-acl":"private"}}"#, put("x-cos-acl", "private"), put("x-cos-acl", "public-read")),
        (
            r#"{"string_equal":{"cos:x-cos-forbid-overwrite":"true"}}"#,
            put("x-cos-forbid-overwrite", "true"),
            put("x-cos-forbid-overwrite", "false"),
        ),
        (
            r#"{"string_like":{"cos:content-type":"image/*"}}"#,
            put("content-type", "image/png"),
            put("content-type", "text/plain"),
        ),
        (r#"{"numeric_less_than_equal":{"cos:content-length":5}}"#, put("x-cos-acl", ""), put("x-cos-acl", "").body("123456")),
        (
            r#"{"for_any_value:string_equal":{"qcs:request_tag":["team&x","team&y"]}}"#,
            put("x-cos-tagging", "a=1&team=y"),
            put("x-cos-tagging", "a=1&team=z"),
        ),
        (
            r#"{"for_all_value:string_equal":{"qcs:request_tag":["a&1","team&y"]}}"#,
            put("x-cos-tagging", "team=y"),
            put("x-cos-tagging", "team=y&b=2"),
        ),
        (
            r#"{"ip_equal":{"qcs:ip":"127.0.0.0/8"},"string_equal":{"cos:prefix":"a","cos:versionid":"v"}}"#,
            get("?prefix=a&versionId=v"),
            get("?prefix=a"),
        ),
    ] {
        assert!(holds(&bucket, condition, holding).await, "{condition}");
        assert!(!holds(&bucket, condition, failing).await, "{condition}");
    }
    let secure = get("a").header("x-forwarded-proto", "https");
    assert!(holds(&bucket, r#"{"bool_equal":{"cos:secure-transport":"true"}}"#, secure).await);
    for (condition, expected) in [
        (r#"{"ip_equal":{"qcs:ip":["10.0.0.0/8","127.0.0.1"]}}"#, true),
        (r#"{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}"#, false),
        (r#"{"ip_not_equal":{"qcs:ip":"10.0.0.0/8"}}"#, true),
        (r#"{"bool_equal":{"cos:secure-transport":"false"}}"#, true),
        (r#"{"bool_equal":{"cos:secure-transport":true}}"#, false),
        (r#"{"numeric_greater_than_equal":{"cos:tls-version":"1.2"}}"#, false),
        (r#"{"numeric_greater_than_equal_if_exist":{"cos:tls-version":"1.2"}}"#, true),
        (r#"{"string_equal":{"qcs:vpc":"vpc-1"}}"#, false),
        (r#"{"string_not_equal":{"vpc:requester_vpc":"vpc-1"}}"#, false),
    ] {
        assert_eq!(holds(&bucket, condition, get("a")).await, expected, "{condition}");
    }
}
