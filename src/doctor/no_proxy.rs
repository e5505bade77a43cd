//! `NO_PROXY`: hosts that clients do not ask the proxy for.

use cos_emulator::config::Environment;

/// Whether clients pass the proxy by for this host, by either spelling of the variable.
pub(super) fn passes_by(environment: &Environment, host: &str) -> bool {
    entry(environment, host).is_some()
}

/// The variable and its entry that a host falls under, as most clients read it: a name stands for itself and all below it, `*` for all.
pub(super) fn entry<'a>(environment: &'a Environment, host: &str) -> Option<(&'static str, &'a str)> {
    let entries = |variable| environment.get(variable).into_iter().flat_map(|list| list.split([',', ' ']));
    ["no_proxy", "NO_PROXY"]
        .into_iter()
        .find_map(|variable| entries(variable).find(|entry| covers(entry, host)).map(|entry| (variable, entry)))
}

fn covers(entry: &str, host: &str) -> bool {
    let entry = entry.trim().trim_start_matches("*.").trim_start_matches('.').to_ascii_lowercase();
    entry == "*" || !entry.is_empty() && host.strip_suffix(&entry).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_stands_for_a_name_and_all_below_it() {
        let host = "demo-1250000000.cos.ap-guangzhou.myqcloud.com";
        for (list, expected) in [
            ("*", Some("*")),
            ("localhost, .myqcloud.com", Some(".myqcloud.com")),
            ("a.test,*.myqcloud.com", Some("*.myqcloud.com")),
            ("COS.ap-guangzhou.MyQcloud.com", Some("COS.ap-guangzhou.MyQcloud.com")),
            (host, Some(host)),
            ("localhost,127.0.0.1,::1", None),
            ("cloud.com", None),
            (",", None),
        ] {
            let environment = Environment::from_iter([("NO_PROXY".to_owned(), list.to_owned())]);
            assert_eq!(entry(&environment, host), expected.map(|entry| ("NO_PROXY", entry)), "{list}");
        }
    }
}
