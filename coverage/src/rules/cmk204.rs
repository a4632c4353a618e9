//! Reports a key that may not be used to wrap and unwrap other keys.
//!
//! The service never encrypts data with the customer's key itself: it wraps its own keys with it.
//! Without a list of operations Key Vault allows all of them.

use super::custody::{USES_KEY, keys, unread_keys, used_by};
use super::example::{policy, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Known};
use crate::finding::Findings;

/// What the service does with the key.
const NEEDED: [&str; 2] = ["wrapKey", "unwrapKey"];

pub(super) const RULE: Rule = Rule {
    code: "CMK204",
    name: "key-without-wrap-operations",
    level: Level::Error,
    summary: "a key that does not allow `wrapKey` and `unwrapKey`, under an encryption policy",
    explanation: "\
Data is encrypted with keys of the service, and these are wrapped with the customer's key. So the \
key must allow `wrapKey` and `unwrapKey`; `encrypt` and `decrypt` are something else and not \
enough. A key that allows only one of the two, or none, cannot be used, and the link fails.\n\
\n\
That both operations are needed follows from the permissions that Microsoft asks for (Get, Wrap \
Key, Unwrap Key); no page says it about the key itself. A key without any list allows everything.",
    fix: "add `wrapKey` and `unwrapKey` to `key_opts`",
    example: Example {
        before: concat!(
            vault!(),
            r#"resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["encrypt", "decrypt"]
}

"#,
            policy!()
        ),
        after: concat!(
            vault!(),
            r#"resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]
}

"#,
            policy!()
        ),
    },
    sources: &[Source {
        url: pages::CMK,
        says: "the policy needs the permissions Get, Wrap Key and Unwrap Key; hence the key must allow them",
        date: "2025-06-09",
        evidence: Evidence::Inferred,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    unread_keys(estate, out);
    for (key, policy) in keys(estate) {
        let operations = match &key.operations.known {
            Known::Value(operations) => operations,
            Known::Absent => continue,
            Known::Unknown(unknown) => {
                out.undecided(&key.header, unknown)
                    .at(&key.operations.origin);
                continue;
            }
        };
        let missing = missing(operations);
        if missing.is_empty() {
            continue;
        }
        let missing = missing.join("` and `");
        let finding = out
            .report(&key.header, format!("the key does not allow `{missing}`"))
            .at(&key.operations.origin)
            .help(format!("add `{missing}` to `key_opts`"));
        used_by(finding, policy, &policy.key.origin, USES_KEY);
    }
}

fn missing(operations: &[String]) -> Vec<&'static str> {
    let allows = |needed: &&str| {
        operations
            .iter()
            .any(|word| word.eq_ignore_ascii_case(needed))
    };
    NEEDED
        .into_iter()
        .filter(|needed| !allows(needed))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{key, with_key};
    use crate::estate::{Estate, Fact};
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(operations: Fact<Vec<String>>) -> Answers {
        let mut key = key();
        key.operations = operations;
        answers(&super::RULE, &with_key(key))
    }

    fn words(words: &[&str]) -> Fact<Vec<String>> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        words.into()
    }

    #[test]
    fn names_what_is_missing() {
        check(words(&["encrypt", "decrypt"])).finds(&[
            "azurerm_key_vault_key.cmk: the key does not allow `wrapKey` and `unwrapKey`",
        ]);
        check(words(&["wrapKey"]))
            .finds(&["azurerm_key_vault_key.cmk: the key does not allow `unwrapKey`"]);
        check(words(&[])).finds(&[
            "azurerm_key_vault_key.cmk: the key does not allow `wrapKey` and `unwrapKey`",
        ]);
    }

    #[test]
    fn is_silent_when_both_are_allowed_in_any_case() {
        check(words(&["UnwrapKey", "wrapkey", "sign"])).is_silent();
    }

    #[test]
    fn is_silent_without_a_list() {
        check(Fact::default()).is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_list() {
        check(unknown()).is_undecided(&["azurerm_key_vault_key.cmk: variable `x` has no value"]);
    }

    #[test]
    fn leaves_other_keys_alone() {
        let mut estate = Estate::default();
        let mut other = key();
        other.operations = words(&["sign"]);
        estate.add_key(other);
        answers(&super::RULE, &estate).is_silent();
    }
}
