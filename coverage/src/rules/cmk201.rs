//! Reports a vault that can be purged while an encryption policy depends on its key.
//!
//! No environment can be encrypted from such a vault, and nobody says so before the link fails,
//! when key and policy already exist. Vaults that no encryption policy uses are left alone.

use super::custody::{KEY_IN_VAULT, unread_vaults, used_by, vaults};
use super::example::{key, policy};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Known, VaultKind};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK201",
    name: "vault-without-purge-protection",
    level: Level::Error,
    summary: "a vault whose keys can be purged, under an encryption policy",
    explanation: "\
Power Platform encrypts no environment with a key from a vault or Managed HSM without purge \
protection: the link fails, after the key and the policy have been made. Purge protection is off \
by default. Once it is on it cannot be turned off again, which is the point: a key that is \
deleted by mistake can be recovered during the whole retention, and data under a key that is gone \
is gone for good.\n\
\n\
It can be turned on for an existing vault. The azurerm provider replaces a Managed HSM for that: \
turn it on in Azure first (`az keyvault update-hsm --enable-purge-protection true`), and then in \
the configuration.",
    fix: "set `purge_protection_enabled = true`",
    example: Example {
        before: concat!(
            r#"resource "azurerm_key_vault" "cmk" {
  name                = "kv-cmk"
  location            = "westeurope"
  resource_group_name = "rg-cmk"
  tenant_id           = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name            = "premium"
}

"#,
            key!(),
            policy!()
        ),
        after: concat!(
            r#"resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
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
        says: "soft delete and purge protection are required for the key vault",
        date: "2025-06-09",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    unread_vaults(estate, out);
    for (vault, policy) in vaults(estate) {
        let origin = &vault.purge_protection.origin;
        match &vault.purge_protection.known {
            Known::Value(true) => {}
            // Nothing written is off, for vaults and for Managed HSMs.
            Known::Value(false) | Known::Absent => {
                let finding = out
                    .report(&vault.header, "purge protection is off")
                    .at(origin);
                used_by(finding, policy, &policy.vault.origin, KEY_IN_VAULT);
                if vault.kind == VaultKind::ManagedHsm {
                    finding.help(
                        "set `purge_protection_enabled = true`; azurerm replaces an existing \
                         Managed HSM for that, so turn it on in Azure before you apply",
                    );
                }
            }
            Known::Unknown(unknown) => {
                out.undecided(&vault.header, unknown).at(origin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{policy, vault, with_vault};
    use crate::Certainty;
    use crate::estate::{Estate, Existence, Fact, Link, Reason, Unknown, VaultKind};
    use crate::rules::testing::{Answers, answers, unknown};

    fn estate(purge_protection: Fact<bool>) -> Estate {
        let mut vault = vault();
        vault.purge_protection = purge_protection;
        with_vault(vault)
    }

    fn check(purge_protection: impl Into<Fact<bool>>) -> Answers {
        answers(&super::RULE, &estate(purge_protection.into()))
    }

    #[test]
    fn points_at_the_vault() {
        check(false).finds(&["azurerm_key_vault.cmk: purge protection is off"]);
        check(Fact::default()).finds(&["azurerm_key_vault.cmk: purge protection is off"]);
    }

    #[test]
    fn is_silent_when_the_vault_is_protected() {
        check(true).is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_value() {
        check(unknown()).is_undecided(&["azurerm_key_vault.cmk: variable `x` has no value"]);
    }

    #[test]
    fn leaves_other_vaults_alone() {
        let mut estate = Estate::default();
        estate.add_vault(vault());
        answers(&super::RULE, &estate).is_silent();
    }

    #[test]
    fn speaks_of_managed_hsms_in_their_own_way() {
        let mut hsm = vault();
        hsm.kind = VaultKind::ManagedHsm;
        let (findings, _) = crate::rules::check(&with_vault(hsm), [&super::RULE]);
        assert!(findings[0].help.contains("Managed HSM"));
    }

    #[test]
    fn a_policy_that_may_not_exist_makes_it_possible() {
        let mut estate = estate(false.into());
        let handle = estate.policies().next().unwrap().0;
        estate[handle].header.existence =
            Existence::Possible(Unknown::new(Reason::Function("timestamp".into())));
        let certainty =
            |estate: &Estate| crate::rules::check(estate, [&super::RULE]).0[0].certainty;
        assert_eq!(certainty(&estate), Certainty::Possible);

        let mut certain = policy();
        certain.vault = Link::to(estate.vaults().next().unwrap().0);
        estate.add_policy(certain);
        assert_eq!(certainty(&estate), Certainty::Definite);
    }
}
