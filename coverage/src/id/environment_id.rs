//! The id of a Power Platform environment.

use std::str::FromStr;

use super::arm::{check_not_blank, recognise};
use super::guid::check_guid_part;
use super::{ParseError, Problem, text_type};

const PREFIX: &str = "default-";

/// The id of a Power Platform environment: a GUID, or `Default-{tenant id}` (API facts 4.1).
///
/// ```
/// use ppcmk_coverage::EnvironmentId;
///
/// let id: EnvironmentId = "Default-11111111-1111-1111-1111-111111111111".parse()?;
/// assert!(id.is_default());
///
/// let error = "https://org0fadb1dd.crm.dynamics.com".parse::<EnvironmentId>().unwrap_err();
/// assert!(error.to_string().ends_with("this is a URI, and the environment's id is meant"));
/// # Ok::<(), ppcmk_coverage::ParseError>(())
/// ```
#[derive(Clone)]
pub struct EnvironmentId {
    text: Box<str>,
}

text_type!(EnvironmentId);

impl EnvironmentId {
    /// Whether this is the tenant's default environment.
    pub fn is_default(&self) -> bool {
        strip_default(&self.text).is_some()
    }
}

impl FromStr for EnvironmentId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        check(text).map_err(|problem| ParseError::new("environment id", text, problem))?;
        Ok(Self { text: text.into() })
    }
}

fn check(text: &str) -> Result<(), Problem> {
    check_not_blank(text)?;
    if let Some(tenant) = strip_default(text) {
        return check_guid_part("the tenant id after `Default-`", tenant);
    }
    if let Some(seen) = recognise(text) {
        return Err(Problem::Confused {
            seen,
            expected: "the environment's id",
        });
    }
    check_guid_part("the environment id", text)
}

fn strip_default(text: &str) -> Option<&str> {
    let head = text.get(..PREFIX.len())?;
    head.eq_ignore_ascii_case(PREFIX)
        .then(|| &text[PREFIX.len()..])
}
