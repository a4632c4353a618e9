//! Reports a vault that keeps deleted keys for less than 30 days.
//!
//! That is shorter than the time for which the service may still need a key: restore windows and
//! the grace period of a locked environment. Without a value the service keeps them for 90 days.

use super::custody::{KEY_IN_VAULT, unread_vaults, used_by, vaults};
use super::example::{key, policy};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Change, Estate, Known, Management, Vault};
use crate::finding::Findings;

/// How long the service may need a key that is no longer used, in days.
const ENOUGH: i64 = 30;

pub(super) const RULE: Rule = Rule {
    code: "CMK202",
    name: "vault-retention-too-short",
    level: Level::Warning,
    summary: "a vault that keeps deleted keys for less than 30 days, under an encryption policy",
    explanation: "\
A deleted key, or a deleted vault, can be recovered during the vault's retention of 7 to 90 days \
(90 unless something else is written). Purge protection lasts for the same time, and not longer.\n\
\n\
Power Platform needs a key longer than its last use: a production environment that lost its key \
is deleted after 30 days, an environment that was taken off its policy needs the key for another \
30 days, and backups are restorable for 28. With a retention of 7 days the key is gone for good \
while all of that can still be saved. That 30 days are needed is our reasoning from these dates; \
Microsoft names no minimum for customer-managed keys.\n\
\n\
The retention is fixed when the vault is made. For an existing vault the way out is a new vault \
and a move of the environments to a policy with its key.",
    fix: "set `soft_delete_retention_days = 90` before the vault is made",
    example: Example {
        before: concat!(
            r#"resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name                   = "premium"
  purge_protection_enabled   = true
  soft_delete_retention_days = 7
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
    sources: &[
        Source {
            url: pages::SOFT_DELETE,
            says: "the retention is 7 to 90 days, 90 by default, and cannot be changed later",
            date: "2024-02-20",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::LOCK,
            says: "a production environment is deleted 30 days after its key was lost, a sandbox after 7",
            date: "2025-07-14",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::CMK,
            says: "keep key, vault and permissions for 30 days after an environment was removed; hence the 30 days of this rule",
            date: "2025-06-09",
            evidence: Evidence::Inferred,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    unread_vaults(estate, out);
    for (vault, policy) in vaults(estate) {
        match &vault.retention_days.known {
            Known::Value(days) if *days < ENOUGH => {
                let message = format!("deleted keys are kept for `{days}` days only");
                let finding = out
                    .report(&vault.header, message)
                    .at(&vault.retention_days.origin);
                used_by(finding, policy, &policy.vault.origin, KEY_IN_VAULT);
                if exists(vault) {
                    finding.help(
                        "make a new vault with `soft_delete_retention_days = 90` and move to a \
                         policy with its key; the retention of this one is fixed",
                    );
                }
            }
            // Nothing written is 90 days.
            Known::Value(_) | Known::Absent => {}
            Known::Unknown(unknown) => {
                out.undecided(&vault.header, unknown)
                    .at(&vault.retention_days.origin);
            }
        }
    }
}

/// Whether the vault is there already, so that its retention is fixed.
fn exists(vault: &Vault) -> bool {
    let change = vault.header.change.as_ref();
    change.is_some_and(|change: &Change| change.existed && !change.replaces())
        || matches!(
            vault.header.management,
            Management::DataSource | Management::Live
        )
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{vault, with_vault};
    use crate::estate::{Action, Change, Estate, Fact};
    use crate::rules::testing::{Answers, answers, unknown};

    fn estate(days: impl Into<Fact<i64>>) -> Estate {
        let mut vault = vault();
        vault.retention_days = days.into();
        with_vault(vault)
    }

    fn check(days: impl Into<Fact<i64>>) -> Answers {
        answers(&super::RULE, &estate(days))
    }

    #[test]
    fn points_at_the_vault() {
        check(7).finds(&["azurerm_key_vault.cmk: deleted keys are kept for `7` days only"]);
        check(29).finds(&["azurerm_key_vault.cmk: deleted keys are kept for `29` days only"]);
    }

    #[test]
    fn is_silent_from_30_days_on_and_by_default() {
        check(30).is_silent();
        check(90).is_silent();
        check(Fact::default()).is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_value() {
        check(unknown()).is_undecided(&["azurerm_key_vault.cmk: variable `x` has no value"]);
    }

    #[test]
    fn leaves_other_vaults_alone() {
        let mut estate = Estate::default();
        let mut other = vault();
        other.retention_days = 7.into();
        estate.add_vault(other);
        answers(&super::RULE, &estate).is_silent();
    }

    #[test]
    fn says_that_an_existing_vault_cannot_be_changed() {
        let help = |action| {
            let mut vault = vault();
            vault.retention_days = 7.into();
            vault.header.change = Some(Change::new(action));
            let (findings, _) = crate::rules::check(&with_vault(vault), [&super::RULE]);
            findings[0].help.clone()
        };
        assert!(help(Action::NoOp).starts_with("make a new vault"));
        assert_eq!(help(Action::Create), super::RULE.fix);
    }
}
