//! What can be set on a bucket, by kind: the record of a bucket says which kinds are set.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

macro_rules! setting_kinds {
    ($($name:ident = $bit:literal,)+) => {
        /// The kinds of settings. Their numbers are kept in data folders: none is ever given to another kind.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum SettingKind { $($name = $bit,)+ }

        impl SettingKind {
            pub const ALL: &[Self] = &[$(Self::$name,)+];
        }
    };
}

setting_kinds! {
    Accelerate = 0,
    Acl = 1,
    Cors = 2,
    Domain = 3,
    DomainCertificate = 4,
    Encryption = 5,
    IntelligentTiering = 6,
    Inventory = 7,
    Lifecycle = 8,
    Logging = 9,
    ObjectLock = 10,
    Origin = 11,
    Policy = 12,
    Referer = 13,
    Replication = 14,
    StrictSignature = 15,
    Tagging = 16,
    Website = 17,
}

/// A setting as it is stored: one value a bucket and kind, also where COS keeps several under ids.
pub trait Setting: Serialize + DeserializeOwned + Send + 'static {
    const KIND: SettingKind;
}

/// Which kinds are set, so that a request looks none up in vain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingSet(u32);

impl SettingSet {
    pub fn has(self, kind: SettingKind) -> bool {
        self.0 & bit(kind) != 0
    }

    #[must_use]
    pub fn with(self, kind: SettingKind, is_set: bool) -> Self {
        if is_set { Self(self.0 | bit(kind)) } else { Self(self.0 & !bit(kind)) }
    }
}

const fn bit(kind: SettingKind) -> u32 {
    1 << kind as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_set_and_unset_by_itself() {
        for kind in SettingKind::ALL {
            let set = SettingSet::default().with(*kind, true);
            assert!(SettingKind::ALL.iter().all(|other| set.has(*other) == (other == kind)), "{kind:?}");
            assert_eq!(set.with(*kind, false), SettingSet::default());
        }
    }
}
