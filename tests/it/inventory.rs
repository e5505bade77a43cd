//! Inventories at work: reports in their buckets.

use std::io::Read;

use cos_emulator::domain::time::Timestamp;
use flate2::read::GzDecoder;
use http::Method;
use serde_json::Value;

use crate::folder;
use crate::harness::{Answer, Bucket, NOW, TestServer};

const DAY: i64 = 24 * 60 * 60;
const VERSIONED: &str = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";

fn inventory(id: &str, schedule: &str, more: &str) -> String {
    format!(
        "<InventoryConfiguration><Id>{id}</Id>{schedule}<Destination><COSBucketDestination><Format>CSV</Format>\
         <Bucket>qcs::cos:ap-guangzhou::lists-1250000000</Bucket><Prefix>inv</Prefix></COSBucketDestination></Destination>{more}\
         </InventoryConfiguration>"
    )
}

fn scheduled(id: &str, frequency: &str, more: &str) -> String {
    let schedule = format!("<IsEnabled>true</IsEnabled><Schedule><Frequency>{frequency}</Frequency></Schedule>");
    inventory(id, &schedule, more)
}

fn current(fields: &[&str]) -> String {
    let fields: String = fields.iter().map(|field| format!("<Field>{field}</Field>")).collect();
    format!("<IncludedObjectVersions>Current</IncludedObjectVersions><OptionalFields>{fields}</OptionalFields>")
}

/// A bucket, and one for its reports.
async fn pair(cos: &TestServer) -> (Bucket<'_>, Bucket<'_>) {
    let bucket = cos.put_bucket().await;
    let lists = cos.bucket("lists-1250000000");
    lists.put("", "").await.assert_status(200);
    (bucket, lists)
}

/// So many days on, counted from the start.
async fn run_after(cos: &TestServer, days: i64) {
    cos.clock.stop(Timestamp::from_seconds(NOW + days * DAY));
    cos.request("127.0.0.1", Method::POST, "_cos/run-due").anonymous().send().await.assert_status(204);
}

async fn keys(lists: &Bucket<'_>) -> Vec<String> {
    lists.get("").await.elements("Key")
}

async fn manifest(lists: &Bucket<'_>, folder: &str) -> Value {
    let answer = lists.get(&format!("{folder}manifest.json")).await;
    answer.assert_status(200);
    serde_json::from_slice(&answer.body).expect("JSON")
}

/// The rows of the report that a manifest names.
async fn rows(lists: &Bucket<'_>, manifest: &Value) -> Vec<String> {
    let key = manifest["files"][0]["key"].as_str().expect("a key");
    let answer = lists.get(key).await;
    answer.assert_status(200);
    let mut text = String::new();
    GzDecoder::new(answer.body.as_ref()).read_to_string(&mut text).expect("gzip");
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_report_has_rows_a_manifest_and_its_checksum() {
    let cos = TestServer::start().await;
    let (bucket, lists) = pair(&cos).await;
    bucket.put("p/a%20b", "four").await.assert_status(200);
    let put = bucket.request(Method::PUT, "p/b").header("x-cos-tagging", "k=v").header("x-cos-meta-job", "7").body("seven..");
    put.header("x-cos-storage-class", "ARCHIVE").send().await.assert_status(200);
    bucket.put("other", "x").await.assert_status(200);
    let fields = ["Size", "LastModifiedDate", "ETag", "StorageClass", "IsMultipartUploaded", "Tag", "Crc64", "x-cos-meta-*"];
    let asked = inventory("now", "", &("<Filter><Prefix>p/</Prefix></Filter>".to_owned() + &current(&fields)));
    bucket.post("?inventory&id=now", asked).await.assert_status(200);
    run_after(&cos, 0).await;

    let folder = "inv/1250000000/examplebucket/now/";
    let listed = keys(&lists).await;
    assert_eq!(listed[..2], [format!("{folder}20231115/manifest.checksum"), format!("{folder}20231115/manifest.json")]);
    let manifest = manifest(&lists, &format!("{folder}20231115/")).await;
    let file = lists.get(&listed[2]).await;
    assert_eq!(
        manifest,
        serde_json::json!({
            "sourceAppid": "1250000000", "sourceBucket": "examplebucket", "destinationAppid": "1250000000",
            "destinationBucket": "lists", "fileFormat": "CSV", "listObjectCount": "2", "listStorageSize": "11",
            "filterObjectCount": "2", "filterStorageSize": "11",
            "fileSchema": format!("Appid, Bucket, Key, {}", fields.join(", ")),
            "files": [{"key": listed[2], "size": file.body.len().to_string(), "md5Checksum": file.header("etag").trim_matches('"')}],
        })
    );
    assert_eq!((listed.len(), file.header("content-type")), (3, "application/gzip"));
    let checksum = lists.get(&listed[0]).await.text();
    assert_eq!(format!("\"{checksum}\""), lists.head(&listed[1]).await.header("etag"));
    let crc = |answer: &Answer| answer.header("x-cos-hash-crc64ecma").to_owned();
    let (a, b) = (bucket.head("p/a%20b").await, bucket.head("p/b").await);
    let etag = |answer: &Answer| answer.header("etag").trim_matches('"').to_owned();
    assert_eq!(
        rows(&lists, &manifest).await,
        [
            format!(
                "\"1250000000\",\"examplebucket\",\"p/a%20b\",\"4\",\"2023-11-14T22:13:20.000Z\",\"{}\",\"STANDARD\",\"false\",\"\",\"{}\",\"\"",
                etag(&a),
                crc(&a)
            ),
            format!(
                "\"1250000000\",\"examplebucket\",\"p/b\",\"7\",\"2023-11-14T22:13:20.000Z\",\"{}\",\"ARCHIVE\",\"false\",\"k=v\",\"{}\",\
                 \"x-cos-meta-job=7\"",
                etag(&b),
                crc(&b)
            ),
        ]
    );
}

#[tokio::test]
async fn all_versions_are_listed_with_what_they_are() {
    let cos = TestServer::start().await;
    let (bucket, lists) = pair(&cos).await;
    bucket.put("a", "old").await.assert_status(200);
    bucket.put("?versioning", VERSIONED).await.assert_status(200);
    let id = bucket.put("a", "newer").await.header("x-cos-version-id").to_owned();
    let marker = bucket.delete("a").await.header("x-cos-version-id").to_owned();
    let all = "<IncludedObjectVersions>All</IncludedObjectVersions><OptionalFields><Field>Size</Field></OptionalFields>";
    for (job, more) in [("all", all.to_owned()), ("current", current(&["Size"]))] {
        bucket.post(&format!("?inventory&id={job}"), inventory(job, "", &more)).await.assert_status(200);
    }
    run_after(&cos, 0).await;
    let all = manifest(&lists, "inv/1250000000/examplebucket/all/20231115/").await;
    assert_eq!(all["fileSchema"], "Appid, Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size");
    let row = |id: &str, is_latest: bool, is_marker: bool, size: &str| {
        format!("\"1250000000\",\"examplebucket\",\"a\",\"{id}\",\"{is_latest}\",\"{is_marker}\",\"{size}\"")
    };
    assert_eq!(
        rows(&lists, &all).await,
        [row(&marker, true, true, ""), row(&id, false, false, "5"), row("null", false, false, "3")]
    );
    let current = manifest(&lists, "inv/1250000000/examplebucket/current/20231115/").await;
    assert_eq!((rows(&lists, &current).await.len(), &current["filterObjectCount"]), (0, &Value::from("0")));
}

#[tokio::test]
async fn a_filter_leaves_out_what_it_is_not_for() {
    let cos = TestServer::start().await;
    let (bucket, lists) = pair(&cos).await;
    for (key, tags, class) in [("a", "k=v", "STANDARD"), ("b", "k=w", "STANDARD"), ("c", "k=v", "STANDARD_IA")] {
        let put = bucket.request(Method::PUT, key).header("x-cos-tagging", tags).header("x-cos-storage-class", class);
        put.body("xyz").send().await.assert_status(200);
    }
    let filter = format!(
        "<Filter><And><Tag><Key>k</Key><Value>v</Value></Tag><StorageClass>STANDARD</StorageClass></And>\
         <Period><StartTime>{NOW}</StartTime></Period></Filter>"
    );
    let asked = inventory("f", "", &(filter + &current(&["Tag"])));
    bucket.post("?inventory&id=f", asked).await.assert_status(200);
    run_after(&cos, 0).await;
    let manifest = manifest(&lists, "inv/1250000000/examplebucket/f/20231115/").await;
    assert_eq!(rows(&lists, &manifest).await, ["\"1250000000\",\"examplebucket\",\"a\",\"k=v\""]);
    let counts =
        ["listObjectCount", "listStorageSize", "filterObjectCount", "filterStorageSize"].map(|name| manifest[name].clone());
    assert_eq!(counts, ["3", "9", "1", "3"].map(Value::from));
}

#[tokio::test]
async fn a_periodic_report_is_written_once_a_period() {
    let cos = TestServer::start().await;
    let (bucket, lists) = pair(&cos).await;
    bucket.put("a", "x").await.assert_status(200);
    for (id, frequency) in [("daily", "Daily"), ("weekly", "Weekly")] {
        bucket.put(&format!("?inventory&id={id}"), scheduled(id, frequency, &current(&[]))).await.assert_status(200);
    }
    let off = scheduled("off", "Daily", &current(&[])).replace("<IsEnabled>true", "<IsEnabled>false");
    bucket.put("?inventory&id=off", off).await.assert_status(200);
    for (days, reports) in [(0, 0), (1, 2), (1, 2), (2, 3), (7, 4), (8, 6)] {
        run_after(&cos, days).await;
        let written = keys(&lists).await.iter().filter(|key| key.ends_with(".csv.gz")).count();
        assert_eq!(written, reports, "after {days} days");
    }
    assert!(keys(&lists).await.contains(&"inv/1250000000/examplebucket/weekly/20231123/manifest.json".to_owned()));
}

#[tokio::test]
async fn an_id_is_free_again_once_its_report_is_written() {
    let cos = TestServer::start().await;
    let (bucket, lists) = pair(&cos).await;
    let asked = || inventory("now", "", &current(&[]));
    bucket.post("?inventory&id=now", asked()).await.assert_status(200);
    // Nobody runs it here: the request itself does.
    let store = cos.app.services().store.clone();
    let (name, key) =
        ("lists-1250000000".parse().unwrap(), "inv/1250000000/examplebucket/now/20231115/manifest.checksum".parse().unwrap());
    folder::until("the report is written", || store.object(&name, &key).is_ok_and(|object| object.is_some())).await;
    run_after(&cos, 0).await;
    bucket.post("?inventory&id=now", asked()).await.assert_status(200);
    run_after(&cos, 0).await;
    assert_eq!(keys(&lists).await.iter().filter(|key| key.ends_with(".csv.gz")).count(), 2);
}

#[tokio::test]
async fn a_report_is_encrypted_as_it_was_asked_for() {
    let cos = TestServer::start().await;
    let (bucket, lists) = pair(&cos).await;
    bucket.put("a", "x").await.assert_status(200);
    let encrypted = |encryption: &str| {
        inventory("e", "", &current(&[])).replace("<Prefix>", &format!("<Encryption>{encryption}</Encryption><Prefix>"))
    };
    for (encryption, expected) in [("<SSE-COS/>", "AES256"), ("<SSE-KMS/>", "cos/kms")] {
        bucket.post("?inventory&id=e", encrypted(encryption)).await.assert_status(200);
        run_after(&cos, 0).await;
        let manifest = manifest(&lists, "inv/1250000000/examplebucket/e/20231115/").await;
        let key = manifest["files"][0]["key"].as_str().expect("a key");
        assert_eq!(lists.head(key).await.header("x-cos-server-side-encryption"), expected);
        assert_eq!(rows(&lists, &manifest).await, ["\"1250000000\",\"examplebucket\",\"a\""]);
    }
}

#[tokio::test]
async fn a_report_that_cannot_be_written_is_not_tried_again() {
    let cos = TestServer::start().await;
    let (bucket, lists) = pair(&cos).await;
    bucket.put("?inventory&id=daily", scheduled("daily", "Daily", &current(&[]))).await.assert_status(200);
    let orc = inventory("orc", "", &current(&[])).replace("CSV", "ORC");
    bucket.post("?inventory&id=orc", orc.clone()).await.assert_status(200);
    run_after(&cos, 0).await;
    bucket.post("?inventory&id=orc", orc).await.assert_status(200);
    lists.delete("").await.assert_status(204);
    run_after(&cos, 1).await;
    lists.put("", "").await.assert_status(200);
    run_after(&cos, 1).await;
    assert!(keys(&lists).await.is_empty());
    run_after(&cos, 2).await;
    assert_eq!(keys(&lists).await.len(), 3);
}
