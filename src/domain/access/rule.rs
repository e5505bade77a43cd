//! The rules that decide, as the log names them.

use std::fmt;

use crate::domain::policy::Verdict;

/// What decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    Owner,
    OpenToAll,
    BucketPolicy(Statement),
    /// The policy's place among the user's, from 1.
    UserPolicy(usize, Statement),
    SessionPolicy(Statement),
    /// A temporary credential is good for nothing that its own policy does not allow.
    OutsideSession,
    BucketAcl,
    ObjectAcl,
    NeedsSignature,
    Nothing,
}

/// A statement by its place, from 1, and its name if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    number: usize,
    sid: Option<String>,
}

impl From<Verdict<'_>> for Statement {
    fn from(verdict: Verdict<'_>) -> Self {
        Self { number: verdict.number, sid: verdict.sid.map(str::to_owned) }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sid {
            Some(sid) => write!(formatter, "statement {} ({sid})", self.number),
            None => write!(formatter, "statement {}", self.number),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner => formatter.write_str("the caller owns it"),
            Self::OpenToAll => formatter.write_str("everybody may"),
            Self::BucketPolicy(statement) => write!(formatter, "bucket policy, {statement}"),
            Self::UserPolicy(number, statement) => write!(formatter, "user policy {number}, {statement}"),
            Self::SessionPolicy(statement) => write!(formatter, "policy of the temporary credential, {statement}"),
            Self::OutsideSession => formatter.write_str("the policy of the temporary credential does not allow it"),
            Self::BucketAcl => formatter.write_str("bucket ACL"),
            Self::ObjectAcl => formatter.write_str("object ACL"),
            Self::NeedsSignature => formatter.write_str("encrypted objects are read with a signature only"),
            Self::Nothing => formatter.write_str("nothing allows it"),
        }
    }
}
