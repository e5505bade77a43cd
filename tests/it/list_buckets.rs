//! GET Service (List Buckets).

use http::Method;

use crate::harness::{Answer, NOW, OTHER, TestServer, settings};

const SERVICE: &str = "service.cos.myqcloud.com";

async fn list(cos: &TestServer, target: &str) -> Answer {
    cos.request(SERVICE, Method::GET, target).send().await
}

async fn make(cos: &TestServer, name: &str, region: &str) {
    let host = format!("{name}.cos.{region}.myqcloud.com");
    cos.request(&host, Method::PUT, "").send().await.assert_status(200);
}

/// Three buckets, a minute between each.
async fn with_three_buckets() -> TestServer {
    let cos = TestServer::start().await;
    for (minute, (name, region)) in
        [("c-1250000000", "ap-guangzhou"), ("a-1250000000", "ap-beijing"), ("b-1250000000", "ap-guangzhou")]
            .into_iter()
            .enumerate()
    {
        cos.clock.stop(cos_emulator::domain::time::Timestamp::from_seconds(NOW + 60 * minute as i64));
        make(&cos, name, region).await;
    }
    cos
}

#[tokio::test]
async fn buckets_stand_in_order_of_names_with_place_and_date() {
    let cos = with_three_buckets().await;
    let bucket = |name: &str, region: &str, time: &str| {
        format!(
            "<Bucket><Name>{name}</Name><Location>{region}</Location><CreationDate>2023-11-14T{time}Z</CreationDate>\
             <BucketType>cos</BucketType></Bucket>"
        )
    };
    let answer = list(&cos, "").await;
    answer.assert_document(&format!(
        "<ListAllMyBucketsResult><Owner><ID>qcs::cam::uin/100000000001:uin/100000000001</ID>\
         <DisplayName>100000000001</DisplayName></Owner><Marker/><NextMarker/><IsTruncated>false</IsTruncated><Buckets>{}{}{}\
         </Buckets></ListAllMyBucketsResult>",
        bucket("a-1250000000", "ap-beijing", "22:14:20"),
        bucket("b-1250000000", "ap-guangzhou", "22:15:20"),
        bucket("c-1250000000", "ap-guangzhou", "22:13:20"),
    ));
    let length = answer.body.len().to_string();
    answer.assert_headers(&[("content-length", &length), ("content-type", "application/xml")]);
}

#[tokio::test]
async fn an_account_without_buckets_gets_an_empty_list() {
    let cos = TestServer::start().await;
    list(&cos, "").await.assert_document(
        "<ListAllMyBucketsResult><Owner><ID>qcs::cam::uin/100000000001:uin/100000000001</ID>\
         <DisplayName>100000000001</DisplayName></Owner><Marker/><NextMarker/><IsTruncated>false</IsTruncated><Buckets/>\
         </ListAllMyBucketsResult>",
    );
}

#[tokio::test]
async fn each_account_sees_its_own_buckets_only() {
    let cos = with_three_buckets().await;
    let host = "theirs-1250000001.cos.ap-guangzhou.myqcloud.com";
    cos.request(host, Method::PUT, "").signed_by(OTHER.1, OTHER.2).send().await.assert_status(200);
    assert_eq!(list(&cos, "").await.elements("Name"), ["a-1250000000", "b-1250000000", "c-1250000000"]);
    let theirs = cos.request(SERVICE, Method::GET, "").signed_by(OTHER.1, OTHER.2).send().await;
    assert_eq!(theirs.elements("Name"), ["theirs-1250000001"]);
    assert_eq!(theirs.element("DisplayName"), "100000000002");
}

#[tokio::test]
async fn every_host_without_a_bucket_lists_and_a_regional_one_its_region_only() {
    let cos = with_three_buckets().await;
    let all: &[&str] = &["a-1250000000", "b-1250000000", "c-1250000000"];
    for (host, expected) in [
        ("service.cos.myqcloud.com", all),
        ("service.cos.tencentcos.cn", all),
        ("127.0.0.1:7436", all),
        ("[::1]:7436", all),
        ("localhost:7436", all),
        ("cos.ap-guangzhou.myqcloud.com", &["b-1250000000", "c-1250000000"]),
        ("cos.ap-beijing.tencentcos.cn", &["a-1250000000"]),
        ("cos.ap-tokyo.myqcloud.com", &[]),
    ] {
        assert_eq!(cos.request(host, Method::GET, "").send().await.elements("Name"), expected, "{host}");
    }
}

#[tokio::test]
async fn a_region_narrows_the_list() {
    let cos = with_three_buckets().await;
    assert_eq!(list(&cos, "?region=ap-guangzhou").await.elements("Name"), ["b-1250000000", "c-1250000000"]);
    assert!(list(&cos, "?region=ap-tokyo").await.elements("Name").is_empty());
    assert_eq!(list(&cos, "?region=").await.elements("Name").len(), 3);
    list(&cos, "?region=Beijing!").await.assert_error(400, "InvalidArgument");
}

#[tokio::test]
async fn a_time_of_creation_narrows_the_list() {
    let cos = with_three_buckets().await;
    let second = NOW + 60;
    for (range, expected) in [
        ("lt", &["c-1250000000"][..]),
        ("lte", &["a-1250000000", "c-1250000000"]),
        ("gt", &["b-1250000000"]),
        ("gte", &["a-1250000000", "b-1250000000"]),
    ] {
        let answer = list(&cos, &format!("?create-time={second}&range={range}")).await;
        assert_eq!(answer.elements("Name"), expected, "{range}");
    }
    // The C++ SDK's test sends milliseconds.
    assert_eq!(list(&cos, &format!("?create-time={second}000&range=lt")).await.elements("Name").len(), 3);
}

#[tokio::test]
async fn a_wrong_or_lonely_parameter_is_refused() {
    let cos = TestServer::start().await;
    for (name, query) in [
        ("range", "create-time=1"),
        ("create-time", "range=lt"),
        ("range", "create-time=1&range=eq"),
        ("create-time", "create-time=today&range=lt"),
        ("tagvalue", "tagkey=k"),
        ("tagkey", "tagvalue=v"),
        ("max-keys", "max-keys=x"),
        ("max-keys", "max-keys=-1"),
        ("marker", "marker=a&marker=b"),
    ] {
        let answer = list(&cos, &format!("?{query}")).await;
        answer.assert_error(400, "InvalidArgument");
        assert!(answer.element("Message").contains(name), "{}", answer.text());
    }
}

#[tokio::test]
async fn one_tag_chooses_buckets() {
    let cos = with_three_buckets().await;
    let tags = |value: &str| {
        let tag = |key: &str, value: &str| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
        format!("<Tagging><TagSet>{}{}</TagSet></Tagging>", tag("other", "1"), tag("team", value))
    };
    cos.bucket("b-1250000000").put("?tagging", tags("x y")).await.assert_status(204);
    cos.bucket("c-1250000000").put("?tagging", tags("z")).await.assert_status(204);
    for (query, expected) in [
        ("?tagkey=team&tagvalue=x%20y", &["b-1250000000"] as &[&str]),
        ("?tagkey=other&tagvalue=1", &["b-1250000000", "c-1250000000"]),
        ("?tagkey=other&tagvalue=1&max-keys=1", &["b-1250000000"]),
        ("?tagkey=other&tagvalue=1&region=ap-beijing", &[]),
        ("?tagkey=Team&tagvalue=z", &[]),
        ("?tagkey=team&tagvalue=y", &[]),
        ("?tagkey=&tagvalue=", &["a-1250000000", "b-1250000000", "c-1250000000"]),
    ] {
        assert_eq!(list(&cos, query).await.elements("Name"), expected, "{query}");
    }
    cos.bucket("c-1250000000").delete("?tagging").await.assert_status(204);
    assert_eq!(list(&cos, "?tagkey=other&tagvalue=1").await.elements("Name"), ["b-1250000000"]);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let cos = with_three_buckets().await;
    let first = list(&cos, "?max-keys=2").await;
    assert_eq!(first.elements("Name"), ["a-1250000000", "b-1250000000"]);
    assert_eq!((first.element("IsTruncated"), first.element("NextMarker")), ("true".to_owned(), "b-1250000000".to_owned()));
    let second = list(&cos, "?max-keys=2&marker=b-1250000000").await;
    assert_eq!(second.elements("Name"), ["c-1250000000"]);
    assert_eq!((second.element("IsTruncated"), second.element("Marker")), ("false".to_owned(), "b-1250000000".to_owned()));
    assert!(second.elements("NextMarker").is_empty());
    assert_eq!(list(&cos, "?max-keys=3").await.element("IsTruncated"), "false");
}

#[tokio::test]
async fn a_marker_need_not_name_a_bucket() {
    let cos = with_three_buckets().await;
    assert_eq!(list(&cos, "?marker=az").await.elements("Name"), ["b-1250000000", "c-1250000000"]);
    assert!(list(&cos, "?marker=d").await.elements("Name").is_empty());
    // Python always sends the parameter, often empty.
    assert_eq!(list(&cos, "?marker=&max-keys=2000").await.elements("Name").len(), 3);
}

#[tokio::test]
async fn a_page_counts_only_what_the_filter_lets_through() {
    let cos = with_three_buckets().await;
    let answer = list(&cos, "?region=ap-guangzhou&max-keys=2").await;
    assert_eq!(answer.elements("Name"), ["b-1250000000", "c-1250000000"]);
    assert_eq!(answer.element("IsTruncated"), "false");
}

#[tokio::test]
async fn max_keys_may_be_zero_or_too_large() {
    let cos = with_three_buckets().await;
    assert_eq!(list(&cos, "?max-keys=5000").await.elements("Name").len(), 3);
    let none = list(&cos, "?max-keys=0").await;
    assert!(none.elements("Name").is_empty());
    assert_eq!(none.element("IsTruncated"), "false");
}

#[tokio::test]
async fn an_anonymous_caller_is_told_that_it_did_not_sign() {
    let cos = TestServer::start().await;
    let answer = cos.request(SERVICE, Method::GET, "").anonymous().send().await;
    answer.assert_error(403, "AccessDenied");
    assert_eq!(answer.element("Message"), "Check auth failure because signature empty.");
    assert_eq!(answer.element("ServerTime"), "2023-11-14T22:13:20Z");
}

#[tokio::test]
async fn the_service_knows_no_other_method() {
    let cos = TestServer::start().await;
    for method in [Method::PUT, Method::POST, Method::DELETE, Method::PATCH] {
        cos.request(SERVICE, method, "").send().await.assert_error(405, "MethodNotAllowed");
    }
    cos.request(SERVICE, Method::HEAD, "").send().await.assert_head_error(405);
}

#[tokio::test]
async fn buckets_of_the_settings_are_there_from_the_start() {
    let names = ["logs-1250000000", "demo-1250000000"].map(|name| name.parse().unwrap());
    let cos = TestServer::start_with(cos_emulator::server::Settings { buckets: names.to_vec(), ..settings() }).await;
    let answer = list(&cos, "").await;
    assert_eq!(answer.elements("Name"), ["demo-1250000000", "logs-1250000000"]);
    assert_eq!(answer.elements("Location"), ["ap-guangzhou", "ap-guangzhou"]);
}
