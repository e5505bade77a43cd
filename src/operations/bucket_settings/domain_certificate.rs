//! PUT, GET and DELETE Bucket domaincertificate: `/?domaincertificate` (Custom Endpoints, 436/31507). The emulator checks that
//! there are a certificate and a key, and keeps neither: only that the domain has them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::bucket::Bucket;
use crate::domain::custom_domain::{CustomDomains, DomainCertificates, DomainName};
use crate::domain::error::{Error, ErrorCode};
use crate::operations::bucket_settings::document;
use crate::operations::bucket_settings::element::{choice, given};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};

const ROOT: &str = "DomainCertificate";
const LARGEST: usize = 64 << 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutDomainCertificate {
    certificate_info: CertificateInfo,
    /// Python repeats this one, others what is in it.
    domain_list: Vec<DomainList>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CertificateInfo {
    cert_type: String,
    custom_cert: CustomCert,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CustomCert {
    cert_id: Option<String>,
    cert: Option<String>,
    private_key: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DomainList {
    domain_name: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetDomainCertificate {
    status: &'static str,
}

/// A certificate that the service already has goes by its id alone.
impl CustomCert {
    fn check(self) -> Result<(), Error> {
        match (given(self.cert_id), given(self.cert), given(self.private_key)) {
            (_, Some(certificate), Some(key)) => {
                check_pem("Cert", &certificate, "CERTIFICATE")?;
                check_pem("PrivateKey", &key, "PRIVATE KEY")
            }
            (Some(_), None, None) => Ok(()),
            _ => Err(ErrorCode::MalformedXML.because("a <CustomCert> must have <Cert> and <PrivateKey>, or <CertId>")),
        }
    }
}

/// That a text is one or more blocks of PEM whose labels end so; says nothing of the text, which may be a secret.
fn check_pem(element: &str, text: &str, label: &str) -> Result<(), Error> {
    let is_block = |block: &str| {
        let (head, rest) = block.split_once("-----")?;
        let (content, foot) = rest.split_once("-----END ")?;
        let content: String = content.split_ascii_whitespace().collect();
        (head.ends_with(label) && foot.starts_with(head) && STANDARD.decode(content).is_ok_and(|bytes| !bytes.is_empty()))
            .then_some(())
    };
    let mut blocks = text.trim().split("-----BEGIN ");
    if blocks.next() == Some("") && blocks.clone().next().is_some() && blocks.all(|block| is_block(block).is_some()) {
        return Ok(());
    }
    let message = format!("the element <{element}> is not in the PEM form, which begins with -----BEGIN … {label}-----");
    Err(ErrorCode::InvalidArgument.because(message))
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let put: PutDomainCertificate = context.head.read_xml(body, ROOT, LARGEST).await?;
    choice("CertType", &put.certificate_info.cert_type, &[("CustomCert", ())])?;
    put.certificate_info.custom_cert.check()?;
    let names = put.domain_list.iter().flat_map(|list| &list.domain_name);
    let names: Vec<DomainName> = names.map(|name| name.parse()).collect::<Result<_, _>>()?;
    check_bound(context, context.bucket()?, &names)?;
    document::change(context, move |_, certificates: Option<DomainCertificates>| {
        let mut certified = certificates.unwrap_or_default().certified;
        certified.retain(|known| !names.contains(known));
        certified.extend(names);
        Ok(Some(DomainCertificates { certified }))
    })
    .await?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

/// A certificate is for names of the bucket (the code is inferred).
fn check_bound(context: &Context<'_>, bucket: &Bucket, names: &[DomainName]) -> Result<(), Error> {
    let domains = context.store().setting::<CustomDomains>(bucket)?.unwrap_or_default();
    match names.iter().find(|name| domains.rule(name.as_str()).is_none()) {
        Some(name) => {
            let message =
                format!("the domain {name} is not bound to the bucket {}; PUT Bucket domain would do that", bucket.name);
            Err(ErrorCode::DomainConfigNotFoundError.because(message))
        }
        None => Ok(()),
    }
}

/// 200 whether there is a certificate or not (observed: Python).
pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    let name: DomainName = context.head.query("domainname")?;
    let certificates = context.store().setting::<DomainCertificates>(context.bucket()?)?.unwrap_or_default();
    let is_certified = certificates.certified.contains(&name);
    let status = if is_certified { "Enabled" } else { "Disabled" };
    Ok(response::document(ROOT, &GetDomainCertificate { status }, HeaderMap::new()))
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    let name: DomainName = context.head.query("domainname")?;
    document::change(context, move |_, certificates: Option<DomainCertificates>| {
        let mut certified = certificates.unwrap_or_default().certified;
        certified.retain(|known| *known != name);
        Ok(Some(DomainCertificates { certified }).filter(|certificates| !certificates.certified.is_empty()))
    })
    .await?;
    Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
}
