//! Storage classes (Storage Class Overview, 436/30925).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};

macro_rules! storage_classes {
    ($($variant:ident $name:literal,)+) => {
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub enum StorageClass { #[default] $($variant,)+ }

        impl StorageClass {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

storage_classes! {
    Standard "STANDARD",
    StandardIa "STANDARD_IA",
    IntelligentTiering "INTELLIGENT_TIERING",
    Archive "ARCHIVE",
    DeepArchive "DEEP_ARCHIVE",
    MazStandard "MAZ_STANDARD",
    MazStandardIa "MAZ_STANDARD_IA",
    MazIntelligentTiering "MAZ_INTELLIGENT_TIERING",
    MazArchive "MAZ_ARCHIVE",
    MazDeepArchive "MAZ_DEEP_ARCHIVE",
}

impl StorageClass {
    /// The class of a new object: the one asked for, or that of ordinary objects in such a bucket.
    ///
    /// # Errors
    /// `OAZOperationNotSupportOnMAZBucket` and `MAZOperationNotSupportOnOAZBucket`: a bucket of several zones holds the classes
    /// `MAZ_…` only, any other bucket all but those.
    pub fn in_bucket(asked: Option<Self>, is_multi_az: bool) -> Result<Self, Error> {
        match (asked, is_multi_az) {
            (None, false) => Ok(Self::Standard),
            (None, true) => Ok(Self::MazStandard),
            (Some(class), _) if class.is_multi_az() == is_multi_az => Ok(class),
            (Some(class), true) => {
                let message = format!("{} is a class of single zones; a bucket of several zones has MAZ_… classes", class.name());
                Err(ErrorCode::OAZOperationNotSupportOnMAZBucket.because(message))
            }
            (Some(class), false) => {
                let message =
                    format!("{} is a class of several zones; only buckets made with BucketAZConfig MAZ have it", class.name());
                Err(ErrorCode::MAZOperationNotSupportOnOAZBucket.because(message))
            }
        }
    }

    /// Whether content is kept in several zones.
    pub fn is_multi_az(self) -> bool {
        self.name().starts_with("MAZ_")
    }

    /// Whether content must be restored before it can be read.
    pub const fn is_archived(self) -> bool {
        matches!(self, Self::Archive | Self::DeepArchive | Self::MazArchive | Self::MazDeepArchive)
    }

    /// How seldom its objects are meant to be read: lifecycle rules move objects to colder classes only.
    pub const fn coldness(self) -> u8 {
        match self {
            Self::Standard | Self::MazStandard => 0,
            Self::StandardIa | Self::MazStandardIa | Self::IntelligentTiering | Self::MazIntelligentTiering => 1,
            Self::Archive | Self::MazArchive => 2,
            Self::DeepArchive | Self::MazDeepArchive => 3,
        }
    }

    /// Whether answers carry `x-cos-storage-tier`.
    pub const fn is_tiered(self) -> bool {
        matches!(self, Self::IntelligentTiering | Self::MazIntelligentTiering)
    }
}

impl FromStr for StorageClass {
    type Err = Error;

    /// In any letter case (Java sends `Standard_IA`).
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|class| class.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|class| class.name()).collect();
            let message = format!("the storage class {text:?} is not supported; it must be one of {}", names.join(", "));
            ErrorCode::NotSupportedStorageClass.because(message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_the_classes_of_its_zones() {
        let in_bucket = |asked, is_multi_az| StorageClass::in_bucket(asked, is_multi_az).map_err(|error| error.code());
        assert_eq!((in_bucket(None, false), in_bucket(None, true)), (Ok(StorageClass::Standard), Ok(StorageClass::MazStandard)));
        for class in StorageClass::ALL {
            let (here, elsewhere) = (in_bucket(Some(*class), class.is_multi_az()), in_bucket(Some(*class), !class.is_multi_az()));
            let refusal = if class.is_multi_az() {
                ErrorCode::MAZOperationNotSupportOnOAZBucket
            } else {
                ErrorCode::OAZOperationNotSupportOnMAZBucket
            };
            assert_eq!((here, elsewhere), (Ok(*class), Err(refusal)));
        }
    }

    #[test]
    fn names_are_read_in_any_letter_case() {
        assert_eq!("Standard_ia".parse::<StorageClass>().expect("known"), StorageClass::StandardIa);
        let error = "REDUCED".parse::<StorageClass>().expect_err("unknown");
        assert_eq!(error.code(), ErrorCode::NotSupportedStorageClass);
        for class in StorageClass::ALL {
            assert_eq!(class.name().parse::<StorageClass>().expect("own name"), *class);
            assert_eq!(class.name().starts_with("MAZ_"), class.is_multi_az());
        }
    }
}
