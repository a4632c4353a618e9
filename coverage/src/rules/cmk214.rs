//! Notes a vault that decides about access with access policies.
//!
//! Both models work. A vault that does not say is left alone: the default depends on the version
//! of the API and of the provider.

use super::custody::{KEY_IN_VAULT, used_by, vaults};
use super::example::{key, policy};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Known, VaultKind};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK214",
    name: "vault-access-policies",
    level: Level::Note,
    summary: "a vault with access policies instead of roles, under an encryption policy",
    explanation: "\
Encryption policies work with both permission models of a vault. Microsoft recommends roles: they \
are given per key, seen next to all other rights, and cannot be handed out by everybody who may \
write to the vault, as access policies can.\n\
\n\
Change the model with care when environments are linked: from that moment access policies count \
for nothing, so the policy's identity needs its role before.",
    fix: "grant the role first, then set `rbac_authorization_enabled = true`",
    example: Example {
        before: concat!(
            r#"resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name                   = "premium"
  rbac_authorization_enabled = false
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
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
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
        says: "both models are described, and migration to roles is recommended",
        date: "2025-06-09",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (vault, policy) in vaults(estate) {
        if vault.kind == VaultKind::ManagedHsm {
            continue;
        }
        let origin = &vault.rbac.origin;
        match &vault.rbac.known {
            Known::Value(true) | Known::Absent => {}
            Known::Value(false) => {
                let message = "access policies decide about the vault, and not roles";
                let finding = out.report(&vault.header, message).at(origin);
                used_by(finding, policy, &policy.vault.origin, KEY_IN_VAULT);
            }
            Known::Unknown(unknown) => {
                out.undecided(&vault.header, unknown).at(origin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{vault, with_vault};
    use crate::estate::{Fact, VaultKind};
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(kind: VaultKind, rbac: impl Into<Fact<bool>>) -> Answers {
        let mut vault = vault();
        vault.kind = kind;
        vault.rbac = rbac.into();
        answers(&super::RULE, &with_vault(vault))
    }

    #[test]
    fn points_at_the_vault() {
        check(VaultKind::KeyVault, false).finds(&[
            "azurerm_key_vault.cmk: access policies decide about the vault, and not roles",
        ]);
    }

    #[test]
    fn is_silent_about_roles_and_about_managed_hsms() {
        check(VaultKind::KeyVault, true).is_silent();
        check(VaultKind::KeyVault, Fact::default()).is_silent();
        check(VaultKind::ManagedHsm, false).is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_value() {
        check(VaultKind::KeyVault, unknown())
            .is_undecided(&["azurerm_key_vault.cmk: variable `x` has no value"]);
    }
}
