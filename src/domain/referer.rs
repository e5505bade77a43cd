//! Rules on the page that a request comes from (PUT Bucket referer, 436/31423; Hotlink Protection, 436/13319).

use serde::{Deserialize, Serialize};

use crate::domain::setting::{Setting, SettingKind};
use crate::domain::wildcard;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefererRules {
    pub is_enabled: bool,
    pub list: RefererList,
    /// One or more, as given.
    pub domains: Vec<String>,
    /// Whether a request that says nothing of its page may pass; so under both kinds of lists.
    pub allows_empty: bool,
    /// Whether requests are judged that are signed in their URL; others that are signed never are (meaning inferred).
    pub judges_signed_urls: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefererList {
    /// Pages that are listed may not.
    Black,
    /// Only pages that are listed may.
    White,
}

impl RefererRules {
    /// Whether a request with this Referer header may pass.
    pub fn allow(&self, referer: Option<&str>) -> bool {
        match referer.filter(|referer| !referer.is_empty()) {
            _ if !self.is_enabled => true,
            None => self.allows_empty,
            Some(referer) => {
                let page = Place::of(referer);
                let is_listed = self.domains.iter().any(|domain| Place::of(domain).leads_to(&page));
                is_listed == (self.list == RefererList::White)
            }
        }
    }
}

impl Setting for RefererRules {
    const KIND: SettingKind = SettingKind::Referer;
}

/// A page or an entry of the list, without its scheme.
struct Place<'a> {
    host: String,
    port: Option<&'a str>,
    /// From the first `/` on; may be empty.
    path: &'a str,
}

impl<'a> Place<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or(text);
        let (authority, path) = text.split_at(text.find('/').unwrap_or(text.len()));
        let with_port = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        let (host, port) = with_port.map_or((authority, None), |(host, port)| (host, Some(port)));
        Self { host: host.to_ascii_lowercase(), port, path }
    }

    /// An entry matches by its beginning: `example.com` also `example.com.cn`. Without a port it stands for all of them.
    fn leads_to(&self, page: &Self) -> bool {
        let is_whole_host = self.port.is_some() || !self.path.is_empty();
        let bare = self.host.strip_prefix("*.");
        let hosts = [Some(self.host.as_str()), bare].into_iter().flatten();
        let fits_host = hosts.into_iter().any(|host| match is_whole_host {
            true => wildcard::fits(host, &page.host),
            false => wildcard::fits(&format!("{host}*"), &page.host),
        });
        let fits_port = self.port.is_none() || self.port == page.port;
        fits_host && fits_port && wildcard::fits(&format!("{}*", self.path), page.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules(list: RefererList, domain: &str) -> RefererRules {
        let domains = vec![domain.to_owned()];
        RefererRules { is_enabled: true, list, domains, allows_empty: false, judges_signed_urls: false }
    }

    #[test]
    fn an_entry_matches_by_its_beginning_any_port_and_any_case_of_the_host() {
        for (domain, referer, is_listed) in [
            ("www.example.com", "http://www.example.com", true),
            ("www.example.com", "https://WWW.Example.com/123", true),
            ("www.example.com", "http://www.example.com.cn", true),
            ("www.example.com", "http://www.example.com:8080/123", true),
            ("www.example.com", "www.example.com/123", true),
            ("www.example.com", "http://example.com", false),
            ("www.example.com:80", "http://www.example.com:80/1", true),
            ("www.example.com:80", "http://www.example.com:8080/1", false),
            ("www.example.com:80", "http://www.example.com/1", false),
            ("www.example.com:80", "http://www.example.com.cn:80/1", false),
            ("www.example.com/123", "http://www.example.com:81/1234", true),
            ("www.example.com/123", "http://www.example.com/12", false),
            ("www.example.com/123", "http://www.example.com.cn/123", false),
            ("*.example.com", "http://example.com", true),
            ("*.example.com", "http://a.b.example.com/123", true),
            ("*.example.com", "http://badexample.com", false),
            ("a.*.com", "http://a.b.c.com/x", true),
            ("http://a.com", "https://a.com", true),
            ("10.0.0.1", "http://10.0.0.1:80", true),
            ("*", "anything", true),
        ] {
            assert_eq!(rules(RefererList::White, domain).allow(Some(referer)), is_listed, "{domain} {referer}");
            assert_eq!(rules(RefererList::Black, domain).allow(Some(referer)), !is_listed, "{domain} {referer}");
        }
    }

    #[test]
    fn an_empty_referer_is_judged_by_its_own_rule() {
        for list in [RefererList::White, RefererList::Black] {
            for allows_empty in [true, false] {
                let rules = RefererRules { allows_empty, ..rules(list, "a.com") };
                assert_eq!([rules.allow(None), rules.allow(Some(""))], [allows_empty; 2]);
            }
        }
    }

    #[test]
    fn rules_that_are_off_let_all_pass() {
        let rules = RefererRules { is_enabled: false, ..rules(RefererList::White, "a.com") };
        assert!(rules.allow(None) && rules.allow(Some("http://b.com")));
    }

    proptest! {
        #[test]
        fn no_text_panics(domain in "\\PC{0,20}", referer in "\\PC{0,20}", parts in "[a:/*.1\\[\\]]{0,12}") {
            for referer in [&referer, &parts] {
                let _ = rules(RefererList::White, &domain).allow(Some(referer));
                let _ = rules(RefererList::Black, &parts).allow(Some(referer));
            }
        }
    }
}
