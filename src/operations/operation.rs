//! The vocabulary: every operation, its action, the permission that it needs, and its title.

use crate::domain::acl::Permission;

macro_rules! operations {
    ($($name:ident $action:literal $permission:ident $title:literal,)+) => {
        /// Every operation that the emulator does: the one vocabulary of router, log, tests and documentation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation { $(#[doc = $title] $name,)+ }

        impl Operation {
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// COS's action name, as in `name/cos:UploadPart`.
            pub const fn action(self) -> &'static str {
                match self { $(Self::$name => $action,)+ }
            }

            /// What an ACL must grant.
            pub const fn permission(self) -> Permission {
                match self { $(Self::$name => Permission::$permission,)+ }
            }

            /// What COS's documentation calls it.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// Its name in the source, as in `Operation::UploadPart`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }
        }
    };
}

operations! {
    ListBuckets "GetService" PolicyOnly "GET Service (List Buckets)",
    PutBucket "PutBucket" PolicyOnly "PUT Bucket",
    HeadBucket "HeadBucket" Read "HEAD Bucket",
    DeleteBucket "DeleteBucket" PolicyOnly "DELETE Bucket",
    ListObjects "GetBucket" Read "GET Bucket (List Objects)",
    ListObjectVersions "GetBucketObjectVersions" Read "GET Bucket Object versions",
    GetBucketLocation "GetBucketLocation" PolicyOnly "GET Bucket location",
    PutBucketAccelerate "PutBucketAccelerate" PolicyOnly "PUT Bucket accelerate",
    GetBucketAccelerate "GetBucketAccelerate" PolicyOnly "GET Bucket accelerate",
    PutBucketAcl "PutBucketACL" WriteAcp "PUT Bucket acl",
    GetBucketAcl "GetBucketACL" ReadAcp "GET Bucket acl",
    PutBucketCors "PutBucketCORS" PolicyOnly "PUT Bucket cors",
    GetBucketCors "GetBucketCORS" PolicyOnly "GET Bucket cors",
    DeleteBucketCors "DeleteBucketCORS" PolicyOnly "DELETE Bucket cors",
    PutBucketDomain "PutBucketDomain" PolicyOnly "PUT Bucket domain",
    GetBucketDomain "GetBucketDomain" PolicyOnly "GET Bucket domain",
    DeleteBucketDomain "DeleteBucketDomain" PolicyOnly "DELETE Bucket domain",
    PutBucketDomainCertificate "PutBucketDomainCertificate" PolicyOnly "PUT Bucket domaincertificate",
    GetBucketDomainCertificate "GetBucketDomainCertificate" PolicyOnly "GET Bucket domaincertificate",
    DeleteBucketDomainCertificate "DeleteBucketDomainCertificate" PolicyOnly "DELETE Bucket domaincertificate",
    PutBucketInventory "PutBucketInventory" PolicyOnly "PUT Bucket inventory",
    GetBucketInventory "GetBucketInventory" PolicyOnly "GET Bucket inventory",
    ListBucketInventory "ListBucketInventory" PolicyOnly "List Bucket inventory",
    DeleteBucketInventory "DeleteBucketInventory" PolicyOnly "DELETE Bucket inventory",
    PostBucketInventory "PostBucketInventory" PolicyOnly "POST Bucket inventory",
    PutBucketLifecycle "PutBucketLifecycle" PolicyOnly "PUT Bucket lifecycle",
    GetBucketLifecycle "GetBucketLifecycle" PolicyOnly "GET Bucket lifecycle",
    DeleteBucketLifecycle "DeleteBucketLifecycle" PolicyOnly "DELETE Bucket lifecycle",
    PutBucketEncryption "PutBucketEncryption" PolicyOnly "PUT Bucket encryption",
    GetBucketEncryption "GetBucketEncryption" PolicyOnly "GET Bucket encryption",
    DeleteBucketEncryption "DeleteBucketEncryption" PolicyOnly "DELETE Bucket encryption",
    PutBucketIntelligentTiering "PutBucketIntelligentTiering" PolicyOnly "PUT Bucket IntelligentTiering",
    GetBucketIntelligentTiering "GetBucketIntelligentTiering" PolicyOnly "GET Bucket IntelligentTiering",
    DeleteBucketIntelligentTiering "DeleteBucketIntelligentTiering" PolicyOnly "DELETE Bucket IntelligentTiering",
    ListBucketIntelligentTiering "ListBucketIntelligentTiering" PolicyOnly "LIST Bucket IntelligentTiering Configurations",
    PutBucketObjectLockConfiguration "PutBucketObjectLockConfiguration" PolicyOnly "PUT Bucket ObjectLockConfiguration",
    GetBucketObjectLockConfiguration "GetBucketObjectLockConfiguration" PolicyOnly "GET Bucket ObjectLockConfiguration",
    PutBucketPolicy "PutBucketPolicy" PolicyOnly "PUT Bucket policy",
    GetBucketPolicy "GetBucketPolicy" PolicyOnly "GET Bucket policy",
    DeleteBucketPolicy "DeleteBucketPolicy" PolicyOnly "DELETE Bucket policy",
    PutBucketReferer "PutBucketReferer" PolicyOnly "PUT Bucket referer",
    GetBucketReferer "GetBucketReferer" PolicyOnly "GET Bucket referer",
    PutBucketReplication "PutBucketReplication" PolicyOnly "PUT Bucket replication",
    GetBucketReplication "GetBucketReplication" PolicyOnly "GET Bucket replication",
    DeleteBucketReplication "DeleteBucketReplication" PolicyOnly "DELETE Bucket replication",
    PutBucketStrictSignature "PutBucketStrictSignature" PolicyOnly "PUT Bucket strict-signature",
    GetBucketStrictSignature "GetBucketStrictSignature" PolicyOnly "GET Bucket strict-signature",
    DeleteBucketStrictSignature "DeleteBucketStrictSignature" PolicyOnly "DELETE Bucket strict-signature",
    PutBucketTagging "PutBucketTagging" PolicyOnly "PUT Bucket tagging",
    GetBucketTagging "GetBucketTagging" PolicyOnly "GET Bucket tagging",
    DeleteBucketTagging "DeleteBucketTagging" PolicyOnly "DELETE Bucket tagging",
    PutBucketLogging "PutBucketLogging" PolicyOnly "PUT Bucket logging",
    GetBucketLogging "GetBucketLogging" PolicyOnly "GET Bucket logging",
    PutBucketOrigin "PutBucketOrigin" PolicyOnly "PUT Bucket origin",
    GetBucketOrigin "GetBucketOrigin" PolicyOnly "GET Bucket origin",
    DeleteBucketOrigin "DeleteBucketOrigin" PolicyOnly "DELETE Bucket origin",
    PutBucketWebsite "PutBucketWebsite" PolicyOnly "PUT Bucket website",
    GetBucketWebsite "GetBucketWebsite" PolicyOnly "GET Bucket website",
    DeleteBucketWebsite "DeleteBucketWebsite" PolicyOnly "DELETE Bucket website",
    PutBucketVersioning "PutBucketVersioning" PolicyOnly "PUT Bucket versioning",
    GetBucketVersioning "GetBucketVersioning" PolicyOnly "GET Bucket versioning",
    PutObject "PutObject" Write "PUT Object",
    AppendObject "AppendObject" Write "APPEND Object",
    CopyObject "PutObject" Write "PUT Object - Copy",
    GetObject "GetObject" Read "GET Object",
    HeadObject "HeadObject" Read "HEAD Object",
    DeleteObject "DeleteObject" Write "DELETE Object",
    PostObject "PostObject" Write "POST Object",
    DeleteMultipleObjects "DeleteMultipleObjects" Anybody "DELETE Multiple Objects",
    PutObjectTagging "PutObjectTagging" PolicyOnly "PUT Object tagging",
    GetObjectTagging "GetObjectTagging" PolicyOnly "GET Object tagging",
    DeleteObjectTagging "DeleteObjectTagging" PolicyOnly "DELETE Object tagging",
    PutObjectAcl "PutObjectACL" WriteAcp "PUT Object acl",
    GetObjectAcl "GetObjectACL" ReadAcp "GET Object acl",
    OptionsObject "OptionsObject" Anybody "OPTIONS Object",
    PostObjectRestore "PostObjectRestore" PolicyOnly "POST Object restore",
    PutSymlink "PutSymlink" Write "PUT symlink",
    GetSymlink "GetSymlink" Read "GET symlink",
    PutObjectRetention "PutObjectRetention" PolicyOnly "PUT Object retention",
    GetObjectRetention "GetObjectRetention" PolicyOnly "GET Object retention",
    RenameObject "RenameObject" Write "Rename Object",
    InitiateMultipartUpload "InitiateMultipartUpload" Write "Initiate Multipart Upload",
    UploadPart "UploadPart" Write "Upload Part",
    UploadPartCopy "UploadPartCopy" Write "Upload Part - Copy",
    CompleteMultipartUpload "CompleteMultipartUpload" Write "Complete Multipart Upload",
    AbortMultipartUpload "AbortMultipartUpload" Write "Abort Multipart Upload",
    ListParts "ListParts" Write "List Parts",
    ListMultipartUploads "ListMultipartUploads" Read "List Multipart Uploads",
    SelectObjectContent "GetObject" Read "SELECT Object Content",
}
