//! Conditional reads (GET Object, 436/7753; HEAD Object, 436/7745) and copies (PUT Object - Copy, 436/10881).

use crate::domain::etag;
use crate::domain::time::Timestamp;

/// The four condition headers of a read, parsed; a date that is none is ignored (inferred).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    pub if_match: Option<String>,
    pub if_none_match: Option<String>,
    pub if_modified_since: Option<Timestamp>,
    pub if_unmodified_since: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Proceed,
    /// 304.
    NotModified,
    /// 412 `PreconditionFailed`.
    Failed,
}

impl Conditions {
    /// Whether all of them hold, each for itself, as the source of a copy needs it (PUT Object - Copy, 436/10881).
    pub fn all_hold(&self, etag: &str, last_modified: Timestamp) -> bool {
        let modified = last_modified.seconds();
        self.if_match.as_ref().is_none_or(|list| names(list, etag))
            && self.if_none_match.as_ref().is_none_or(|list| !names(list, etag))
            && self.if_modified_since.is_none_or(|date| modified > date.seconds())
            && self.if_unmodified_since.is_none_or(|date| modified <= date.seconds())
    }

    /// Judges an object, in the order of RFC 7232 §6 (inferred: COS documents none).
    pub fn judge(&self, etag: &str, last_modified: Timestamp) -> Verdict {
        let modified = last_modified.seconds();
        let passes = match (&self.if_match, self.if_unmodified_since) {
            (Some(list), _) => names(list, etag),
            (None, Some(date)) => modified <= date.seconds(),
            (None, None) => true,
        };
        if !passes {
            return Verdict::Failed;
        }
        let is_new = match (&self.if_none_match, self.if_modified_since) {
            (Some(list), _) => !names(list, etag),
            (None, Some(date)) => modified > date.seconds(),
            (None, None) => true,
        };
        if is_new { Verdict::Proceed } else { Verdict::NotModified }
    }
}

/// Whether a list of ETags, quoted or not, holds `etag` or is `*`.
fn names(list: &str, etag: &str) -> bool {
    list.split(',').any(|item| item.trim() == "*" || etag::unquoted(item).eq_ignore_ascii_case(etag))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODIFIED: Timestamp = Timestamp::from_micros(100_700_000);

    fn judge(set: impl FnOnce(&mut Conditions)) -> Verdict {
        let mut conditions = Conditions::default();
        set(&mut conditions);
        conditions.judge("abc", MODIFIED)
    }

    #[test]
    fn each_condition_alone() {
        let at = |seconds| Some(Timestamp::from_seconds(seconds));
        assert_eq!(judge(|_| {}), Verdict::Proceed);
        for (list, matches) in [("\"abc\"", true), ("abc", true), ("*", true), ("\"x\", \"abc\"", true), ("\"x\"", false)] {
            let expected = if matches { (Verdict::Proceed, Verdict::NotModified) } else { (Verdict::Failed, Verdict::Proceed) };
            assert_eq!(judge(|c| c.if_match = Some(list.to_owned())), expected.0, "{list}");
            assert_eq!(judge(|c| c.if_none_match = Some(list.to_owned())), expected.1, "{list}");
        }
        assert_eq!(judge(|c| c.if_modified_since = at(99)), Verdict::Proceed);
        assert_eq!(judge(|c| c.if_modified_since = at(100)), Verdict::NotModified);
        assert_eq!(judge(|c| c.if_unmodified_since = at(99)), Verdict::Failed);
        assert_eq!(judge(|c| c.if_unmodified_since = at(100)), Verdict::Proceed);
    }

    #[test]
    fn a_copy_needs_every_condition() {
        let at = |seconds| Some(Timestamp::from_seconds(seconds));
        let etag = |text: &str| Some(text.to_owned());
        let right = || Conditions {
            if_match: etag("abc"),
            if_none_match: etag("x"),
            if_modified_since: at(99),
            if_unmodified_since: at(100),
        };
        assert!(right().all_hold("abc", MODIFIED) && Conditions::default().all_hold("abc", MODIFIED));
        for wrong in [
            Conditions { if_match: etag("x"), ..right() },
            Conditions { if_none_match: etag("abc"), ..right() },
            Conditions { if_modified_since: at(100), ..right() },
            Conditions { if_unmodified_since: at(99), ..right() },
        ] {
            assert!(!wrong.all_hold("abc", MODIFIED), "{wrong:?}");
        }
    }

    #[test]
    fn etags_go_before_dates_and_match_before_none_match() {
        let at = |seconds| Some(Timestamp::from_seconds(seconds));
        let both = judge(|c| {
            c.if_match = Some("abc".to_owned());
            c.if_unmodified_since = at(1);
        });
        assert_eq!(both, Verdict::Proceed);
        let both = judge(|c| {
            c.if_none_match = Some("x".to_owned());
            c.if_modified_since = at(500);
        });
        assert_eq!(both, Verdict::Proceed);
        let both = judge(|c| {
            c.if_match = Some("x".to_owned());
            c.if_none_match = Some("abc".to_owned());
        });
        assert_eq!(both, Verdict::Failed);
    }
}
