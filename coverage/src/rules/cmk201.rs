//! Reports a vault that can be purged while an encryption policy depends on its key.
//!
//! No environment can be encrypted from such a vault, and nobody says so before the link fails,
//! when key and policy already exist. Vaults that no encryption policy uses are left alone.

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
is gone for good.",
    fix: "set `purge_protection_enabled = true`",
    example: Example {
        before: "\
resource \"azurerm_key_vault\" \"cmk\" {
  name                = \"kv-cmk\"
  location            = \"westeurope\"
  resource_group_name = \"rg-cmk\"
  tenant_id           = var.tenant_id
  sku_name            = \"premium\"
}",
        after: "\
resource \"azurerm_key_vault\" \"cmk\" {
  name                       = \"kv-cmk\"
  location                   = \"westeurope\"
  resource_group_name        = \"rg-cmk\"
  tenant_id                  = var.tenant_id
  sku_name                   = \"premium\"
  purge_protection_enabled   = true
  soft_delete_retention_days = 90
}",
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
    for (handle, vault) in estate.vaults() {
        let Some((_, policy)) = estate.policies_of_vault(handle).next() else {
            continue;
        };
        match &vault.purge_protection.known {
            Known::Value(true) => {}
            Known::Value(false) | Known::Absent => {
                let finding = out
                    .report(&vault.header, "purge protection is off")
                    .at(&vault.purge_protection.origin)
                    .related(
                        &policy.header,
                        &policy.vault.origin,
                        "this policy's key is in the vault",
                    );
                if vault.kind == VaultKind::ManagedHsm {
                    finding.help("set `purge_protection_enabled = true` on the Managed HSM");
                }
            }
            Known::Unknown(unknown) => {
                out.undecided(&vault.header, unknown)
                    .at(&vault.purge_protection.origin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::estate::{Estate, Fact, Header, Link, Policy, PolicyForm, Vault, VaultKind};
    use crate::rules::testing::{Answers, answers, unknown};

    fn estate(purge_protection: Fact<bool>) -> Estate {
        let mut estate = Estate::default();
        let mut vault = Vault::new(Header::new("azurerm_key_vault.cmk"), VaultKind::KeyVault);
        vault.purge_protection = purge_protection;
        let vault = estate.add_vault(vault);
        let mut policy = Policy::new(Header::new("ppcmk_enterprise_policy.eu"), PolicyForm::Own);
        policy.vault = Link::to(vault);
        estate.add_policy(policy);
        estate
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
        estate.add_vault(Vault::new(
            Header::new("azurerm_key_vault.other"),
            VaultKind::KeyVault,
        ));
        answers(&super::RULE, &estate).is_silent();
    }
}
