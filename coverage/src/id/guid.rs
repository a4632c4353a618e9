//! GUIDs and the ids that are nothing else.

use std::str::FromStr;

use super::{ParseError, Problem, text_type};

/// What is wrong with a GUID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuidProblem {
    /// Too few or too many characters.
    #[error("it has {0} characters, 36 are expected")]
    Length(usize),
    /// Not a hexadecimal digit.
    #[error("character '{character}' at position {position} is not a hexadecimal digit")]
    Digit {
        /// The character that stands there.
        character: char,
        /// Counted from 1.
        position: usize,
    },
    /// Not a hyphen.
    #[error("character '{character}' at position {position} should be a hyphen")]
    Hyphen {
        /// The character that stands there.
        character: char,
        /// Counted from 1.
        position: usize,
    },
}

/// Checks `8-4-4-4-12` hexadecimal digits; braces and bare digits are not accepted.
pub(crate) fn check_guid(text: &str) -> Result<(), GuidProblem> {
    let length = text.chars().count();
    if length != 36 {
        return Err(GuidProblem::Length(length));
    }
    for (index, character) in text.chars().enumerate() {
        let position = index + 1;
        if matches!(index, 8 | 13 | 18 | 23) {
            if character != '-' {
                return Err(GuidProblem::Hyphen {
                    character,
                    position,
                });
            }
        } else if !character.is_ascii_hexdigit() {
            return Err(GuidProblem::Digit {
                character,
                position,
            });
        }
    }
    Ok(())
}

/// Checks a GUID that is a part of something larger.
pub(crate) fn check_guid_part(part: &'static str, seen: &str) -> Result<(), Problem> {
    check_guid(seen).map_err(|problem| Problem::Guid {
        part,
        seen: seen.to_owned(),
        problem,
    })
}

/// Says what a text is that should have been a bare GUID.
fn check_bare_guid(part: &'static str, expected: &'static str, text: &str) -> Result<(), Problem> {
    super::arm::check_not_blank(text)?;
    if let Some(seen) = super::arm::recognise(text) {
        return Err(Problem::Confused { seen, expected });
    }
    check_guid_part(part, text)
}

macro_rules! guid_type {
    ($(#[$meta:meta])* $name:ident, $what:literal, $part:literal, $expected:literal) => {
        $(#[$meta])*
        #[derive(Clone)]
        pub struct $name {
            text: Box<str>,
        }

        text_type!($name);

        impl FromStr for $name {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                check_bare_guid($part, $expected, text)
                    .map_err(|problem| ParseError::new($what, text, problem))?;
                Ok(Self { text: text.into() })
            }
        }
    };
}

guid_type!(
    /// An Azure subscription.
    ///
    /// ```
    /// use ppcmk_coverage::SubscriptionId;
    ///
    /// let error = "2222222-2222-2222-2222-222222222222".parse::<SubscriptionId>().unwrap_err();
    /// assert!(error.to_string().ends_with("it has 35 characters, 36 are expected"));
    ///
    /// let error = "22222222-g222-2222-2222-222222222222".parse::<SubscriptionId>().unwrap_err();
    /// assert!(error.to_string().contains("character 'g' at position 10"));
    /// ```
    SubscriptionId, "subscription id", "the subscription id", "the subscription's GUID"
);
guid_type!(
    /// An Entra tenant.
    TenantId, "tenant id", "the tenant id", "the tenant's GUID"
);
guid_type!(
    /// The object id of a principal in Entra, such as a policy's identity.
    PrincipalId, "principal id", "the principal id", "the principal's object id, a GUID,"
);
