//! Reports an environment without an encryption policy next to others that have one.
//!
//! Only environments of the configuration or the inventory that could have one: of a type that
//! takes a key, with Dataverse, not exempt. Those that somebody asks a key for are CMK101's.

use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::EnvironmentSku;
use crate::estate::{
    Answer, Environment, Estate, Existence, Handle, Known, Management, Reason, Requirement, Unknown,
};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK121",
    name: "environment-left-out",
    level: Level::Warning,
    summary: "an environment without a customer-managed key next to others that have one",
    explanation: "\
Other environments of this configuration are under a customer-managed key, and this one is not: \
mostly it was added later, or a list was forgotten. Copies between it and the others will not work \
either, because both sides need the same key.\n\n\
Environments that cannot be under a key (Trial, Teams, without Dataverse) are left alone, and so are \
those of `[coverage] exempt`. An assignment in another state is known through the inventory \
(`assigned: true`).",
    fix: "assign the environment to an encryption policy, or exempt it in `.ppcmk-lint.toml`",
    example: Example {
        before: "\
resource \"powerplatform_environment\" \"this\" {
  for_each = { retail = \"Production\", finance = \"Production\" }

  display_name     = each.key
  location         = \"europe\"
  environment_type = each.value
  dataverse        = { language_code = \"1033\", currency_code = \"EUR\" }
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.this[\"retail\"].id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [ppcmk_key_access.europe]
}",
        after: "\
resource \"powerplatform_environment\" \"this\" {
  for_each = { retail = \"Production\", finance = \"Production\" }

  display_name     = each.key
  location         = \"europe\"
  environment_type = each.value
  dataverse        = { language_code = \"1033\", currency_code = \"EUR\" }
}

resource \"ppcmk_environment_assignment\" \"this\" {
  for_each = powerplatform_environment.this

  environment_id = each.value.id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [ppcmk_key_access.europe]
}",
    },
    sources: &[Source {
        url: pages::CMK,
        says: "the key takes effect for the environments that are added to the policy; all but Trial and Teams can be",
        date: "2025-06-09",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    let Some(example) = under_key(estate) else {
        return;
    };
    for (handle, environment) in estate.environments() {
        if !is_ours(environment) || is_asked_for(estate, handle) || is_leaving(estate, handle) {
            continue;
        }
        let answer = match (could_have_key(environment), estate.is_assigned(handle)) {
            (Answer::No, _) | (_, Answer::Yes) => continue,
            (Answer::Yes, Answer::No) => None,
            (Answer::Unknown(unknown), _) | (_, Answer::Unknown(unknown)) => Some(unknown),
        };
        match answer {
            None => report(environment, example, out),
            Some(unknown) => {
                out.undecided(&environment.header, &unknown);
            }
        }
    }
}

/// An environment of this configuration or inventory that is under a key, a certain one first.
fn under_key(estate: &Estate) -> Option<&Environment> {
    let mut found = estate
        .environments()
        .filter(|(handle, environment)| {
            is_ours(environment) && estate.is_assigned(*handle) == Answer::Yes
        })
        .map(|(_, environment)| environment);
    let first = found.next()?;
    if first.header.existence == Existence::Certain {
        return Some(first);
    }
    let certain = found.find(|other| other.header.existence == Existence::Certain);
    Some(certain.unwrap_or(first))
}

/// Whether somebody who reads this configuration decides about the environment.
fn is_ours(environment: &Environment) -> bool {
    matches!(
        environment.header.management,
        Management::Here | Management::Inventory
    )
}

/// Whether CMK101 is about it, or it is exempt.
fn is_asked_for(estate: &Estate, handle: Handle<Environment>) -> bool {
    estate[handle].requirement != Requirement::Unstated
        || estate.declarations_of(handle).next().is_some()
}

/// Whether CMK120 is about it.
fn is_leaving(estate: &Estate, handle: Handle<Environment>) -> bool {
    estate
        .all_assignments_of(handle)
        .any(|(_, assignment)| assignment.header.is_removed() && assignment.unlinks() != Answer::No)
}

/// Whether the environment could be under a key, as far as its type and Dataverse decide. Types
/// that the documentation neither allows nor excludes are left alone.
fn could_have_key(environment: &Environment) -> Answer {
    let by_type = match &environment.sku.known {
        Known::Value(
            EnvironmentSku::Production | EnvironmentSku::Sandbox | EnvironmentSku::Developer,
        ) => Answer::Yes,
        Known::Value(_) => Answer::No,
        Known::Absent => Answer::Unknown(Unknown::new(Reason::NotDeclared(
            "the type of the environment".into(),
        ))),
        Known::Unknown(unknown) => Answer::Unknown(unknown.clone()),
    };
    let by_dataverse = match &environment.dataverse.known {
        Known::Value(false) => Answer::No,
        Known::Absent if environment.header.is_managed_here() => Answer::No,
        // An inventory has no word for it.
        Known::Value(true) | Known::Absent => Answer::Yes,
        Known::Unknown(unknown) => Answer::Unknown(unknown.clone()),
    };
    both(by_type, by_dataverse)
}

fn both(one: Answer, other: Answer) -> Answer {
    match (one, other) {
        (Answer::No, _) | (_, Answer::No) => Answer::No,
        (Answer::Unknown(unknown), _) | (_, Answer::Unknown(unknown)) => Answer::Unknown(unknown),
        (Answer::Yes, Answer::Yes) => Answer::Yes,
    }
}

fn report(environment: &Environment, example: &Environment, out: &mut Findings) {
    let finding = out
        .report(
            &environment.header,
            "no encryption assignment, and other environments here have one",
        )
        .environment(&environment.header.address)
        .related(
            &example.header,
            &example.id.origin,
            "this one is under a customer-managed key",
        );
    if example.header.existence != Existence::Certain {
        finding.possible();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Action, Change, Declaration, Fact, Header, Identity, Link};
    use crate::rules::fixture::{Chain, from_variable, if_variable, variable};
    use crate::rules::testing::{Answers, answers};

    /// The chain with a second environment that has no assignment.
    fn check(change: impl FnOnce(&mut Chain, &mut Environment)) -> Answers {
        let mut chain = Chain::new();
        let mut second = chain.environment().clone();
        second.header = Header::new("powerplatform_environment.second");
        change(&mut chain, &mut second);
        chain.estate.add_environment(second);
        answers(&RULE, &chain.estate)
    }

    const FOUND: &str = "powerplatform_environment.second: no encryption assignment, and other \
                         environments here have one";
    const UNKNOWN: &str = "powerplatform_environment.second: variable `x` has no value";

    #[test]
    fn points_at_the_environment() {
        check(|_, _| {}).finds(&[FOUND]);
    }

    #[test]
    fn is_silent_when_no_other_one_is_under_a_key() {
        check(|chain, _| chain.assignment().environment = Link::default()).is_silent();
        check(|chain, _| chain.assignment().kind = crate::PolicyKind::NetworkInjection.into())
            .is_silent();
        // The assigned one is somebody else's.
        check(|chain, _| chain.environment().header.management = Management::DataSource)
            .is_silent();
    }

    #[test]
    fn is_silent_about_what_cannot_or_need_not_have_a_key() {
        for word in ["Trial", "Teams", "Default", "Support"] {
            check(|_, second| second.sku = EnvironmentSku::new(word).into()).is_silent();
        }
        check(|_, second| second.dataverse = false.into()).is_silent();
        check(|_, second| second.dataverse = Fact::default()).is_silent();
        check(|_, second| second.requirement = Requirement::Exempt).is_silent();
        check(|_, second| second.header.management = Management::DataSource).is_silent();
        check(|_, second| second.assigned = true.into()).is_silent();
        check(|_, second| second.header.change = Some(Change::new(Action::Delete))).is_silent();
    }

    #[test]
    fn leaves_environments_that_must_have_a_key_to_another_rule() {
        check(|_, second| {
            second.requirement = Requirement::Required {
                because: "[coverage] require".into(),
            };
        })
        .is_silent();
        let mut chain = Chain::new();
        let mut second = chain.environment().clone();
        second.header = Header::new("powerplatform_environment.second");
        let second = chain.estate.add_environment(second);
        let mut declaration = Declaration::new(Header::new("data.ppcmk_coverage.second"));
        declaration.environment = Link::to(second);
        chain.estate.add_declaration(declaration);
        answers(&RULE, &chain.estate).is_silent();
    }

    #[test]
    fn leaves_an_environment_that_is_taken_off_its_key_to_another_rule() {
        let mut chain = Chain::new();
        let mut second = chain.environment().clone();
        second.header = Header::new("powerplatform_environment.second");
        let second = chain.estate.add_environment(second);
        let mut removed = chain.assignment().clone();
        removed.environment = Link::to(second);
        removed.header.change = Some(Change::new(Action::Delete));
        chain.estate.add_assignment(removed);
        answers(&RULE, &chain.estate).is_silent();
    }

    #[test]
    fn cannot_decide_about_what_is_not_known() {
        check(|_, second| second.sku = from_variable("x")).is_undecided(&[UNKNOWN]);
        check(|_, second| second.dataverse = from_variable("x")).is_undecided(&[UNKNOWN]);
        check(|_, second| second.assigned = from_variable("x")).is_undecided(&[UNKNOWN]);
        check(|chain, _| chain.estate.scope.unseen.push(variable("x"))).is_undecided(&[UNKNOWN]);
        check(|chain, _| {
            let mut other = chain.assignment().clone();
            other.environment = Identity::Unknown(variable("x")).into();
            chain.estate.add_assignment(other);
        })
        .is_undecided(&[UNKNOWN]);
    }

    #[test]
    fn an_inventory_has_to_tell_the_type() {
        check(|_, second| {
            second.header.management = Management::Inventory;
            second.dataverse = Fact::default();
        })
        .finds(&[FOUND]);
        check(|_, second| {
            second.header.management = Management::Inventory;
            second.sku = Fact::default();
        })
        .is_undecided(&[
            "powerplatform_environment.second: the type of the environment is not declared",
        ]);
    }

    #[test]
    fn says_possible_when_the_environment_or_the_other_ones_are() {
        let mut chain = Chain::new();
        let mut second = chain.environment().clone();
        second.header = Header::new("powerplatform_environment.second");
        chain.estate.add_environment(second);
        chain.environment().header.existence = if_variable("x");
        chain.assignment().header.existence = if_variable("x");
        let (findings, _) = crate::rules::check(&chain.estate, [&RULE]);
        assert_eq!(findings[0].certainty, crate::Certainty::Possible);
    }
}
