//! The SQL of SELECT Object Content, without its input and output (436/32473 to 436/32477).

pub mod like;
pub mod moment;
pub mod moment_text;
pub mod number;
pub mod pattern;
