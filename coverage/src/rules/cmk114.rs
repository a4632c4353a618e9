//! Reports more environments under customer-managed keys than Power Automate takes by default.
//!
//! It counts what it sees. Environments of other configurations come on top, so the rule can be
//! silent where the tenant is over the quota; it never counts too many for certain.

use std::collections::HashSet;

use super::example::{key, policy, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Assignment, Environment, Estate, Existence, Handle, Header, Identity};
use crate::finding::Findings;

/// How many environments a tenant may have under customer-managed keys before flows stop to follow.
const QUOTA: usize = 25;

pub(super) const RULE: Rule = Rule {
    code: "CMK114",
    name: "power-automate-environment-quota",
    level: Level::Warning,
    summary: "more than 25 environments under customer-managed keys",
    explanation: "\
Power Automate moves flows to customer-managed keys for 25 environments of a tenant. Flows of \
further environments stay under Microsoft's key, until support raises the quota. Environments \
without flows do not matter, which nothing here shows: whoever has no flows there can ignore this.\n\
\n\
What is counted are environments with an encryption assignment in this configuration, and those \
that an inventory calls assigned. Other configurations of the tenant count as well and are not \
seen.",
    fix: "ask Microsoft's support to raise the quota before you assign more environments",
    example: Example {
        before: concat!(
            vault!(),
            key!(),
            policy!(),
            r#"

locals {
  teams = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
    "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z",
  ]
}

resource "powerplatform_environment" "team" {
  for_each         = toset(local.teams)
  display_name     = "Team ${each.key}"
  location         = "europe"
  environment_type = "Sandbox"
}

resource "ppcmk_environment_assignment" "team" {
  for_each       = powerplatform_environment.team
  environment_id = each.value.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}"#
        ),
        after: concat!(
            vault!(),
            key!(),
            policy!(),
            r#"

locals {
  teams = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
    "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y",
  ]
}

resource "powerplatform_environment" "team" {
  for_each         = toset(local.teams)
  display_name     = "Team ${each.key}"
  location         = "europe"
  environment_type = "Sandbox"
}

resource "ppcmk_environment_assignment" "team" {
  for_each       = powerplatform_environment.team
  environment_id = each.value.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}"#
        ),
    },
    sources: &[Source {
        url: pages::POWER_AUTOMATE,
        says: "25 environments by default, more through support",
        date: "2025-05-21",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

/// What tells environments apart.
#[derive(PartialEq, Eq, Hash)]
enum Name<'a> {
    Here(Handle<Environment>),
    Id(&'a str),
    Symbol(&'a str),
}

fn check(estate: &Estate, out: &mut Findings) {
    let mut seen = HashSet::new();
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for (_, assignment) in estate.assignments().filter(|(_, one)| one.may_encrypt()) {
        let Some(name) = name_of(estate, assignment) else {
            // It may be one that was counted already.
            possible.push(&assignment.header);
            continue;
        };
        if seen.insert(name) {
            let sure = assignment.kind.unknown().is_none()
                && assignment.header.existence == Existence::Certain;
            let list = if sure { &mut certain } else { &mut possible };
            list.push(&assignment.header);
        }
    }
    for (handle, environment) in estate.environments() {
        let assigned = environment.assigned.value() == Some(&true);
        if assigned && seen.insert(Name::Here(handle)) {
            certain.push(&environment.header);
        }
    }
    report(&certain, &possible, out);
}

fn report(certain: &[&Header], possible: &[&Header], out: &mut Findings) {
    let message = |count: usize| {
        format!(
            "`{count}` environments are under customer-managed keys, and Power Automate moves the flows of {QUOTA}"
        )
    };
    if let Some(first) = certain.get(QUOTA) {
        out.report(first, message(certain.len()));
    } else if let Some(first) = certain.iter().chain(possible).nth(QUOTA) {
        let count = certain.len() + possible.len();
        out.report(first, message(count)).possible();
    }
}

fn name_of<'a>(estate: &Estate, assignment: &'a Assignment) -> Option<Name<'a>> {
    if let Some((handle, _)) = estate.environment(&assignment.environment) {
        return Some(Name::Here(handle));
    }
    match &assignment.environment.identity {
        Identity::Elsewhere(id) => Some(Name::Id(id)),
        Identity::Unknown(unknown) => unknown.symbol.as_deref().map(Name::Symbol),
        Identity::Here(_) | Identity::Absent => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::estate::{Assignment, Environment, Estate, Header, Identity, Reason, Unknown};
    use crate::rules::testing::answers;
    use crate::{Certainty, PolicyKind};

    /// Assignments of so many environments outside of the estate.
    fn estate(count: usize) -> Estate {
        let mut estate = Estate::default();
        for number in 0..count {
            estate.add_assignment(assignment(&format!("environment{number}")));
        }
        estate
    }

    fn assignment(id: &str) -> Assignment {
        let mut assignment = Assignment::new(Header::new(format!("assignment[\"{id}\"]")));
        assignment.environment = Identity::Elsewhere(id.into()).into();
        assignment
    }

    #[test]
    fn speaks_once_at_the_first_that_is_too_many() {
        answers(&super::RULE, &estate(27)).finds(&[
            "assignment[\"environment25\"]: `27` environments are under customer-managed keys, and Power Automate moves the flows of 25",
        ]);
    }

    #[test]
    fn counts_environments_and_not_assignments() {
        let mut estate = estate(25);
        estate.add_assignment(assignment("environment3"));
        let mut other = assignment("network");
        other.kind = PolicyKind::NetworkInjection.into();
        estate.add_assignment(other);
        answers(&super::RULE, &estate).is_silent();
    }

    #[test]
    fn counts_what_an_inventory_calls_assigned() {
        let mut estate = estate(25);
        let mut environment = Environment::new(Header::new("retail"));
        environment.assigned = true.into();
        estate.add_environment(environment);
        answers(&super::RULE, &estate).finds(&[
            "retail: `26` environments are under customer-managed keys, and Power Automate moves the flows of 25",
        ]);
    }

    #[test]
    fn what_may_be_one_more_is_possible() {
        let mut estate = estate(25);
        let mut open = assignment("x");
        open.environment =
            Identity::Unknown(Unknown::new(Reason::VariableWithoutValue("id".into()))).into();
        estate.add_assignment(open);
        let (findings, _) = crate::rules::check(&estate, [&super::RULE]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].certainty, Certainty::Possible);
    }
}
