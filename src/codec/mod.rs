//! Bytes and text, both ways; knows no COS object, no store and no socket.

pub mod api_signature;
pub mod aws_chunked;
pub mod checksum;
pub mod crypto;
pub mod csv;
pub mod delimited;
pub mod event_stream;
pub mod form;
pub mod json;
pub mod mac;
pub mod percent;
pub mod signature;
pub mod signature_v4;
pub mod token;
pub mod tree;
pub mod xml;
pub mod xml_rewrite;
