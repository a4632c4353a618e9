//! The handle by which the environment API knows a policy.

use std::str::FromStr;

use super::arm::{POLICY_TYPE, check_not_blank, recognise, split};
use super::guid::check_guid_part;
use super::{ParseError, Problem, text_type};
use crate::geo::PolicyLocation;

const WHAT: &str = "system id";

/// The id of an enterprise policy in the environment API.
///
/// `/regions/{geo}/providers/Microsoft.PowerPlatform/enterprisePolicies/{guid}`. It is the only
/// handle that linking understands (API facts 2.2, 4.4).
///
/// ```
/// use ppcmk_coverage::SystemId;
///
/// let id: SystemId = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies\
///     /33333333-3333-3333-3333-333333333333".parse()?;
/// assert_eq!(id.location().as_str(), "europe");
/// assert_eq!(id.policy_guid(), "33333333-3333-3333-3333-333333333333");
/// # Ok::<(), ppcmk_coverage::ParseError>(())
/// ```
#[derive(Clone)]
pub struct SystemId {
    text: Box<str>,
    location: PolicyLocation,
}

text_type!(SystemId);

impl SystemId {
    /// The location in the id, which is the policy's.
    pub fn location(&self) -> &PolicyLocation {
        &self.location
    }

    /// The GUID at the end, which environments also show as `policyId`.
    pub fn policy_guid(&self) -> &str {
        // Checked while parsing: the id ends with a slash and 36 ASCII characters.
        &self.text[self.text.len() - 36..]
    }

    /// Whether both name one policy. The GUID decides: the geo before it has more than one spelling
    /// (API facts 2.5).
    pub fn is_same_policy(&self, other: &Self) -> bool {
        self.policy_guid().eq_ignore_ascii_case(other.policy_guid())
    }
}

impl FromStr for SystemId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let location = parse(text).map_err(|problem| ParseError::new(WHAT, text, problem))?;
        Ok(Self {
            text: text.into(),
            location: PolicyLocation::new(location),
        })
    }
}

fn parse(text: &str) -> Result<&str, Problem> {
    check_not_blank(text)?;
    if let Some(seen) = recognise(text).filter(|seen| !matches!(*seen, "a system id" | "a path")) {
        return Err(Problem::Confused {
            seen,
            expected: "the policy's system id",
        });
    }
    let mut segments = split(text, "/regions/{geo}/providers/")?;
    segments.word("regions")?;
    let location = segments.next("the policy's location")?;
    segments.word("providers")?;
    let namespace = segments.next("`Microsoft.PowerPlatform`")?;
    let resource_type = segments.next("`enterprisePolicies`")?;
    let seen = format!("{namespace}/{resource_type}");
    if !seen.eq_ignore_ascii_case(POLICY_TYPE) {
        return Err(Problem::ResourceType {
            seen,
            expected: POLICY_TYPE,
        });
    }
    let guid = segments.next("the policy's GUID")?;
    check_guid_part("the policy's GUID", guid)?;
    segments.end()?;
    Ok(location)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guid_decides_which_policy_it_is() {
        let id = |geo: &str, end: &str| -> SystemId {
            let guid = format!("33333333-3333-3333-3333-33333333333{end}");
            format!("/regions/{geo}/providers/Microsoft.PowerPlatform/enterprisePolicies/{guid}")
                .parse()
                .unwrap()
        };
        assert!(id("uk", "a").is_same_policy(&id("unitedkingdom", "A")));
        assert!(!id("uk", "a").is_same_policy(&id("uk", "b")));
    }
}
