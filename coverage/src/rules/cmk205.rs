//! Reports a key that expires and that nothing rotates.
//!
//! An expired key takes all environments of its policies offline. A rotation policy that only
//! notifies rotates nothing. A date that has passed is a finding of its own, with a message of its
//! own, where the day is known; otherwise the date alone decides.

use super::custody::{USES_KEY, keys, unread_keys, used_by};
use super::example::{policy, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Date, Estate, Fact, Key, Known, Policy, Reason, Unknown};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK205",
    name: "key-expiry-without-rotation",
    level: Level::Error,
    summary: "a key with an expiry and without automatic rotation, under an encryption policy",
    explanation: "\
When a key expires, all environments of all policies that use it go offline at once, without a \
warning; production environments are deleted after 30 days without their key. So a key with an \
expiry needs a rotation policy that makes a new version in time, by itself. A rotation policy \
that only notifies makes none.\n\
\n\
The same holds for an expiry that only the rotation policy sets (`expire_after`): it does not \
touch the current version, but every version that somebody makes later expires.\n\
\n\
A new version needs no change of the policy: the service takes it over within 24 hours, and the \
old version must stay enabled for at least 28 days. An expiry date is not needed for rotation: \
`time_after_creation` works without one.",
    fix: "add a `rotation_policy` with an `automatic` block, or remove the expiry",
    example: Example {
        before: concat!(
            vault!(),
            r#"resource "azurerm_key_vault_key" "cmk" {
  name            = "cmk"
  key_vault_id    = azurerm_key_vault.cmk.id
  key_type        = "RSA"
  key_size        = 3072
  key_opts        = ["wrapKey", "unwrapKey"]
  expiration_date = "2035-12-31T00:00:00Z"
}

"#,
            policy!()
        ),
        after: concat!(
            vault!(),
            r#"resource "azurerm_key_vault_key" "cmk" {
  name            = "cmk"
  key_vault_id    = azurerm_key_vault.cmk.id
  key_type        = "RSA"
  key_size        = 3072
  key_opts        = ["wrapKey", "unwrapKey"]
  expiration_date = "2035-12-31T00:00:00Z"

  rotation_policy {
    expire_after = "P2Y"

    automatic {
      time_before_expiry = "P60D"
    }
  }
}

"#,
            policy!()
        ),
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "an expired key takes the environments down; new versions are taken over within 24 hours",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::ROTATION,
            says: "the expiry of a rotation policy is set on newly rotated versions and not on the current one",
            date: "2025-05-08",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "\
checkov's `CKV_AZURE_40` and trivy's `AVD-AZU-0014` ask for an expiry date on every key. For a key \
of an encryption policy that is an outage with a date, unless a rotation policy comes with it: add \
both, or skip their check for this key.",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    unread_keys(estate, out);
    for (key, policy) in keys(estate) {
        match &key.expires.known {
            Known::Value(date) if estate.scope.today.is_some_and(|today| *date < today) => {
                expired(key, policy, *date, out);
            }
            Known::Value(date) => expires(key, policy, *date, out),
            Known::Absent => later_versions_expire(key, policy, out),
            Known::Unknown(unknown) if is_some_date(unknown) && key.rotation.is_absent() => {
                let finding = out
                    .report(&key.header, "the key expires, and nothing rotates it")
                    .at(&key.expires.origin);
                used_by(finding, policy, &policy.key.origin, USES_KEY);
            }
            Known::Unknown(unknown) => {
                if !rotates(key) {
                    out.undecided(&key.header, unknown).at(&key.expires.origin);
                }
            }
        }
    }
}

/// Whether it is a date for certain, made of the time of the run (`timeadd(timestamp(), ...)`).
fn is_some_date(unknown: &Unknown) -> bool {
    match &unknown.reason {
        Reason::Function(name) => matches!(&**name, "timestamp" | "plantimestamp"),
        _ => false,
    }
}

fn expired(key: &Key, policy: &Policy, date: Date, out: &mut Findings) {
    let finding = out
        .report(&key.header, format!("the key has expired on `{date}`"))
        .at(&key.expires.origin)
        .help("make a new version of the key with a later expiry, or without one");
    // Rotation may have made a version since.
    if rotates(key) {
        finding.possible();
    }
    used_by(finding, policy, &policy.key.origin, USES_KEY);
}

fn expires(key: &Key, policy: &Policy, date: Date, out: &mut Findings) {
    let message = match &key.rotation.known {
        Known::Value(rotation) if rotation.is_automatic => return,
        Known::Value(_) => {
            format!("the key expires on `{date}`, and its rotation policy only notifies")
        }
        Known::Absent => format!("the key expires on `{date}`, and nothing rotates it"),
        Known::Unknown(unknown) => {
            out.undecided(&key.header, unknown).at(&key.rotation.origin);
            return;
        }
    };
    let finding = out
        .report(&key.header, message)
        .at(&key.expires.origin)
        .help(
            "add an `automatic` block to the key's `rotation_policy`, or remove `expiration_date`",
        );
    used_by(finding, policy, &policy.key.origin, USES_KEY);
}

/// The version has no expiry, and the rotation policy may give one to its successors.
fn later_versions_expire(key: &Key, policy: &Policy, out: &mut Findings) {
    match &key.rotation.known {
        Known::Value(rotation) if !rotation.is_automatic => {
            successors_expire(key, &rotation.expire_after, policy, out);
        }
        Known::Value(_) | Known::Absent => {}
        Known::Unknown(unknown) => {
            out.undecided(&key.header, unknown).at(&key.rotation.origin);
        }
    }
}

fn successors_expire(key: &Key, after: &Fact<String>, policy: &Policy, out: &mut Findings) {
    match &after.known {
        Known::Value(time) => {
            let message = format!(
                "later versions of the key expire after `{time}`, and its rotation policy only notifies"
            );
            let finding = out.report(&key.header, message).at(&after.origin).help(
                "add an `automatic` block to the `rotation_policy`, or remove `expire_after`",
            );
            used_by(finding, policy, &policy.key.origin, USES_KEY);
        }
        Known::Absent => {}
        Known::Unknown(unknown) => {
            out.undecided(&key.header, unknown).at(&after.origin);
        }
    }
}

fn rotates(key: &Key) -> bool {
    key.rotation
        .value()
        .is_some_and(|rotation| rotation.is_automatic)
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{key, with_key};
    use crate::Certainty;
    use crate::estate::{Date, Estate, Fact, Origin, Reason, Rotation, Unknown};
    use crate::rules::testing::{Answers, answers, unknown};

    fn day(year: i32) -> Date {
        Date {
            year,
            month: 1,
            day: 31,
        }
    }

    fn estate(expires: impl Into<Fact<Date>>, rotation: impl Into<Fact<Rotation>>) -> Estate {
        let mut key = key();
        key.expires = expires.into();
        key.rotation = rotation.into();
        let mut estate = with_key(key);
        estate.scope.today = Some(day(2026));
        estate
    }

    fn check(expires: impl Into<Fact<Date>>, rotation: impl Into<Fact<Rotation>>) -> Answers {
        answers(&super::RULE, &estate(expires, rotation))
    }

    fn automatic() -> Rotation {
        Rotation {
            is_automatic: true,
            time_before_expiry: "P60D".to_owned().into(),
            ..Rotation::default()
        }
    }

    fn notifying() -> Rotation {
        Rotation {
            expire_after: "P1Y".to_owned().into(),
            ..Rotation::default()
        }
    }

    #[test]
    fn points_at_a_key_that_nothing_rotates() {
        check(day(2027), Fact::default()).finds(&[
            "azurerm_key_vault_key.cmk: the key expires on `2027-01-31`, and nothing rotates it",
        ]);
    }

    #[test]
    fn a_policy_that_only_notifies_rotates_nothing() {
        check(day(2027), notifying()).finds(&[
            "azurerm_key_vault_key.cmk: the key expires on `2027-01-31`, and its rotation policy only notifies",
        ]);
        check(Fact::default(), notifying()).finds(&[
            "azurerm_key_vault_key.cmk: later versions of the key expire after `P1Y`, and its rotation policy only notifies",
        ]);
    }

    #[test]
    fn cannot_decide_about_an_unknown_expiry_of_later_versions() {
        let notifying = Rotation {
            expire_after: unknown(),
            ..Rotation::default()
        };
        check(Fact::default(), notifying)
            .is_undecided(&["azurerm_key_vault_key.cmk: variable `x` has no value"]);
    }

    #[test]
    fn is_silent_about_rotated_keys_and_keys_without_an_expiry() {
        check(day(2027), automatic()).is_silent();
        check(unknown(), automatic()).is_silent();
        check(Fact::default(), automatic()).is_silent();
        check(Fact::default(), Fact::default()).is_silent();
    }

    #[test]
    fn a_date_in_the_past_is_an_outage_whatever_rotates() {
        let message = "azurerm_key_vault_key.cmk: the key has expired on `2025-01-31`";
        check(day(2025), Fact::default()).finds(&[message]);
        check(day(2025), automatic()).finds(&[message]);
        let certainty = |rotation: Fact<Rotation>| {
            let estate = estate(day(2025), rotation);
            crate::rules::check(&estate, [&super::RULE]).0[0].certainty
        };
        assert_eq!(certainty(Fact::default()), Certainty::Definite);
        assert_eq!(certainty(automatic().into()), Certainty::Possible);
    }

    #[test]
    fn the_day_itself_is_not_yet_in_the_past() {
        check(day(2026), automatic()).is_silent();
    }

    #[test]
    fn without_a_day_every_date_is_to_come() {
        let mut estate = estate(day(2025), automatic());
        estate.scope.today = None;
        answers(&super::RULE, &estate).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values() {
        let answer = ["azurerm_key_vault_key.cmk: variable `x` has no value"];
        check(unknown(), Fact::default()).is_undecided(&answer);
        check(unknown(), notifying()).is_undecided(&answer);
        check(day(2027), unknown()).is_undecided(&answer);
        check(Fact::default(), unknown()).is_undecided(&answer);
    }

    #[test]
    fn a_date_made_of_the_time_of_the_run_is_one() {
        let from = |function: &str| {
            let unknown = Unknown::new(Reason::Function(function.into()));
            Fact::unknown_at(unknown, Origin::default())
        };
        check(from("timestamp"), Fact::default())
            .finds(&["azurerm_key_vault_key.cmk: the key expires, and nothing rotates it"]);
        check(from("timestamp"), automatic()).is_silent();
        check(from("other"), Fact::default())
            .is_undecided(&["azurerm_key_vault_key.cmk: `other` is not evaluated"]);
    }

    #[test]
    fn leaves_other_keys_alone() {
        let mut estate = Estate::default();
        let mut other = key();
        other.expires = day(2027).into();
        estate.add_key(other);
        answers(&super::RULE, &estate).is_silent();
    }
}
