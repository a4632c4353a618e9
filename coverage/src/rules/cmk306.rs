//! Reports an environment that is put under a key before its finance and operations environment is
//! integrated.
//!
//! It comes in addition to CMK305 and needs an assignment: one that exists, one that is planned, or
//! an inventory that says that there is one. An assignment of another state cannot be seen; where
//! none is seen the rule is silent, unless parts of the configuration could not be read.

use std::collections::HashMap;

use super::declared::{
    FINANCE_AND_OPERATIONS, Integration, finance_and_operations, report, undecided,
};
use super::example::{environment, key, policy, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{
    Assignment, Declaration, Environment, Estate, Existence, Identity, Known, Link, Origin, Unknown,
};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK306",
    name: "assigned-before-integration",
    level: Level::Error,
    summary: "an environment that is assigned before its finance and operations is integrated",
    explanation: "\
The order counts: Microsoft asks for Power Platform integration first and the customer-managed key \
second, when a finance and operations environment is integrated with an existing Power Platform \
environment. The other way round is not supported. So an assignment of an environment whose \
finance and operations is still without integration blocks the way to cover it: the environment \
would have to be taken off its key, integrated, and assigned again, with two outages.",
    fix: "enable Power Platform integration first, and assign the environment afterwards",
    example: Example {
        before: concat!(
            environment!(),
            r#"data "ppcmk_coverage" "retail" {
  environment_id = powerplatform_environment.retail.id

  finance_and_operations = {
    hosting                    = "lifecycle_services"
    power_platform_integration = false
    apps                       = ["finance"]
  }
}

"#,
            vault!(),
            key!(),
            policy!(),
            r#"

resource "ppcmk_environment_assignment" "retail" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}"#
        ),
        after: concat!(
            environment!(),
            r#"data "ppcmk_coverage" "retail" {
  environment_id = powerplatform_environment.retail.id

  finance_and_operations = {
    hosting                    = "lifecycle_services"
    power_platform_integration = true
    apps                       = ["finance"]
  }
}

"#,
            vault!(),
            key!(),
            policy!(),
            r#"

resource "ppcmk_environment_assignment" "retail" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}"#
        ),
    },
    sources: &[Source {
        url: pages::FINANCE_AND_OPERATIONS,
        says: "integration comes before the customer-managed key",
        date: "2026-03-13",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

/// Whether the environment of a declaration is under a policy.
enum Assigned<'a> {
    /// By this assignment.
    By(&'a Assignment),
    /// The environment says so itself.
    Stated(&'a Environment),
    No,
    Unknown(&'a Unknown, &'a Origin),
}

fn check(estate: &Estate, out: &mut Findings) {
    let loose = loose_assignments(estate);
    // CMK305 says what of the declaration is not known.
    let all = finance_and_operations(estate, &mut Findings::new(&RULE));
    for (declaration, finance) in all {
        let assigned = Assigned::of(estate, declaration, &loose);
        match (Integration::of(finance), assigned) {
            // Where both are open, CMK305 says what decides the first.
            (Integration::Present, _)
            | (_, Assigned::No)
            | (Integration::Unknown(..), Assigned::Unknown(..)) => {}
            (Integration::Missing(origin), assigned @ (Assigned::By(_) | Assigned::Stated(_))) => {
                too_early(estate, declaration, origin, &assigned, out);
            }
            (Integration::Missing(_), Assigned::Unknown(unknown, origin)) => {
                undecided(declaration, FINANCE_AND_OPERATIONS, unknown, origin, out);
            }
            (Integration::Unknown(unknown, origin), Assigned::By(_) | Assigned::Stated(_)) => {
                undecided(declaration, FINANCE_AND_OPERATIONS, &unknown, origin, out);
            }
        }
    }
}

fn too_early(
    estate: &Estate,
    declaration: &Declaration,
    origin: &Origin,
    assigned: &Assigned<'_>,
    out: &mut Findings,
) {
    let message =
        "the environment is assigned to a policy before finance and operations is integrated";
    let finding = report(estate, declaration, FINANCE_AND_OPERATIONS, message, out).at(origin);
    match assigned {
        Assigned::By(assignment) => {
            if assignment.header.existence != Existence::Certain {
                finding.possible();
            }
            let place = &assignment.environment.origin;
            finding.related(&assignment.header, place, "assigns the environment");
        }
        Assigned::Stated(environment) => {
            let place = &environment.assigned.origin;
            finding.related(&environment.header, place, "says that it is assigned");
        }
        Assigned::No | Assigned::Unknown(..) => {}
    }
}

impl<'a> Assigned<'a> {
    fn of(
        estate: &'a Estate,
        declaration: &'a Declaration,
        loose: &HashMap<String, &'a Assignment>,
    ) -> Self {
        let link = &declaration.environment;
        let found = estate.environment(link);
        let assignment = match found {
            Some((handle, _)) => estate.assignments_of(handle).next().map(|(_, one)| one),
            None => name_of(link).and_then(|name| loose.get(&name).copied()),
        };
        if let Some(assignment) = assignment {
            return match assignment.kind.unknown() {
                Some(unknown) => Self::Unknown(unknown, &assignment.kind.origin),
                None => Self::By(assignment),
            };
        }
        match found.map(|(_, environment)| (environment, &environment.assigned.known)) {
            Some((environment, Known::Value(true))) => Self::Stated(environment),
            Some((environment, Known::Unknown(unknown))) => {
                Self::Unknown(unknown, &environment.assigned.origin)
            }
            Some((_, Known::Value(false))) => Self::No,
            Some((_, Known::Absent)) | None => match estate.scope.unseen.first() {
                Some(unseen) => Self::Unknown(unseen, &link.origin),
                None => Self::No,
            },
        }
    }
}

/// Assignments of environments that are not in the estate, by what is known of them.
fn loose_assignments(estate: &Estate) -> HashMap<String, &Assignment> {
    let assignments = estate.assignments().map(|(_, assignment)| assignment);
    assignments
        .filter(|assignment| assignment.may_encrypt())
        .filter_map(|assignment| Some((name_of(&assignment.environment)?, assignment)))
        .collect()
}

/// A text that is equal for references to one environment outside of the estate.
fn name_of(link: &Link<Environment>) -> Option<String> {
    match &link.identity {
        Identity::Elsewhere(id) => Some(format!("={}", id.to_ascii_lowercase())),
        Identity::Unknown(unknown) => unknown.symbol.as_ref().map(|symbol| format!("?{symbol}")),
        Identity::Here(_) | Identity::Absent => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::declared;
    use crate::estate::{
        Assignment, Estate, Fact, FinanceAndOperations, Handle, Header, Hosting, Identity, Link,
        Reason, Unknown,
    };
    use crate::rules::testing::{answers, unknown};

    const FINDING: &str = "data.ppcmk_coverage.retail(finance_and_operations): the environment is assigned to a policy before finance and operations is integrated";

    fn estate(integration: impl Into<Fact<bool>>) -> (Estate, Handle<crate::estate::Environment>) {
        let finance = FinanceAndOperations {
            hosting: Hosting::LifecycleServices.into(),
            integration: integration.into(),
            ..FinanceAndOperations::default()
        };
        declared("europe", |declaration| {
            declaration.finance_and_operations = finance.into();
        })
    }

    fn assigned(integration: impl Into<Fact<bool>>) -> Estate {
        let (mut estate, environment) = estate(integration);
        let mut assignment = Assignment::new(Header::new("ppcmk_environment_assignment.a"));
        assignment.environment = Link::to(environment);
        estate.add_assignment(assignment);
        estate
    }

    #[test]
    fn points_at_the_declaration() {
        answers(&super::RULE, &assigned(false)).finds(&[FINDING]);
    }

    #[test]
    fn an_inventory_may_say_that_the_environment_is_assigned() {
        let (mut estate, environment) = estate(false);
        estate[environment].assigned = true.into();
        answers(&super::RULE, &estate).finds(&[FINDING]);
        estate[environment].assigned = false.into();
        answers(&super::RULE, &estate).is_silent();
    }

    #[test]
    fn finds_the_assignment_of_an_environment_of_another_configuration() {
        let (mut estate, _) = estate(false);
        let elsewhere = || Link::from(Identity::Elsewhere("1a".into()));
        let declaration = estate.declarations().next().unwrap().0;
        estate[declaration].environment = elsewhere();
        answers(&super::RULE, &estate).is_silent();
        let mut assignment = Assignment::new(Header::new("ppcmk_environment_assignment.a"));
        assignment.environment = elsewhere();
        estate.add_assignment(assignment);
        answers(&super::RULE, &estate).finds(&[FINDING]);
    }

    #[test]
    fn is_silent_when_it_is_integrated_or_not_assigned() {
        answers(&super::RULE, &assigned(true)).is_silent();
        answers(&super::RULE, &estate(false).0).is_silent();
        answers(&super::RULE, &estate(unknown()).0).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values() {
        let unknown_value = ["data.ppcmk_coverage.retail: variable `x` has no value"];
        answers(&super::RULE, &assigned(unknown())).is_undecided(&unknown_value);
        answers(&super::RULE, &assigned(Fact::default())).is_undecided(&[
            "data.ppcmk_coverage.retail: the Power Platform integration is not declared",
        ]);
        let (mut estate, environment) = estate(false);
        estate[environment].assigned = unknown();
        answers(&super::RULE, &estate).is_undecided(&unknown_value);
    }

    #[test]
    fn cannot_decide_when_the_assignment_may_be_out_of_sight() {
        let (mut estate, _) = estate(false);
        let unseen = Unknown::new(Reason::RemoteModule("module.assignments".into()));
        estate.scope.unseen.push(unseen);
        answers(&super::RULE, &estate).is_undecided(&[
            "data.ppcmk_coverage.retail: the source of `module.assignments` is not local",
        ]);
    }

    #[test]
    fn cannot_decide_about_an_assignment_of_an_unknown_kind() {
        let mut estate = assigned(false);
        let assignment = estate.assignments().next().unwrap().0;
        estate[assignment].kind = unknown();
        answers(&super::RULE, &estate)
            .is_undecided(&["data.ppcmk_coverage.retail: variable `x` has no value"]);
    }
}
