//! Texts with `*` for any run of characters.

/// Whether the whole text fits the pattern; `*` stands for any run of characters, also none, and all else for itself.
pub fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, rest_of_pattern)) = pattern.split_once('*') else { return pattern == text };
    let (middle, last) = rest_of_pattern.rsplit_once('*').unwrap_or(("", rest_of_pattern));
    let Some(mut rest) = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else { return false };
    // The leftmost place of each piece leaves most room for those behind it.
    for piece in middle.split('*') {
        match rest.split_once(piece) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The meaning of a pattern, spelled out.
    fn reference(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', behind)) => (0..=text.len()).any(|skipped| reference(behind, &text[skipped..])),
            Some((first, behind)) => text.first() == Some(first) && reference(behind, &text[1..]),
        }
    }

    #[test]
    fn an_asterisk_is_any_run() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a", "a", true),
            ("a*a", "a", false),
            ("http://*.a.com", "http://x.y.a.com", true),
            ("http://*.a.com", "http://a.com", false),
            ("*b*", "abc", true),
            ("a*b*c", "abbc", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_the_spelled_out_meaning(pattern in "[ab中*]{0,8}", text in "[ab中*]{0,10}") {
            let (of_pattern, of_text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(fits(&pattern, &text), reference(&of_pattern, &of_text));
        }
    }
}
