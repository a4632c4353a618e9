//! Reports an assignment that the plan destroys: the environment goes back to Microsoft's key.
//!
//! Only what unlinks: an assignment that is forgotten, abandoned or refused leaves the link as it
//! is, one that is moved is none, and one whose environment is destroyed with it has nothing left
//! to protect. An assignment that is destroyed and made again is CMK112's.

use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Answer, Assignment, Change, Environment, Estate};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK120",
    name: "assignment-removed",
    level: Level::Error,
    summary: "the plan takes an environment off its key",
    explanation: "\
Destroying an assignment unlinks the environment: it is taken offline, and for up to four days its \
data is encrypted again with the key that Microsoft manages. The customer's key must stay usable \
all that time. Often nobody meant it: a key of `for_each` was renamed, a module was moved, a \
resource was renamed without a `moved` block.\n\n\
What leaves the environment linked is not reported: a `removed` block with `destroy = false`, \
`deletion_policy = \"ABANDON\"` or `\"PREVENT\"`, and an assignment whose environment is destroyed \
in the same plan.",
    fix: "keep the assignment; add a `moved` block where it was renamed, or a `removed` block with `destroy = false` where another state takes it over",
    example: Example {
        before: "\
# In the state: ppcmk_environment_assignment.retail
resource \"ppcmk_environment_assignment\" \"shops\" {
  environment_id  = powerplatform_environment.retail.id
  policy_id       = ppcmk_enterprise_policy.europe.id
  deletion_policy = \"UNLINK\"
}",
        after: "\
moved {
  from = ppcmk_environment_assignment.retail
  to   = ppcmk_environment_assignment.shops
}

resource \"ppcmk_environment_assignment\" \"shops\" {
  environment_id  = powerplatform_environment.retail.id
  policy_id       = ppcmk_enterprise_policy.europe.id
  deletion_policy = \"UNLINK\"
}",
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "removing an environment from the policy takes it offline and back to the key that Microsoft manages, which takes up to four days",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::LOCK,
            says: "the key must stay usable until the environment is off it",
            date: "2025-07-14",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (_, assignment) in estate.removed_assignments() {
        let environment = estate
            .environment(&assignment.environment)
            .map(|(_, environment)| environment);
        if !assignment.may_encrypt() || environment.is_some_and(is_destroyed) {
            continue;
        }
        let unknown = match assignment.unlinks() {
            Answer::No => continue,
            Answer::Yes => assignment.kind.unknown(),
            Answer::Unknown(_) => assignment.on_destroy.unknown(),
        };
        match unknown {
            Some(unknown) => {
                out.undecided(&assignment.header, unknown);
            }
            None => report(estate, assignment, environment, out),
        }
    }
}

/// Whether the environment goes too, with all that is in it.
fn is_destroyed(environment: &Environment) -> bool {
    environment
        .header
        .change
        .as_ref()
        .is_some_and(Change::destroys)
}

fn report(
    estate: &Estate,
    assignment: &Assignment,
    environment: Option<&Environment>,
    out: &mut Findings,
) {
    let finding = out.report(
        &assignment.header,
        format!(
            "the plan takes the environment offline and off its key{}",
            reason(assignment)
        ),
    );
    if let Some(environment) = environment {
        finding.environment(&environment.header.address).related(
            &environment.header,
            &environment.id.origin,
            "goes back to the key that Microsoft manages",
        );
    }
    let successor = estate
        .environment(&assignment.environment)
        .and_then(|(handle, _)| estate.assignments_of(handle).next());
    if let Some((_, successor)) = successor {
        finding
            .help(format!(
                "if `{}` takes its place, add a `moved` block from `{}` to it",
                successor.header.address, assignment.header.address
            ))
            .related(
                &successor.header,
                &successor.environment.origin,
                "links the same environment again",
            );
    }
}

/// Why Terraform destroys it, in words.
fn reason(assignment: &Assignment) -> &'static str {
    let change = assignment.header.change.as_ref();
    match change.and_then(|change| change.reason.as_deref()) {
        Some("delete_because_no_resource_config") => {
            ", because it is not in the configuration any more"
        }
        Some("delete_because_no_module") => ", because its module is not called any more",
        Some("delete_because_count_index" | "delete_because_wrong_repetition") => {
            ", because `count` has changed"
        }
        Some("delete_because_each_key") => ", because its key is not in `for_each` any more",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Action, Header, OnDestroy};
    use crate::rules::fixture::{Chain, from_variable};
    use crate::rules::testing::{Answers, answers};

    fn check(action: Action, change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        chain.assignment().header.change = Some(Change::new(action));
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    const FOUND: &str = "powerplatform_enterprise_policy.link: the plan takes the environment \
                         offline and off its key";

    #[test]
    fn points_at_the_assignment() {
        check(Action::Delete, |_| {}).finds(&[FOUND]);
    }

    #[test]
    fn says_why() {
        check(Action::Delete, |chain| {
            let mut change = Change::new(Action::Delete);
            change.reason = Some("delete_because_each_key".into());
            chain.assignment().header.change = Some(change);
        })
        .finds(&[&format!(
            "{FOUND}, because its key is not in `for_each` any more"
        )]);
    }

    #[test]
    fn is_silent_about_what_stays() {
        for action in [
            Action::NoOp,
            Action::Create,
            Action::Update,
            Action::Forget,
            Action::DeleteThenCreate,
        ] {
            check(action, |_| {}).is_silent();
        }
    }

    #[test]
    fn is_silent_when_destroying_does_not_unlink() {
        for on_destroy in [OnDestroy::Abandon, OnDestroy::Prevent] {
            check(Action::Delete, |chain| {
                chain.assignment().on_destroy = on_destroy.into();
            })
            .is_silent();
        }
        check(Action::Delete, |chain| {
            chain.assignment().kind = crate::PolicyKind::NetworkInjection.into();
        })
        .is_silent();
    }

    #[test]
    fn is_silent_when_the_environment_goes_too() {
        for action in [Action::Delete, Action::DeleteThenCreate] {
            check(Action::Delete, |chain| {
                chain.environment().header.change = Some(Change::new(action));
            })
            .is_silent();
        }
    }

    #[test]
    fn offers_a_moved_block_where_another_one_takes_its_place() {
        let mut chain = Chain::new();
        let mut successor = chain.assignment().clone();
        successor.header = Header::new("powerplatform_enterprise_policy.renamed");
        chain.estate.add_assignment(successor);
        chain.assignment().header.change = Some(Change::new(Action::Delete));
        let (findings, _) = crate::rules::check(&chain.estate, [&RULE]);
        assert!(findings[0].help.contains("`moved`"), "{}", findings[0].help);
    }

    #[test]
    fn cannot_decide_when_nobody_knows_what_destroying_does() {
        let expected = "powerplatform_enterprise_policy.link: variable `x` has no value";
        check(Action::Delete, |chain| {
            chain.assignment().on_destroy = from_variable("x");
        })
        .is_undecided(&[expected]);
        check(Action::Delete, |chain| {
            chain.assignment().kind = from_variable("x");
        })
        .is_undecided(&[expected]);
    }
}
