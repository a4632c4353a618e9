//! Reports a key of a type or size that cannot encrypt environments.
//!
//! RSA and RSA-HSM keys of 2048 or 3072 bit are good, in a Managed HSM only RSA-HSM. About 4096 bit
//! Microsoft's pages contradict each other, so that is a warning that says so. A size that nobody
//! wrote is undecided.

use super::custody::{USES_KEY, is_managed_hsm, keys, unread_keys, used_by};
use super::example::{policy, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Fact, Key, KeyType, Known, Origin, Reason, Unknown};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK203",
    name: "unsupported-key-type",
    level: Level::Error,
    summary: "a key whose type or size cannot encrypt environments, under an encryption policy",
    explanation: "\
Power Platform takes RSA and RSA-HSM keys of 2048 or 3072 bit from a key vault, and RSA-HSM keys \
from a Managed HSM. Keys on elliptic curves and symmetric keys cannot wrap the service's keys. The \
key is made before anybody finds out: the link of the first environment fails.\n\
\n\
About **4096 bit** Microsoft's pages contradict each other. The page on customer-managed keys \
(2025-06-09) names 2048 and 3072, the page on encryption (2025-01-21) names 2048 and 4096. Such a \
key is a warning; 2048 is the size that both name.\n\
\n\
Type and size are fixed when the key is made. Terraform replaces a key to change them, which \
deletes the old one: see CMK210 before you do that to a key in use.",
    fix: "use an `RSA` or `RSA-HSM` key of `2048` or `3072` bit",
    example: Example {
        before: concat!(
            vault!(),
            r#"resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "EC"
  curve        = "P-256"
  key_opts     = ["sign", "verify"]
}

"#,
            policy!()
        ),
        after: concat!(
            vault!(),
            r#"resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "RSA-HSM"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]
}

"#,
            policy!()
        ),
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "RSA and RSA-HSM, 2048 and 3072 bit; RSA-HSM in a Managed HSM",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::ENCRYPTION,
            says: "2048 or 4096 bit, which contradicts the other page",
            date: "2025-01-21",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "\
checkov's `CKV_AZURE_112` asks for a key that is backed by an HSM. That is no contradiction: an \
`RSA-HSM` key satisfies both. An `EC-HSM` key satisfies checkov alone.",
    check: Some(check),
};

/// What a type or a size means.
enum Verdict<'a> {
    Good,
    /// A message.
    Bad(String),
    /// Sources contradict each other: a message.
    Disputed(&'static str),
    Unknown(&'a Unknown),
    /// Nothing is written.
    Unwritten,
}

fn check(estate: &Estate, out: &mut Findings) {
    unread_keys(estate, out);
    for (key, policy) in keys(estate) {
        let hsm = is_managed_hsm(estate, &key.vault);
        let (verdict, origin) = judge(key, hsm);
        let finding = match verdict {
            Verdict::Good => continue,
            Verdict::Unknown(unknown) => {
                out.undecided(&key.header, unknown).at(origin);
                continue;
            }
            Verdict::Unwritten => {
                let reason = Reason::Expression("type or size of the key is not written".into());
                out.undecided(&key.header, &Unknown::new(reason)).at(origin);
                continue;
            }
            Verdict::Bad(message) => out.report(&key.header, message),
            Verdict::Disputed(message) => out
                .report(&key.header, message)
                .level(Level::Warning)
                .help("use `2048` bit, the size that both of Microsoft's pages name"),
        };
        finding.at(origin);
        used_by(finding, policy, &policy.key.origin, USES_KEY);
        if hsm && finding.level == Level::Error {
            finding.help("use an `RSA-HSM` key of `2048` or `3072` bit");
        }
    }
}

/// The type decides before the size, and a size that fits no type before a type that is unknown.
fn judge(key: &Key, hsm: bool) -> (Verdict<'_>, &Origin) {
    let by_type = judge_type(&key.key_type, hsm);
    let by_size = judge_size(&key.size);
    match (&by_type, &by_size) {
        (Verdict::Bad(_), _) => (by_type, &key.key_type.origin),
        (Verdict::Good, _) | (_, Verdict::Bad(_)) => (by_size, &key.size.origin),
        _ => (by_type, &key.key_type.origin),
    }
}

fn judge_type(key_type: &Fact<KeyType>, hsm: bool) -> Verdict<'_> {
    match &key_type.known {
        Known::Value(KeyType::Rsa) if hsm => {
            Verdict::Bad("a key of type `RSA` in a Managed HSM, which takes `RSA-HSM`".into())
        }
        Known::Value(KeyType::RsaHsm | KeyType::Rsa) => Verdict::Good,
        Known::Value(KeyType::Other(word)) => {
            Verdict::Bad(format!("a key of type `{word}` encrypts no environment"))
        }
        Known::Absent => Verdict::Unwritten,
        Known::Unknown(unknown) => Verdict::Unknown(unknown),
    }
}

fn judge_size(size: &Fact<i64>) -> Verdict<'_> {
    match &size.known {
        Known::Value(2048 | 3072) => Verdict::Good,
        Known::Value(4096) => Verdict::Disputed(
            "a key of `4096` bit: one page of Microsoft's names 2048 and 3072, another 2048 and 4096",
        ),
        Known::Value(size) => {
            Verdict::Bad(format!("a key of `{size}` bit encrypts no environment"))
        }
        Known::Absent => Verdict::Unwritten,
        Known::Unknown(unknown) => Verdict::Unknown(unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{key, vault, with_key, with_key_in};
    use crate::Level;
    use crate::estate::{Estate, Fact, KeyType, VaultKind};
    use crate::rules::testing::{Answers, answers, unknown};

    fn typed(word: &str) -> Fact<KeyType> {
        KeyType::new(word).into()
    }

    fn check(key_type: Fact<KeyType>, size: impl Into<Fact<i64>>) -> Answers {
        let mut key = key();
        key.key_type = key_type;
        key.size = size.into();
        answers(&super::RULE, &with_key(key))
    }

    fn in_hsm(key_type: &str) -> Estate {
        let mut vault = vault();
        vault.kind = VaultKind::ManagedHsm;
        let mut key = key();
        key.key_type = typed(key_type);
        key.size = 3072.into();
        with_key_in(vault, key).0
    }

    #[test]
    fn points_at_the_key() {
        check(typed("EC-HSM"), Fact::default())
            .finds(&["azurerm_key_vault_key.cmk: a key of type `EC-HSM` encrypts no environment"]);
        check(typed("RSA"), 1024)
            .finds(&["azurerm_key_vault_key.cmk: a key of `1024` bit encrypts no environment"]);
    }

    #[test]
    fn is_silent_about_good_keys() {
        check(typed("RSA"), 2048).is_silent();
        check(typed("rsa-hsm"), 3072).is_silent();
    }

    #[test]
    fn warns_of_the_size_that_sources_dispute() {
        let mut key = key();
        key.key_type = typed("RSA");
        key.size = 4096.into();
        let (findings, _) = crate::rules::check(&with_key(key), [&super::RULE]);
        assert_eq!(findings[0].level, Level::Warning);
        assert!(
            findings[0]
                .message
                .starts_with("a key of `4096` bit: one page")
        );
    }

    #[test]
    fn takes_only_hardware_keys_from_a_managed_hsm() {
        answers(&super::RULE, &in_hsm("RSA-HSM")).is_silent();
        answers(&super::RULE, &in_hsm("RSA")).finds(&[
            "azurerm_key_vault_key.cmk: a key of type `RSA` in a Managed HSM, which takes `RSA-HSM`",
        ]);
    }

    #[test]
    fn cannot_decide_about_unknown_values() {
        let answer = ["azurerm_key_vault_key.cmk: variable `x` has no value"];
        check(unknown(), 3072).is_undecided(&answer);
        check(typed("RSA"), unknown()).is_undecided(&answer);
        check(unknown(), unknown()).is_undecided(&answer);
        check(unknown(), 4096).is_undecided(&answer);
    }

    #[test]
    fn decides_from_one_value_where_the_other_does_not_matter() {
        check(unknown(), 1024)
            .finds(&["azurerm_key_vault_key.cmk: a key of `1024` bit encrypts no environment"]);
        check(typed("EC"), unknown())
            .finds(&["azurerm_key_vault_key.cmk: a key of type `EC` encrypts no environment"]);
    }

    #[test]
    fn cannot_decide_about_a_size_that_is_not_written() {
        check(typed("RSA"), Fact::default())
            .is_undecided(&["azurerm_key_vault_key.cmk: type or size of the key is not written"]);
    }

    #[test]
    fn leaves_other_keys_alone() {
        let mut estate = Estate::default();
        let mut other = key();
        other.key_type = typed("EC");
        estate.add_key(other);
        answers(&super::RULE, &estate).is_silent();
    }
}
