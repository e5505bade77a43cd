//! The table of names and words: S3's, and COS's for the same.

use http::HeaderName;

use crate::operations::headers::{
    ACL, BUCKET_REGION, COPY_SOURCE, COPY_SOURCE_IF_MATCH, COPY_SOURCE_IF_MODIFIED_SINCE, COPY_SOURCE_IF_NONE_MATCH,
    COPY_SOURCE_IF_UNMODIFIED_SINCE, COPY_SOURCE_RANGE, COPY_SOURCE_SSE_CUSTOMER_ALGORITHM, COPY_SOURCE_SSE_CUSTOMER_KEY,
    COPY_SOURCE_SSE_CUSTOMER_KEY_MD5, COPY_SOURCE_VERSION_ID, DELETE_MARKER, GRANT_FULL_CONTROL, GRANT_READ, GRANT_READ_ACP,
    GRANT_WRITE, GRANT_WRITE_ACP, METADATA_DIRECTIVE, OBJECT_LOCK_MODE, OBJECT_LOCK_RETAIN_UNTIL, REPLICATION_STATUS, RESTORE,
    SECURITY_TOKEN, SSE, SSE_CONTEXT, SSE_CUSTOMER_ALGORITHM, SSE_CUSTOMER_KEY, SSE_CUSTOMER_KEY_MD5, SSE_KMS_KEY_ID,
    STORAGE_CLASS, TAGGING, TAGGING_COUNT, TAGGING_DIRECTIVE, TRACE_ID, VERSION_ID, WEBSITE_REDIRECT_LOCATION,
};

/// How the names of S3's own headers begin.
pub const PREFIX: &str = "x-amz-";

/// The beginnings of names that users give to metadata of their own.
pub const METADATA: (&str, &str) = ("x-amz-meta-", "x-cos-meta-");

/// Headers of requests and answers: S3's name, COS's name.
pub static HEADERS: [(HeaderName, HeaderName); 37] = [
    (s3("x-amz-acl"), ACL),
    (s3("x-amz-bucket-region"), BUCKET_REGION),
    (s3("x-amz-copy-source"), COPY_SOURCE),
    (s3("x-amz-copy-source-if-match"), COPY_SOURCE_IF_MATCH),
    (s3("x-amz-copy-source-if-modified-since"), COPY_SOURCE_IF_MODIFIED_SINCE),
    (s3("x-amz-copy-source-if-none-match"), COPY_SOURCE_IF_NONE_MATCH),
    (s3("x-amz-copy-source-if-unmodified-since"), COPY_SOURCE_IF_UNMODIFIED_SINCE),
    (s3("x-amz-copy-source-range"), COPY_SOURCE_RANGE),
    (s3("x-amz-copy-source-server-side-encryption-customer-algorithm"), COPY_SOURCE_SSE_CUSTOMER_ALGORITHM),
    (s3("x-amz-copy-source-server-side-encryption-customer-key"), COPY_SOURCE_SSE_CUSTOMER_KEY),
    (s3("x-amz-copy-source-server-side-encryption-customer-key-md5"), COPY_SOURCE_SSE_CUSTOMER_KEY_MD5),
    (s3("x-amz-copy-source-version-id"), COPY_SOURCE_VERSION_ID),
    (s3("x-amz-delete-marker"), DELETE_MARKER),
    (s3("x-amz-grant-full-control"), GRANT_FULL_CONTROL),
    (s3("x-amz-grant-read"), GRANT_READ),
    (s3("x-amz-grant-read-acp"), GRANT_READ_ACP),
    (s3("x-amz-grant-write"), GRANT_WRITE),
    (s3("x-amz-grant-write-acp"), GRANT_WRITE_ACP),
    (s3("x-amz-id-2"), TRACE_ID),
    (s3("x-amz-metadata-directive"), METADATA_DIRECTIVE),
    (s3("x-amz-object-lock-mode"), OBJECT_LOCK_MODE),
    (s3("x-amz-object-lock-retain-until-date"), OBJECT_LOCK_RETAIN_UNTIL),
    (s3("x-amz-replication-status"), REPLICATION_STATUS),
    (s3("x-amz-restore"), RESTORE),
    (s3("x-amz-security-token"), SECURITY_TOKEN),
    (s3("x-amz-server-side-encryption"), SSE),
    (s3("x-amz-server-side-encryption-aws-kms-key-id"), SSE_KMS_KEY_ID),
    (s3("x-amz-server-side-encryption-context"), SSE_CONTEXT),
    (s3("x-amz-server-side-encryption-customer-algorithm"), SSE_CUSTOMER_ALGORITHM),
    (s3("x-amz-server-side-encryption-customer-key"), SSE_CUSTOMER_KEY),
    (s3("x-amz-server-side-encryption-customer-key-md5"), SSE_CUSTOMER_KEY_MD5),
    (s3("x-amz-storage-class"), STORAGE_CLASS),
    (s3("x-amz-tagging"), TAGGING),
    (s3("x-amz-tagging-count"), TAGGING_COUNT),
    (s3("x-amz-tagging-directive"), TAGGING_DIRECTIVE),
    (s3("x-amz-version-id"), VERSION_ID),
    (s3("x-amz-website-redirect-location"), WEBSITE_REDIRECT_LOCATION),
];

const fn s3(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

/// Headers of S3 requests that change nothing of what an operation does, or that others than operations read: signatures, what
/// is said of the body, and [`super::bucket_owner`].
pub const HARMLESS: &[&str] = &[
    "x-amz-algorithm",
    "x-amz-bypass-governance-retention",
    "x-amz-checksum-algorithm",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-mode",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
    "x-amz-checksum-type",
    "x-amz-content-sha256",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-expected-bucket-owner",
    "x-amz-expires",
    "x-amz-mfa",
    "x-amz-mp-object-size",
    "x-amz-request-payer",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-signature",
    "x-amz-signedheaders",
    "x-amz-source-expected-bucket-owner",
    "x-amz-trailer",
    "x-amz-user-agent",
];

/// Headers that are harmless with this value, which says what is so anyway.
pub const HARMLESS_VALUES: &[(&str, &str)] =
    &[("x-amz-bucket-object-lock-enabled", "false"), ("x-amz-object-lock-legal-hold", "OFF")];

/// Parameters of requests: S3's name, COS's name. Those of listings, of which only that of buckets has other names.
pub const PARAMETERS: &[(&str, &str)] =
    &[("bucket-region", "region"), ("continuation-token", "marker"), ("max-buckets", "max-keys")];

/// Parameters that ask for what S3 has and COS lacks.
pub const LACKING_PARAMETERS: &[&str] =
    &["abac", "attributes", "legal-hold", "metadataConfiguration", "metadataTable", "renameObject", "session", "torrent"];

/// `GET` and `HEAD` of one part of an object.
pub const PART_NUMBER: &str = "partNumber";

/// Values of headers: COS's name of the header, S3's word, COS's word.
pub static VALUES: [(HeaderName, &str, &str); 2] = [(STORAGE_CLASS, "GLACIER", "ARCHIVE"), (SSE, "aws:kms", "cos/kms")];

/// How the names of the groups of grantees begin.
pub const GROUPS: (&str, &str) = ("http://acs.amazonaws.com/groups/global/", "http://cam.qcloud.com/groups/global/");

/// Texts of elements: the element, S3's text, COS's text.
pub const TEXTS: &[(&str, &str, &str)] = &[
    ("StorageClass", "GLACIER", "ARCHIVE"),
    ("URI", "http://acs.amazonaws.com/groups/global/AllUsers", "http://cam.qcloud.com/groups/global/AllUsers"),
    (
        "URI",
        "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
        "http://cam.qcloud.com/groups/global/AuthenticatedUsers",
    ),
    ("SSEAlgorithm", "aws:kms", "KMS"),
];

/// Elements with names of their own: the root, S3's name, COS's name.
pub const ELEMENTS: &[(&str, &str, &str)] = &[
    ("ListAllMyBucketsResult", "BucketRegion", "Location"),
    ("ListAllMyBucketsResult", "ContinuationToken", "NextMarker"),
    ("RestoreRequest", "GlacierJobParameters", "CASJobParameters"),
];

/// Elements of COS's answers that S3's have not, or have in another form.
pub const COS_ELEMENTS: &[&str] = &["BucketType", "CRC64", "Encoding-Type", "Encoding-type", "RestoreStatus", "StorageTier"];

/// Elements of S3's requests that COS lacks: the root, the element, and the text of it that says what is so anyway.
pub const LACKING_ELEMENTS: &[(&str, &str, Option<&str>)] = &[
    ("AccessControlPolicy", "EmailAddress", None),
    ("BucketLoggingStatus", "TargetGrants", None),
    ("BucketLoggingStatus", "TargetObjectKeyFormat", None),
    ("CreateBucketConfiguration", "Bucket", None),
    ("CreateBucketConfiguration", "Location", None),
    ("CreateBucketConfiguration", "Tags", None),
    ("Delete", "ETag", None),
    ("Delete", "LastModifiedTime", None),
    ("Delete", "Size", None),
    ("LifecycleConfiguration", "NewerNoncurrentVersions", None),
    ("ObjectLockConfiguration", "Years", None),
    ("RestoreRequest", "OutputLocation", None),
    ("RestoreRequest", "SelectParameters", None),
    ("ServerSideEncryptionConfiguration", "BlockedEncryptionTypes", None),
    ("VersioningConfiguration", "MfaDelete", Some("Disabled")),
    ("WebsiteConfiguration", "HostName", None),
    ("WebsiteConfiguration", "HttpRedirectCode", None),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_in_the_tables_twice() {
        let mut names: Vec<&str> = HEADERS.iter().map(|(s3, _)| s3.as_str()).collect();
        names.extend(HEADERS.iter().map(|(_, cos)| cos.as_str()));
        names.extend(HARMLESS);
        names.extend(HARMLESS_VALUES.iter().map(|(name, _)| *name));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(HEADERS.iter().all(|(s3, cos)| s3.as_str().starts_with(PREFIX) && cos.as_str().starts_with("x-cos-")));
        assert!(HARMLESS.iter().all(|name| name.starts_with(PREFIX)));
    }
}
