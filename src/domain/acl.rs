//! Access control lists: who but the owner may do what.

/// What an operation asks of an ACL for callers other than the owner (ACL Overview, 436/30583).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// READ of the object, or of the bucket for operations on buckets.
    Read,
    /// WRITE of the bucket.
    Write,
    ReadAcp,
    WriteAcp,
    /// No ACL grants it; a policy may.
    PolicyOnly,
    /// Everybody may, also unsigned; the operation itself decides the rest.
    Anybody,
}
