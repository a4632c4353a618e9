//! Reports an environment that must be under a customer-managed key, and has no assignment.
//!
//! Who asks for it: the configuration (`[coverage] require`), or a declaration of its workloads. An
//! assignment in another state is seen only through what the environment says about itself, so an
//! environment that is managed elsewhere, or a part of the configuration that cannot be seen, makes
//! the answer undecided.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{
    Answer, Declaration, Environment, Estate, Handle, Management, Reason, Requirement, Unknown,
};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK101",
    name: "environment-without-assignment",
    level: Level::Error,
    summary: "an environment that must be under a customer-managed key has no encryption assignment",
    explanation: "\
An environment stays under the key that Microsoft manages until an encryption policy is assigned to \
it. A policy, a key and a vault without an assignment protect nothing.\n\n\
An environment must be under a customer-managed key when the configuration of the linter says so \
(`[coverage] require`), or when its workloads are declared in `ppcmk_coverage` or in an inventory. \
Environments of `[coverage] exempt` are left alone. An assignment that another state manages is \
known through the inventory (`assigned: true`).",
    fix: "assign the environment to an encryption policy, or exempt it in `.ppcmk-lint.toml`",
    example: Example {
        before: "\
resource \"powerplatform_environment\" \"retail\" {
  display_name     = \"Retail\"
  location         = \"europe\"
  environment_type = \"Production\"
}

data \"ppcmk_coverage\" \"retail\" {
  environment_id         = powerplatform_environment.retail.id
  finance_and_operations = { hosting = \"unified\" }
}",
        after: "\
resource \"powerplatform_environment\" \"retail\" {
  display_name     = \"Retail\"
  location         = \"europe\"
  environment_type = \"Production\"
}

data \"ppcmk_coverage\" \"retail\" {
  environment_id         = powerplatform_environment.retail.id
  finance_and_operations = { hosting = \"unified\" }
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [ppcmk_key_access.europe]
}",
    },
    sources: &[Source {
        url: pages::CMK,
        says: "the key takes effect for the environments that are added to the policy",
        date: "2025-06-09",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (handle, environment) in estate.environments() {
        let Some((because, declaration)) = asked_by(estate, handle) else {
            continue;
        };
        let answer = match estate.is_assigned(handle) {
            Answer::No => managed_elsewhere(environment).map_or(Answer::No, Answer::Unknown),
            answer => answer,
        };
        match answer {
            Answer::Yes => {}
            Answer::No => report(environment, &because, declaration, out),
            Answer::Unknown(unknown) => {
                out.undecided(&environment.header, &unknown);
            }
        }
    }
    check_declarations_of_others(estate, out);
}

/// Who asks for a key, and the declaration, if it is one.
fn asked_by(
    estate: &Estate,
    handle: Handle<Environment>,
) -> Option<(Arc<str>, Option<&Declaration>)> {
    let declaration = estate
        .declarations_of(handle)
        .next()
        .map(|(_, found)| found);
    match (&estate[handle].requirement, declaration) {
        (Requirement::Exempt, _) | (Requirement::Unstated, None) => None,
        (Requirement::Required { because }, _) => Some((because.clone(), declaration)),
        // The block, so that the instances of one block are one finding.
        (Requirement::Unstated, Some(found)) => Some((found.header.block.clone(), Some(found))),
    }
}

/// Whoever manages the environment may have assigned it, unless the environment denies it.
fn managed_elsewhere(environment: &Environment) -> Option<Unknown> {
    let is_read = environment.header.management == Management::DataSource;
    (is_read && environment.assigned.is_absent()).then(|| {
        Unknown::new(Reason::Elsewhere(
            format!(
                "`{}` is managed outside of this configuration, which may have assigned it",
                environment.header.address
            )
            .into(),
        ))
    })
}

fn report(
    environment: &Environment,
    because: &str,
    declaration: Option<&Declaration>,
    out: &mut Findings,
) {
    let finding = out
        .report(
            &environment.header,
            format!("no encryption assignment, and `{because}` asks for one"),
        )
        .environment(&environment.header.address);
    if let Some(declaration) =
        declaration.filter(|it| it.header.address != environment.header.address)
    {
        finding.related(
            &declaration.header,
            &declaration.environment.origin,
            "declared to be under a customer-managed key",
        );
    }
}

/// Declarations whose environment is not in the estate: whoever manages it may have assigned it.
fn check_declarations_of_others(estate: &Estate, out: &mut Findings) {
    let names: HashSet<&str> = estate
        .assignments()
        .filter(|(_, assignment)| assignment.may_encrypt())
        .filter_map(|(_, assignment)| assignment.environment.name())
        .collect();
    for (_, declaration) in estate.declarations() {
        let link = &declaration.environment;
        if estate.environment(link).is_some() || link.name().is_some_and(|it| names.contains(it)) {
            continue;
        }
        if let Some(unknown) = link.why_not_here("the environment") {
            out.undecided(&declaration.header, &unknown)
                .at(&link.origin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Action, Change, Header, Identity, Link};
    use crate::rules::fixture::{Chain, ENVIRONMENT, from_variable, if_variable, variable};
    use crate::rules::testing::{Answers, answers};

    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        chain.environment().requirement = Requirement::Required {
            because: "[coverage] require".into(),
        };
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    const FOUND: &str = "powerplatform_environment.retail: no encryption assignment, and \
                         `[coverage] require` asks for one";

    #[test]
    fn points_at_the_environment() {
        check(|chain| chain.assignment().environment = Link::default()).finds(&[FOUND]);
        check(|chain| chain.assignment().kind = crate::PolicyKind::NetworkInjection.into())
            .finds(&[FOUND]);
        check(|chain| chain.assignment().header.change = Some(Change::new(Action::Delete)))
            .finds(&[FOUND]);
    }

    #[test]
    fn an_environment_that_is_declared_must_have_one() {
        let declared = |id: Link<Environment>| {
            move |chain: &mut Chain| {
                chain.environment().requirement = Requirement::Unstated;
                chain.assignment().environment = id.clone();
                let mut declaration = Declaration::new(Header::new("data.ppcmk_coverage.retail"));
                declaration.environment = Link::to(chain.environment);
                chain.estate.add_declaration(declaration);
            }
        };
        check(declared(Link::default())).finds(&[
            "powerplatform_environment.retail: no encryption assignment, and \
             `data.ppcmk_coverage.retail` asks for one",
        ]);
        check(|chain| {
            let own = Link::to(chain.environment);
            declared(own)(chain);
        })
        .is_silent();
    }

    #[test]
    fn is_silent_where_nobody_asks_or_somebody_exempts() {
        for requirement in [Requirement::Unstated, Requirement::Exempt] {
            check(|chain| {
                chain.environment().requirement = requirement;
                chain.assignment().environment = Link::default();
            })
            .is_silent();
        }
    }

    #[test]
    fn is_silent_when_the_environment_is_assigned() {
        check(|_| {}).is_silent();
        check(|chain| {
            chain.assignment().environment = Link::default();
            chain.environment().assigned = true.into();
        })
        .is_silent();
        check(|chain| chain.assignment().header.change = Some(Change::new(Action::Forget)))
            .is_silent();
        check(|chain| {
            chain.assignment().header.existence = if_variable("enabled");
            chain.environment().header.existence = if_variable("enabled");
        })
        .is_silent();
    }

    #[test]
    fn cannot_decide_when_the_assignment_may_be_its_own() {
        let expected = format!("{ENVIRONMENT}: variable `x` has no value");
        check(|chain| chain.assignment().environment = Identity::Unknown(variable("x")).into())
            .is_undecided(&[&expected]);
        check(|chain| chain.assignment().header.existence = if_variable("x"))
            .is_undecided(&[&expected]);
        check(|chain| {
            chain.assignment().environment = Link::default();
            chain.environment().assigned = from_variable("x");
        })
        .is_undecided(&[&expected]);
        check(|chain| {
            chain.assignment().environment = Link::default();
            chain.estate.scope.unseen.push(variable("x"));
        })
        .is_undecided(&[&expected]);
    }

    #[test]
    fn cannot_decide_about_an_environment_of_others() {
        check(|chain| {
            chain.assignment().environment = Link::default();
            chain.environment().header.management = Management::DataSource;
        })
        .is_undecided(&[
            "powerplatform_environment.retail: `powerplatform_environment.retail` is managed \
             outside of this configuration, which may have assigned it",
        ]);
        let declare = |chain: &mut Chain, id: &str| {
            let mut declaration = Declaration::new(Header::new("data.ppcmk_coverage.other"));
            declaration.environment = Identity::Elsewhere(id.into()).into();
            chain.estate.add_declaration(declaration);
        };
        check(|chain| declare(chain, "1a")).is_undecided(&[
            "data.ppcmk_coverage.other: the environment `1a` is not part of this configuration",
        ]);
        check(|chain| {
            declare(chain, "1a");
            let mut other = chain.assignment().clone();
            other.environment = Identity::Elsewhere("1a".into()).into();
            chain.estate.add_assignment(other);
        })
        .is_silent();
    }
}
