//! Tencent Cloud Object Storage (COS, XML API) on one machine.
//!
//! The folders are floors: code names its own floor or a lower one (`tests/floors.rs`).
//!
//! | floor | is |
//! |---|---|
//! | [`config`] | the command line and the environment |
//! | [`server`] | sockets, HTTP, who is calling and whether they may |
//! | [`operations`] | what COS does, an operation a file |
//! | [`storage`] | records in sled, bodies in files |
//! | [`domain`] | COS's words and rules as checked types |
//! | [`codec`] | bytes and text: signatures, checksums, encryption, XML |

pub mod codec;
pub mod config;
pub mod domain;
pub mod operations;
pub mod server;
pub mod storage;
