//! Whether the caller may do something: asked for the request itself, and for whatever else it touches.

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderName;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use tracing::Span;

use crate::codec::percent;
use crate::domain::access::{Decision, Lists, Question, Rule};
use crate::domain::account::Caller;
use crate::domain::acl::Permission;
use crate::domain::bucket::Bucket;
use crate::domain::encryption::Encryption;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::domain::policy::{Act, BucketPolicy, ConditionKey, Facts, Policy, Resource};
use crate::domain::setting::SettingKind;
use crate::domain::version::VersionId;
use crate::operations::context::Context;
use crate::operations::headers::{ACL, FORBID_OVERWRITE, STORAGE_CLASS, TAGGING};
use crate::operations::routes::Operation;
use crate::operations::target;
use crate::storage::{Attributes, Version};

/// The object that is asked about, which need not be there.
struct Asked<'a> {
    key: &'a ObjectKey,
    version: Option<VersionId>,
}

/// Whether the caller may do what its request asks for.
///
/// # Errors
/// `InternalError` for a fault of the store.
pub fn is_allowed(context: &Context<'_>, operation: Operation) -> Result<bool, Error> {
    let object = match &context.target.resource {
        // A text that is no version's id leads to no object, as one of none would.
        target::Resource::Object(_, key) => Some(Asked { key, version: context.head.version_id().unwrap_or_default() }),
        _ => None,
    };
    let decision = decide(context, operation, context.bucket.as_ref(), object.as_ref())?;
    Ok(tell(context, operation, &decision))
}

impl Context<'_> {
    /// Whether the caller may also do `operation` on this object: GetObject on a copy's source, DeleteObject on each key of a
    /// multi-delete. The object need not be there.
    ///
    /// # Errors
    /// `AccessDenied`, and `InternalError` for a fault of the store.
    pub fn may(&self, operation: Operation, bucket: &Bucket, key: &ObjectKey) -> Result<(), Error> {
        let decision = decide(self, operation, Some(bucket), Some(&Asked { key, version: None }))?;
        if tell(self, operation, &decision) { Ok(()) } else { Err(ErrorCode::AccessDenied.into()) }
    }
}

/// Notes what was decided and why: in the line of the request if it is refused.
fn tell(context: &Context<'_>, operation: Operation, decision: &Decision) -> bool {
    let Decision { is_allowed, rule } = decision;
    tracing::debug!(is_allowed, action = operation.action(), caller = %context.caller, %rule, "access was decided");
    if !is_allowed {
        Span::current().record("rule", tracing::field::display(rule));
    }
    *is_allowed
}

fn decide(
    context: &Context<'_>,
    operation: Operation,
    bucket: Option<&Bucket>,
    object: Option<&Asked<'_>>,
) -> Result<Decision, Error> {
    if bucket.is_some_and(|bucket| is_plainly_the_owners(context.caller, bucket)) {
        return Ok(Decision { is_allowed: true, rule: Rule::Owner });
    }
    let policy = match bucket {
        Some(bucket) => bucket_policy(context, bucket)?,
        None => None,
    };
    // A bucket that is about to be made is its maker's.
    let name = bucket.map(|bucket| &bucket.name).or(context.target.bucket());
    let own = context.account().map_or("", |(appid, _)| appid);
    let region = bucket.map(|bucket| &bucket.region).or(context.target.region.as_ref());
    let question = Question {
        caller: context.caller,
        owner: bucket.map(|bucket| bucket.owner.as_str()),
        permission: operation.permission(),
        act: Act {
            action: operation.action(),
            resource: Resource {
                region: region.map_or("", |region| region.as_str()),
                appids: [bucket.map_or(own, |bucket| &bucket.owner), name.map_or(own, |name| name.appid())],
                path: &name.map_or(String::new(), |name| format!("{name}/{}", object.map_or("", |object| object.key.as_str()))),
            },
            facts: context,
        },
        bucket_policy: policy.as_deref(),
    };
    question.decide(|| match bucket {
        Some(bucket) => lists(context, operation.permission(), bucket, object),
        None => Ok(Lists::default()),
    })
}

/// The case of nearly every request: nothing can keep the owner from it, and nothing is looked up to know that.
fn is_plainly_the_owners(caller: &Caller, bucket: &Bucket) -> bool {
    let Caller::Signed(identity) = caller else { return false };
    identity.session.is_none()
        && identity.user.id.is_root()
        && identity.user.appid == bucket.owner
        && !bucket.settings.has(SettingKind::Policy)
}

fn bucket_policy(context: &Context<'_>, bucket: &Bucket) -> Result<Option<Arc<Policy>>, Error> {
    let Some(stored) = context.store().setting::<BucketPolicy>(bucket)? else { return Ok(None) };
    let read = context.services.policies.read(stored);
    read.map(Some).map_err(|error| Error::from(ErrorCode::InternalError).caused_by(error))
}

/// The object's list if there is one, else the bucket's. Whoever writes an object asks the bucket's alone.
fn lists(context: &Context<'_>, permission: Permission, bucket: &Bucket, object: Option<&Asked<'_>>) -> Result<Lists, Error> {
    let found = match (permission, object) {
        (Permission::Read | Permission::ReadAcp | Permission::WriteAcp, Some(object)) => {
            context.store().version(&bucket.name, object.key, object.version)?
        }
        _ => None,
    };
    let attributes = match found {
        Some(Version::Object(object)) => object.attributes,
        Some(Version::Marker(_)) | None => Attributes::default(),
    };
    let needs_signature = permission == Permission::Read && attributes.encryption != Encryption::None;
    let is_objects_own = attributes.acl.is_some();
    let acl = if is_objects_own { attributes.acl } else { context.store().setting(bucket)? };
    Ok(Lists { acl, is_objects_own, needs_signature })
}

impl Facts for Context<'_> {
    fn values(&self, key: ConditionKey) -> Vec<Cow<'_, str>> {
        let header = |name: &HeaderName| self.head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let parameter = |name: &str| {
            let given = self.head.query.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
            given.map(|(_, value)| Cow::Owned(percent::encode(value)))
        };
        let value = match key {
            ConditionKey::Ip => Some(Cow::Owned(self.head.transport.client.to_string())),
            ConditionKey::SecureTransport => Some(Cow::Owned(self.head.is_https().to_string())),
            ConditionKey::TlsVersion => self.head.transport.tls.map(|version| Cow::Owned(version.to_string())),
            // The emulator is outside of any VPC.
            ConditionKey::Vpc | ConditionKey::RequesterVpc => None,
            ConditionKey::StorageClass => header(&STORAGE_CLASS),
            ConditionKey::Acl => header(&ACL),
            ConditionKey::ContentLength => header(&CONTENT_LENGTH),
            ConditionKey::ContentType => header(&CONTENT_TYPE),
            ConditionKey::ForbidOverwrite => header(&FORBID_OVERWRITE),
            ConditionKey::VersionId => parameter("versionId"),
            ConditionKey::Prefix => parameter("prefix"),
            ConditionKey::ResponseContentType => parameter("response-content-type"),
            ConditionKey::RequestTag => return header(&TAGGING).map(|tags| request_tags(&tags)).unwrap_or_default(),
        };
        value.filter(|value| !value.is_empty()).into_iter().collect()
    }
}

/// Tags as conditions have them: `key&value` of each.
fn request_tags(header: &str) -> Vec<Cow<'static, str>> {
    let pairs = percent::decode_query(header).unwrap_or_default();
    pairs.into_iter().map(|(key, value)| Cow::Owned(format!("{key}&{value}"))).collect()
}
