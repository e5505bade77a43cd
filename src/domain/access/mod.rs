//! Whether somebody may do something, and which rule says so (Access Policy Evaluation, 436/35240).

mod rule;
mod sts;

pub use rule::{Rule, Statement};
pub use sts::may_call_sts;

use crate::domain::account::{Caller, Identity, UserId};
use crate::domain::acl::{Acl, Permission};
use crate::domain::policy::{Act, Effect, Policy, Verdict, Whom};

/// Operations that a bucket's policy cannot keep its root account from, so that nobody locks himself out (436/8282).
const ALWAYS_THE_OWNERS: [&str; 2] = ["PutBucketPolicy", "DeleteBucketPolicy"];

/// What is asked.
pub struct Question<'a> {
    pub caller: &'a Caller,
    /// APPID of the account that the bucket belongs to; the caller's own where there is no bucket yet.
    pub owner: Option<&'a str>,
    pub permission: Permission,
    pub act: Act<'a>,
    pub bucket_policy: Option<&'a Policy>,
}

/// What is known of the thing itself, which is looked up only when the policies leave the question open.
#[derive(Debug, Default)]
pub struct Lists {
    /// The one list that counts: the object's own, else its bucket's.
    pub acl: Option<Acl>,
    pub is_objects_own: bool,
    /// Encrypted objects are not read without a signature, public or not (Server-side Encryption, 436/18145).
    pub needs_signature: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub is_allowed: bool,
    pub rule: Rule,
}

impl Decision {
    fn allowed(rule: Rule) -> Self {
        Self { is_allowed: true, rule }
    }

    fn denied(rule: Rule) -> Self {
        Self { is_allowed: false, rule }
    }
}

/// What the caller's own standing comes to before any list is read.
enum Standing {
    Decided(Decision),
    /// A list may allow it; so it may whatever everybody may.
    Open {
        may_be_granted: bool,
        /// What keeps the caller out if nothing lets it in.
        refusal: Rule,
    },
}

impl Question<'_> {
    /// Decides: a deny wins, then the owner's right, then any allow; what everybody may, a caller that signs may too.
    ///
    /// # Errors
    /// Those of `lists`.
    pub fn decide<E>(&self, lists: impl FnOnce() -> Result<Lists, E>) -> Result<Decision, E> {
        if self.permission == Permission::Anybody {
            return Ok(Decision::allowed(Rule::OpenToAll));
        }
        let (signed, may_be_granted, refusal) = match self.caller {
            Caller::Anonymous => (None, false, Rule::Nothing),
            Caller::Signed(identity) => match self.standing(identity) {
                Standing::Decided(decision) => return Ok(decision),
                Standing::Open { may_be_granted, refusal } => (Some(identity), may_be_granted, refusal),
            },
        };
        let for_everyone = self.bucket_policy.and_then(|policy| policy.judge(Whom::Everyone, &self.act));
        let everyone_is_denied = for_everyone.filter(|verdict| verdict.effect == Effect::Deny);
        if let (None, Some(verdict)) = (signed, everyone_is_denied) {
            return Ok(Decision::denied(Rule::BucketPolicy(verdict.into())));
        }
        let lists = lists()?;
        if signed.is_none() && lists.needs_signature {
            return Ok(Decision::denied(Rule::NeedsSignature));
        }
        if let Some(verdict) = for_everyone.filter(|verdict| verdict.effect == Effect::Allow) {
            return Ok(Decision::allowed(Rule::BucketPolicy(verdict.into())));
        }
        let is_granted = lists.acl.as_ref().is_some_and(|acl| {
            let to_caller = || signed.is_some_and(|identity| may_be_granted && self.is_granted(acl, identity));
            to_caller() || everyone_is_denied.is_none() && acl.grants_to_everyone(self.permission)
        });
        Ok(match (is_granted, lists.is_objects_own) {
            (true, true) => Decision::allowed(Rule::ObjectAcl),
            (true, false) => Decision::allowed(Rule::BucketAcl),
            (false, _) => Decision::denied(refusal),
        })
    }

    fn standing(&self, identity: &Identity) -> Standing {
        let denied = |rule| Standing::Decided(Decision::denied(rule));
        let allowed = |rule| Standing::Decided(Decision::allowed(rule));
        let user = &identity.user;
        let is_own = !self.is_anothers(identity);
        let is_owner = is_own && user.id.is_root();

        let by_session = identity.session.as_ref().map(|policy| policy.judge(Whom::Holder, &self.act));
        if let Some(Some(verdict @ Verdict { effect: Effect::Deny, .. })) = by_session {
            return denied(Rule::SessionPolicy(verdict.into()));
        }
        let mut by_user = None;
        for (policy, number) in user.policies.iter().zip(1..) {
            match policy.judge(Whom::Holder, &self.act) {
                Some(verdict @ Verdict { effect: Effect::Deny, .. }) => return denied(Rule::UserPolicy(number, verdict.into())),
                Some(verdict) => by_user = by_user.or(Some(Rule::UserPolicy(number, verdict.into()))),
                None => {}
            }
        }
        let cannot_be_denied = is_owner && ALWAYS_THE_OWNERS.contains(&self.act.action);
        let by_bucket = self.bucket_policy.filter(|_| !cannot_be_denied).and_then(|policy| self.naming(policy, identity));
        if let Some(verdict @ Verdict { effect: Effect::Deny, .. }) = by_bucket {
            return denied(Rule::BucketPolicy(verdict.into()));
        }

        if by_session == Some(None) {
            return Standing::Open { may_be_granted: false, refusal: Rule::OutsideSession };
        }
        // Another account's user needs that account's word as well (CAM, Evaluation Logic, 598/10605).
        let may_be_granted = is_own || user.id.is_root() || by_user.is_some();
        match (by_bucket, by_user) {
            _ if is_owner => allowed(Rule::Owner),
            (Some(verdict), _) if may_be_granted => allowed(Rule::BucketPolicy(verdict.into())),
            (None, Some(rule)) if is_own => allowed(rule),
            _ => Standing::Open { may_be_granted, refusal: Rule::Nothing },
        }
    }

    /// What a bucket's policy says of the caller by name. What it allows another account, that account hands on to its users.
    fn naming<'p>(&self, policy: &'p Policy, identity: &Identity) -> Option<Verdict<'p>> {
        let user = &identity.user;
        let own = policy.judge(Whom::User(&identity.to_string()), &self.act);
        let handed_on = || {
            let account = UserId::of_root(&user.id.root).to_string();
            policy.judge(Whom::User(&account), &self.act).filter(|verdict| verdict.effect == Effect::Allow)
        };
        own.or_else(|| self.is_anothers(identity).then(handed_on).flatten())
    }

    fn is_granted(&self, acl: &Acl, identity: &Identity) -> bool {
        let user = &identity.user;
        acl.grants_to(&user.id, self.permission)
            || self.is_anothers(identity) && acl.grants_to(&UserId::of_root(&user.id.root), self.permission)
    }

    /// Whether the bucket is not of the caller's account.
    fn is_anothers(&self, identity: &Identity) -> bool {
        self.owner.is_some_and(|owner| owner != identity.user.appid)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::convert::Infallible;
    use std::sync::Arc;

    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::domain::account::User;
    use crate::domain::acl::{CannedAcl, Grant, Right};
    use crate::domain::error::Error;
    use crate::domain::grantee::Grantee;
    use crate::domain::policy::{ConditionKey, Facts, Resource};

    pub(super) struct NoFacts;

    impl Facts for NoFacts {
        fn values(&self, _: ConditionKey) -> Vec<Cow<'_, str>> {
            Vec::new()
        }
    }

    /// A question about the bucket of account 1; 2 is another account, 11 and 21 are their sub-accounts.
    #[derive(Debug, Clone)]
    struct Case {
        /// Empty for an anonymous caller.
        uin: &'static str,
        action: &'static str,
        path: &'static str,
        bucket: Vec<Line>,
        user: Vec<Line>,
        session: Option<Vec<Line>>,
        /// Who has READ: a UIN, `signed` or `*`.
        acl: Option<&'static str>,
        needs_signature: bool,
    }

    /// A statement on a UIN, on everybody (`*`), or in a policy of its `holder`.
    #[derive(Debug, Clone)]
    struct Line {
        effect: Effect,
        whom: &'static str,
        action: &'static str,
        path: &'static str,
    }

    fn allow(whom: &'static str) -> Vec<Line> {
        vec![Line { effect: Effect::Allow, whom, action: "*", path: "*" }]
    }

    fn deny(whom: &'static str) -> Vec<Line> {
        vec![Line { effect: Effect::Deny, whom, action: "*", path: "*" }]
    }

    impl Case {
        /// The rules once more, as short as they get.
        fn is_allowed(&self) -> bool {
            use Effect::{Allow, Deny};
            let covers = |pattern: &str, text: &str| pattern == "*" || pattern == text;
            let hits = |line: &Line| covers(line.action, self.action) && covers(line.path, self.path);
            let says =
                |lines: &[Line], effect, whom| lines.iter().any(|line| line.effect == effect && line.whom == whom && hits(line));
            let is_given = |whom| says(&self.bucket, Allow, whom) || self.acl == Some(whom);
            let to_all = is_given("*") && !says(&self.bucket, Deny, "*");
            let Some(account) = self.uin.get(..1) else { return to_all && !self.needs_signature };

            let by_session = |effect| self.session.as_ref().map(|session| says(session, effect, "holder"));
            let by_user = |effect| says(&self.user, effect, "holder");
            let by_bucket = says(&self.bucket, Deny, self.uin) && !(self.uin == "1" && self.action == "PutBucketPolicy");
            let is_denied = by_session(Deny) == Some(true) || by_user(Deny) || by_bucket;
            // An account that is denied has nothing from the policy to hand on.
            let is_handed_on =
                says(&self.bucket, Allow, account) && !says(&self.bucket, Deny, account) || self.acl == Some(account);
            let is_shared = is_given(self.uin) || is_given("signed") || account != "1" && is_handed_on;
            let to_caller = match (account, self.uin == account) {
                ("1", is_root) => is_root || by_user(Allow) || is_shared,
                (_, is_root) => is_shared && (is_root || by_user(Allow)),
            };
            !is_denied && (to_caller && by_session(Allow) != Some(false) || to_all)
        }

        fn decide(&self) -> Decision {
            let user = || User { id: id(self.uin), appid: self.uin[..1].to_owned(), policies: holders(&self.user) };
            let session = || self.session.as_deref().and_then(|lines| holders(lines).pop()).map(Arc::new);
            let caller = match self.uin {
                "" => Caller::Anonymous,
                _ => Caller::Signed(Identity { user: Arc::new(user()), session: session(), bearer: None }),
            };
            let policy = (!self.bucket.is_empty()).then(|| policy(&self.bucket, Policy::of_bucket));
            let resource = Resource { region: "r", appids: ["1", "1"], path: self.path };
            let act = Act { action: self.action, resource, facts: &NoFacts };
            let question =
                Question { caller: &caller, owner: Some("1"), permission: Permission::Read, act, bucket_policy: policy.as_ref() };
            let lists = Lists { acl: self.acl.map(acl), is_objects_own: false, needs_signature: self.needs_signature };
            question.decide(|| Ok::<_, Infallible>(lists)).expect("nothing can fail")
        }
    }

    fn id(uin: &str) -> UserId {
        UserId { root: uin[..1].to_owned(), user: uin.to_owned() }
    }

    fn holders(lines: &[Line]) -> Vec<Policy> {
        if lines.is_empty() { Vec::new() } else { vec![policy(lines, Policy::of_user)] }
    }

    fn policy(lines: &[Line], parse: impl Fn(&str) -> Result<Policy, Error>) -> Policy {
        let statements = lines.iter().map(|Line { effect, whom, action, path }| {
            let principal = match *whom {
                "holder" => String::new(),
                "*" => r#""principal":"*","#.to_owned(),
                uin => format!(r#""principal":"{}","#, id(uin)),
            };
            format!(r#"{{{principal}"effect":"{effect:?}","action":"cos:{action}","resource":"qcs::cos:::{path}"}}"#)
        });
        let statements: Vec<String> = statements.collect();
        parse(&format!(r#"{{"statement":[{}]}}"#, statements.join(","))).expect("the tests write valid policies")
    }

    fn acl(grantee: &str) -> Acl {
        let acl = match grantee {
            "*" => Acl::new(Some(CannedAcl::PublicRead), Vec::new()),
            "signed" => Acl::new(Some(CannedAcl::AuthenticatedRead), Vec::new()),
            uin => Acl::new(None, vec![Grant { right: Right::Read, grantee: Grantee::User(id(uin)) }]),
        };
        acl.expect("one grant is not too many")
    }

    fn lines(whom: &'static [&'static str]) -> impl Strategy<Value = Line> {
        let effect = select(&[Effect::Allow, Effect::Deny][..]);
        let action = select(&["*", "GetObject", "PutBucketPolicy"][..]);
        (effect, select(whom), action, select(&["*", "b/k", "b/"][..])).prop_map(|(effect, whom, action, path)| Line {
            effect,
            whom,
            action,
            path,
        })
    }

    fn cases() -> impl Strategy<Value = Case> {
        let act =
            (select(&["", "1", "11", "2", "21"][..]), select(&["GetObject", "PutBucketPolicy"][..]), select(&["b/k", "b/"][..]));
        let bucket = vec(lines(&["*", "1", "11", "2", "21"]), 0..4);
        let acl = option::of(select(&["*", "signed", "1", "11", "2", "21"][..]));
        (act, bucket, vec(lines(&["holder"]), 0..3), option::of(vec(lines(&["holder"]), 1..3)), acl, any::<bool>()).prop_map(
            |((uin, action, path), bucket, user, session, acl, needs_signature)| Case {
                uin,
                action,
                path,
                bucket,
                user,
                session,
                acl,
                needs_signature,
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn decisions_are_those_of_the_short_rules(case in cases()) {
            let decision = case.decide();
            prop_assert_eq!(decision.is_allowed, case.is_allowed(), "{}", decision.rule);
        }
    }

    #[test]
    fn a_decision_names_its_rule() {
        let of = |uin| Case {
            uin,
            action: "GetObject",
            path: "b/k",
            bucket: Vec::new(),
            user: Vec::new(),
            session: None,
            acl: None,
            needs_signature: false,
        };
        for (case, is_allowed, rule) in [
            (of("1"), true, "the caller owns it"),
            (Case { bucket: deny("1"), ..of("1") }, false, "bucket policy, statement 1"),
            (Case { bucket: deny("1"), action: "PutBucketPolicy", ..of("1") }, true, "the caller owns it"),
            (Case { bucket: deny("*"), ..of("1") }, true, "the caller owns it"),
            (Case { session: Some(allow("holder")), ..of("1") }, true, "the caller owns it"),
            (Case { session: Some(deny("holder")), ..of("1") }, false, "policy of the temporary credential, statement 1"),
            (of("11"), false, "nothing allows it"),
            (Case { user: allow("holder"), ..of("11") }, true, "user policy 1, statement 1"),
            (Case { user: [allow("holder"), deny("holder")].concat(), ..of("11") }, false, "user policy 1, statement 2"),
            (Case { bucket: allow("11"), ..of("11") }, true, "bucket policy, statement 1"),
            (Case { acl: Some("signed"), ..of("11") }, true, "bucket ACL"),
            (Case { user: allow("holder"), ..of("21") }, false, "nothing allows it"),
            (Case { user: allow("holder"), bucket: allow("2"), ..of("21") }, true, "bucket policy, statement 1"),
            (Case { acl: Some("2"), ..of("2") }, true, "bucket ACL"),
            (of(""), false, "nothing allows it"),
            (Case { acl: Some("*"), ..of("") }, true, "bucket ACL"),
            (Case { bucket: allow("*"), ..of("") }, true, "bucket policy, statement 1"),
            (Case { acl: Some("*"), bucket: deny("*"), ..of("") }, false, "bucket policy, statement 1"),
            (Case { acl: Some("*"), needs_signature: true, ..of("") }, false, "encrypted objects are read with a signature only"),
        ] {
            let decision = case.decide();
            assert_eq!((decision.is_allowed, decision.rule.to_string().as_str()), (is_allowed, rule), "{case:?}");
        }
        let silent = vec![Line { action: "PutObject", ..allow("holder").remove(0) }];
        let case = Case { session: Some(silent), ..of("1") };
        assert_eq!(case.decide().rule.to_string(), "the policy of the temporary credential does not allow it");
        let named = Verdict { effect: Effect::Deny, number: 2, sid: Some("keep-out") };
        assert_eq!(Rule::BucketPolicy(named.into()).to_string(), "bucket policy, statement 2 (keep-out)");
        assert_eq!(
            (Rule::ObjectAcl.to_string(), Rule::OpenToAll.to_string()),
            ("object ACL".to_owned(), "everybody may".to_owned())
        );
    }
}
