//! Reports a policy location that no source names.
//!
//! The list of locations grows, so it is a warning: the name may be right. Names of environments
//! and of Azure regions are CMK110's.

use super::example::{key, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::PolicyLocation;
use crate::estate::{Estate, Known};
use crate::finding::Findings;
use crate::geo::{Listed, LocationName};

pub(super) const RULE: Rule = Rule {
    code: "CMK111",
    name: "unknown-policy-location",
    level: Level::Warning,
    summary: "an encryption policy in a location that no source names",
    explanation: "\
Enterprise policies have locations of their own, such as `europe`, `uk` or `brazil`. A name that \
neither Microsoft's page on customer-managed keys nor its scripts know is refused when the policy is \
made, or it is new: the list grows, and this tool cannot know tomorrow's. So this is a warning, and \
rules that compare geos are undecided about such a policy.\n\
\n\
Resource Manager knows the truth for your subscription: the locations of the resource type \
`enterprisePolicies` of `Microsoft.PowerPlatform`, as `data \"ppcmk_locations\"` reads them.",
    fix: "check the name with `data \"ppcmk_locations\"`",
    example: Example {
        before: concat!(
            vault!(),
            key!(),
            r#"resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "eurpe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = azurerm_key_vault_key.cmk.name
}"#
        ),
        after: concat!(
            vault!(),
            key!(),
            r#"resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = azurerm_key_vault_key.cmk.name
}"#
        ),
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "18 locations of encryption policies",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::SCRIPTS,
            says: "some more, and that Resource Manager has the list",
            date: "2026-05-13",
            evidence: Evidence::Code,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (_, policy) in estate.policies() {
        if !policy.may_encrypt() {
            continue;
        }
        let location = &policy.location;
        match &location.known {
            Known::Value(name) if is_unknown(name) => {
                let message = format!("no source names `{name}` as a location of policies");
                let finding = out.report(&policy.header, message).at(&location.origin);
                if policy.kind.unknown().is_some() {
                    finding.possible();
                }
            }
            Known::Value(_) | Known::Absent => {}
            Known::Unknown(unknown) => {
                out.undecided(&policy.header, unknown).at(&location.origin);
            }
        }
    }
}

fn is_unknown(location: &PolicyLocation) -> bool {
    match location.classify() {
        LocationName::Unknown => true,
        LocationName::OtherName(geo) => geo.listed() == Listed::NotSeen,
        LocationName::PolicyLocation(_) | LocationName::AzureRegion(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::policy;
    use crate::estate::{Estate, Fact};
    use crate::rules::testing::{Answers, answers, unknown};
    use crate::{PolicyKind, PolicyLocation};

    fn estate(location: impl Into<Fact<PolicyLocation>>) -> Estate {
        let mut estate = Estate::default();
        let mut policy = policy();
        policy.location = location.into();
        estate.add_policy(policy);
        estate
    }

    fn check(name: &str) -> Answers {
        answers(&super::RULE, &estate(PolicyLocation::new(name)))
    }

    #[test]
    fn points_at_the_policy() {
        check("eurpe").finds(&[
            "ppcmk_enterprise_policy.eu: no source names `eurpe` as a location of policies",
        ]);
        check("poland").finds(&[
            "ppcmk_enterprise_policy.eu: no source names `poland` as a location of policies",
        ]);
    }

    #[test]
    fn is_silent_about_known_names_and_about_names_of_other_things() {
        check("europe").is_silent();
        check("italy").is_silent();
        check("unitedkingdom").is_silent();
        check("westeurope").is_silent();
        answers(&super::RULE, &estate(Fact::default())).is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_value() {
        answers(&super::RULE, &estate(unknown()))
            .is_undecided(&["ppcmk_enterprise_policy.eu: variable `x` has no value"]);
    }

    #[test]
    fn leaves_policies_of_other_kinds_alone() {
        let mut estate = estate(PolicyLocation::new("eurpe"));
        let policy = estate.policies().next().unwrap().0;
        estate[policy].kind = PolicyKind::NetworkInjection.into();
        answers(&super::RULE, &estate).is_silent();
    }
}
