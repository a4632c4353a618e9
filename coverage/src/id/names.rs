//! Names inside a resource group or a vault.
//!
//! The rules are those of Azure's naming pages (general knowledge, not part of the collected
//! facts). For enterprise policies no source gives a rule; the generic one of Resource Manager is
//! used, which refuses what no resource name may hold and nothing more.

use std::str::FromStr;

use super::arm::{check_not_blank, recognise};
use super::{ParseError, Problem, text_type};

/// The name of a resource group.
///
/// ```
/// use ppcmk_coverage::ResourceGroupName;
///
/// assert!("rg-cmk_(eu).1".parse::<ResourceGroupName>().is_ok());
/// assert!("rg/cmk".parse::<ResourceGroupName>().is_err());
/// ```
#[derive(Clone)]
pub struct ResourceGroupName {
    text: Box<str>,
}

text_type!(ResourceGroupName);

impl FromStr for ResourceGroupName {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        check_name(text, "the resource group's name")
            .and_then(|()| check_resource_group(text))
            .map_err(|problem| ParseError::new("resource group name", text, problem))?;
        Ok(Self { text: text.into() })
    }
}

/// The name of an enterprise policy.
///
/// ```
/// use ppcmk_coverage::PolicyName;
///
/// assert!("ep-cmk-eu".parse::<PolicyName>().is_ok());
/// let error = "https://example.com".parse::<PolicyName>().unwrap_err();
/// assert!(error.to_string().ends_with("this is a URI, and the policy's name is meant"));
/// ```
#[derive(Clone)]
pub struct PolicyName {
    text: Box<str>,
}

text_type!(PolicyName);

impl FromStr for PolicyName {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        check_name(text, "the policy's name")
            .and_then(|()| check_policy_name(text))
            .map_err(|problem| ParseError::new("policy name", text, problem))?;
        Ok(Self { text: text.into() })
    }
}

/// The name of a key in a vault.
///
/// ```
/// use ppcmk_coverage::KeyName;
///
/// let error = "https://kv-cmk-eu.vault.azure.net/keys/cmk".parse::<KeyName>().unwrap_err();
/// assert!(error.to_string().ends_with("this is the URI of a key, and the key's name is meant"));
/// ```
#[derive(Clone)]
pub struct KeyName {
    text: Box<str>,
}

text_type!(KeyName);

impl FromStr for KeyName {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        check_name(text, "the key's name")
            .and_then(|()| check_length("the key's name", text, 1, 127))
            .and_then(|()| {
                check_characters("the key's name", text, "letters, digits and hyphens", |c| {
                    c.is_ascii_alphanumeric() || c == '-'
                })
            })
            .map_err(|problem| ParseError::new("key name", text, problem))?;
        Ok(Self { text: text.into() })
    }
}

/// One version of a key: 32 hexadecimal digits.
///
/// ```
/// use ppcmk_coverage::KeyVersion;
///
/// assert!("fd618d9519b74f9aae94ade66b876acc".parse::<KeyVersion>().is_ok());
/// let error = "fd618d9519b74f9aae94ade66b876ac".parse::<KeyVersion>().unwrap_err();
/// assert!(error.to_string().contains("has 31 characters"));
/// ```
#[derive(Clone)]
pub struct KeyVersion {
    text: Box<str>,
}

text_type!(KeyVersion);

impl FromStr for KeyVersion {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        check_name(text, "the key's version")
            .and_then(|()| check_length("the key's version", text, 32, 32))
            .and_then(|()| {
                check_characters("the key's version", text, "hexadecimal digits", |c| {
                    c.is_ascii_hexdigit()
                })
            })
            .map_err(|problem| ParseError::new("key version", text, problem))?;
        Ok(Self { text: text.into() })
    }
}

fn check_name(text: &str, expected: &'static str) -> Result<(), Problem> {
    check_not_blank(text)?;
    match recognise(text) {
        // "rg/cmk" is a name with a wrong character rather than another kind of thing.
        Some("a path") | None => Ok(()),
        Some(seen) => Err(Problem::Confused { seen, expected }),
    }
}

pub(crate) fn check_resource_group(text: &str) -> Result<(), Problem> {
    const PART: &str = "the resource group's name";
    const ALLOWED: &str = "letters, digits, `_`, `-`, `.`, `(` and `)`, no `.` at the end";
    check_length(PART, text, 1, 90)?;
    check_characters(PART, text, ALLOWED, |c| {
        c.is_alphanumeric() || "_-.()".contains(c)
    })?;
    check_last(PART, text, ALLOWED, &['.'])
}

pub(crate) fn check_policy_name(text: &str) -> Result<(), Problem> {
    const PART: &str = "the policy's name";
    const ALLOWED: &str =
        "anything but `<`, `>`, `%`, `&`, `:`, `\\`, `?`, `/`, `#`, no `.` at the end";
    check_length(PART, text, 1, 260)?;
    check_characters(PART, text, ALLOWED, |c| {
        !c.is_control() && !c.is_whitespace() && !"<>%&:\\?/#".contains(c)
    })?;
    check_last(PART, text, ALLOWED, &['.'])
}

/// Vault and managed HSM names: a letter, then letters, digits and single hyphens, 3 to 24.
pub(crate) fn check_vault_name(text: &str) -> Result<(), Problem> {
    const PART: &str = "the key vault's name";
    check_length(PART, text, 3, 24)?;
    check_characters(PART, text, "letters, digits and hyphens", |c| {
        c.is_ascii_alphanumeric() || c == '-'
    })
}

fn check_length(part: &'static str, text: &str, min: usize, max: usize) -> Result<(), Problem> {
    let seen = text.chars().count();
    if (min..=max).contains(&seen) {
        return Ok(());
    }
    Err(Problem::Length {
        part,
        seen,
        min,
        max,
    })
}

fn check_characters(
    part: &'static str,
    text: &str,
    allowed: &'static str,
    is_allowed: impl Fn(char) -> bool,
) -> Result<(), Problem> {
    match text
        .chars()
        .enumerate()
        .find(|(_, character)| !is_allowed(*character))
    {
        None => Ok(()),
        Some((index, character)) => Err(Problem::Character {
            part,
            character,
            position: index + 1,
            allowed,
        }),
    }
}

fn check_last(
    part: &'static str,
    text: &str,
    allowed: &'static str,
    refused: &[char],
) -> Result<(), Problem> {
    match text.chars().last() {
        Some(character) if refused.contains(&character) => {
            let position = text.chars().count();
            Err(Problem::Character {
                part,
                character,
                position,
                allowed,
            })
        }
        _ => Ok(()),
    }
}
