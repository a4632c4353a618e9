//! Reports a key that cannot be used yet: before its activation date, or while it is disabled.

use super::custody::{USES_KEY, keys, used_by};
use super::example::{policy, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Key, Known, Policy};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK216",
    name: "key-not-yet-active",
    level: Level::Warning,
    summary: "a key that is disabled or whose activation date is still to come, under an encryption policy",
    explanation: "\
Before its activation date (`not_before_date`), and while it is disabled, a key cannot wrap \
anything, so no environment can be linked. Microsoft's own script refuses such a key before it \
starts. It is a warning, because a date may pass, or the key be enabled, before the link is made.",
    fix: "remove `not_before_date`, or link environments after that day",
    example: Example {
        before: concat!(
            vault!(),
            r#"resource "azurerm_key_vault_key" "cmk" {
  name            = "cmk"
  key_vault_id    = azurerm_key_vault.cmk.id
  key_type        = "RSA"
  key_size        = 3072
  key_opts        = ["wrapKey", "unwrapKey"]
  not_before_date = "2099-01-01T00:00:00Z"
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
        url: pages::SCRIPTS,
        says: "the validation asks for a key that is enabled, active and not expired",
        date: "2026-05-13",
        evidence: Evidence::Code,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (key, policy) in keys(estate) {
        let origin = &key.enabled.origin;
        match &key.enabled.known {
            Known::Value(false) => {
                let finding = out
                    .report(&key.header, "the key is disabled")
                    .at(origin)
                    .help("enable the key before you link environments");
                used_by(finding, policy, &policy.key.origin, USES_KEY);
                continue;
            }
            Known::Unknown(unknown) => {
                out.undecided(&key.header, unknown).at(origin);
                continue;
            }
            // Nothing written is enabled.
            Known::Value(true) | Known::Absent => {}
        }
        check_date(estate, key, policy, out);
    }
}

fn check_date(estate: &Estate, key: &Key, policy: &Policy, out: &mut Findings) {
    let origin = &key.not_before.origin;
    match (&key.not_before.known, estate.scope.today) {
        (Known::Value(date), Some(today)) if *date > today => {
            let message = format!("the key cannot be used before `{date}`");
            let finding = out.report(&key.header, message).at(origin);
            used_by(finding, policy, &policy.key.origin, USES_KEY);
        }
        // Without a day nobody can say whether the date is to come.
        (Known::Value(_) | Known::Absent, _) => {}
        (Known::Unknown(unknown), _) => {
            out.undecided(&key.header, unknown).at(origin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{key, with_key};
    use crate::estate::{Date, Fact};
    use crate::rules::testing::{Answers, answers, unknown};

    fn day(day: u8) -> Date {
        Date {
            year: 2026,
            month: 1,
            day,
        }
    }

    fn check(not_before: impl Into<Fact<Date>>, today: Option<Date>) -> Answers {
        let mut key = key();
        key.not_before = not_before.into();
        let mut estate = with_key(key);
        estate.scope.today = today;
        answers(&super::RULE, &estate)
    }

    #[test]
    fn points_at_the_key() {
        check(day(2), Some(day(1)))
            .finds(&["azurerm_key_vault_key.cmk: the key cannot be used before `2026-01-02`"]);
    }

    #[test]
    fn is_silent_from_that_day_on_and_without_a_date() {
        check(day(2), Some(day(2))).is_silent();
        check(Fact::default(), Some(day(2))).is_silent();
        check(day(2), None).is_silent();
    }

    #[test]
    fn points_at_a_disabled_key() {
        let check = |enabled: Fact<bool>| {
            let mut key = key();
            key.enabled = enabled;
            answers(&super::RULE, &with_key(key))
        };
        check(false.into()).finds(&["azurerm_key_vault_key.cmk: the key is disabled"]);
        check(true.into()).is_silent();
        check(unknown()).is_undecided(&["azurerm_key_vault_key.cmk: variable `x` has no value"]);
    }

    #[test]
    fn cannot_decide_about_an_unknown_date() {
        check(unknown(), Some(day(1)))
            .is_undecided(&["azurerm_key_vault_key.cmk: variable `x` has no value"]);
    }
}
