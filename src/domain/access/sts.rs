//! Whether a caller may call STS: what is asked there has no owner, no bucket and no lists.

use crate::domain::account::Identity;
use crate::domain::policy::{Effect, StsAct};

/// A deny wins; a root account may do the rest, everybody else what a policy of its own allows, and with a temporary credential
/// what that one's policy allows as well.
pub fn may_call_sts(identity: &Identity, act: &StsAct<'_>) -> bool {
    let by_session = identity.session.as_ref().map(|policy| policy.judge_sts(act).map(|verdict| verdict.effect));
    if by_session.is_some_and(|effect| effect != Some(Effect::Allow)) {
        return false;
    }
    let effects = identity.user.policies.iter().filter_map(|policy| policy.judge_sts(act)).map(|verdict| verdict.effect);
    let effects: Vec<Effect> = effects.collect();
    !effects.contains(&Effect::Deny) && (identity.user.id.is_root() || effects.contains(&Effect::Allow))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::access::tests::NoFacts;
    use crate::domain::account::{User, UserId};
    use crate::domain::policy::Policy;

    fn policy((effect, action, resource): (&str, &str, &str)) -> Policy {
        let text = format!(r#"{{"statement":{{"effect":"{effect}","action":"{action}","resource":"{resource}"}}}}"#);
        Policy::of_user(&text).expect("a policy")
    }

    fn may(uin: &str, policies: &[(&str, &str, &str)], session: Option<(&str, &str, &str)>) -> bool {
        let id = UserId { root: "1".to_owned(), user: uin.to_owned() };
        let user = User { id, appid: "1".to_owned(), policies: policies.iter().copied().map(policy).collect() };
        let identity = Identity { user: Arc::new(user), session: session.map(policy).map(Arc::new), bearer: None };
        let resources = ["qcs::cam::uin/1:roleName/reader".to_owned()];
        may_call_sts(&identity, &StsAct { action: "AssumeRole", resources: &resources, facts: &NoFacts })
    }

    #[test]
    fn a_root_account_may_and_others_need_a_policy() {
        let (allow, deny) = (("allow", "sts:AssumeRole", "*"), ("deny", "*", "*"));
        for (uin, policies, session, expected) in [
            ("1", vec![], None, true),
            ("1", vec![], Some(allow), true),
            ("1", vec![], Some(("allow", "cos:*", "*")), false),
            ("11", vec![], None, false),
            ("11", vec![allow], None, true),
            ("11", vec![("allow", "*", "qcs::cam::uin/1:roleName/*")], None, true),
            ("11", vec![("allow", "*", "qcs::cam::uin/2:roleName/*")], None, false),
            ("11", vec![("allow", "cos:*", "*")], None, false),
            ("11", vec![allow, deny], None, false),
            ("11", vec![allow], Some(("allow", "cos:*", "*")), false),
            ("11", vec![allow], Some(deny), false),
        ] {
            assert_eq!(may(uin, &policies, session), expected, "{uin} {policies:?} {session:?}");
        }
    }
}
