//! Cross-origin rules of a bucket (PUT Bucket cors, 436/8279).

use serde::{Deserialize, Serialize};

use crate::domain::setting::{Setting, SettingKind};

/// The rules in the order in which they are tried; 1 to 100.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorsRules {
    pub rules: Vec<CorsRule>,
    /// Whether every answer says `Vary: Origin`; `None` as long as nobody said.
    pub response_vary: Option<bool>,
}

/// Texts are as given. One `*` in an origin or header stands for any run of characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorsRule {
    pub id: Option<String>,
    /// One or more.
    pub origins: Vec<String>,
    /// One or more.
    pub methods: Vec<CorsMethod>,
    pub headers: Vec<String>,
    pub exposed: Vec<String>,
    /// Seconds.
    pub max_age: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CorsMethod {
    Get,
    Put,
    Post,
    Delete,
    Head,
}

impl CorsMethod {
    pub const ALL: [Self; 5] = [Self::Get, Self::Put, Self::Post, Self::Delete, Self::Head];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
        }
    }
}

impl Setting for CorsRules {
    const KIND: SettingKind = SettingKind::Cors;
}
