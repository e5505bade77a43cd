//! PUT, GET and DELETE Bucket encryption: `/?encryption` (436/33459, 436/33460, 436/33461).

use serde::{Deserialize, Serialize};

use crate::domain::encryption::{DefaultEncryption, DefaultKind, kms_key_exists};
use crate::domain::error::{Error, ErrorCode};
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::bucket_settings::element::{choice, given, word};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::Response;

const AES256: &str = "AES256";
const KMS: &str = "KMS";
/// A cipher that the emulator lacks.
const SM4: &str = "SM4";
const FLAGS: [(&str, bool); 2] = [("true", true), ("false", false)];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ServerSideEncryptionConfiguration {
    rule: RuleElement,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket_key_enabled: Option<String>,
    /// The other name is what Python and Node send.
    #[serde(alias = "ApplySideEncryptionConfiguration")]
    apply_server_side_encryption_by_default: Apply,
}

#[derive(Serialize, Deserialize)]
struct Apply {
    #[serde(rename = "SSEAlgorithm")]
    algorithm: String,
    #[serde(rename = "KMSMasterKeyID", skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    #[serde(rename = "KMSAlgorithm", skip_serializing_if = "Option::is_none")]
    kms_algorithm: Option<String>,
}

impl TryFrom<ServerSideEncryptionConfiguration> for DefaultEncryption {
    type Error = Error;

    fn try_from(ServerSideEncryptionConfiguration { rule }: ServerSideEncryptionConfiguration) -> Result<Self, Error> {
        let flag = given(rule.bucket_key_enabled);
        let Apply { algorithm, kms_key_id, kms_algorithm } = rule.apply_server_side_encryption_by_default;
        let (key_id, kms_algorithm) = (given(kms_key_id), given(kms_algorithm));
        if algorithm == SM4 || kms_algorithm.as_deref() == Some(SM4) {
            return Err(ErrorCode::NotImplemented.because("encryption with SM4 is not implemented; AES256 is"));
        }
        let is_kms = choice("SSEAlgorithm", &algorithm, &[(AES256, false), (KMS, true)])?;
        if !is_kms && (key_id.is_some() || kms_algorithm.is_some()) {
            let message = format!("the elements <KMSMasterKeyID> and <KMSAlgorithm> go with the <SSEAlgorithm> {KMS} only");
            return Err(ErrorCode::InvalidArgument.because(message));
        }
        if key_id.as_deref().is_some_and(|id| !kms_key_exists(id)) {
            return Err(ErrorCode::KmsKeyNotExist.into());
        }
        let says_algorithm = kms_algorithm.map(|text| choice("KMSAlgorithm", &text, &[(AES256, ())])).transpose()?.is_some();
        Ok(Self {
            kind: if is_kms { DefaultKind::SseKms { key_id, says_algorithm } } else { DefaultKind::SseCos },
            bucket_key: flag.map(|text| choice("BucketKeyEnabled", &text, &FLAGS)).transpose()?,
        })
    }
}

impl From<DefaultEncryption> for ServerSideEncryptionConfiguration {
    fn from(DefaultEncryption { kind, bucket_key }: DefaultEncryption) -> Self {
        let apply = match kind {
            DefaultKind::SseCos => Apply { algorithm: AES256.to_owned(), kms_key_id: None, kms_algorithm: None },
            DefaultKind::SseKms { key_id, says_algorithm } => {
                Apply { algorithm: KMS.to_owned(), kms_key_id: key_id, kms_algorithm: says_algorithm.then(|| AES256.to_owned()) }
            }
        };
        let bucket_key_enabled = bucket_key.map(|is_enabled| word(is_enabled, &FLAGS));
        Self { rule: RuleElement { bucket_key_enabled, apply_server_side_encryption_by_default: apply } }
    }
}

impl Document for DefaultEncryption {
    type Wire = ServerSideEncryptionConfiguration;
    const ROOT: &'static str = "ServerSideEncryptionConfiguration";
    const UNSET: Unset = Unset::Refused(ErrorCode::NoSuchEncryptionConfiguration);
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    document::put::<DefaultEncryption>(context, body).await
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    document::get::<DefaultEncryption>(context)
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    document::delete::<DefaultEncryption>(context).await
}
