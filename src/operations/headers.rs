//! COS's own header names, and how they are spelled on the wire.

use http::HeaderName;

macro_rules! cos_headers {
    ($($name:ident $text:literal,)+) => {
        $(#[doc = concat!("`", $text, "`")] pub const $name: HeaderName = HeaderName::from_static($text);)+
    };
}

cos_headers! {
    ACL "x-cos-acl",
    BUCKET_ARCH "x-cos-bucket-arch",
    BUCKET_AZ_TYPE "x-cos-bucket-az-type",
    BUCKET_REGION "x-cos-bucket-region",
    CONTENT_MD5 "content-md5",
    CONTENT_SHA1 "x-cos-content-sha1",
    COPY_SOURCE "x-cos-copy-source",
    DELETE_MARKER "x-cos-delete-marker",
    DOMAIN_TXT_VERIFICATION "x-cos-domain-txt-verification",
    FORBID_OVERWRITE "x-cos-forbid-overwrite",
    FSIZE_MAX "x-cos-fsize-max",
    GRANT_FULL_CONTROL "x-cos-grant-full-control",
    GRANT_READ "x-cos-grant-read",
    GRANT_READ_ACP "x-cos-grant-read-acp",
    GRANT_WRITE "x-cos-grant-write",
    GRANT_WRITE_ACP "x-cos-grant-write-acp",
    HASH_CRC64 "x-cos-hash-crc64ecma",
    HASH_SHA1 "x-cos-hash-sha1",
    NEXT_APPEND_POSITION "x-cos-next-append-position",
    OBJECT_LOCK_MODE "x-cos-object-lock-mode",
    OBJECT_LOCK_RETAIN_UNTIL "x-cos-object-lock-retain-until-date",
    OBJECT_TYPE "x-cos-object-type",
    PNUM_MAX "x-cos-pnum-max",
    PNUM_MIN "x-cos-pnum-min",
    PSIZE_MAX "x-cos-psize-max",
    PSIZE_MIN "x-cos-psize-min",
    RENAME_SOURCE "x-cos-rename-source",
    REQUEST_ID "x-cos-request-id",
    RESTORE "x-cos-restore",
    RESTORE_STATUS "x-cos-restore-status",
    SECURITY_TOKEN "x-cos-security-token",
    SSE "x-cos-server-side-encryption",
    SSE_CONTEXT "x-cos-server-side-encryption-context",
    SSE_CUSTOMER_ALGORITHM "x-cos-server-side-encryption-customer-algorithm",
    SSE_CUSTOMER_KEY "x-cos-server-side-encryption-customer-key",
    SSE_CUSTOMER_KEY_MD5 "x-cos-server-side-encryption-customer-key-md5",
    SSE_KMS_KEY_ID "x-cos-server-side-encryption-cos-kms-key-id",
    STORAGE_CLASS "x-cos-storage-class",
    STORAGE_TIER "x-cos-storage-tier",
    SYMLINK_TARGET "x-cos-symlink-target",
    TAGGING "x-cos-tagging",
    TAGGING_COUNT "x-cos-tagging-count",
    TRACE_ID "x-cos-trace-id",
    TRAFFIC_LIMIT "x-cos-traffic-limit",
    VERSION_ID "x-cos-version-id",
}

/// Names that COS does not write in lower case; several SDKs look them up byte for byte (`clients.md` §2.3).
pub const SPELLINGS: &[&str] = &[
    "Accept-Ranges",
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Date",
    "ETag",
    "Expires",
    "Last-Modified",
    "Location",
    "Server",
    "Transfer-Encoding",
    "x-cos-server-side-encryption-customer-key-MD5",
];
