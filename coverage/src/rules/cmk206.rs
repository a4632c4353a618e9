//! Reports a vault whose network keeps Power Platform out.
//!
//! The service comes from Microsoft's network and passes a closed vault only as a trusted service.
//! A closed vault that says nothing about trusted services at all is a possible finding: the
//! documented default lets them pass, and turning public access off is a documented way to lock
//! environments out.

use super::custody::{KEY_IN_VAULT, unread_vaults, used_by, vaults};
use super::example::{key, policy};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Fact, Known, NetworkDefault, Origin, Policy, Unknown, Vault};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK206",
    name: "vault-blocks-power-platform",
    level: Level::Error,
    summary: "a vault whose network is closed to Power Platform, under an encryption policy",
    explanation: "\
Power Platform reaches the vault from Microsoft's network. A vault without public access, or with \
a firewall that denies by default, lets it in only as one of the trusted services of Azure, and \
that bypass is a setting: without it the link fails, and if a vault is closed later, all \
environments of its policies are locked at once. Private endpoints do not help: the service has \
none in your network.\n\
\n\
A firewall is good, with the bypass: Power Platform is on Key Vault's list of trusted services.\n\
\n\
Where public access is off and no firewall is written at all, the finding is *possible*. Key \
Vault's API documents `AzureServices` as the default of the bypass, while Microsoft's page on \
locked environments names \"public access turned off\" as a cause. Write the bypass down.",
    fix: "set `bypass = \"AzureServices\"` in the vault's `network_acls`",
    example: Example {
        before: concat!(
            r#"resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name                   = "premium"
  purge_protection_enabled   = true
  soft_delete_retention_days = 90

  network_acls {
    default_action = "Deny"
    bypass         = "None"
  }
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

  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
  }
}

"#,
            key!(),
            policy!()
        ),
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "a vault without public access works if trusted Microsoft services may bypass its firewall",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::LOCK,
            says: "turning public access off, or networks out of Microsoft's reach, lock the environments",
            date: "2025-07-14",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::VAULT_NETWORK,
            says: "Power Platform is one of the trusted services of Key Vault",
            date: "2025-02-25",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "\
checkov's `CKV_AZURE_189` asks for `public_network_access_enabled = false`, its `CKV_AZURE_109` and \
trivy's `AVD-AZU-0013` for a firewall that denies by default. None of them looks at the bypass: \
whoever follows them without `bypass = \"AzureServices\"` locks the environments out. With the \
bypass all four are satisfied.",
    check: Some(check),
};

/// Whether strangers are kept out.
enum Network<'a> {
    Open,
    /// Why, and the place that says it.
    Closed(&'static str, &'a Origin),
    Unknown(&'a Unknown, &'a Origin),
}

fn check(estate: &Estate, out: &mut Findings) {
    unread_vaults(estate, out);
    for (vault, policy) in vaults(estate) {
        if vault.trusted_services_bypass.value() == Some(&true) {
            continue;
        }
        match network(vault) {
            Network::Open => {}
            Network::Closed(how, origin) => closed(vault, policy, how, origin, out),
            Network::Unknown(unknown, origin) => {
                // A bypass that is not written is the default as soon as there is a firewall.
                if !firewall_lets_services_pass(vault) {
                    out.undecided(&vault.header, unknown).at(origin);
                }
            }
        }
    }
}

fn closed(vault: &Vault, policy: &Policy, how: &str, origin: &Origin, out: &mut Findings) {
    let bypass = &vault.trusted_services_bypass;
    let finding = match &bypass.known {
        Known::Unknown(unknown) => {
            out.undecided(&vault.header, unknown).at(&bypass.origin);
            return;
        }
        Known::Absent if firewall_lets_services_pass(vault) => return,
        Known::Absent => out
            .report(
                &vault.header,
                format!("{how}, and nothing says that trusted services may pass"),
            )
            .at(origin)
            .possible()
            .help(
                "add `network_acls` with `default_action = \"Deny\"` and `bypass = \"AzureServices\"`",
            ),
        Known::Value(_) => {
            let finding = out
                .report(
                    &vault.header,
                    format!("{how}, and trusted services may not pass"),
                )
                .at(origin);
            // The bypass is what there is to edit.
            if bypass.origin.location.is_some() {
                finding.at(&bypass.origin);
            }
            finding
        }
    };
    used_by(finding, policy, &policy.vault.origin, KEY_IN_VAULT);
}

/// There is a firewall, and it does not speak about services: then they pass.
fn firewall_lets_services_pass(vault: &Vault) -> bool {
    vault.trusted_services_bypass.is_absent() && vault.network_default.value().is_some()
}

fn network(vault: &Vault) -> Network<'_> {
    let access = closed_by(&vault.public_network_access, &false, "public access is off");
    let firewall = closed_by(
        &vault.network_default,
        &NetworkDefault::Deny,
        "the firewall denies by default",
    );
    match (access, firewall) {
        (closed @ Network::Closed(..), _) | (_, closed @ Network::Closed(..)) => closed,
        (unknown @ Network::Unknown(..), _) | (_, unknown @ Network::Unknown(..)) => unknown,
        (Network::Open, Network::Open) => Network::Open,
    }
}

fn closed_by<'a, T: PartialEq>(fact: &'a Fact<T>, closes: &T, how: &'static str) -> Network<'a> {
    match &fact.known {
        Known::Value(value) if value == closes => Network::Closed(how, &fact.origin),
        // Without a value the network is open.
        Known::Value(_) | Known::Absent => Network::Open,
        Known::Unknown(unknown) => Network::Unknown(unknown, &fact.origin),
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{vault, with_vault};
    use crate::Certainty;
    use crate::estate::{Estate, Fact, NetworkDefault};
    use crate::rules::testing::{Answers, answers, unknown};

    const ABSENT: Option<bool> = None;

    fn fact<T>(value: Option<T>) -> Fact<T> {
        value.map_or_else(Fact::default, Fact::from)
    }

    fn estate(access: Fact<bool>, default: Fact<NetworkDefault>, bypass: Fact<bool>) -> Estate {
        let mut vault = vault();
        vault.public_network_access = access;
        vault.network_default = default;
        vault.trusted_services_bypass = bypass;
        with_vault(vault)
    }

    fn check(access: Fact<bool>, default: Option<NetworkDefault>, bypass: Fact<bool>) -> Answers {
        answers(&super::RULE, &estate(access, fact(default), bypass))
    }

    #[test]
    fn points_at_a_closed_vault_without_the_bypass() {
        check(fact(ABSENT), Some(NetworkDefault::Deny), false.into()).finds(&[
            "azurerm_key_vault.cmk: the firewall denies by default, and trusted services may not pass",
        ]);
        check(false.into(), Some(NetworkDefault::Allow), false.into()).finds(&[
            "azurerm_key_vault.cmk: public access is off, and trusted services may not pass",
        ]);
    }

    #[test]
    fn a_closed_vault_without_a_firewall_is_possible() {
        let estate = estate(false.into(), Fact::default(), Fact::default());
        answers(&super::RULE, &estate).finds(&[
            "azurerm_key_vault.cmk: public access is off, and nothing says that trusted services may pass",
        ]);
        let (findings, _) = crate::rules::check(&estate, [&super::RULE]);
        assert_eq!(findings[0].certainty, Certainty::Possible);
    }

    #[test]
    fn is_silent_with_the_bypass_and_about_open_vaults() {
        check(false.into(), Some(NetworkDefault::Deny), true.into()).is_silent();
        check(unknown(), None, true.into()).is_silent();
        check(fact(ABSENT), None, fact(ABSENT)).is_silent();
        check(true.into(), Some(NetworkDefault::Allow), false.into()).is_silent();
    }

    #[test]
    fn a_firewall_that_does_not_speak_about_services_lets_them_pass() {
        check(fact(ABSENT), Some(NetworkDefault::Deny), fact(ABSENT)).is_silent();
        check(false.into(), Some(NetworkDefault::Deny), fact(ABSENT)).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values() {
        let answer = ["azurerm_key_vault.cmk: variable `x` has no value"];
        check(unknown(), None, false.into()).is_undecided(&answer);
        check(unknown(), None, fact(ABSENT)).is_undecided(&answer);
        check(false.into(), None, unknown()).is_undecided(&answer);
        let estate = estate(fact(ABSENT), unknown(), false.into());
        answers(&super::RULE, &estate).is_undecided(&answer);
    }

    #[test]
    fn does_not_need_to_know_what_makes_no_difference() {
        check(unknown(), Some(NetworkDefault::Deny), false.into()).finds(&[
            "azurerm_key_vault.cmk: the firewall denies by default, and trusted services may not pass",
        ]);
    }

    #[test]
    fn leaves_other_vaults_alone() {
        let mut estate = Estate::default();
        let mut other = vault();
        other.public_network_access = false.into();
        estate.add_vault(other);
        answers(&super::RULE, &estate).is_silent();
    }
}
