//! Reports an assignment of an environment that is not a managed one.
//!
//! What makes an environment managed may be a resource of its own, an environment group, or
//! somebody outside of the configuration. The rule is silent where it sees one of them, and
//! undecided where it cannot look.

use std::collections::HashMap;

use super::assigned::{encryption_assignments, environment_of, undecided};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{
    Answer, Assignment, Environment, Estate, Handle, Identity, Known, Link, ManagedEnvironment,
    Reason, Unknown,
};
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
through an environment group, or by somebody else. The rule is silent where it sees one of them, \
and undecided where it cannot see: the environment is in another state, or a module cannot be read.",
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
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    let strays = Strays::of(estate);
    for assignment in encryption_assignments(estate, out) {
        if strays.manage(&assignment.environment) {
            continue;
        }
        let Some((handle, environment)) = environment_of(estate, assignment, out) else {
            continue;
        };
        match is_managed(estate, &strays, assignment, handle) {
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

/// Whether anything makes the environment of this assignment a managed one.
fn is_managed(
    estate: &Estate,
    strays: &Strays,
    assignment: &Assignment,
    handle: Handle<Environment>,
) -> Answer {
    let environment = &estate[handle];
    let mut by_resource = Answer::No;
    for (_, managed) in estate.managed_environments_of(handle) {
        match managed.header.is_there_for(&assignment.header) {
            Answer::Yes => return Answer::Yes,
            Answer::No => {}
            unknown @ Answer::Unknown(_) => by_resource = unknown,
        }
    }
    match &environment.managed.known {
        Known::Value(true) => return Answer::Yes,
        Known::Value(false) => return by_resource,
        Known::Unknown(unknown) => return Answer::Unknown(unknown.clone()),
        Known::Absent => {}
    }
    // An environment group takes only managed environments.
    match &environment.group.known {
        Known::Value(_) => Answer::Yes,
        Known::Unknown(unknown) => Answer::Unknown(unknown.clone()),
        Known::Absent if by_resource != Answer::No => by_resource,
        Known::Absent => {
            out_of_sight(estate, strays, environment).map_or(Answer::No, Answer::Unknown)
        }
    }
}

/// Why the resource that makes the environment managed may be there without being seen.
fn out_of_sight(estate: &Estate, strays: &Strays, environment: &Environment) -> Option<Unknown> {
    if !environment.header.is_managed_here() {
        let what = "that the environment is a managed one";
        return Some(Unknown::new(Reason::NotDeclared(what.into())));
    }
    let by_id = || {
        let id_is_open = environment.id.value().is_none() && !environment.header.is_new();
        strays.by_id.clone().filter(|_| id_is_open)
    };
    strays
        .unknown
        .clone()
        .or_else(by_id)
        .or_else(|| estate.scope.unseen.first().cloned())
}

/// Managed environments whose environment is not in the estate.
#[derive(Default)]
struct Strays {
    /// By the id of the environment, or the symbol of its id.
    names: HashMap<String, Handle<ManagedEnvironment>>,
    /// One of which nobody knows whose it is.
    unknown: Option<Unknown>,
    /// One that names its environment by an id.
    by_id: Option<Unknown>,
}

impl Strays {
    fn of(estate: &Estate) -> Self {
        let mut strays = Self::default();
        for (handle, managed) in estate.managed_environments() {
            if estate.environment(&managed.environment).is_some() {
                continue;
            }
            if let Some(name) = managed.environment.name() {
                strays.names.entry(name.to_owned()).or_insert(handle);
            }
            match &managed.environment.identity {
                Identity::Unknown(unknown) => {
                    strays.unknown.get_or_insert_with(|| unknown.clone());
                }
                Identity::Elsewhere(_) => {
                    strays.by_id.get_or_insert_with(|| named_by_id(managed));
                }
                Identity::Here(_) | Identity::Absent => {}
            }
        }
        strays
    }

    /// Whether one of them is about the same environment, which is not in the estate either.
    fn manage(&self, environment: &Link<Environment>) -> bool {
        environment
            .name()
            .is_some_and(|name| self.names.contains_key(name))
    }
}

fn named_by_id(managed: &ManagedEnvironment) -> Unknown {
    let address = &managed.header.address;
    Unknown::new(Reason::Expression(
        format!("`{address}` names its environment by an id that may be this one's").into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::Management;
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
