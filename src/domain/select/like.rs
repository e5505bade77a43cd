//! LIKE: `%` stands for any text, `_` for any character, both for themselves behind the escape (436/32477).

use crate::domain::error::{Error, ErrorCode};

/// A pattern taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikePattern(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Exactly(char),
    AnyCharacter,
    AnyText,
}

impl LikePattern {
    /// # Errors
    /// `SQLParsingError` when the escape stands before another character than `%`, `_` or itself (the code is inferred).
    pub fn new(pattern: &str, escape: Option<char>) -> Result<Self, Error> {
        let mut pieces = Vec::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            pieces.push(match character {
                _ if Some(character) == escape => match characters.next() {
                    Some(next @ ('%' | '_')) => Piece::Exactly(next),
                    Some(next) if Some(next) == escape => Piece::Exactly(next),
                    _ => {
                        let message = format!("in LIKE {pattern:?}, the escape {character:?} must stand before %, _ or itself");
                        return Err(ErrorCode::SQLParsingError.because(message));
                    }
                },
                '%' => Piece::AnyText,
                '_' => Piece::AnyCharacter,
                _ => Piece::Exactly(character),
            });
        }
        Ok(Self(pieces))
    }

    /// Takes at most the product of both lengths.
    pub fn matches(&self, text: &str) -> bool {
        let (mut pieces, mut rest) = (self.0.as_slice(), text.chars());
        // Where to go on when a match fails: behind the last `%`, with a character more taken for it.
        let mut retry = None;
        loop {
            let mut next = rest.clone();
            match (pieces.first(), next.next()) {
                (Some(Piece::AnyText), _) => {
                    pieces = &pieces[1..];
                    retry = Some((pieces, rest.clone()));
                    continue;
                }
                (None, None) => return true,
                (Some(Piece::AnyCharacter), Some(_)) => {}
                (Some(Piece::Exactly(expected)), Some(found)) if *expected == found => {}
                _ => {
                    let Some((behind, mut from)) = retry else { return false };
                    if from.next().is_none() {
                        return false;
                    }
                    (pieces, rest) = (behind, from.clone());
                    retry = Some((behind, from));
                    continue;
                }
            }
            (pieces, rest) = (&pieces[1..], next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(text: &str, pattern: &str, escape: Option<char>) -> bool {
        LikePattern::new(pattern, escape).expect(pattern).matches(text)
    }

    /// The definition, without a thought for speed.
    fn reference(text: &[char], pattern: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|taken| reference(&text[taken..], rest)),
            ['_', rest @ ..] => !text.is_empty() && reference(&text[1..], rest),
            [character, rest @ ..] => text.first() == Some(character) && reference(&text[1..], rest),
        }
    }

    #[test]
    fn wildcards_stand_for_text_and_characters() {
        for (text, pattern, is_match) in [
            ("", "", true),
            ("", "%", true),
            ("", "_", false),
            ("Tencent", "Ten%", true),
            ("Tencent", "ten%", false),
            ("Tencent", "%cent", true),
            ("Tencent", "T_nc%t", true),
            ("é", "_", true),
            ("aab", "%ab", true),
            ("a%b", "a%b", true),
        ] {
            assert_eq!(matches(text, pattern, None), is_match, "{text} LIKE {pattern}");
        }
    }

    #[test]
    fn the_escape_makes_wildcards_plain() {
        assert!(matches("50%", "50!%", Some('!')) && !matches("500", "50!%", Some('!')));
        assert!(matches("a_b!", "a!_b!!", Some('!')));
        for pattern in ["!", "a!b", "%!"] {
            assert_eq!(LikePattern::new(pattern, Some('!')).expect_err(pattern).code(), ErrorCode::SQLParsingError);
        }
    }

    #[test]
    fn many_wildcards_take_no_more_than_the_product_of_the_lengths() {
        assert!(!matches(&"a".repeat(3000), &format!("{}b", "%a".repeat(1000)), None));
    }

    proptest! {
        #[test]
        fn matching_agrees_with_the_definition(text in "[ab]{0,10}", pattern in "[ab%_]{0,8}") {
            let (characters, pieces): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
            prop_assert_eq!(matches(&text, &pattern, None), reference(&characters, &pieces));
        }
    }
}
