//! Reports a policy that pins a version of its key.
//!
//! It lies at the policy, which is where the version stands, whether on its own or inside a
//! versioned key identifier. A reference to a key's `version` is a pin too, although its value is
//! not known before the apply.

use super::example::{key, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Fact, Known, Reason, Unknown};
use crate::finding::Findings;
use crate::rules::run::without_keys;

pub(super) const RULE: Rule = Rule {
    code: "CMK207",
    name: "pinned-key-version",
    level: Level::Warning,
    summary: "an encryption policy that pins a version of its key",
    explanation: "\
Without a version the policy follows the key: after a rotation the service takes the new version \
over within 24 hours, without downtime.\n\
\n\
What happens **with** a version is not settled by any public source. The page of the preview \
(2023) had the version in its template and said that new versions were not supported; the present \
page (2025) dropped both. Microsoft's scripts and its example for Terraform still pass a version. \
So a pinned version may keep environments on an old version whose expiry, or whose disabling, \
takes them offline. And the way back is closed: a policy with linked environments takes no change \
of its key.\n\
\n\
A versionless reference (`versionless_id`, or only the key's name) is good.",
    fix: "remove the version, so that the policy follows the newest one",
    example: Example {
        before: concat!(
            vault!(),
            key!(),
            r#"resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = azurerm_key_vault_key.cmk.name
  key_version         = azurerm_key_vault_key.cmk.version
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
            says: "the template has no version, and rotation by a new version needs no change; what a version does is our inference",
            date: "2025-06-09",
            evidence: Evidence::Inferred,
        },
        Source {
            url: pages::ROTATION,
            says: "services should refer to a key without its version",
            date: "2025-05-08",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::SCRIPTS,
            says: "the scripts pass a version, and refuse a change of the key of a linked policy",
            date: "2026-05-13",
            evidence: Evidence::Code,
        },
    ],
    conflicts: "\
Microsoft's own example for Terraform (`terraform-provider-power-platform`) passes the version into \
the policy, which the documented template does not.",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (_, policy) in estate.policies() {
        if !policy.may_encrypt() {
            continue;
        }
        let version = &policy.key_version;
        let (message, certain) = match Pin::of(version) {
            Pin::None => continue,
            Pin::Version(text) => (format!("the policy pins version `{text}` of its key"), true),
            Pin::Reference(name) => {
                // One text for all instances of a block.
                let name = without_keys(name);
                (format!("the policy pins its key to `{name}`"), true)
            }
            Pin::Written => ("the policy pins a version of its key".to_owned(), false),
            Pin::Unknown(unknown) => {
                out.undecided(&policy.header, unknown).at(&version.origin);
                continue;
            }
        };
        let finding = out.report(&policy.header, message).at(&version.origin);
        if !certain {
            finding.possible();
        }
        if let Some((_, key)) = estate.key_of_policy(policy) {
            finding.related(&key.header, &key.name.origin, "the key");
        }
    }
}

/// What a policy says about the version of its key.
enum Pin<'a> {
    None,
    Version(&'a str),
    /// The version of a key, which is never empty.
    Reference(&'a str),
    /// A plan does not know the version. Something must be written for that, and it could only be
    /// a conditional expression that turns out to be `null`.
    Written,
    Unknown(&'a Unknown),
}

impl<'a> Pin<'a> {
    fn of(version: &'a Fact<String>) -> Self {
        let unknown = match &version.known {
            Known::Absent => return Self::None,
            Known::Value(text) => return Self::Version(text),
            Known::Unknown(unknown) => unknown,
        };
        match &unknown.reason {
            Reason::Computed(name) | Reason::KnownAfterApply(name) | Reason::DataSource(name)
                if name.contains("_key.") && name.ends_with(".version") =>
            {
                Self::Reference(name)
            }
            Reason::KnownAfterApply(name) if name.ends_with("version") => Self::Written,
            _ => Self::Unknown(unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::policy;
    use crate::PolicyKind;
    use crate::estate::{Estate, Fact, Origin, Reason, Unknown};
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(version: Fact<String>) -> Answers {
        let mut estate = Estate::default();
        let mut policy = policy();
        policy.key_version = version;
        estate.add_policy(policy);
        answers(&super::RULE, &estate)
    }

    fn computed(name: &str) -> Fact<String> {
        Fact::unknown_at(
            Unknown::new(Reason::Computed(name.into())),
            Origin::default(),
        )
    }

    #[test]
    fn points_at_the_policy() {
        check("0f1e2d3c4b5a".to_owned().into()).finds(&[
            "ppcmk_enterprise_policy.eu: the policy pins version `0f1e2d3c4b5a` of its key",
        ]);
    }

    #[test]
    fn a_reference_to_the_version_of_a_key_is_a_pin() {
        check(computed("azurerm_key_vault_key.cmk[\"eu\"].version")).finds(&[
            "ppcmk_enterprise_policy.eu: the policy pins its key to `azurerm_key_vault_key.cmk.version`",
        ]);
    }

    #[test]
    fn a_version_that_a_plan_does_not_know_is_written_all_the_same() {
        let mut estate = Estate::default();
        let mut policy = policy();
        let reason = Reason::KnownAfterApply("ppcmk_enterprise_policy.eu.key_version".into());
        policy.key_version = Fact::unknown_at(Unknown::new(reason), Origin::default());
        estate.add_policy(policy);
        let (findings, _) = crate::rules::check(&estate, [&super::RULE]);
        assert_eq!(findings[0].message, "the policy pins a version of its key");
        assert_eq!(findings[0].certainty, crate::Certainty::Possible);
    }

    #[test]
    fn is_silent_without_a_version() {
        check(Fact::default()).is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_value() {
        check(unknown()).is_undecided(&["ppcmk_enterprise_policy.eu: variable `x` has no value"]);
        check(computed("module.keys.version")).is_undecided(&[
            "ppcmk_enterprise_policy.eu: `module.keys.version` is computed at apply",
        ]);
    }

    #[test]
    fn leaves_policies_of_other_kinds_alone() {
        let mut estate = Estate::default();
        let mut policy = policy();
        policy.kind = PolicyKind::NetworkInjection.into();
        policy.key_version = "0f1e2d3c4b5a".to_owned().into();
        estate.add_policy(policy);
        answers(&super::RULE, &estate).is_silent();
    }
}
