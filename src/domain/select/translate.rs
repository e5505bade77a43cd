//! From what the parser read to what is evaluated: all that COS's SQL has, and nothing else.

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, DataType, DateTimeField, DuplicateTreatment, Expr, Function as Named, FunctionArg,
    FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, Subscript, TrimWhereField, UnaryOperator, Value as Literal,
};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::select::aggregate::{Aggregate, Kind};
use crate::domain::select::column::{Column, Step};
use crate::domain::select::expression::Expression;
use crate::domain::select::function::{Comparison, Function, Like, Side};
use crate::domain::select::like::LikePattern;
use crate::domain::select::moment::{DatePart, Field, Moment};
use crate::domain::select::number::Operator;
use crate::domain::select::reserved::is_reserved;
use crate::domain::select::value::{Type, Value, excerpt};

/// How deep an expression may be nested (inferred).
pub(super) const MOST_LEVELS: usize = 60;

/// Translates the expressions of one statement.
pub(super) struct Translator {
    now: Moment,
    pub(super) table: String,
    /// Those found in the expressions so far.
    pub(super) aggregates: Vec<Aggregate>,
    /// Whether aggregates may stand here: in the SELECT list, but not inside each other.
    pub(super) takes_aggregates: bool,
    /// How deep what is being translated is nested.
    levels: usize,
}

pub(super) fn refuse(message: impl Into<String>) -> Error {
    ErrorCode::SQLParsingError.because(message.into())
}

fn unsupported(expr: &Expr) -> Error {
    refuse(format!("{} is not supported", excerpt(&expr.to_string())))
}

fn call(function: Function, arguments: Vec<Expression>) -> Expression {
    Expression::Call(function, arguments)
}

impl Translator {
    /// `table` is the alias of the table, or its name.
    pub(super) fn new(now: Moment, table: String) -> Self {
        Self { now, table, aggregates: Vec::new(), takes_aggregates: true, levels: 0 }
    }

    /// # Errors
    /// `SQLParsingError`, naming what is not supported.
    pub(super) fn expression(&mut self, expr: &Expr) -> Result<Expression, Error> {
        self.levels += 1;
        if self.levels > MOST_LEVELS {
            return Err(refuse(format!("the SQL expression is nested more than {MOST_LEVELS} levels deep")));
        }
        let expression = self.of_level(expr);
        self.levels -= 1;
        expression
    }

    fn of_level(&mut self, expr: &Expr) -> Result<Expression, Error> {
        match expr {
            Expr::Nested(inner) => self.expression(inner),
            Expr::Value(value) => literal(&value.value).ok_or_else(|| unsupported(expr)).map(Expression::Literal),
            Expr::Array(array) => self.list(&array.elem),
            Expr::Identifier(Ident { value, quote_style: Some('`'), .. }) => match value.parse() {
                Ok(moment) => Ok(Expression::Literal(Value::Moment(moment))),
                Err(_) => Err(refuse(format!("`{}` is no timestamp, such as `2007-04-05T14:30Z`", excerpt(value)))),
            },
            Expr::Identifier(name) if is_missing(name) => Ok(Expression::Literal(Value::Missing)),
            Expr::Identifier(name) => Ok(Expression::Column(Column::Path(vec![step(name)?]))),
            Expr::CompoundIdentifier(names) => self.column(&names[0], names[1..].iter().map(step)),
            Expr::CompoundFieldAccess { root, access_chain } => match root.as_ref() {
                Expr::Identifier(root) => self.column(root, access_chain.iter().map(access)),
                _ => Err(unsupported(expr)),
            },
            Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } => self.chain(expr, op),
            Expr::BinaryOp { left, op, right } => {
                let function = operator(op).ok_or_else(|| refuse(format!("the operator {op} is not supported")))?;
                self.call(function, &[left, right])
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => self.call(Function::Not, &[expr]),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => self.call(Function::Negate, &[expr]),
            Expr::UnaryOp { op: UnaryOperator::Plus, expr } => self.expression(expr),
            Expr::IsNull(inner) => self.call(Function::IsNull, &[inner]),
            Expr::IsNotNull(inner) => Ok(negated(true, self.call(Function::IsNull, &[inner])?)),
            Expr::IsNotDistinctFrom(inner, other) if is_missing_literal(other) => self.call(Function::IsMissing, &[inner]),
            Expr::IsDistinctFrom(inner, other) if is_missing_literal(other) => {
                Ok(negated(true, self.call(Function::IsMissing, &[inner])?))
            }
            Expr::Between { expr, negated: is_negated, low, high } => {
                Ok(negated(*is_negated, self.call(Function::Between, &[expr, low, high])?))
            }
            Expr::InList { expr, list, negated: is_negated } if !list.is_empty() => {
                let arguments: Vec<&Expr> = std::iter::once(expr.as_ref()).chain(list).collect();
                Ok(negated(*is_negated, self.call(Function::In, &arguments)?))
            }
            Expr::Like { negated: is_negated, any: false, expr, pattern, escape_char } => {
                Ok(negated(*is_negated, self.like(expr, pattern, escape_char.as_deref())?))
            }
            Expr::Cast { kind: CastKind::Cast, expr: inner, data_type, format: None } => {
                self.call(Function::Cast(cast_type(data_type)?), &[inner])
            }
            Expr::Extract { field, expr, .. } => self.call(Function::Extract(extracted(field)?), &[expr]),
            Expr::Substring { expr: text, substring_from: Some(from), substring_for, shorthand: false, .. } => {
                let arguments: Vec<&Expr> = [text, from].into_iter().chain(substring_for).map(AsRef::as_ref).collect();
                self.call(Function::Substring, &arguments)
            }
            Expr::Trim { trim_where, trim_what, expr: text, trim_characters: None } => {
                let arguments: Vec<&Expr> = std::iter::once(text).chain(trim_what).map(AsRef::as_ref).collect();
                self.call(Function::Trim(side(*trim_where)), &arguments)
            }
            Expr::Function(function) => self.function(function, expr),
            Expr::Subquery(_) | Expr::InSubquery { .. } | Expr::Exists { .. } => Err(refuse("subqueries are not supported")),
            _ => Err(unsupported(expr)),
        }
    }

    fn call(&mut self, function: Function, arguments: &[&Expr]) -> Result<Expression, Error> {
        let arguments = arguments.iter().map(|argument| self.expression(argument)).collect::<Result<_, _>>()?;
        Ok(call(function, arguments))
    }

    /// A chain of ANDs or of ORs as one call, however long.
    fn chain(&mut self, expr: &Expr, operator: &BinaryOperator) -> Result<Expression, Error> {
        let (mut links, mut rest) = (Vec::new(), expr);
        while let Expr::BinaryOp { left, op, right } = rest
            && op == operator
        {
            links.push(right.as_ref());
            rest = left;
        }
        links.push(rest);
        links.reverse();
        self.call(if *operator == BinaryOperator::And { Function::And } else { Function::Or }, &links)
    }

    fn column(&self, root: &Ident, steps: impl Iterator<Item = Result<Step, Error>>) -> Result<Expression, Error> {
        let is_table = root.value.eq_ignore_ascii_case(&self.table);
        let first = (!is_table).then(|| step(root));
        Ok(Expression::Column(Column::Path(first.into_iter().chain(steps).collect::<Result<_, _>>()?)))
    }

    fn list(&mut self, elements: &[Expr]) -> Result<Expression, Error> {
        let mut json = Vec::from(b"[");
        for (index, element) in elements.iter().enumerate() {
            let Expression::Literal(value) = self.expression(element)? else { return Err(unsupported(element)) };
            json.extend((index > 0).then_some(b','));
            value.write_json(&mut json);
        }
        json.push(b']');
        Ok(Expression::Literal(Value::Json(String::from_utf8_lossy(&json).into_owned().into())))
    }

    fn like(&mut self, text: &Expr, pattern: &Expr, escape: Option<&Expr>) -> Result<Expression, Error> {
        let escape =
            escape.map(|escape| single_character(escape).ok_or_else(|| refuse("the ESCAPE of LIKE must be one character")));
        let escape = escape.transpose()?;
        match self.expression(pattern)? {
            Expression::Literal(Value::Text(pattern)) => {
                self.call(Function::Like(Like::Known(LikePattern::new(&pattern, escape)?)), &[text])
            }
            pattern => Ok(call(Function::Like(Like::PerRecord(escape)), vec![self.expression(text)?, pattern])),
        }
    }

    fn function(&mut self, function: &Named, expr: &Expr) -> Result<Expression, Error> {
        let name = function.name.to_string().to_ascii_lowercase();
        let FunctionArguments::List(list) = &function.args else { return Err(unsupported(expr)) };
        let is_plain = list.clauses.is_empty()
            && list.duplicate_treatment != Some(DuplicateTreatment::Distinct)
            && function.filter.is_none()
            && function.over.is_none()
            && function.null_treatment.is_none()
            && function.within_group.is_empty()
            && function.parameters == FunctionArguments::None;
        if !is_plain {
            return Err(unsupported(expr));
        }
        if let Some(kind) = Kind::of_name(&name) {
            return self.aggregate(kind, list);
        }
        let arguments = list.args.iter().map(plain_argument).collect::<Option<Vec<_>>>().ok_or_else(|| unsupported(expr))?;
        let function = match (name.as_str(), arguments.as_slice()) {
            ("coalesce", [_, ..]) => Function::Coalesce,
            ("nullif", [_, _]) => Function::NullIf,
            ("date_add", [part, quantity, moment]) => {
                return self.call(Function::DateAdd(date_part(part)?), &[quantity, moment]);
            }
            ("date_diff", [part, from, to]) => return self.call(Function::DateDiff(date_part(part)?), &[from, to]),
            ("to_string", [moment, pattern]) => {
                let Some(pattern) = text(pattern) else {
                    return Err(refuse("the pattern of TO_STRING must be a string literal"));
                };
                return self.call(Function::ToString(pattern.parse()?), &[moment]);
            }
            ("to_timestamp", [_]) => Function::ToTimestamp,
            ("utcnow", []) => return Ok(Expression::Literal(Value::Moment(self.now))),
            ("char_length" | "character_length", [_]) => Function::CharLength,
            ("lower", [_]) => Function::Lower,
            ("upper", [_]) => Function::Upper,
            _ => {
                let count = arguments.len();
                return Err(refuse(format!("there is no function {} that takes {count} arguments", excerpt(&name))));
            }
        };
        self.call(function, &arguments)
    }

    fn aggregate(&mut self, kind: Kind, list: &FunctionArgumentList) -> Result<Expression, Error> {
        if !self.takes_aggregates {
            return Err(refuse("an aggregate may stand in the SELECT list only, and in no other aggregate"));
        }
        let argument = match list.args.as_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)] if kind == Kind::Count => None,
            [argument] => {
                let argument = plain_argument(argument).ok_or_else(|| refuse("only COUNT takes *"))?;
                self.takes_aggregates = false;
                let argument = self.expression(argument);
                self.takes_aggregates = true;
                Some(argument?)
            }
            arguments => return Err(refuse(format!("an aggregate takes one argument, not {}", arguments.len()))),
        };
        self.aggregates.push(Aggregate::new(kind, argument));
        Ok(Expression::Total(self.aggregates.len() - 1))
    }
}

fn negated(is_negated: bool, expression: Expression) -> Expression {
    if is_negated { call(Function::Not, vec![expression]) } else { expression }
}

fn literal(value: &Literal) -> Option<Value<'static>> {
    Some(match value {
        Literal::Null => Value::Null,
        Literal::Boolean(bool) => Value::Bool(*bool),
        Literal::Number(digits, false) => Value::Number(digits.parse().ok()?),
        Literal::SingleQuotedString(text) => Value::Text(text.clone().into()),
        _ => return None,
    })
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            Literal::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn single_character(expr: &Expr) -> Option<char> {
    let mut characters = text(expr)?.chars();
    characters.next().filter(|_| characters.next().is_none())
}

fn step(name: &Ident) -> Result<Step, Error> {
    let text = name.value.clone();
    match name.quote_style {
        None if is_reserved(&text) => {
            let message = format!("{text} is a reserved word: to name a field, put it in double quotes, as in \"{text}\"");
            Err(refuse(message))
        }
        None => Ok(Step::Name { text, is_exact: false }),
        Some('"') => Ok(Step::Name { text, is_exact: true }),
        Some(_) => Err(refuse(format!("`{}` names no field: names stand in double quotes", excerpt(&text)))),
    }
}

fn access(access: &AccessExpr) -> Result<Step, Error> {
    let found = match access {
        AccessExpr::Dot(Expr::Identifier(name)) => return step(name),
        AccessExpr::Subscript(Subscript::Index { index: Expr::Value(value) }) => match &value.value {
            Literal::Number(digits, _) => digits.parse().ok().map(Step::Element),
            Literal::SingleQuotedString(text) => Some(Step::Name { text: text.clone(), is_exact: true }),
            _ => None,
        },
        _ => None,
    };
    found.ok_or_else(|| refuse(format!("{} leads to no field: [ ] takes a number from 0 on", excerpt(&access.to_string()))))
}

fn is_missing(name: &Ident) -> bool {
    name.quote_style.is_none() && name.value.eq_ignore_ascii_case("missing")
}

fn is_missing_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(name) if is_missing(name))
}

fn plain_argument(argument: &FunctionArg) -> Option<&Expr> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

fn operator(operator: &BinaryOperator) -> Option<Function> {
    Some(match operator {
        BinaryOperator::Plus => Function::Arithmetic(Operator::Add),
        BinaryOperator::Minus => Function::Arithmetic(Operator::Subtract),
        BinaryOperator::Multiply => Function::Arithmetic(Operator::Multiply),
        BinaryOperator::Divide => Function::Arithmetic(Operator::Divide),
        BinaryOperator::Modulo => Function::Arithmetic(Operator::Modulo),
        BinaryOperator::Eq => Function::Compare(Comparison::Equal),
        BinaryOperator::NotEq => Function::Compare(Comparison::NotEqual),
        BinaryOperator::Lt => Function::Compare(Comparison::Less),
        BinaryOperator::LtEq => Function::Compare(Comparison::LessOrEqual),
        BinaryOperator::Gt => Function::Compare(Comparison::Greater),
        BinaryOperator::GtEq => Function::Compare(Comparison::GreaterOrEqual),
        _ => return None,
    })
}

/// Precisions and lengths are not supported.
fn cast_type(data_type: &DataType) -> Result<Type, Error> {
    match data_type.to_string().to_ascii_lowercase().as_str() {
        "bool" => Ok(Type::Bool),
        "int" | "integer" => Ok(Type::Integer),
        "string" => Ok(Type::Text),
        "float" => Ok(Type::Float),
        "decimal" | "numeric" => Ok(Type::Decimal),
        "timestamp" => Ok(Type::Moment),
        other => {
            let types = "bool, int, integer, string, float, decimal, numeric and timestamp";
            Err(refuse(format!("CAST to {} is not supported; the types are {types}", excerpt(other))))
        }
    }
}

fn extracted(field: &DateTimeField) -> Result<Field, Error> {
    match field {
        DateTimeField::TimezoneHour => Ok(Field::TimezoneHour),
        DateTimeField::TimezoneMinute => Ok(Field::TimezoneMinute),
        other => other.to_string().parse().map(Field::Date),
    }
}

fn date_part(expr: &Expr) -> Result<DatePart, Error> {
    excerpt(&expr.to_string()).parse()
}

fn side(side: Option<TrimWhereField>) -> Side {
    match side {
        None | Some(TrimWhereField::Both) => Side::Both,
        Some(TrimWhereField::Leading) => Side::Leading,
        Some(TrimWhereField::Trailing) => Side::Trailing,
    }
}
