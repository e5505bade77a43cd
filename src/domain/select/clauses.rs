//! A statement as the parser reads it, clause by clause: what is not asked for is not read.

use sqlparser::ast::{Expr, Ident, SelectItem};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::domain::error::Error;
use crate::domain::select::dialect::CosSelect;
use crate::domain::select::reserved::is_reserved;
use crate::domain::select::translate::refuse;
use crate::domain::select::value::excerpt;

/// The one table.
pub(super) const TABLE: &str = "COSObject";

/// How deep brackets may be nested (inferred).
const DEEPEST: usize = 30;

/// The most characters of the parser's own sentence, which is short but for the words that it quotes.
const LONGEST_REASON: usize = 300;

/// The clauses as they were written.
pub(super) struct Clauses {
    pub(super) items: Vec<SelectItem>,
    pub(super) alias: Option<Ident>,
    pub(super) filter: Option<Expr>,
    pub(super) limit: Option<u64>,
}

impl Clauses {
    /// `names` are those of the table.
    ///
    /// # Errors
    /// `SQLParsingError`.
    pub(super) fn parse(text: &str, names: &[&str]) -> Result<Self, Error> {
        let dialect = CosSelect::default();
        let parser = Parser::new(&dialect).with_recursion_limit(DEEPEST);
        Self::read(&mut parser.try_with_sql(text).map_err(not_understood)?, names)
    }

    fn read(parser: &mut Parser<'_>, names: &[&str]) -> Result<Self, Error> {
        if !parser.parse_keyword(Keyword::SELECT) {
            return Err(refuse("the SQL expression must begin with SELECT"));
        }
        if parser.parse_keyword(Keyword::DISTINCT) {
            return Err(refuse("DISTINCT is not supported"));
        }
        if matches!(word(parser), Some("FROM")) || parser.peek_token_ref().token == Token::EOF {
            return Err(refuse("the SELECT list is empty"));
        }
        let items = parser.parse_comma_separated(Parser::parse_select_item).map_err(not_understood)?;
        if !parser.parse_keyword(Keyword::FROM) {
            return Err(match parser.peek_token_ref().token {
                Token::EOF => refuse(format!("FROM is missing: the SELECT list must be followed by FROM {TABLE}")),
                _ => unexpected(parser, &format!("FROM {TABLE}")),
            });
        }
        let alias = table(parser, names)?;
        let filter = parser.parse_keyword(Keyword::WHERE).then(|| parser.parse_expr().map_err(not_understood)).transpose()?;
        let limit = parser.parse_keyword(Keyword::LIMIT).then(|| limit(parser)).transpose()?;
        let _ = parser.consume_token(&Token::SemiColon);
        if parser.peek_token_ref().token != Token::EOF {
            return Err(unexpected(parser, "an alias, WHERE or LIMIT, in this order, or the end"));
        }
        Ok(Self { items, alias, filter, limit })
    }
}

/// Reads the table's name and gives its alias, as which another name than COS's counts.
fn table(parser: &mut Parser<'_>, names: &[&str]) -> Result<Option<Ident>, Error> {
    let name = match parser.peek_token_ref().token {
        Token::LParen => return Err(refuse("subqueries are not supported")),
        _ => parser.parse_identifier().map_err(not_understood)?,
    };
    if !names.iter().any(|known| name.value.eq_ignore_ascii_case(known)) {
        return Err(refuse(format!("there is no table {}; the only one is {TABLE}", excerpt(&name.value))));
    }
    if matches!(parser.peek_token_ref().token, Token::LBracket | Token::Period) {
        return Err(refuse(format!("FROM takes {TABLE} without a path")));
    }
    let is_asked = parser.parse_keyword(Keyword::AS);
    let is_named = is_asked || matches!(&parser.peek_token_ref().token, Token::Word(word) if !is_reserved(&word.value));
    if !is_named {
        return Ok(Some(name).filter(|name| !name.value.eq_ignore_ascii_case(TABLE)));
    }
    let alias = parser.parse_identifier().map_err(not_understood)?;
    if alias.quote_style.is_none() && is_reserved(&alias.value) || alias.quote_style == Some('`') {
        return Err(refuse(format!("{} cannot be the table's alias", excerpt(&alias.value))));
    }
    Ok(Some(alias))
}

fn limit(parser: &mut Parser<'_>) -> Result<u64, Error> {
    let found = parser.next_token().token;
    let number = match &found {
        Token::Number(digits, false) => digits.parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| refuse(format!("LIMIT is {}; it must be a number of records", excerpt(&found.to_string()))))
}

/// The next word, in upper case as keywords are.
fn word(parser: &Parser<'_>) -> Option<&'static str> {
    const WORDS: [&str; 12] =
        ["FROM", "GROUP", "ORDER", "HAVING", "UNION", "INTERSECT", "EXCEPT", "JOIN", "INNER", "LEFT", "RIGHT", "CROSS"];
    match &parser.peek_token_ref().token {
        Token::Word(word) if word.quote_style.is_none() => WORDS.into_iter().find(|known| word.value.eq_ignore_ascii_case(known)),
        _ => None,
    }
}

fn unexpected(parser: &Parser<'_>, expected: &str) -> Error {
    let token = &parser.peek_token_ref().token;
    match word(parser) {
        Some("INNER" | "LEFT" | "RIGHT" | "CROSS" | "JOIN") => refuse("JOIN is not supported"),
        Some(clause) if clause != "FROM" => refuse(format!("{clause} is not supported")),
        _ if *token == Token::Comma => refuse("FROM takes one table; joins are not supported"),
        _ => refuse(format!("{} is unexpected; expected was {expected}", excerpt(&token.to_string()))),
    }
}

fn not_understood(error: ParserError) -> Error {
    refuse(match error {
        ParserError::TokenizerError(why) | ParserError::ParserError(why) => {
            let why: String = why.chars().take(LONGEST_REASON).collect();
            format!("the SQL expression could not be understood: {why}")
        }
        ParserError::RecursionLimitExceeded => "the SQL expression is nested too deeply".to_owned(),
    })
}
