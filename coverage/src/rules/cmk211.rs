//! Reports a vault, key or policy in use that nothing keeps Terraform from destroying.
//!
//! `lifecycle` stands in the sources only, so the rule says nothing about a plan alone, and nothing
//! about objects that Terraform does not manage here.

use super::custody::{KEY_IN_VAULT, USES_KEY, keys, used_by, vaults};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Header, Known};
use crate::finding::{Finding, Findings};

pub(super) const RULE: Rule = Rule {
    code: "CMK211",
    name: "key-material-without-guard",
    level: Level::Warning,
    summary: "a vault, key or policy in use without `prevent_destroy`",
    explanation: "\
Vault, key and policy hold up all environments below them: when one of the three is deleted, the \
environments go offline at once, and after 30 days (7 for a sandbox) they are deleted for good. \
One renamed module, or one attribute that forces a replacement, puts such a deletion into a plan \
of two hundred lines.\n\
\n\
`prevent_destroy` makes Terraform refuse that plan. It protects only as long as the block stands in \
the configuration: a resource whose block is removed is destroyed all the same (CMK210 reports it \
from a plan). A management lock in Azure protects vault and policy against everybody, and is a \
good second line.",
    fix: "add `lifecycle { prevent_destroy = true }`",
    example: Example {
        before: r#"resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name                   = "premium"
  purge_protection_enabled   = true
  soft_delete_retention_days = 90
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = "cmk"
}"#,
        after: r#"resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name                   = "premium"
  purge_protection_enabled   = true
  soft_delete_retention_days = 90

  lifecycle {
    prevent_destroy = true
  }
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = "cmk"

  lifecycle {
    prevent_destroy = true
  }
}"#,
    },
    sources: &[Source {
        url: pages::LOCK,
        says: "deleting the key, the vault or the policy locks all environments, which are deleted after 7 or 30 days",
        date: "2025-07-14",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    if !estate.scope.has_sources {
        return;
    }
    for (vault, policy) in vaults(estate) {
        if let Some(finding) = guard(&vault.header, "vault", out) {
            used_by(finding, policy, &policy.vault.origin, KEY_IN_VAULT);
        }
    }
    for (key, policy) in keys(estate) {
        if let Some(finding) = guard(&key.header, "key", out) {
            used_by(finding, policy, &policy.key.origin, USES_KEY);
        }
    }
    for (_, policy) in estate.policies() {
        if policy.may_encrypt() {
            guard(&policy.header, "policy", out);
        }
    }
}

fn guard<'f>(object: &Header, what: &str, out: &'f mut Findings) -> Option<&'f mut Finding> {
    if !object.is_managed_here() {
        return None;
    }
    let origin = &object.prevent_destroy.origin;
    match &object.prevent_destroy.known {
        Known::Value(true) => None,
        Known::Value(false) | Known::Absent => {
            let message = format!("nothing keeps Terraform from destroying this {what}");
            Some(out.report(object, message).at(origin))
        }
        Known::Unknown(unknown) => {
            out.undecided(object, unknown).at(origin);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{key, policy, vault, with_key_in};
    use crate::PolicyKind;
    use crate::estate::{Estate, Fact, Management, PolicyForm};
    use crate::rules::testing::{Answers, answers, unknown};

    fn estate(guard: &Fact<bool>) -> Estate {
        let mut vault = vault();
        let mut key = key();
        vault.header.prevent_destroy = guard.clone();
        key.header.prevent_destroy = guard.clone();
        let (mut estate, _) = with_key_in(vault, key);
        let policy = estate.policies().next().unwrap().0;
        estate[policy].header.prevent_destroy = guard.clone();
        estate.scope.has_sources = true;
        estate
    }

    fn check(guard: &Fact<bool>) -> Answers {
        answers(&super::RULE, &estate(guard))
    }

    #[test]
    fn has_one_finding_per_object() {
        let findings = [
            "azurerm_key_vault.cmk: nothing keeps Terraform from destroying this vault",
            "azurerm_key_vault_key.cmk: nothing keeps Terraform from destroying this key",
            "ppcmk_enterprise_policy.eu: nothing keeps Terraform from destroying this policy",
        ];
        check(&Fact::default()).finds(&findings);
        check(&false.into()).finds(&findings);
    }

    #[test]
    fn is_silent_about_guarded_objects() {
        check(&true.into()).is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_guard() {
        check(&unknown()).is_undecided(&[
            "azurerm_key_vault.cmk: variable `x` has no value",
            "azurerm_key_vault_key.cmk: variable `x` has no value",
            "ppcmk_enterprise_policy.eu: variable `x` has no value",
        ]);
    }

    #[test]
    fn says_nothing_without_the_sources() {
        let mut estate = estate(&Fact::default());
        estate.scope.has_sources = false;
        answers(&super::RULE, &estate).is_silent();
    }

    #[test]
    fn leaves_data_sources_and_other_vaults_alone() {
        let mut estate = estate(&true.into());
        let vault_in_use = estate.vaults().next().unwrap().0;
        estate[vault_in_use].header.management = Management::DataSource;
        estate[vault_in_use].header.prevent_destroy = Fact::default();
        estate.add_vault(vault());
        let mut other = policy();
        other.form = PolicyForm::Raw;
        other.kind = PolicyKind::Identity.into();
        estate.add_policy(other);
        answers(&super::RULE, &estate).is_silent();
    }
}
