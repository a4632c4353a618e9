//! Reports a policy whose kind, body or identity cannot encrypt, and that is meant to.
//!
//! A policy is meant to encrypt when an encryption assignment uses it, when its kind is
//! `Encryption`, or when its body names a key. Policies of other kinds that none of this is true of
//! are left alone, and `ppcmk_enterprise_policy` cannot be wrong here.

use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::PolicyKind;
use crate::estate::{Assignment, Estate, Fact, Handle, IdentityKind, Known, Policy, PolicyForm};
use crate::finding::{Finding, Findings};

pub(super) const RULE: Rule = Rule {
    code: "CMK109",
    name: "policy-not-encryption",
    level: Level::Error,
    summary: "a policy that is meant to encrypt and cannot",
    explanation: "\
An enterprise policy encrypts only when three parts of it say so: its kind is `Encryption`, its \
body names a key (`properties.encryption`, with no other `state` than `Enabled`), and it has a \
system-assigned identity, which gets the right on the key. Resource Manager takes a body without one of them, or azapi sends it without \
checking, and the link fails much later. A policy of another kind (`NetworkInjection`, `Identity`) \
encrypts nothing, whatever assigns it.",
    fix: "make it a policy of kind `Encryption` with a key and a system-assigned identity, or use `ppcmk_enterprise_policy`",
    example: Example {
        before: "\
resource \"azapi_resource\" \"policy\" {
  type      = \"Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview\"
  name      = \"ep-cmk-europe\"
  parent_id = azurerm_resource_group.cmk.id
  location  = \"europe\"

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
  name      = \"ep-cmk-europe\"
  parent_id = azurerm_resource_group.cmk.id
  location  = \"europe\"

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
            url: pages::SPECIFICATION,
            says: "the kinds of policies, the states of their encryption, and an identity that is assigned by the system or none",
            date: "2020-10-30",
            evidence: Evidence::Code,
        },
        Source {
            url: pages::SCRIPTS,
            says: "Microsoft's validation checks the kind and the system-assigned identity",
            date: "2026-05-13",
            evidence: Evidence::Code,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (handle, policy) in estate.policies() {
        if policy.form == PolicyForm::Own {
            continue;
        }
        let user = encryption_user(estate, handle);
        let names_key = policy.has_encryption.value() == Some(&true);
        match &policy.kind.known {
            Known::Value(PolicyKind::Encryption) => {
                check_body(policy, out);
                check_state(policy, out);
                check_identity(policy, out);
            }
            Known::Value(kind) if user.is_some() || names_key => {
                let finding = out
                    .report(
                        &policy.header,
                        format!("the policy's kind is `{kind}`, which encrypts nothing"),
                    )
                    .at(&policy.kind.origin)
                    .help("set the kind to `Encryption`");
                name_user(finding, user);
            }
            Known::Absent if policy.form == PolicyForm::Raw && (user.is_some() || names_key) => {
                let finding = out
                    .report(
                        &policy.header,
                        "the policy has no kind, so that it encrypts nothing",
                    )
                    .at(&policy.kind.origin)
                    .help("set the kind to `Encryption`");
                name_user(finding, user);
            }
            Known::Unknown(unknown) if user.is_some() || names_key => {
                out.undecided(&policy.header, unknown)
                    .at(&policy.kind.origin);
            }
            Known::Value(_) | Known::Absent | Known::Unknown(_) => {}
        }
    }
}

/// An assignment that uses the policy for encryption.
fn encryption_user(estate: &Estate, policy: Handle<Policy>) -> Option<&Assignment> {
    estate
        .assignments_of_policy(policy)
        .map(|(_, assignment)| assignment)
        .find(|assignment| assignment.kind.value() == Some(&PolicyKind::Encryption))
}

fn name_user(finding: &mut Finding, user: Option<&Assignment>) {
    if let Some(assignment) = user {
        finding.related(
            &assignment.header,
            &assignment.policy.origin,
            "uses the policy for encryption",
        );
    }
}

fn check_body(policy: &Policy, out: &mut Findings) {
    match is_wrong(policy, &policy.has_encryption, |has| !has) {
        Some(Known::Value(())) => {
            out.report(&policy.header, "the policy's body names no key")
                .at(&policy.has_encryption.origin)
                .help(
                    "add `properties.encryption.keyVault` with the vault's id and the key's name",
                );
        }
        Some(Known::Unknown(unknown)) => {
            out.undecided(&policy.header, &unknown)
                .at(&policy.has_encryption.origin);
        }
        Some(Known::Absent) | None => {}
    }
}

/// `Disabled` and `NotConfigured` are words of the specification too. Without a word the service
/// decides, and it encrypts.
fn check_state(policy: &Policy, out: &mut Findings) {
    match &policy.encryption_enabled.known {
        Known::Value(false) => {
            out.report(&policy.header, "the policy's encryption is not enabled")
                .at(&policy.encryption_enabled.origin)
                .help("set `properties.encryption.state` to `Enabled`");
        }
        Known::Unknown(unknown) => {
            out.undecided(&policy.header, unknown)
                .at(&policy.encryption_enabled.origin);
        }
        Known::Value(true) | Known::Absent => {}
    }
}

fn check_identity(policy: &Policy, out: &mut Findings) {
    let is_bad = |identity: &IdentityKind| *identity != IdentityKind::SystemAssigned;
    match is_wrong(policy, &policy.identity, is_bad) {
        Some(Known::Value(())) => {
            let message = match policy.identity.value() {
                Some(IdentityKind::UserAssigned) => "the policy's identity is assigned by the user",
                Some(IdentityKind::Other) => {
                    "the policy's identity is not only assigned by the system"
                }
                Some(IdentityKind::SystemAssigned | IdentityKind::None) | None => {
                    "the policy has no identity"
                }
            };
            out.report(&policy.header, message)
                .at(&policy.identity.origin)
                .help("add an `identity` of type `SystemAssigned`");
        }
        Some(Known::Unknown(unknown)) => {
            out.undecided(&policy.header, &unknown)
                .at(&policy.identity.origin);
        }
        Some(Known::Absent) | None => {}
    }
}

/// Whether a part is wrong; what is not written is wrong in a body, and says nothing elsewhere.
fn is_wrong<T>(
    policy: &Policy,
    part: &Fact<T>,
    is_bad: impl FnOnce(&T) -> bool,
) -> Option<Known<()>> {
    match &part.known {
        Known::Value(value) => is_bad(value).then_some(Known::Value(())),
        Known::Absent => (policy.form == PolicyForm::Raw).then_some(Known::Value(())),
        Known::Unknown(unknown) => Some(Known::Unknown(unknown.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::Link;
    use crate::rules::fixture::{Chain, from_variable};
    use crate::rules::testing::{Answers, answers};

    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    fn unassigned(change: impl FnOnce(&mut Policy)) -> Answers {
        check(|chain| {
            chain.assignment().policy = Link::default();
            change(chain.policy());
        })
    }

    #[test]
    fn is_silent_about_a_policy_that_encrypts() {
        check(|_| {}).is_silent();
    }

    #[test]
    fn points_at_the_kind() {
        let network = PolicyKind::NetworkInjection;
        let expected = "azapi_resource.policy: the policy's kind is `NetworkInjection`, which encrypts nothing";
        check(|chain| chain.policy().kind = network.clone().into()).finds(&[expected]);
        unassigned(|policy| policy.kind = network.into()).finds(&[expected]);
        check(|chain| chain.policy().kind = Fact::default())
            .finds(&["azapi_resource.policy: the policy has no kind, so that it encrypts nothing"]);
    }

    #[test]
    fn leaves_policies_of_other_kinds_alone() {
        unassigned(|policy| {
            policy.kind = PolicyKind::NetworkInjection.into();
            policy.has_encryption = false.into();
            policy.identity = IdentityKind::None.into();
        })
        .is_silent();
        unassigned(|policy| {
            policy.kind = from_variable("x");
            policy.has_encryption = false.into();
        })
        .is_silent();
    }

    #[test]
    fn points_at_a_body_without_a_key() {
        let expected = "azapi_resource.policy: the policy's body names no key";
        unassigned(|policy| policy.has_encryption = false.into()).finds(&[expected]);
        unassigned(|policy| policy.has_encryption = Fact::default()).finds(&[expected]);
    }

    #[test]
    fn points_at_a_state_that_is_not_enabled() {
        let expected = "azapi_resource.policy: the policy's encryption is not enabled";
        unassigned(|policy| policy.encryption_enabled = false.into()).finds(&[expected]);
        unassigned(|policy| policy.encryption_enabled = true.into()).is_silent();
        unassigned(|policy| policy.encryption_enabled = from_variable("x"))
            .is_undecided(&["azapi_resource.policy: variable `x` has no value"]);
    }

    #[test]
    fn points_at_the_identity() {
        for (identity, message) in [
            (
                IdentityKind::UserAssigned.into(),
                "the policy's identity is assigned by the user",
            ),
            (
                IdentityKind::Other.into(),
                "the policy's identity is not only assigned by the system",
            ),
            (IdentityKind::None.into(), "the policy has no identity"),
            (Fact::default(), "the policy has no identity"),
        ] {
            check(|chain| chain.policy().identity = identity)
                .finds(&[&format!("azapi_resource.policy: {message}")]);
        }
    }

    #[test]
    fn our_own_resource_and_what_is_read_are_not_guessed_at() {
        for form in [PolicyForm::Own, PolicyForm::Live] {
            check(|chain| {
                chain.policy().form = form;
                chain.policy().identity = Fact::default();
                chain.policy().has_encryption = Fact::default();
            })
            .is_silent();
        }
    }

    #[test]
    fn cannot_decide_about_unknown_parts() {
        let expected = "azapi_resource.policy: variable `x` has no value";
        check(|chain| chain.policy().kind = from_variable("x")).is_undecided(&[expected]);
        check(|chain| chain.policy().identity = from_variable("x")).is_undecided(&[expected]);
        check(|chain| chain.policy().has_encryption = from_variable("x")).is_undecided(&[expected]);
    }
}
