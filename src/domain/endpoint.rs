//! The kinds of hosts that a bucket has.

use serde::{Deserialize, Serialize};

/// What a host of a bucket serves (Regions and Access Endpoints, 436/6224).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Endpoint {
    /// The API.
    Rest,
    /// The static website: objects to read, and nothing of the API.
    Website,
    /// Global acceleration: objects to move, and little else of the API.
    Accelerate,
}
