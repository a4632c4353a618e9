//! Reports a location of a policy that is the name of something else.
//!
//! In raw bodies that is any other name; `ppcmk_enterprise_policy` understands the names of a geo and
//! refuses those of Azure regions, as this rule does before it is asked. A name that the table does
//! not know is no mistake here, because the list of geos grows.

use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Known, Policy, PolicyForm};
use crate::finding::Findings;
use crate::geo::{Geo, Listed, LocationName, RegionGeo};

pub(super) const RULE: Rule = Rule {
    code: "CMK110",
    name: "not-a-policy-location",
    level: Level::Error,
    summary: "the location of a policy is the name of an environment's location or of an Azure region",
    explanation: "\
A policy lives in a macro region with a name of its own: `uk`, `brazil`, `uae`. Environments call \
the same places `unitedkingdom`, `southamerica`, `unitedarabemirates`, and Azure regions \
(`westeurope`, `uksouth`) are another thing altogether, although every other resource of Azure takes \
one as its `location`. Resource Manager refuses a location that the resource type does not offer.\n\n\
`southamerica` and `unitedarabemirates` were in the documentation of 2023 and are not any more. \
Names that nobody lists are left alone. `ppcmk_enterprise_policy` takes the names of a geo, all of \
them, and sends the right one; of an Azure region it does not guess the geo.",
    fix: "write the policy's own name of the location",
    example: Example {
        before: "\
resource \"azapi_resource\" \"policy\" {
  type      = \"Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview\"
  name      = \"ep-cmk-uk\"
  parent_id = azurerm_resource_group.cmk.id
  location  = \"unitedkingdom\"

  identity {
    type = \"SystemAssigned\"
  }

  body = {
    kind = \"Encryption\"
    properties = {
      encryption = {
        state    = \"Enabled\"
        keyVault = { id = azurerm_key_vault.cmk.id, key = { name = \"cmk\" } }
      }
    }
  }
}",
        after: "\
resource \"azapi_resource\" \"policy\" {
  type      = \"Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview\"
  name      = \"ep-cmk-uk\"
  parent_id = azurerm_resource_group.cmk.id
  location  = \"uk\"

  identity {
    type = \"SystemAssigned\"
  }

  body = {
    kind = \"Encryption\"
    properties = {
      encryption = {
        state    = \"Enabled\"
        keyVault = { id = azurerm_key_vault.cmk.id, key = { name = \"cmk\" } }
      }
    }
  }
}",
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "the locations of encryption policies",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::SCRIPTS,
            says: "which names of policies and environments belong together",
            date: "2026-05-13",
            evidence: Evidence::Code,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (_, policy) in estate.policies() {
        let own_region = || {
            let location = policy.location.value();
            let is_region =
                location.map(|name| matches!(name.classify(), LocationName::AzureRegion(_)));
            policy.form == PolicyForm::Own && is_region == Some(true)
        };
        if !policy.may_encrypt() || !(policy.form == PolicyForm::Raw || own_region()) {
            continue;
        }
        match &policy.location.known {
            Known::Value(location) => {
                let Some((message, help)) = mistake(location.as_str(), &location.classify()) else {
                    continue;
                };
                match policy.kind.unknown() {
                    Some(unknown) => {
                        out.undecided(&policy.header, unknown)
                            .at(&policy.kind.origin);
                    }
                    None => report(policy, message, help, out),
                }
            }
            Known::Unknown(unknown) => {
                out.undecided(&policy.header, unknown)
                    .at(&policy.location.origin);
            }
            // azapi takes the location of its provider block.
            Known::Absent => {}
        }
    }
}

fn report(policy: &Policy, message: String, help: String, out: &mut Findings) {
    out.report(&policy.header, message)
        .at(&policy.location.origin)
        .help(help);
}

/// What is wrong with a name, and what to write.
fn mistake(name: &str, is: &LocationName) -> Option<(String, String)> {
    match is {
        LocationName::PolicyLocation(_) | LocationName::Unknown => None,
        // A geo without a policy location that anybody has seen: its name may be right.
        LocationName::OtherName(geo) if geo.listed() == Listed::NotSeen => None,
        LocationName::OtherName(geo) => Some((
            format!("`{name}` is what environments call the location"),
            format!("write `{}`", geo.policy_location()),
        )),
        LocationName::AzureRegion(region) => Some((
            format!("`{name}` is an Azure region, and a policy's location is a geo"),
            write_one_of(region),
        )),
    }
}

fn write_one_of(region: &RegionGeo) -> String {
    let names = |geos: &[Geo]| {
        let names: Vec<String> = geos
            .iter()
            .map(|geo| format!("`{}`", geo.policy_location()))
            .collect();
        names.join(" or ")
    };
    match region {
        RegionGeo::One(geo) => format!("write {}", names(&[*geo])),
        RegionGeo::Several(geos) => {
            format!("write {}, whichever the environments are in", names(geos))
        }
        RegionGeo::Unknown => RULE.fix.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PolicyLocation;
    use crate::estate::Fact;
    use crate::rules::fixture::{Chain, from_variable};
    use crate::rules::testing::{Answers, answers};

    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    fn location(name: &str) -> Answers {
        check(|chain| chain.policy().location = PolicyLocation::new(name).into())
    }

    #[test]
    fn points_at_the_policy() {
        location("unitedkingdom").finds(&[
            "azapi_resource.policy: `unitedkingdom` is what environments call the location",
        ]);
        location("westeurope").finds(&[
            "azapi_resource.policy: `westeurope` is an Azure region, and a policy's location is a geo",
        ]);
    }

    #[test]
    fn says_what_to_write() {
        let help = |name: &str| {
            mistake(name, &PolicyLocation::new(name).classify())
                .map(|(_, help)| help)
                .unwrap_or_default()
        };
        assert_eq!(help("southamerica"), "write `brazil`");
        assert_eq!(help("uksouth"), "write `uk`");
        assert_eq!(
            help("southeastasia"),
            "write `asia` or `singapore`, whichever the environments are in"
        );
    }

    #[test]
    fn is_silent_about_policy_locations_and_names_that_nobody_lists() {
        for name in [
            "uk",
            "europe",
            "Europe",
            "centraluseuap",
            "poland",
            "atlantis",
        ] {
            location(name).is_silent();
        }
    }

    #[test]
    fn our_own_resource_understands_aliases() {
        check(|chain| {
            chain.policy().location = PolicyLocation::new("unitedkingdom").into();
            chain.policy().form = PolicyForm::Own;
        })
        .is_silent();
        check(|chain| {
            chain.policy().location = from_variable("x");
            chain.policy().form = PolicyForm::Own;
        })
        .is_silent();
    }

    #[test]
    fn our_own_resource_does_not_guess_the_geo_of_a_region() {
        check(|chain| {
            chain.policy().location = PolicyLocation::new("westeurope").into();
            chain.policy().form = PolicyForm::Own;
        })
        .finds(&[
            "azapi_resource.policy: `westeurope` is an Azure region, and a policy's location is a geo",
        ]);
    }

    #[test]
    fn leaves_policies_of_other_kinds_alone() {
        check(|chain| {
            chain.policy().location = PolicyLocation::new("westeurope").into();
            chain.policy().kind = crate::PolicyKind::NetworkInjection.into();
        })
        .is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values() {
        let expected = "azapi_resource.policy: variable `x` has no value";
        check(|chain| chain.policy().location = from_variable("x")).is_undecided(&[expected]);
        check(|chain| {
            chain.policy().location = PolicyLocation::new("westeurope").into();
            chain.policy().kind = from_variable("x");
        })
        .is_undecided(&[expected]);
        check(|chain| chain.policy().location = Fact::default()).is_silent();
    }
}
