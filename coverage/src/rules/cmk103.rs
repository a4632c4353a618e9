//! Reports an assignment of an environment that is not a managed one.
//!
//! What makes an environment managed may be a resource of its own, an environment group, or
//! somebody outside of the configuration. The rule is silent where it sees one of them, and
//! undecided where it cannot look.

use super::assigned::{encryption_assignments, environment_of, undecided};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Answer, Assignment, Environment, Estate};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK103",
    name: "unmanaged-environment",
    level: Level::Error,
    summary: "an assignment of an environment without Managed Environment",
    explanation: "\
Only managed environments can be added to an encryption policy, and the policy is enforced only on \
them. The link of any other environment is refused, with a message that does not say so.\n\n\
An environment is managed through a resource of its own (`powerplatform_managed_environment`), \
through an environment group, which takes only managed environments, or by somebody else. The rule \
is silent where it sees one of them, and undecided where it cannot see: the environment is in another \
state, or a module cannot be read.",
    fix: "add a `powerplatform_managed_environment` for the environment, and let the assignment depend on it",
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
}

resource \"powerplatform_managed_environment\" \"retail\" {
  environment_id             = powerplatform_environment.retail.id
  is_usage_insights_disabled = true
  is_group_sharing_disabled  = true
  limit_sharing_mode         = \"ExcludeSharingToSecurityGroups\"
  max_limit_user_sharing     = 10
  solution_checker_mode      = \"Warn\"
  suppress_validation_emails = true
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_managed_environment.retail.environment_id
  policy_id      = ppcmk_enterprise_policy.europe.id
}",
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "only managed environments can be added to the policy",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::MANAGED,
            says: "customer-managed keys are a capability of managed environments",
            date: "2025-07-01",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::GROUPS,
            says: "only managed environments can be in an environment group, and what is created in one is managed",
            date: "2024-10-03",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for assignment in encryption_assignments(estate, out) {
        match estate.is_managed_unseen(&assignment.environment, &assignment.header) {
            Answer::Yes => continue,
            Answer::No => {}
            Answer::Unknown(unknown) => {
                undecided(assignment, &unknown, &assignment.environment.origin, out);
                continue;
            }
        }
        let Some((handle, environment)) = environment_of(estate, assignment, out) else {
            continue;
        };
        match estate.is_managed(handle, &assignment.header) {
            Answer::Yes => {}
            Answer::Unknown(unknown) => {
                undecided(assignment, &unknown, &environment.managed.origin, out);
            }
            Answer::No => report(assignment, environment, out),
        }
    }
}

fn report(assignment: &Assignment, environment: &Environment, out: &mut Findings) {
    let is_denied = environment.managed.value() == Some(&false);
    // A link that exists was accepted, so that somebody has made the environment a managed one.
    if !is_denied && !assignment.makes_link() {
        return;
    }
    let message = if is_denied {
        "the environment is not a managed environment"
    } else {
        "nothing makes the environment a managed environment"
    };
    out.report(&assignment.header, message)
        .at(&assignment.environment.origin)
        .environment(&environment.header.address)
        .related(
            &environment.header,
            &environment.managed.origin,
            "this environment",
        );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Identity, Link, Management};
    use crate::rules::fixture::{Chain, from_variable, if_variable, variable};
    use crate::rules::testing::{Answers, answers};

    /// The chain without its managed environment.
    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        chain.managed().environment = Link::default();
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    const NOTHING: &str = "powerplatform_enterprise_policy.link: nothing makes the environment a \
                           managed environment";
    const UNKNOWN: &str = "powerplatform_enterprise_policy.link: variable `x` has no value";

    #[test]
    fn points_at_the_assignment() {
        check(|_| {}).finds(&[NOTHING]);
        check(|chain| chain.environment().managed = false.into()).finds(&[
            "powerplatform_enterprise_policy.link: the environment is not a managed environment",
        ]);
    }

    #[test]
    fn is_silent_when_something_manages_the_environment() {
        check(|chain| chain.managed().environment = Link::to(chain.environment)).is_silent();
        check(|chain| chain.environment().managed = true.into()).is_silent();
        check(|chain| chain.environment().group = "g".to_owned().into()).is_silent();
        check(|chain| {
            chain.environment().managed = false.into();
            chain.managed().environment = Link::to(chain.environment);
        })
        .is_silent();
    }

    #[test]
    fn knows_the_environment_of_another_state_by_its_id_or_symbol() {
        for identity in [
            Identity::Elsewhere("1a".into()),
            Identity::Unknown(variable("environment_id")),
        ] {
            check(|chain| {
                chain.assignment().environment = identity.clone().into();
                chain.managed().environment = identity.into();
            })
            .is_silent();
        }
    }

    #[test]
    fn is_silent_about_a_link_that_exists_unless_it_is_denied() {
        check(Chain::assignment_exists).is_silent();
        check(|chain| {
            chain.assignment_exists();
            chain.environment().managed = false.into();
        })
        .finds(&[
            "powerplatform_enterprise_policy.link: the environment is not a managed environment",
        ]);
    }

    #[test]
    fn cannot_decide_about_what_it_does_not_see() {
        check(|chain| chain.environment().managed = from_variable("x")).is_undecided(&[UNKNOWN]);
        check(|chain| chain.environment().group = from_variable("x")).is_undecided(&[UNKNOWN]);
        check(|chain| chain.estate.scope.unseen.push(variable("x"))).is_undecided(&[UNKNOWN]);
        check(|chain| chain.managed().environment = Identity::Unknown(variable("x")).into())
            .is_undecided(&[UNKNOWN]);
        check(|chain| chain.assignment().environment = Identity::Unknown(variable("x")).into())
            .is_undecided(&[UNKNOWN]);
        check(|chain| {
            chain.managed().environment = Link::to(chain.environment);
            chain.managed().header.existence = if_variable("x");
        })
        .is_undecided(&[UNKNOWN]);
        check(|chain| chain.environment().header.management = Management::DataSource).is_undecided(
            &[
                "powerplatform_enterprise_policy.link: that the environment is a managed one is \
                 not declared",
            ],
        );
        check(|chain| chain.assignment().environment = Identity::Elsewhere("1a".into()).into())
            .is_undecided(&[
                "powerplatform_enterprise_policy.link: the environment `1a` is not part of this \
                 configuration",
            ]);
        check(|chain| chain.managed().environment = Identity::Elsewhere("1a".into()).into())
            .is_undecided(&[
                "powerplatform_enterprise_policy.link: `powerplatform_managed_environment.retail` \
                 names its environment by an id that may be this one's",
            ]);
    }

    #[test]
    fn a_module_that_makes_both_or_neither_is_fine() {
        check(|chain| {
            chain.managed().environment = Link::to(chain.environment);
            chain.managed().header.existence = if_variable("x");
            chain.assignment().header.existence = if_variable("x");
        })
        .is_silent();
    }
}
