//! The ARM id of a role assignment.

use std::str::FromStr;

use super::arm::check_not_blank;
use super::guid::check_guid_part;
use super::{ParseError, Problem, text_type};

const MARKER: &str = "/providers/microsoft.authorization/roleassignments/";

/// The ARM id of a role assignment at any scope (API facts 3.4).
///
/// ```
/// use ppcmk_coverage::RoleAssignmentId;
///
/// let id: RoleAssignmentId = "/subscriptions/22222222-2222-2222-2222-222222222222\
///     /providers/Microsoft.Authorization/roleAssignments/77777777-7777-7777-7777-777777777777".parse()?;
/// assert_eq!(id.scope(), "/subscriptions/22222222-2222-2222-2222-222222222222");
/// assert_eq!(id.name(), "77777777-7777-7777-7777-777777777777");
/// # Ok::<(), ppcmk_coverage::ParseError>(())
/// ```
#[derive(Clone)]
pub struct RoleAssignmentId {
    text: Box<str>,
    scope_length: usize,
}

text_type!(RoleAssignmentId);

impl RoleAssignmentId {
    /// Where the assignment holds; empty for the tenant's root.
    pub fn scope(&self) -> &str {
        &self.text[..self.scope_length]
    }

    /// The assignment's own GUID.
    pub fn name(&self) -> &str {
        &self.text[self.scope_length + MARKER.len()..]
    }
}

impl FromStr for RoleAssignmentId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let scope_length =
            parse(text).map_err(|problem| ParseError::new("role assignment id", text, problem))?;
        Ok(Self {
            text: text.into(),
            scope_length,
        })
    }
}

/// The length of the scope.
fn parse(text: &str) -> Result<usize, Problem> {
    check_not_blank(text)?;
    if !text.starts_with('/') {
        return Err(Problem::Beginning { expected: "/" });
    }
    // The last one counts: a scope may itself end in a role assignment's path, never the reverse.
    let Some(scope_length) = text.to_ascii_lowercase().rfind(MARKER) else {
        let expected = "`/providers/Microsoft.Authorization/roleAssignments/{guid}`".to_owned();
        return Err(Problem::TooShort { expected });
    };
    check_guid_part(
        "the assignment's name",
        &text[scope_length + MARKER.len()..],
    )?;
    Ok(scope_length)
}
