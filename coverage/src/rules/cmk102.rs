//! Reports an assignment of an environment to a policy in another geo.
//!
//! The service offers only environments of the policy's own region and refuses the link. The names
//! differ by object (`uk` on a policy, `unitedkingdom` on an environment), so both are compared as
//! geos; a name that the table does not know is undecided, because the list of geos grows.

use super::assigned::{encryption_assignments, environment_of, policy_of, undecided, why_open};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Assignment, Environment, Estate, Reason, Unknown};
use crate::finding::{Finding, Findings};
use crate::{EnvironmentLocation, PolicyLocation, SameGeo};

pub(super) const RULE: Rule = Rule {
    code: "CMK102",
    name: "policy-in-other-geo",
    level: Level::Error,
    summary: "an environment assigned to a policy in another geo",
    explanation: "\
A policy encrypts only environments of its own geo; the link of any other environment is refused, \
after policy and grant have been made. What counts is the geo, not the Azure region: a policy in \
`europe` serves environments in North and West Europe. Policies and environments spell three geos \
differently (`uk`/`unitedkingdom`, `brazil`/`southamerica`, `uae`/`unitedarabemirates`); they are \
compared after that mapping. The policy does not decide where data lives: the environment's \
location does.",
    fix: "assign the environment to a policy in its own geo, with a key of its own",
    example: Example {
        before: "\
resource \"ppcmk_enterprise_policy\" \"europe\" {
  name                = \"ep-cmk-europe\"
  resource_group_name = \"rg-cmk\"
  location            = \"europe\"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = \"cmk\"
}

resource \"powerplatform_environment\" \"retail\" {
  display_name     = \"Retail\"
  location         = \"unitedstates\"
  environment_type = \"Production\"
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}",
        after: "\
resource \"ppcmk_enterprise_policy\" \"unitedstates\" {
  name                = \"ep-cmk-unitedstates\"
  resource_group_name = \"rg-cmk\"
  location            = \"unitedstates\"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = \"cmk\"
}

resource \"powerplatform_environment\" \"retail\" {
  display_name     = \"Retail\"
  location         = \"unitedstates\"
  environment_type = \"Production\"
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.unitedstates.id
}",
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "the policy's location corresponds to the environment's region; only such environments are offered",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::SCRIPTS,
            says: "which names of policies and environments belong together",
            date: "2026-05-13",
            evidence: Evidence::Code,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for assignment in encryption_assignments(estate, out) {
        let Some((_, environment)) = environment_of(estate, assignment, out) else {
            continue;
        };
        let policy = estate.policy(&assignment.policy).map(|(_, policy)| policy);
        // What is no encryption policy is CMK109's.
        if policy.is_some_and(|policy| !policy.may_encrypt()) {
            continue;
        }
        let Some(location) = estate.policy_location(&assignment.policy) else {
            policy_of(estate, assignment, out);
            continue;
        };
        if let Some(unknown) = why_open(&location, "the location of the policy") {
            undecided(assignment, &unknown, &location.origin, out);
        } else if let Some(unknown) = why_open(&environment.location, "the environment's location")
        {
            undecided(assignment, &unknown, &environment.location.origin, out);
        } else if let (Some(here), Some(there)) = (location.value(), environment.location.value()) {
            match here.same_geo(there) {
                SameGeo::Same => {}
                SameGeo::Different => {
                    let finding = report(assignment, here, (environment, there), out);
                    if let Some(policy) = policy {
                        let label = format!("location `{here}`");
                        finding.related(&policy.header, &location.origin, label);
                    }
                    let label = format!("location `{there}`");
                    finding.related(&environment.header, &environment.location.origin, label);
                }
                SameGeo::Unknown => {
                    let unknown = Unknown::new(Reason::Name(unknown_name(here, there).into()));
                    undecided(assignment, &unknown, &assignment.policy.origin, out);
                }
            }
        }
    }
}

fn report<'f>(
    assignment: &Assignment,
    policy: &PolicyLocation,
    (environment, location): (&Environment, &EnvironmentLocation),
    out: &'f mut Findings,
) -> &'f mut Finding {
    out.report(
        &assignment.header,
        format!("the policy is in `{policy}`, the environment in `{location}`"),
    )
    .at(&assignment.policy.origin)
    .environment(&environment.header.address)
}

/// The name that the table does not know, or that it cannot tell from others.
fn unknown_name<'a>(policy: &'a PolicyLocation, environment: &'a EnvironmentLocation) -> &'a str {
    if policy.geo().is_none() {
        policy.as_str()
    } else {
        environment.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Identity, Link};
    use crate::rules::fixture::{Chain, from_variable, variable};
    use crate::rules::testing::{Answers, answers};

    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    fn locations(policy: &str, environment: &str) -> Answers {
        check(|chain| {
            chain.policy().location = PolicyLocation::new(policy).into();
            chain.environment().location = EnvironmentLocation::new(environment).into();
        })
    }

    const SYSTEM_ID: &str = "/regions/unitedstates/providers/microsoft.powerplatform/\
                             enterprisepolicies/33333333-3333-3333-3333-333333333333";

    #[test]
    fn points_at_the_assignment() {
        locations("europe", "unitedstates").finds(&[
            "powerplatform_enterprise_policy.link: the policy is in `europe`, the environment in `unitedstates`",
        ]);
    }

    #[test]
    fn is_silent_about_other_names_of_the_same_geo() {
        locations("uk", "unitedkingdom").is_silent();
        locations("unitedstateseuap", "unitedstates").is_silent();
    }

    #[test]
    fn reads_the_location_of_a_policy_in_another_state_from_its_system_id() {
        let assign = |chain: &mut Chain| {
            chain.assignment().policy = Identity::Elsewhere(SYSTEM_ID.into()).into();
        };
        check(assign).finds(&[
            "powerplatform_enterprise_policy.link: the policy is in `unitedstates`, the environment in `europe`",
        ]);
        check(|chain| {
            assign(chain);
            chain.environment().location = EnvironmentLocation::new("unitedstates").into();
        })
        .is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values_and_names() {
        let expected = "powerplatform_enterprise_policy.link: variable `x` has no value";
        check(|chain| chain.policy().location = from_variable("x")).is_undecided(&[expected]);
        check(|chain| chain.environment().location = from_variable("x")).is_undecided(&[expected]);
        check(|chain| chain.assignment().policy = Identity::Unknown(variable("x")).into())
            .is_undecided(&[expected]);
        check(|chain| chain.assignment().environment = Identity::Unknown(variable("x")).into())
            .is_undecided(&[expected]);
        locations("atlantis", "europe").is_undecided(&[
            "powerplatform_enterprise_policy.link: `atlantis` is not in the table of locations",
        ]);
    }

    #[test]
    fn asks_nothing_about_a_link_that_exists() {
        check(|chain| {
            chain.assignment_exists();
            chain.policy().location = from_variable("x");
        })
        .is_silent();
        check(|chain| {
            chain.assignment_exists();
            chain.assignment().policy = Identity::Elsewhere("/subscriptions/s".into()).into();
        })
        .is_silent();
    }

    #[test]
    fn leaves_other_kinds_alone() {
        check(|chain| {
            chain.policy().location = PolicyLocation::new("asia").into();
            chain.policy().kind = crate::PolicyKind::NetworkInjection.into();
        })
        .is_silent();
        check(|chain| {
            chain.policy().location = PolicyLocation::new("asia").into();
            chain.assignment().kind = crate::PolicyKind::NetworkInjection.into();
        })
        .is_silent();
        check(|chain| chain.assignment().policy = Link::default()).is_silent();
    }
}
