//! PUT, GET, List, DELETE and POST Bucket inventory.

use http::Method;

use crate::harness::{Answer, Bucket, OTHER, TestServer};

const BUCKET_RESOURCE: &str = "qcs::cos:ap-guangzhou::examplebucket-1250000000";

fn document(id: &str, elements: &str) -> String {
    format!("<InventoryConfiguration><Id>{id}</Id>{elements}</InventoryConfiguration>")
}

fn destination(more: &str) -> String {
    format!(
        "<Destination><COSBucketDestination><Format>CSV</Format><AccountId>100000000001</AccountId>\
         <Bucket>{BUCKET_RESOURCE}</Bucket>{more}</COSBucketDestination></Destination>"
    )
}

/// A daily inventory with these elements.
fn daily(id: &str, more: &str) -> String {
    let schedule = "<Schedule><Frequency>Daily</Frequency></Schedule>";
    let elements = format!("<IsEnabled>true</IsEnabled>{}{schedule}{more}", destination(""));
    document(id, &format!("{elements}<IncludedObjectVersions>All</IncludedObjectVersions><OptionalFields/>"))
}

/// What a one-time inventory is asked for with.
fn once(id: &str) -> String {
    let elements = "<IncludedObjectVersions>Current</IncludedObjectVersions><OptionalFields><Field>Size</Field></OptionalFields>";
    document(id, &format!("{}{elements}", destination("")))
}

async fn put(bucket: &Bucket<'_>, id: &str, body: String) -> Answer {
    bucket.put(&format!("?inventory&id={id}"), body).await
}

async fn get(bucket: &Bucket<'_>, id: &str) -> Answer {
    bucket.get(&format!("?inventory&id={id}")).await
}

#[tokio::test]
async fn an_inventory_comes_back_as_it_was_put() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let whole = document(
        "daily1",
        &format!(
            "<IsEnabled>true</IsEnabled>{}<Schedule><Frequency>Monthly</Frequency><MonthlyDate>31</MonthlyDate></Schedule>\
             <Filter><And><Prefix>p/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><StorageClass>Standard</StorageClass></And>\
             <Period><StartTime>1700000000</StartTime><EndTime>1700086400</EndTime></Period></Filter>\
             <IncludedObjectVersions>All</IncludedObjectVersions><OptionalFields><Field>Size</Field><Field>LastModifiedDate</Field>\
             <Field>ETag</Field><Field>StorageClass</Field><Field>IsMultipartUpload</Field><Field>ReplicationStatus</Field>\
             <Field>Tag</Field><Field>Crc64</Field><Field>x-cos-meta-*</Field></OptionalFields>",
            destination("<Prefix>inv</Prefix><Encryption><SSE-COS/></Encryption>")
        ),
    );
    let node = daily("node", "<Filter><Prefix>myPrefix</Prefix></Filter>");
    let keyed = once("keyed").replace("</Bucket>", "</Bucket><Encryption><SSE-KMS><KeyId>key</KeyId></SSE-KMS></Encryption>");
    let weekly = "<IsEnabled>false</IsEnabled><Destination>";
    let keyed = keyed
        .replace("<Destination>", weekly)
        .replace("</Destination>", "</Destination><Schedule><Frequency>Weekly</Frequency></Schedule>");
    for (id, body) in [("daily1", whole), ("node", node), ("keyed", keyed)] {
        let answer = put(&bucket, id, body.clone()).await;
        answer.assert_status(200);
        answer.assert_headers(&[("content-length", "0")]);
        get(&bucket, id).await.assert_document(&body);
    }
}

#[tokio::test]
async fn odd_spellings_come_back_in_the_usual_one() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let with = |encryption: &str| daily("i", "").replace("</Bucket>", &format!("</Bucket>{encryption}"));
    let usual = with("<Encryption><SSE-COS/></Encryption>");
    for (put_body, got) in [
        (with("<Encryption><SSECOS></SSECOS></Encryption>"), &usual),
        (with("<Encryption><SSE-COS> </SSE-COS></Encryption>"), &usual),
        (with("<SSE-COS/>"), &usual),
        // Python puts the word in its own spelling, and asks for fields that it did not put.
        (daily("i", "").replace("true", "True").replace("<OptionalFields/>", ""), &daily("i", "")),
        (daily("i", "<Filter></Filter>").replace("<Id>i</Id>", ""), &daily("i", "")),
    ] {
        put(&bucket, "i", put_body).await.assert_status(200);
        get(&bucket, "i").await.assert_document(got);
    }
}

#[tokio::test]
async fn what_was_never_set_or_is_deleted_is_not_there() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    get(&bucket, "i").await.assert_error(404, "InventoryConfigurationNotFoundError");
    bucket.delete("?inventory&id=i").await.assert_status(204);
    for id in ["i", "j"] {
        put(&bucket, id, daily(id, "")).await.assert_status(200);
    }
    bucket.delete("?inventory&id=i").await.assert_status(204);
    get(&bucket, "i").await.assert_error(404, "InventoryConfigurationNotFoundError");
    get(&bucket, "j").await.assert_status(200);
}

#[tokio::test]
async fn a_list_has_pages_in_the_order_of_making() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let empty = "<ListInventoryConfigurationResult><IsTruncated>false</IsTruncated></ListInventoryConfigurationResult>";
    bucket.get("?inventory").await.assert_document(empty);
    for index in 0..150 {
        let id = format!("ID-{index}");
        put(&bucket, &id, daily(&id, "")).await.assert_status(200);
    }
    // Put again, it keeps its place.
    put(&bucket, "ID-0", daily("ID-0", "<Filter><Prefix>new</Prefix></Filter>")).await.assert_status(200);
    let first = bucket.get("?inventory&continuation-token=").await;
    let ids = |range: std::ops::Range<usize>| range.map(|index| format!("ID-{index}")).collect::<Vec<_>>();
    assert_eq!((first.elements("Id"), first.element("IsTruncated").as_str()), (ids(0..100), "true"));
    let token = first.element("NextContinuationToken");
    bucket.delete("?inventory&id=ID-50").await.assert_status(204);
    bucket.delete("?inventory&id=ID-100").await.assert_status(204);
    let second = bucket.get(&format!("?inventory&continuation-token={token}")).await;
    assert_eq!((second.elements("Id"), second.element("IsTruncated").as_str()), (ids(101..150), "false"));
    assert_eq!((second.element("ContinuationToken"), second.elements("NextContinuationToken")), (token, vec![]));
    bucket.get("?inventory&continuation-token=x").await.assert_error(400, "InvalidArgument");
}

#[tokio::test]
async fn a_bucket_has_1000_inventories_at_most() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "i", daily("i", "")).await.assert_status(200);
    let fill = |_: &_, inventories: Option<cos_emulator::domain::inventory::Inventories>| {
        let mut inventories = inventories.expect("one is there");
        for number in 1..1000 {
            let id = format!("{number}").parse().expect("an id");
            inventories.periodic.push(cos_emulator::domain::inventory::PeriodicInventory {
                number,
                id,
                ..inventories.periodic[0].clone()
            });
        }
        inventories.next = 1000;
        Ok::<_, ()>(Some(inventories))
    };
    cos.app.services().store.change_setting(&crate::harness::BUCKET.parse().unwrap(), fill).await.unwrap();
    put(&bucket, "one-more", daily("one-more", "")).await.assert_error(400, "InventoryFull");
    put(&bucket, "i", daily("i", "")).await.assert_status(200);
}

#[tokio::test]
async fn an_inventory_that_cannot_be_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let good = daily("i", "");
    for (body, code) in [
        (String::new(), "MissingRequestBodyError"),
        (document("i", ""), "MalformedXML"),
        (once("i"), "MalformedXML"),
        (good.replace("<Id>i</Id>", "<Id>j</Id>"), "InvalidArgument"),
        (good.replace("true", "yes"), "InvalidArgument"),
        (good.replace("Daily", "Hourly"), "InvalidArgument"),
        (good.replace("Daily</Frequency>", "Monthly</Frequency><MonthlyDate>32</MonthlyDate>"), "InvalidArgument"),
        (good.replace("CSV", "Parquet"), "InvalidArgument"),
        (good.replace("All", "Some"), "InvalidArgument"),
        (good.replace("<OptionalFields/>", "<OptionalFields><Field>Colour</Field></OptionalFields>"), "InvalidArgument"),
        (daily("i", "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>"), "InvalidArgument"),
        (daily("i", "<Filter><Tag><Key/><Value>v</Value></Tag></Filter>"), "InvalidTag"),
        (daily("i", "<Filter><StorageClass>X</StorageClass></Filter>"), "NotSupportedStorageClass"),
        (daily("i", "<Filter><Period><StartTime>yesterday</StartTime></Period></Filter>"), "InvalidArgument"),
        (good.replace(BUCKET_RESOURCE, "examplebucket-1250000000"), "TargetBucketNameInvalid"),
        (good.replace("examplebucket", "missing"), "TargetBucketNameInvalid"),
        (good.replace("ap-guangzhou", "ap-beijing"), "TargetBucketNameInvalid"),
    ] {
        put(&bucket, "i", body).await.assert_error(400, code);
    }
    for id in ["", "a%20b", &"x".repeat(65)] {
        put(&bucket, id, good.replace("<Id>i</Id>", "")).await.assert_error(400, "InvalidArgument");
        get(&bucket, id).await.assert_error(400, "InvalidArgument");
    }
    let theirs = cos.bucket("theirs-1250000001").request(Method::PUT, "").signed_by(OTHER.1, OTHER.2);
    theirs.send().await.assert_status(200);
    let body = good.replace("examplebucket-1250000000", "theirs-1250000001");
    put(&bucket, "i", body).await.assert_error(403, "UserNotTargetBucketOwner");
    get(&bucket, "i").await.assert_error(404, "InventoryConfigurationNotFoundError");
}

#[tokio::test]
async fn a_one_time_inventory_gives_its_job() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = bucket.post("?inventory&id=now", once("now")).await;
    let job = answer.element("JobId");
    answer.assert_document(&format!("<PostInventoryResult><JobId>{job}</JobId></PostInventoryResult>"));
    assert_eq!(job.len(), 32);
    get(&bucket, "now").await.assert_error(404, "InventoryConfigurationNotFoundError");
    put(&bucket, "daily", daily("daily", "")).await.assert_status(200);
    bucket.post("?inventory&id=daily", once("daily")).await.assert_error(409, "DuplicateInventoryId");
    bucket.post("?inventory&id=other", once("now")).await.assert_error(400, "InvalidArgument");
    bucket.post("?inventory&id=now", "").await.assert_error(400, "MissingRequestBodyError");
    bucket
        .post("?inventory&id=now", once("now").replace("examplebucket", "gone"))
        .await
        .assert_error(400, "TargetBucketNameInvalid");
}
