//! Notes a vault whose Azure region lies outside of the policy's geo.
//!
//! Microsoft recommends the geo and does not enforce it as far as is documented, so it is a note.

use super::example::{key, policy};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Existence, Known, Policy, Reason, Unknown, Vault};
use crate::finding::Findings;
use crate::{AzureRegion, PolicyLocation, SameGeo};

pub(super) const RULE: Rule = Rule {
    code: "CMK212",
    name: "vault-in-other-geo",
    level: Level::Note,
    summary: "a vault in an Azure region outside of its policy's geo",
    explanation: "\
Microsoft recommends a vault in the geo of the environments that its key protects. Nothing \
documented enforces that, and no data moves with the key. But every use of the key then crosses a \
border, an outage of another geo takes the environments down, and rules of residency often cover \
keys as well.\n\
\n\
A vault cannot be moved to another region: the way out is a new vault, a new policy and a move of \
the environments.",
    fix: "make the vault in a region of the policy's geo",
    example: Example {
        before: concat!(
            r#"resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "eastus"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name                   = "premium"
  purge_protection_enabled   = true
  soft_delete_retention_days = 90
}

"#,
            key!(),
            policy!()
        ),
        after: concat!(
            r#"resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "northeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name                   = "premium"
  purge_protection_enabled   = true
  soft_delete_retention_days = 90
}

"#,
            key!(),
            policy!()
        ),
    },
    sources: &[Source {
        url: pages::CMK,
        says: "the vault's resource group should be in a region of the environment's geo",
        date: "2025-06-09",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (handle, vault) in estate.vaults() {
        for (_, policy) in estate.policies_of_vault(handle) {
            compare(vault, policy, out);
        }
    }
}

fn compare(vault: &Vault, policy: &Policy, out: &mut Findings) {
    let (region, location) = match (&vault.region.known, &policy.location.known) {
        (Known::Value(region), Known::Value(location)) => (AzureRegion::new(region), location),
        (Known::Unknown(unknown), _) => {
            out.undecided(&vault.header, unknown)
                .at(&vault.region.origin);
            return;
        }
        (_, Known::Unknown(unknown)) => {
            out.undecided(&vault.header, unknown)
                .at(&policy.location.origin);
            return;
        }
        // Without either there is nothing to compare, and nothing that looks wrong.
        (Known::Absent, _) | (_, Known::Absent) => return,
    };
    match same_geo(&region, location) {
        SameGeo::Same => {}
        SameGeo::Different => {
            let message = format!("the vault is in `{region}`, its policy in `{location}`");
            let finding = out
                .report(&vault.header, message)
                .at(&vault.region.origin)
                .related(
                    &policy.header,
                    &policy.location.origin,
                    format!("location `{location}`"),
                );
            if policy.header.existence != Existence::Certain {
                finding.possible();
            }
        }
        SameGeo::Unknown => {
            let name = if location.geo().is_none() {
                location.as_str()
            } else {
                region.as_str()
            };
            let unknown = Unknown::new(Reason::Name(name.into()));
            out.undecided(&vault.header, &unknown)
                .at(&vault.region.origin);
        }
    }
}

/// A region that geos share is good enough for each of them.
fn same_geo(region: &AzureRegion, location: &PolicyLocation) -> SameGeo {
    let Some(geo) = location.geo() else {
        return SameGeo::Unknown;
    };
    if geo.azure_regions().contains(&region.as_str()) {
        SameGeo::Same
    } else {
        region.is_in(geo)
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{vault, with_vault};
    use crate::PolicyLocation;
    use crate::estate::Fact;
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(region: Fact<String>, location: Fact<PolicyLocation>) -> Answers {
        let mut vault = vault();
        vault.region = region;
        let mut estate = with_vault(vault);
        let policy = estate.policies().next().unwrap().0;
        estate[policy].location = location;
        answers(&super::RULE, &estate)
    }

    fn region(name: &str) -> Fact<String> {
        name.to_owned().into()
    }

    fn location(name: &str) -> Fact<PolicyLocation> {
        PolicyLocation::new(name).into()
    }

    #[test]
    fn points_at_the_vault() {
        check(region("East US"), location("europe"))
            .finds(&["azurerm_key_vault.cmk: the vault is in `eastus`, its policy in `europe`"]);
    }

    #[test]
    fn is_silent_in_the_geo() {
        check(region("northeurope"), location("europe")).is_silent();
        check(region("ukwest"), location("uk")).is_silent();
        check(region("southeastasia"), location("asia")).is_silent();
        check(region("southeastasia"), location("singapore")).is_silent();
        check(Fact::default(), location("europe")).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values_and_names() {
        let because = |why: &str| format!("azurerm_key_vault.cmk: {why}");
        check(unknown(), location("europe")).is_undecided(&[&because("variable `x` has no value")]);
        check(region("eastus"), unknown()).is_undecided(&[&because("variable `x` has no value")]);
        check(region("moonbase"), location("europe"))
            .is_undecided(&[&because("`moonbase` is not in the table of locations")]);
        check(region("eastus"), location("atlantis"))
            .is_undecided(&[&because("`atlantis` is not in the table of locations")]);
    }
}
