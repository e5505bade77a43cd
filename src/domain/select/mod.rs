//! SELECT Object Content: what it asks for, its SQL, and records in and out (436/32360, 436/32473 to 436/32477).

pub mod aggregate;
pub mod column;
pub mod expression;
pub mod function;
pub mod like;
pub mod moment;
pub mod moment_text;
pub mod number;
pub mod output;
pub mod parameters;
pub mod pattern;
pub mod query;
pub mod reserved;
pub mod statement;
pub mod value;

mod clauses;
mod dialect;
mod translate;
