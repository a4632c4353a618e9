//! The ARM id of an enterprise policy.

use std::str::FromStr;

use super::arm::{POLICY_TYPE, check_not_blank, parse_resource, recognise};
use super::names::check_policy_name;
use super::{ParseError, PolicyName, Problem, ResourceGroupName, SubscriptionId, text_type};

const WHAT: &str = "policy id";

/// The ARM id of an enterprise policy.
///
/// `/subscriptions/{guid}/resourceGroups/{group}/providers/Microsoft.PowerPlatform/enterprisePolicies/{name}`
/// (API facts 2.2). Compared without case, printed as given.
///
/// ```
/// use ppcmk_coverage::PolicyId;
///
/// let id: PolicyId = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk\
///     /providers/Microsoft.PowerPlatform/enterprisePolicies/ep-cmk-eu".parse()?;
/// assert_eq!(id.name().as_str(), "ep-cmk-eu");
/// assert_eq!(id.resource_group().as_str(), "rg-cmk");
///
/// let shouting: PolicyId = id.as_str().to_uppercase().parse()?;
/// assert_eq!(id, shouting);
/// # Ok::<(), ppcmk_coverage::ParseError>(())
/// ```
#[derive(Clone)]
pub struct PolicyId {
    text: Box<str>,
    subscription: SubscriptionId,
    resource_group: ResourceGroupName,
    name: PolicyName,
}

text_type!(PolicyId);

impl PolicyId {
    /// The id of a policy from its parts.
    pub fn new(
        subscription: SubscriptionId,
        resource_group: ResourceGroupName,
        name: PolicyName,
    ) -> Self {
        let text = format!(
            "/subscriptions/{subscription}/resourceGroups/{resource_group}/providers/{POLICY_TYPE}/{name}"
        );
        Self {
            text: text.into(),
            subscription,
            resource_group,
            name,
        }
    }

    /// The subscription that holds the policy.
    pub fn subscription(&self) -> &SubscriptionId {
        &self.subscription
    }

    /// The resource group that holds the policy.
    pub fn resource_group(&self) -> &ResourceGroupName {
        &self.resource_group
    }

    /// The policy's name.
    pub fn name(&self) -> &PolicyName {
        &self.name
    }
}

impl FromStr for PolicyId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |problem| ParseError::new(WHAT, text, problem);
        check_kind(text).map_err(refuse)?;
        let resource = parse_resource(text, POLICY_TYPE, is_policy).map_err(refuse)?;
        check_policy_name(resource.name).map_err(refuse)?;
        Ok(Self {
            text: text.into(),
            subscription: resource.subscription.parse()?,
            resource_group: resource.group.parse()?,
            name: resource.name.parse()?,
        })
    }
}

fn check_kind(text: &str) -> Result<(), Problem> {
    check_not_blank(text)?;
    match recognise(text) {
        Some("an ARM id" | "a path") | None => Ok(()),
        Some(seen) => Err(Problem::Confused {
            seen,
            expected: "the policy's ARM id",
        }),
    }
}

fn is_policy(namespace: &str, resource_type: &str) -> bool {
    namespace.eq_ignore_ascii_case("Microsoft.PowerPlatform")
        && resource_type.eq_ignore_ascii_case("enterprisePolicies")
}
