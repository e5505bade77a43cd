//! cos
pub mod codec;
pub mod domain;
pub mod storage;
