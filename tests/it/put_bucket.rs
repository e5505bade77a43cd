//! PUT Bucket.

use http::Method;

use crate::harness::{BUCKET, HOST, OTHER, TestServer, settings};

/// A name whose APPID is no account's: whoever creates it owns it.
const NOBODYS: &str = "shared-1999999999";

#[tokio::test]
async fn the_answer_is_empty_and_the_bucket_is_there() {
    let cos = TestServer::start().await;
    let answer = cos.request(HOST, Method::PUT, "").send().await;
    answer.assert_status(200);
    assert!(answer.body.is_empty());
    answer.assert_headers(&[("content-length", "0")]);
    cos.bucket(BUCKET).head("").await.assert_status(200);
}

#[tokio::test]
async fn the_host_names_the_region_or_the_settings_do() {
    let settings = cos_emulator::server::Settings { region: "ap-nanjing".parse().unwrap(), ..settings() };
    let cos = TestServer::start_with(settings).await;
    for (host, target, name, region) in [
        ("a-1250000000.cos.ap-beijing.myqcloud.com", "", "a-1250000000", "ap-beijing"),
        ("b-1250000000.cos.eu-frankfurt.tencentcos.cn", "", "b-1250000000", "eu-frankfurt"),
        ("c-1250000000.cos.localhost", "", "c-1250000000", "ap-nanjing"),
        ("d-1250000000.localhost:7436", "", "d-1250000000", "ap-nanjing"),
        ("127.0.0.1:7436", "e-1250000000", "e-1250000000", "ap-nanjing"),
        ("127.0.0.1:7436", "f-1250000000/", "f-1250000000", "ap-nanjing"),
        ("cos.ap-tokyo.myqcloud.com", "g-1250000000", "g-1250000000", "ap-tokyo"),
    ] {
        cos.request(host, Method::PUT, target).send().await.assert_status(200);
        let head = cos.request("127.0.0.1:7436", Method::HEAD, name).send().await;
        assert_eq!(head.header("x-cos-bucket-region"), region, "{host}");
    }
}

#[tokio::test]
async fn a_bucket_of_ones_own_cannot_be_created_again_in_any_region() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("kept", "x").await.assert_status(200);
    cos.request(HOST, Method::PUT, "").send().await.assert_error(409, "BucketAlreadyOwnedByYou");
    let elsewhere = format!("{BUCKET}.cos.ap-beijing.myqcloud.com");
    cos.request(&elsewhere, Method::PUT, "").send().await.assert_error(409, "BucketAlreadyOwnedByYou");
    assert_eq!(bucket.head("").await.header("x-cos-bucket-region"), "ap-guangzhou");
    assert_eq!(bucket.get("kept").await.text(), "x");
}

#[tokio::test]
async fn a_bucket_of_another_account_cannot_be_created_again() {
    let cos = TestServer::start().await;
    let bucket = cos.bucket(NOBODYS);
    bucket.request(Method::PUT, "").signed_by(OTHER.1, OTHER.2).send().await.assert_status(200);
    bucket.put("", "").await.assert_error(409, "BucketAlreadyExists");
    bucket.get("").await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn an_appid_that_is_another_accounts_is_refused() {
    let cos = TestServer::start().await;
    let answer = cos.bucket("mine-1250000001").put("", "").await;
    answer.assert_error(403, "AccessDenied");
    assert!(answer.element("Message").contains("1250000001"));
    cos.bucket(NOBODYS).put("", "").await.assert_status(200);
}

#[tokio::test]
async fn an_anonymous_caller_cannot_create_a_bucket() {
    let cos = TestServer::start().await;
    cos.request(HOST, Method::PUT, "").anonymous().send().await.assert_error(403, "AccessDenied");
    cos.bucket(BUCKET).head("").await.assert_head_error(404);
}

#[tokio::test]
async fn a_name_is_of_lower_case_letters_digits_and_inner_dashes() {
    let cos = TestServer::start().await;
    for name in ["-a-1250000000", "a--1250000000", "a_b-1250000000", "--1250000000"] {
        cos.bucket(name).put("", "").await.assert_error(400, "InvalidBucketName");
    }
    for name in ["Upper-1250000000", "a.b-1250000000", "%E4%BA%91-1250000000"] {
        cos.request("127.0.0.1", Method::PUT, name).send().await.assert_error(400, "InvalidBucketName");
    }
    for name in ["noappid", "no-appid", "1250000000"] {
        cos.request("127.0.0.1", Method::PUT, name).send().await.assert_error(400, "InvalidBucketName");
    }
    for name in ["a-1", "0-9-1250000000", "a--b-1250000000"] {
        cos.bucket(name).put("", "").await.assert_status(200);
    }
    // Names of hosts have no letter case.
    cos.request("NOISY-1250000000.cos.ap-guangzhou.myqcloud.com", Method::PUT, "").send().await.assert_status(200);
    cos.bucket("noisy-1250000000").head("").await.assert_status(200);
}

#[tokio::test]
async fn a_name_fits_a_label_of_dns() {
    let cos = TestServer::start().await;
    let name = |length: usize| format!("{}-1250000000", "a".repeat(length - "-1250000000".len()));
    cos.bucket(&name(64)).put("", "").await.assert_error(400, "BucketNameTooLong");
    cos.bucket(&name(63)).put("", "").await.assert_status(200);
}

#[tokio::test]
async fn a_body_that_asks_for_a_plain_bucket_is_accepted() {
    for body in [
        " \n",
        "<CreateBucketConfiguration></CreateBucketConfiguration>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CreateBucketConfiguration/>",
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <LocationConstraint>ap-guangzhou</LocationConstraint></CreateBucketConfiguration>",
        "<CreateBucketConfiguration><LocationConstraint/><BucketAZConfig/></CreateBucketConfiguration>",
        "<CreateBucketConfiguration><BucketAZConfig>OAZ</BucketAZConfig></CreateBucketConfiguration>",
        "<CreateBucketConfiguration><Unknown>1</Unknown></CreateBucketConfiguration>",
    ] {
        let cos = TestServer::start().await;
        cos.request(HOST, Method::PUT, "").body(body).send().await.assert_status(200);
    }
}

#[tokio::test]
async fn a_body_that_asks_for_more_is_refused_and_makes_no_bucket() {
    let cos = TestServer::start().await;
    let element =
        |name: &str, value: &str| format!("<CreateBucketConfiguration><{name}>{value}</{name}></CreateBucketConfiguration>");
    for (body, status, code) in [
        (element("LocationConstraint", "ap-beijing"), 400, "InvalidLocationConstraint"),
        (element("BucketAZConfig", "maz"), 400, "InvalidArgument"),
        (element("BucketArchConfig", "COS"), 400, "InvalidArgument"),
        ("<CreateBucketConfiguration>".to_owned(), 400, "MalformedXML"),
        ("<BucketConfiguration/>".to_owned(), 400, "MalformedXML"),
        ("not XML".to_owned(), 400, "MalformedXML"),
        (element("Padding", &"x".repeat(64 << 10)), 400, "XMLSizeLimit"),
    ] {
        cos.request(HOST, Method::PUT, "").body(body).send().await.assert_error(status, code);
        cos.bucket(BUCKET).head("").await.assert_head_error(404);
    }
}

#[tokio::test]
async fn zones_and_architecture_are_chosen_once() {
    let cos = TestServer::start().await;
    for (index, (elements, az, arch)) in [
        ("", None, None),
        ("<BucketAZConfig>MAZ</BucketAZConfig>", Some("MAZ"), None),
        ("<BucketArchConfig>OFS</BucketArchConfig><BucketAZConfig/>", None, Some("OFS")),
        ("<BucketAZConfig>MAZ</BucketAZConfig><BucketArchConfig>OFS</BucketArchConfig>", Some("MAZ"), Some("OFS")),
    ]
    .into_iter()
    .enumerate()
    {
        let bucket = cos.bucket(&format!("b{index}-1250000000"));
        let body = format!("<CreateBucketConfiguration>{elements}</CreateBucketConfiguration>");
        bucket.put("", body).await.assert_status(200);
        let head = bucket.head("").await;
        assert_eq!((head.header_opt("x-cos-bucket-az-type"), head.header_opt("x-cos-bucket-arch")), (az, arch));
    }
}

#[tokio::test]
async fn a_bucket_holds_the_storage_classes_of_its_zones() {
    let cos = TestServer::start().await;
    let (single, multi) = (cos.put_bucket().await, cos.put_multi_az_bucket().await);
    for (bucket, class, other, code) in [
        (&single, None, "MAZ_STANDARD_IA", "MAZOperationNotSupportOnOAZBucket"),
        (&multi, Some("MAZ_STANDARD"), "STANDARD", "OAZOperationNotSupportOnMAZBucket"),
    ] {
        bucket.put("k", "x").await.assert_status(200);
        assert_eq!(bucket.head("k").await.header_opt("x-cos-storage-class"), class);
        for request in [bucket.request(Method::PUT, "k"), bucket.request(Method::POST, "k?uploads")] {
            request.header("x-cos-storage-class", other).send().await.assert_error(400, code);
        }
    }
}

#[tokio::test]
async fn the_body_is_checked_against_its_md5() {
    let cos = TestServer::start().await;
    let put = |md5: &str| {
        let request = cos.request(HOST, Method::PUT, "").header("content-md5", md5);
        request.body("<CreateBucketConfiguration></CreateBucketConfiguration>").send()
    };
    put("7o3pGNBWQBRbGPcPTDqmAg==").await.assert_error(400, "BadDigest");
    put("7o3pGNBWQBRbGPcPTDqm").await.assert_error(400, "InvalidDigest");
    put("awsQeAM0JdAUWA93kqWQyQ==").await.assert_status(200);
}

#[tokio::test]
async fn tags_may_be_given_at_once() {
    let cos = TestServer::start().await;
    let bucket = cos.bucket(BUCKET);
    let put = |tags: &str| bucket.request(Method::PUT, "").header("x-cos-tagging", tags).send();
    for tags in ["a!=1", "a=1&a=2", "a=%FF", "project=1"] {
        put(tags).await.assert_error(400, "InvalidTag");
        bucket.head("").await.assert_head_error(404);
    }
    put("team=a%20b&%E4%B8%AD=%2B").await.assert_status(200);
    bucket.get("?tagging").await.assert_document(
        "<Tagging><TagSet><Tag><Key>team</Key><Value>a b</Value></Tag><Tag><Key>中</Key><Value>+</Value></Tag></TagSet></Tagging>",
    );
    let again = bucket.request(Method::PUT, "").header("x-cos-tagging", "other=1").send().await;
    again.assert_error(409, "BucketAlreadyOwnedByYou");
    assert_eq!(bucket.get("?tagging").await.elements("Key"), ["team", "中"]);
}
