//! Reports an environment with two encryption assignments.
//!
//! Environments are compared by reference, by id and by the symbol of an unknown id. Two unknown
//! ids with different symbols may be one environment, so an assignment of which nobody knows the
//! environment is undecided as soon as there is another one.

use std::collections::HashMap;

use super::assigned::encryption_assignments;
use super::run::natural;
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Assignment, Environment, Estate, Existence, Handle};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK108",
    name: "duplicate-assignment",
    level: Level::Error,
    summary: "one environment with two encryption assignments",
    explanation: "\
An environment has one place for an encryption policy. The second assignment fails, or moves the \
environment to its policy, and every later apply moves it back and forth, with the environment \
offline each time. Assignments of other kinds (virtual networks, identities) have places of their own.",
    fix: "keep one encryption assignment for the environment",
    example: Example {
        before: "\
resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [ppcmk_key_access.europe]
}

resource \"ppcmk_environment_assignment\" \"production\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.production.id
  depends_on     = [ppcmk_key_access.production]
}",
        after: "\
resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.production.id
  depends_on     = [ppcmk_key_access.production]
}",
    },
    sources: &[Source {
        url: pages::PROVIDER,
        says: "the environment has one slot for customer-managed keys; that a second link takes the place of the first follows from it",
        date: "2026-08-21",
        evidence: Evidence::Inferred,
    }],
    conflicts: "",
    check: Some(check),
};

/// What two assignments have to share to be about one environment.
#[derive(PartialEq, Eq, Hash)]
enum Place<'a> {
    Here(Handle<Environment>),
    Named(&'a str),
}

fn check(estate: &Estate, out: &mut Findings) {
    let assignments = encryption_assignments(estate, out);
    let mut places: HashMap<Place<'_>, Vec<&Assignment>> = HashMap::new();
    let mut nameless = Vec::new();
    for &assignment in &assignments {
        match place(estate, assignment) {
            Some(place) => places.entry(place).or_default().push(assignment),
            None => nameless.push(assignment),
        }
    }
    let is_alone = assignments.len() < 2;
    let mut open = nameless;
    for mut group in places.into_values() {
        if let [single] = *group {
            open.push(single);
            continue;
        }
        group.sort_by(|one, other| natural(&one.header.address, &other.header.address));
        check_group(estate, &group, out);
    }
    if !is_alone {
        for assignment in open {
            cannot_tell(estate, assignment, out);
        }
    }
}

fn place<'a>(estate: &Estate, assignment: &'a Assignment) -> Option<Place<'a>> {
    let link = &assignment.environment;
    estate
        .environment(link)
        .map(|(handle, _)| Place::Here(handle))
        .or_else(|| link.name().map(Place::Named))
}

/// All but the first, in the order of addresses, are too many.
fn check_group(estate: &Estate, group: &[&Assignment], out: &mut Findings) {
    let [first, others @ ..] = group else {
        return;
    };
    for assignment in others {
        match (&first.header.existence, &assignment.header.existence) {
            // One of them may be there instead of the other one.
            (Existence::Possible(unknown), Existence::Possible(_)) => {
                out.undecided(&assignment.header, unknown);
            }
            (one, other) => {
                let is_certain = *one == Existence::Certain && *other == Existence::Certain;
                report(estate, first, assignment, is_certain, out);
            }
        }
    }
}

fn report(
    estate: &Estate,
    first: &Assignment,
    assignment: &Assignment,
    is_certain: bool,
    out: &mut Findings,
) {
    let finding = out
        .report(
            &assignment.header,
            format!(
                "the environment already has the encryption assignment `{}`",
                first.header.address
            ),
        )
        .at(&assignment.environment.origin)
        .related(
            &first.header,
            &first.environment.origin,
            "the same environment",
        );
    if let Some((_, environment)) = estate.environment(&assignment.environment) {
        finding.environment(&environment.header.address);
    }
    if !is_certain {
        finding.possible();
    }
}

/// Whether the unknown environment of an assignment is that of another one. Nobody asks about a
/// link that exists, which another one would already have replaced.
fn cannot_tell(estate: &Estate, assignment: &Assignment, out: &mut Findings) {
    if estate.environment(&assignment.environment).is_some() || !assignment.makes_link() {
        return;
    }
    if let Some(unknown) = assignment.environment.unknown() {
        out.undecided(&assignment.header, unknown)
            .at(&assignment.environment.origin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Action, Change, Header, Identity, Link, Unknown};
    use crate::rules::fixture::{Chain, if_variable, variable};
    use crate::rules::testing::{Answers, answers};

    const SECOND: &str = "ppcmk_environment_assignment.a";

    /// The chain with a second assignment, behind the first one in the order of addresses.
    fn check(change: impl FnOnce(&mut Chain, &mut Assignment)) -> Answers {
        let mut chain = Chain::new();
        let mut second = chain.assignment().clone();
        second.header = Header::new(SECOND);
        change(&mut chain, &mut second);
        chain.estate.add_assignment(second);
        answers(&RULE, &chain.estate)
    }

    fn both(identity: &Identity<Environment>) -> Answers {
        check(|chain, second| {
            chain.assignment().environment = identity.clone().into();
            second.environment = identity.clone().into();
        })
    }

    const FOUND: &str = "ppcmk_environment_assignment.a: the environment already has the \
                         encryption assignment `powerplatform_enterprise_policy.link`";

    fn nameless() -> Unknown {
        Unknown {
            symbol: None,
            ..variable("x")
        }
    }

    #[test]
    fn points_at_the_later_one() {
        check(|_, _| {}).finds(&[FOUND]);
        both(&Identity::Elsewhere("1a".into())).finds(&[FOUND]);
        both(&Identity::Unknown(variable("environment_id"))).finds(&[FOUND]);
    }

    #[test]
    fn is_silent_about_one_each() {
        check(|_, second| second.environment = Identity::Elsewhere("1a".into()).into()).is_silent();
        check(|_, second| second.environment = Link::default()).is_silent();
    }

    #[test]
    fn other_kinds_have_places_of_their_own() {
        check(|_, second| second.kind = crate::PolicyKind::NetworkInjection.into()).is_silent();
    }

    #[test]
    fn what_the_plan_takes_away_does_not_count() {
        check(|chain, _| chain.assignment().header.change = Some(Change::new(Action::Delete)))
            .is_silent();
    }

    #[test]
    fn cannot_decide_about_an_environment_that_is_not_known() {
        let expected = "ppcmk_environment_assignment.a: variable `x` has no value";
        for unknown in [variable("x"), nameless()] {
            check(|_, second| second.environment = Identity::Unknown(unknown).into())
                .is_undecided(&[expected]);
        }
    }

    #[test]
    fn a_single_assignment_has_nothing_to_be_the_same_as() {
        let mut chain = Chain::new();
        chain.assignment().environment = Identity::Unknown(variable("x")).into();
        answers(&RULE, &chain.estate).is_silent();
    }

    #[test]
    fn two_that_may_exist_may_be_alternatives() {
        check(|chain, second| {
            chain.assignment().header.existence = if_variable("x");
            second.header.existence = if_variable("x");
        })
        .is_undecided(&["ppcmk_environment_assignment.a: variable `x` has no value"]);
    }

    #[test]
    fn one_that_may_exist_is_possible() {
        let mut chain = Chain::new();
        let mut second = chain.assignment().clone();
        second.header.existence = if_variable("x");
        chain.estate.add_assignment(second);
        let (findings, _) = crate::rules::check(&chain.estate, [&RULE]);
        assert_eq!(findings[0].certainty, crate::Certainty::Possible);
    }
}
