//! What an inventory writes: rows of CSV, and a manifest that says what they are (Inventory Overview, 436/30622).

use serde::Serialize;

use crate::codec::csv::{self, Layout};
use crate::codec::percent;
use crate::domain::bucket::BucketName;
use crate::domain::day::Day;
use crate::domain::inventory::{IncludedVersions, InventoryField, InventoryId, Report};
use crate::domain::metadata::{Metadata, USER_PREFIX};
use crate::domain::storage_class::StorageClass;
use crate::domain::tag::Tags;
use crate::domain::time::Timestamp;

/// One version, as a report lists it.
#[derive(Debug)]
pub struct Row<'a> {
    pub key: &'a str,
    pub version_id: &'a str,
    pub is_latest: bool,
    pub written: Timestamp,
    /// `None` for a delete marker.
    pub object: Option<RowObject<'a>>,
}

#[derive(Debug)]
pub struct RowObject<'a> {
    /// Bytes.
    pub size: u64,
    /// Without quotes.
    pub etag: &'a str,
    pub class: StorageClass,
    /// As `x-cos-replication-status` has it.
    pub replication: Option<&'static str>,
    pub tags: &'a Tags,
    pub crc64: u64,
    pub metadata: &'a Metadata,
}

/// `manifest.json`. Its numbers are texts (inferred).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    source_appid: String,
    source_bucket: String,
    destination_appid: String,
    destination_bucket: String,
    file_format: &'static str,
    list_object_count: String,
    list_storage_size: String,
    filter_object_count: String,
    filter_storage_size: String,
    file_schema: String,
    files: Vec<ReportFile>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportFile {
    pub key: String,
    /// Bytes.
    pub size: String,
    /// Hex.
    pub md5_checksum: String,
}

/// How many versions there are, and how many bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub objects: u64,
    pub bytes: u64,
}

impl Count {
    pub fn add(&mut self, bytes: u64) {
        self.objects += 1;
        self.bytes += bytes;
    }
}

/// Names and values of one row: all columns that a report has.
fn columns(report: &Report, bucket: &BucketName, row: &Row<'_>) -> Vec<(String, String)> {
    let (name, appid) = (bucket.bare_name(), bucket.appid());
    let mut columns = vec![("Appid", appid.to_owned()), ("Bucket", name.to_owned()), ("Key", percent::encode_key(row.key))];
    if report.versions == IncludedVersions::All {
        columns.push(("VersionId", row.version_id.to_owned()));
        columns.push(("IsLatest", row.is_latest.to_string()));
        columns.push(("IsDeleteMarker", row.object.is_none().to_string()));
    }
    let chosen = report.fields.iter().map(|field| (field.text().to_owned(), value(*field.value(), row)));
    columns.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(chosen).collect()
}

/// Of a delete marker only the date is known.
fn value(field: InventoryField, row: &Row<'_>) -> String {
    let Some(object) = &row.object else {
        return if field == InventoryField::LastModifiedDate { row.written.iso_millis() } else { String::new() };
    };
    match field {
        InventoryField::Size => object.size.to_string(),
        InventoryField::LastModifiedDate => row.written.iso_millis(),
        InventoryField::ETag => object.etag.to_owned(),
        InventoryField::StorageClass => object.class.name().to_owned(),
        InventoryField::IsMultipartUploaded => object.etag.contains('-').to_string(),
        InventoryField::ReplicationStatus => object.replication.unwrap_or_default().to_owned(),
        InventoryField::Tag => joined(object.tags.iter().map(|(key, value)| (key, value.to_owned()))),
        InventoryField::Crc64 => object.crc64.to_string(),
        InventoryField::UserMetadata => {
            let own = object.metadata.iter().filter(|(name, _)| name.starts_with(USER_PREFIX));
            joined(own.map(|(name, value)| (name, String::from_utf8_lossy(value).into_owned())))
        }
    }
}

/// `k=v&l=w`, escaped as in a query (inferred).
fn joined<'a>(pairs: impl Iterator<Item = (&'a str, String)>) -> String {
    pairs.map(|(name, value)| format!("{}={}", percent::encode(name), percent::encode(&value))).collect::<Vec<_>>().join("&")
}

/// Appends a row as a line of CSV, each field in quotes (inferred).
pub fn write_row(report: &Report, bucket: &BucketName, row: &Row<'_>, out: &mut Vec<u8>) {
    let layout = Layout { record_delimiter: "\n".to_owned(), field_delimiter: b',', quote: b'"', escape: b'"' };
    for (index, (_, value)) in columns(report, bucket, row).iter().enumerate() {
        if index > 0 {
            out.push(layout.field_delimiter);
        }
        csv::write_field(value, &layout, true, out);
    }
    out.push(b'\n');
}

impl Manifest {
    /// `all` counts what was looked at, `chosen` what is in the files.
    pub fn new(report: &Report, source: &BucketName, all: Count, chosen: Count, files: Vec<ReportFile>) -> Self {
        let destination = &report.destination.bucket.value().bucket;
        let any = Row { key: "", version_id: "", is_latest: true, written: Timestamp::from_seconds(0), object: None };
        let names: Vec<String> = columns(report, source, &any).into_iter().map(|(name, _)| name).collect();
        Self {
            source_appid: source.appid().to_owned(),
            source_bucket: source.bare_name().to_owned(),
            destination_appid: destination.appid().to_owned(),
            destination_bucket: destination.bare_name().to_owned(),
            file_format: "CSV",
            list_object_count: all.objects.to_string(),
            list_storage_size: all.bytes.to_string(),
            filter_object_count: chosen.objects.to_string(),
            filter_storage_size: chosen.bytes.to_string(),
            file_schema: names.join(", "),
            files,
        }
    }
}

/// What the keys of an inventory's files begin with: `<prefix>/<appid>/<bucket>/<id>/`.
pub fn folder(report: &Report, source: &BucketName, id: &InventoryId) -> String {
    let prefix = report.destination.prefix.as_ref().map(|prefix| format!("{prefix}/")).unwrap_or_default();
    format!("{prefix}{}/{}/{}/", source.appid(), source.bare_name(), id.as_str())
}

/// Where the manifest of a day's report lies below [`folder`]: its own name comes behind.
pub fn day_folder(now: Timestamp) -> String {
    format!("{}/", Day::of(now).digits())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::inventory::{Destination, Format, InventoryFilter};
    use crate::domain::tag::Tagged;

    fn report(versions: IncludedVersions, fields: &[&str]) -> Report {
        let destination = Destination {
            bucket: "qcs::cos:ap-x::dst-2".parse().expect("a bucket"),
            account: None,
            format: Format::Csv,
            prefix: Some("inv".to_owned()),
            encryption: None,
        };
        let fields = fields.iter().map(|field| field.parse().expect("a field")).collect();
        Report { destination, filter: InventoryFilter::default(), versions, fields }
    }

    fn source() -> BucketName {
        "b-1".parse().expect("a name")
    }

    fn line(report: &Report, row: &Row<'_>) -> String {
        let mut line = Vec::new();
        write_row(report, &source(), row, &mut line);
        String::from_utf8(line).expect("a text")
    }

    #[test]
    fn a_row_has_the_columns_that_were_chosen() {
        let tags = Tags::from_header("k=v&l=1%2B1", Tagged::Object).expect("tags");
        let metadata =
            Metadata::collect("a", [("x-cos-meta-a", b"1 2".as_slice()), ("cache-control", b"x")].into_iter()).expect("short");
        let object = RowObject {
            size: 7,
            etag: "abc-2",
            class: StorageClass::Archive,
            replication: Some("COMPLETED"),
            tags: &tags,
            crc64: 42,
            metadata: &metadata,
        };
        let written = Timestamp::from_iso("2020-12-10T03:35:24Z").expect("a date");
        let row = Row { key: "dir/a \"中", version_id: "null", is_latest: true, written, object: Some(object) };
        let fields =
            ["Size", "LastModifiedDate", "ETag", "StorageClass", "IsMultipartUploaded", "ReplicationStatus", "Tag", "Crc64"];
        let current = report(IncludedVersions::Current, &fields);
        assert_eq!(
            line(&current, &row),
            "\"1\",\"b\",\"dir/a%20%22%E4%B8%AD\",\"7\",\"2020-12-10T03:35:24.000Z\",\"abc-2\",\"ARCHIVE\",\"true\",\"COMPLETED\",\
             \"k=v&l=1%2B1\",\"42\"\n"
        );
        let all = report(IncludedVersions::All, &["x-cos-meta-*", "LastModifiedDate", "Size"]);
        assert_eq!(
            line(&all, &row),
            "\"1\",\"b\",\"dir/a%20%22%E4%B8%AD\",\"null\",\"true\",\"false\",\"x-cos-meta-a=1%202\",\"2020-12-10T03:35:24.000Z\",\"7\"\n"
        );
        let marker = Row { key: "m", version_id: "MTg0", is_latest: false, object: None, ..row };
        assert_eq!(line(&all, &marker), "\"1\",\"b\",\"m\",\"MTg0\",\"false\",\"true\",\"\",\"2020-12-10T03:35:24.000Z\",\"\"\n");
    }

    #[test]
    fn a_manifest_says_what_the_files_hold() {
        let file = ReportFile { key: "inv/x.csv.gz".to_owned(), size: "502".to_owned(), md5_checksum: "7d40".to_owned() };
        let (all, chosen) = (Count { objects: 13, bytes: 700 }, Count { objects: 3, bytes: 70 });
        let manifest = Manifest::new(&report(IncludedVersions::All, &["Size"]), &source(), all, chosen, vec![file]);
        assert_eq!(
            serde_json::to_value(&manifest).expect("texts"),
            serde_json::json!({
                "sourceAppid": "1", "sourceBucket": "b", "destinationAppid": "2", "destinationBucket": "dst", "fileFormat": "CSV",
                "listObjectCount": "13", "listStorageSize": "700", "filterObjectCount": "3", "filterStorageSize": "70",
                "fileSchema": "Appid, Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size",
                "files": [{"key": "inv/x.csv.gz", "size": "502", "md5Checksum": "7d40"}],
            })
        );
    }

    #[test]
    fn files_lie_below_prefix_account_bucket_and_id() {
        let (with, id) = (report(IncludedVersions::All, &[]), "i".parse().expect("an id"));
        assert_eq!(folder(&with, &source(), &id), "inv/1/b/i/");
        let without =
            Report { destination: Destination { prefix: None, ..with.destination }, ..report(IncludedVersions::All, &[]) };
        assert_eq!(folder(&without, &source(), &id), "1/b/i/");
        assert_eq!(day_folder(Timestamp::from_iso("2022-11-19T16:00:00Z").expect("a date")), "20221120/");
    }
}
