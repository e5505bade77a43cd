//! Whom a grant of an ACL is for (ACL Overview, 436/30583).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::account::UserId;
use crate::domain::error::Error;

/// Users stand before groups, as COS lists them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grantee {
    User(UserId),
    Group(Group),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Group {
    /// Everybody, also unsigned.
    AllUsers,
    /// Everybody who signs.
    AuthenticatedUsers,
}

/// The id that stands for everybody in older documents, such as coscmd's.
const ANYONE: &str = "qcs::cam::anyone:anyone";

/// Reads an id: of a user, or the one of everybody.
impl FromStr for Grantee {
    type Err = Error;

    fn from_str(id: &str) -> Result<Self, Error> {
        if id == ANYONE { Ok(Self::Group(Group::AllUsers)) } else { id.parse().map(Self::User) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_users_or_everybodys() {
        assert_eq!("qcs::cam::anyone:anyone".parse::<Grantee>().expect("an id"), Grantee::Group(Group::AllUsers));
        let user = UserId { root: "1".to_owned(), user: "11".to_owned() };
        assert_eq!("1/11".parse::<Grantee>().expect("an id"), Grantee::User(user));
        assert!("anyone".parse::<Grantee>().is_err());
    }
}
