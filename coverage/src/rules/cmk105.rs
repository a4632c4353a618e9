//! Reports an assignment of an environment without a Dataverse database.
//!
//! No page says that the link is refused; every page speaks of Dataverse environments, and without
//! a database there is next to nothing that the key could protect.

use super::assigned::{encryption_assignments, environment_of, undecided, why_open};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Assignment, Environment, Estate, Known};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK105",
    name: "environment-without-dataverse",
    level: Level::Error,
    summary: "an assigned environment has no Dataverse database",
    explanation: "\
The customer-managed key protects Dataverse and what is built on it. Microsoft's documentation \
speaks of environments with Dataverse throughout and allows no other; whether the link of an \
environment without a database is refused, or succeeds and protects nothing, is not documented. \
Both are no use.",
    fix: "add a `dataverse` block to the environment, or drop the assignment",
    example: Example {
        before: "\
resource \"powerplatform_environment\" \"retail\" {
  display_name     = \"Retail\"
  location         = \"europe\"
  environment_type = \"Production\"
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}",
        after: "\
resource \"powerplatform_environment\" \"retail\" {
  display_name     = \"Retail\"
  location         = \"europe\"
  environment_type = \"Production\"

  dataverse = {
    language_code     = \"1033\"
    currency_code     = \"EUR\"
    security_group_id = \"00000000-0000-0000-0000-000000000000\"
  }
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}",
    },
    sources: &[Source {
        url: pages::CMK,
        says: "the key encrypts Dataverse environments; no sentence allows an environment without one",
        date: "2025-06-09",
        evidence: Evidence::Inferred,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for assignment in encryption_assignments(estate, out) {
        let Some((_, environment)) = environment_of(estate, assignment, out) else {
            continue;
        };
        match &environment.dataverse.known {
            Known::Value(true) => {}
            Known::Value(false) => report(assignment, environment, out),
            // A resource without the block has no database.
            Known::Absent if environment.header.is_managed_here() => {
                report(assignment, environment, out);
            }
            Known::Absent | Known::Unknown(_) => {
                if let Some(unknown) = why_open(&environment.dataverse, "the Dataverse database") {
                    undecided(assignment, &unknown, &environment.dataverse.origin, out);
                }
            }
        }
    }
}

fn report(assignment: &Assignment, environment: &Environment, out: &mut Findings) {
    out.report(
        &assignment.header,
        "the environment has no Dataverse database",
    )
    .at(&assignment.environment.origin)
    .environment(&environment.header.address)
    .related(
        &environment.header,
        &environment.dataverse.origin,
        "no `dataverse` here",
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Fact, Identity, Management};
    use crate::rules::fixture::{Chain, from_variable, variable};
    use crate::rules::testing::{Answers, answers};

    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    const FOUND: &str =
        "powerplatform_enterprise_policy.link: the environment has no Dataverse database";

    #[test]
    fn points_at_the_assignment() {
        check(|chain| chain.environment().dataverse = false.into()).finds(&[FOUND]);
        check(|chain| chain.environment().dataverse = Fact::default()).finds(&[FOUND]);
    }

    #[test]
    fn is_silent_about_an_environment_with_dataverse() {
        check(|_| {}).is_silent();
    }

    #[test]
    fn cannot_decide_about_what_is_not_known_or_not_declared() {
        let expected = "powerplatform_enterprise_policy.link: variable `x` has no value";
        check(|chain| chain.environment().dataverse = from_variable("x")).is_undecided(&[expected]);
        check(|chain| chain.assignment().environment = Identity::Unknown(variable("x")).into())
            .is_undecided(&[expected]);
        check(|chain| {
            chain.environment().dataverse = Fact::default();
            chain.environment().header.management = Management::Inventory;
        })
        .is_undecided(&[
            "powerplatform_enterprise_policy.link: the Dataverse database is not declared",
        ]);
    }

    #[test]
    fn asks_nothing_about_a_link_that_exists() {
        check(|chain| {
            chain.assignment_exists();
            chain.environment().dataverse = from_variable("x");
        })
        .is_silent();
    }
}
