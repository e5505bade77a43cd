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

/// A policy that was understood. [`Policy::of_bucket`], [`Policy::of_user`] and [`Policy::of_session`] read one.
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

/// What somebody wants of STS, as policies see it.
#[derive(Clone, Copy)]
pub struct StsAct<'a> {
    /// As in `AssumeRole`.
    pub action: &'a str,
    /// Names of what it is done to, any of which a policy may use; none where it is nothing in particular.
    pub resources: &'a [String],
    pub facts: &'a dyn Facts,
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

    /// Everything is allowed.
    pub fn allowing_all() -> Self {
        let policy = Self::of_user(r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}"#);
        policy.expect("it is a policy")
    }

    /// The first statement that denies the act, else the first that allows it; `None` when none concerns it.
    pub fn judge(&self, whom: Whom<'_>, act: &Act<'_>) -> Option<Verdict<'_>> {
        self.verdict(|statement| statement.concerns(whom, act))
    }

    /// As [`Self::judge`], of the policy's holder.
    pub fn judge_sts(&self, act: &StsAct<'_>) -> Option<Verdict<'_>> {
        self.verdict(|statement| statement.concerns_sts(act))
    }

    fn verdict(&self, concerns: impl Fn(&Statement) -> bool) -> Option<Verdict<'_>> {
        let mut allowing = None;
        for (index, statement) in self.statements.iter().enumerate() {
            let is_needed = statement.effect == Effect::Deny || allowing.is_none();
            if is_needed && concerns(statement) {
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
    fn concerns_sts(&self, act: &StsAct<'_>) -> bool {
        self.actions.iter().any(|action| action.matches_of("sts", act.action))
            && self.resources.iter().any(|resource| resource.matches_names(act.resources))
            && self.conditions.iter().all(|condition| condition.holds(act.facts))
    }
}
