//! Access policies: what a bucket, a user or a temporary credential allows and denies (Access Policy Language, 436/18023).

mod bucket_policy;
mod conditions;
mod parse;
mod patterns;

use std::borrow::Cow;

pub use bucket_policy::{BucketPolicies, BucketPolicy};
pub use conditions::ConditionKey;

use conditions::Condition;
use patterns::{ActionPattern, Principal, ResourcePattern};

/// The most bytes of a policy (436/14518).
pub const LARGEST_POLICY: usize = 20 << 10;

/// A policy that was understood. [`Policy::of_bucket`] and [`Policy::of_user`] read one.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    text: String,
    statements: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq)]
struct Statement {
    sid: Option<String>,
    effect: Effect,
    /// Whom it concerns; in a user's or a credential's policy that is its holder, and there are none.
    principals: Vec<Principal>,
    actions: Vec<ActionPattern>,
    resources: Vec<ResourcePattern>,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

/// Whom a policy is asked about.
#[derive(Debug, Clone, Copy)]
pub enum Whom<'a> {
    /// Whoever has the policy: a user, a temporary credential.
    Holder,
    /// A caller that signs, by its full id, as a bucket policy's statements may name it.
    User(&'a str),
    /// Statements for everybody.
    Everyone,
}

/// What somebody wants to do, as policies see it.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    /// Without prefix, as in `UploadPart`.
    pub action: &'a str,
    pub resource: Resource<'a>,
    pub facts: &'a dyn Facts,
}

/// What it is done to.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    /// Empty for the service.
    pub region: &'a str,
    /// APPIDs by which its account goes: the owner's and that of the bucket's name, which are mostly the same.
    pub appids: [&'a str; 2],
    /// `<bucket>/<key>`; `<bucket>/` for operations on the bucket, empty for the service.
    pub path: &'a str,
}

/// What conditions ask of a request.
pub trait Facts {
    /// The values of a key, of which most have one; none when the request has nothing of the kind. Values of query parameters are
    /// URL-encoded, as policies have them.
    fn values(&self, key: ConditionKey) -> Vec<Cow<'_, str>>;
}

/// A statement that concerns an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict<'a> {
    pub effect: Effect,
    /// Its place in the policy, from 1.
    pub number: usize,
    pub sid: Option<&'a str>,
}

impl Policy {
    /// The policy as JSON without blanks; its statements are under `Statement`, as GET Bucket policy answers.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first statement that denies the act, else the first that allows it; `None` when none concerns it.
    pub fn judge(&self, whom: Whom<'_>, act: &Act<'_>) -> Option<Verdict<'_>> {
        let mut allowing = None;
        for (index, statement) in self.statements.iter().enumerate() {
            let is_needed = statement.effect == Effect::Deny || allowing.is_none();
            if is_needed && statement.concerns(whom, act) {
                let verdict = Verdict { effect: statement.effect, number: index + 1, sid: statement.sid.as_deref() };
                if statement.effect == Effect::Deny {
                    return Some(verdict);
                }
                allowing = Some(verdict);
            }
        }
        allowing
    }
}

impl Statement {
    fn concerns(&self, whom: Whom<'_>, act: &Act<'_>) -> bool {
        let is_meant = match whom {
            Whom::Holder => true,
            Whom::User(id) => self.principals.iter().any(|principal| principal.names(id)),
            Whom::Everyone => self.principals.contains(&Principal::Everyone),
        };
        is_meant
            && self.actions.iter().any(|action| action.matches(act.action))
            && self.resources.iter().any(|resource| resource.matches(&act.resource))
            && self.conditions.iter().all(|condition| condition.holds(act.facts))
    }
}
