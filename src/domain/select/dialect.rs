//! What the parser is told of COS's SQL: its quotes, its operators, and how long chains of them may be. A chain nests what stands
//! before each operator one level deeper, and what is nested too deeply overflows the stack.

use std::cell::Cell;

use sqlparser::ast::{BinaryOperator, Expr, Ident, TrimWhereField};
use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::domain::select::value::excerpt;

/// The most ANDs and ORs in a statement (inferred).
pub(super) const MOST_LINKS: usize = 2000;

/// The most other operators in a row, without brackets (inferred).
pub(super) const MOST_IN_A_ROW: usize = 50;

/// Double quotes around names, backticks around timestamps, `IS MISSING`, and TRIM with a side but no characters.
#[derive(Debug, Default)]
pub(super) struct CosSelect {
    links: Cell<usize>,
}

impl Dialect for CosSelect {
    fn is_identifier_start(&self, character: char) -> bool {
        character.is_alphabetic() || character == '_'
    }

    fn is_identifier_part(&self, character: char) -> bool {
        character.is_alphanumeric() || character == '_'
    }

    fn is_delimited_identifier_start(&self, character: char) -> bool {
        matches!(character, '"' | '`')
    }

    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        let [name, bracket, side, from] = parser.peek_tokens_ref().map(|token| &token.token);
        let trim_where = match keyword(side) {
            Some(Keyword::LEADING) => TrimWhereField::Leading,
            Some(Keyword::TRAILING) => TrimWhereField::Trailing,
            Some(Keyword::BOTH) => TrimWhereField::Both,
            _ => return None,
        };
        let is_trim = *bracket == Token::LParen && (keyword(name), keyword(from)) == (Some(Keyword::TRIM), Some(Keyword::FROM));
        is_trim.then(|| {
            skip(parser, 4);
            let expr = Box::new(parser.parse_expr()?);
            parser.expect_token(&Token::RParen)?;
            Ok(Expr::Trim { trim_where: Some(trim_where), trim_what: None, expr, trim_characters: None })
        })
    }

    fn parse_infix(&self, parser: &mut Parser<'_>, expr: &Expr, _precedence: u8) -> Option<Result<Expr, ParserError>> {
        let [operator, second, third] = parser.peek_tokens_ref().map(|token| &token.token);
        let refuse = |message: String| Some(Err(ParserError::ParserError(message)));
        let following = (keyword(second), keyword(third));
        match (operator, keyword(operator)) {
            (_, Some(Keyword::AND | Keyword::OR)) => {
                self.links.set(self.links.get() + 1);
                let is_short = self.links.get() <= MOST_LINKS;
                return if is_short { None } else { refuse(format!("more than {MOST_LINKS} ANDs and ORs")) };
            }
            (Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod, _)
            | (Token::Eq | Token::Neq | Token::Lt | Token::LtEq | Token::Gt | Token::GtEq, _)
            | (_, Some(Keyword::BETWEEN | Keyword::IN | Keyword::LIKE)) => {}
            (_, Some(Keyword::NOT)) if matches!(following.0, Some(Keyword::BETWEEN | Keyword::IN | Keyword::LIKE)) => {}
            (_, Some(Keyword::IS)) if is_missing(second) || following.0 == Some(Keyword::NULL) => {}
            (_, Some(Keyword::IS)) if following.0 == Some(Keyword::NOT) => {
                if !is_missing(third) && following.1 != Some(Keyword::NULL) {
                    return refuse("IS NOT takes NULL or MISSING".to_owned());
                }
            }
            (_, Some(Keyword::IS)) => return refuse("IS takes NULL, NOT NULL, MISSING or NOT MISSING".to_owned()),
            _ => return refuse(format!("the operator {} is not supported", excerpt(&operator.to_string()))),
        }
        if operators_in_a_row(expr) >= MOST_IN_A_ROW {
            return refuse(format!("more than {MOST_IN_A_ROW} operators in a row"));
        }
        // `x IS MISSING` becomes `x IS NOT DISTINCT FROM MISSING`, for which the parser has a form.
        let (length, negated) = match (is_missing(second), is_missing(third)) {
            (true, _) => (2, false),
            (false, true) => (3, true),
            (false, false) => return None,
        };
        if keyword(operator) != Some(Keyword::IS) {
            return None;
        }
        skip(parser, length);
        let (expr, missing) = (Box::new(expr.clone()), Box::new(Expr::Identifier(Ident::new("MISSING"))));
        Some(Ok(if negated { Expr::IsDistinctFrom(expr, missing) } else { Expr::IsNotDistinctFrom(expr, missing) }))
    }
}

fn operators_in_a_row(mut expr: &Expr) -> usize {
    for count in 0.. {
        expr = match expr {
            Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => return count,
            Expr::BinaryOp { left, .. } => left,
            Expr::IsNull(left) | Expr::IsNotNull(left) | Expr::IsDistinctFrom(left, _) | Expr::IsNotDistinctFrom(left, _) => left,
            Expr::Between { expr, .. } | Expr::InList { expr, .. } | Expr::InSubquery { expr, .. } | Expr::Like { expr, .. } => {
                expr
            }
            _ => return count,
        };
    }
    unreachable!("an expression ends")
}

fn keyword(token: &Token) -> Option<Keyword> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.keyword),
        _ => None,
    }
}

fn is_missing(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("missing"))
}

fn skip(parser: &mut Parser<'_>, tokens: usize) {
    (0..tokens).for_each(|_| parser.advance_token());
}
