//! Reports a rotation policy whose interval Key Vault refuses.
//!
//! Durations are compared in days; a month counts as 28 and a year as 365, so that a duration is
//! never taken for longer than it is.

use super::custody::{USES_KEY, is_managed_hsm, keys, used_by};
use super::example::{policy, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Fact, Known, Reason, Rotation, Unknown};
use crate::finding::Findings;

/// The shortest interval in a key vault, in days.
const SHORTEST: i64 = 7;
/// The shortest interval in a Managed HSM, in days.
const SHORTEST_IN_HSM: i64 = 28;

pub(super) const RULE: Rule = Rule {
    code: "CMK208",
    name: "rotation-too-frequent",
    level: Level::Error,
    summary: "a rotation policy with an interval under 7 days, under an encryption policy",
    explanation: "\
Key Vault accepts rotation no earlier than 7 days after a version's creation and no later than 7 \
days before its expiry; a Managed HSM asks for 28 days. A shorter interval is refused when the key \
is made.\n\
\n\
Short intervals are no gain here: the service needs up to 24 hours to take a new version over, and \
the old version must stay enabled for 28 days. A year or two is a usual interval.",
    fix: "rotate after 7 days at the earliest (28 in a Managed HSM)",
    example: Example {
        before: concat!(
            vault!(),
            r#"resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]

  rotation_policy {
    automatic {
      time_after_creation = "P1D"
    }
  }
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

  rotation_policy {
    automatic {
      time_after_creation = "P1Y"
    }
  }
}

"#,
            policy!()
        ),
    },
    sources: &[
        Source {
            url: pages::ROTATION,
            says: "the interval is at least 7 days from creation, and 7 days from expiration",
            date: "2025-05-08",
            evidence: Evidence::Documented,
        },
        Source {
            url: "https://learn.microsoft.com/azure/key-vault/managed-hsm/key-rotation",
            says: "in a Managed HSM both are at least 28 days",
            date: "2021-03-18",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::CMK,
            says: "a previous version must stay enabled for 28 days",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (key, policy) in keys(estate) {
        let origin = &key.rotation.origin;
        let rotation = match &key.rotation.known {
            Known::Value(rotation) if rotation.is_automatic => rotation,
            Known::Value(_) | Known::Absent => continue,
            Known::Unknown(unknown) => {
                out.undecided(&key.header, unknown).at(origin);
                continue;
            }
        };
        let shortest = if is_managed_hsm(estate, &key.vault) {
            SHORTEST_IN_HSM
        } else {
            SHORTEST
        };
        for (time, when) in times(rotation) {
            let duration = match &time.known {
                Known::Value(duration) => duration,
                Known::Absent => continue,
                Known::Unknown(unknown) => {
                    out.undecided(&key.header, unknown).at(&time.origin);
                    continue;
                }
            };
            let Some(days) = days(duration) else {
                let text = format!("`{duration}` is not a duration");
                out.undecided(&key.header, &Unknown::new(Reason::Expression(text.into())))
                    .at(&time.origin);
                continue;
            };
            if days < shortest {
                let message = format!(
                    "the key is rotated `{duration}` {when}, and the shortest interval is {shortest} days"
                );
                let finding = out.report(&key.header, message).at(&time.origin);
                used_by(finding, policy, &policy.key.origin, USES_KEY);
            }
        }
    }
}

fn times(rotation: &Rotation) -> [(&Fact<String>, &'static str); 2] {
    [
        (&rotation.time_after_creation, "after its creation"),
        (&rotation.time_before_expiry, "before its expiry"),
    ]
}

/// The days of an ISO 8601 duration, rounded down; `None` for anything else.
fn days(duration: &str) -> Option<i64> {
    let duration = duration.trim().strip_prefix(['P', 'p'])?;
    let (date, time) = duration
        .split_once(['T', 't'])
        .map_or((duration, None), |(date, time)| (date, Some(time)));
    let is_empty = date.is_empty() && time.is_none_or(str::is_empty);
    let hours = time.map_or(Some(0), |time| {
        units(time, |unit| match unit {
            'H' => Some(3_600),
            'M' => Some(60),
            'S' => Some(1),
            _ => None,
        })
    })?;
    let days = units(date, |unit| match unit {
        'Y' => Some(365),
        'M' => Some(28),
        'W' => Some(7),
        'D' => Some(1),
        _ => None,
    })?;
    (!is_empty).then(|| days.saturating_add(hours / 86_400))
}

/// The sum of numbers with units.
fn units(mut text: &str, value: impl Fn(char) -> Option<i64>) -> Option<i64> {
    let mut sum: i64 = 0;
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = text[..end].parse().ok()?;
        let unit = text[end..].chars().next()?;
        sum = sum.saturating_add(number.saturating_mul(value(unit.to_ascii_uppercase())?));
        text = &text[end + unit.len_utf8()..];
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{key, vault, with_key, with_key_in};
    use crate::estate::{Fact, Rotation, VaultKind};
    use crate::rules::testing::{Answers, answers, unknown};

    fn after(duration: &str) -> Rotation {
        Rotation {
            is_automatic: true,
            time_after_creation: duration.to_owned().into(),
            ..Rotation::default()
        }
    }

    fn check(rotation: impl Into<Fact<Rotation>>) -> Answers {
        let mut key = key();
        key.rotation = rotation.into();
        answers(&super::RULE, &with_key(key))
    }

    #[test]
    fn reads_durations() {
        let days = super::days;
        assert_eq!(days("P90D"), Some(90));
        assert_eq!(days("P1Y2M1W3D"), Some(365 + 56 + 7 + 3));
        assert_eq!(days("P1DT48H"), Some(3));
        assert_eq!(days("PT24H"), Some(1));
        assert_eq!(days("P99999999999999Y"), Some(36_499_999_999_999_635));
        for text in [
            "",
            "P",
            "PT",
            "90D",
            "P90",
            "PD",
            "P1X",
            "P99999999999999999999D",
            "P1ä",
        ] {
            assert_eq!(days(text), None, "{text}");
        }
    }

    #[test]
    fn points_at_the_key() {
        check(after("P1D")).finds(&[
            "azurerm_key_vault_key.cmk: the key is rotated `P1D` after its creation, and the shortest interval is 7 days",
        ]);
        let before = Rotation {
            is_automatic: true,
            time_before_expiry: "P6D".to_owned().into(),
            ..Rotation::default()
        };
        check(before).finds(&[
            "azurerm_key_vault_key.cmk: the key is rotated `P6D` before its expiry, and the shortest interval is 7 days",
        ]);
    }

    #[test]
    fn a_managed_hsm_asks_for_more() {
        let mut hsm = vault();
        hsm.kind = VaultKind::ManagedHsm;
        let mut key = key();
        key.rotation = after("P20D").into();
        answers(&super::RULE, &with_key_in(hsm, key).0).finds(&[
            "azurerm_key_vault_key.cmk: the key is rotated `P20D` after its creation, and the shortest interval is 28 days",
        ]);
    }

    #[test]
    fn is_silent_about_longer_intervals_and_without_rotation() {
        check(after("P7D")).is_silent();
        check(after("P1M")).is_silent();
        check(Rotation::default()).is_silent();
        check(Fact::default()).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values() {
        check(unknown()).is_undecided(&["azurerm_key_vault_key.cmk: variable `x` has no value"]);
        let interval = Rotation {
            is_automatic: true,
            time_after_creation: unknown(),
            ..Rotation::default()
        };
        check(interval).is_undecided(&["azurerm_key_vault_key.cmk: variable `x` has no value"]);
        check(after("often"))
            .is_undecided(&["azurerm_key_vault_key.cmk: `often` is not a duration"]);
    }
}
