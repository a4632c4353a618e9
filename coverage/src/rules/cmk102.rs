//! Reports an assignment of an environment to a policy in another geo.
//!
//! The service offers only environments of the policy's own region and refuses the link. The names
//! differ by object (`uk` on a policy, `unitedkingdom` on an environment), so both are compared as
//! geos; a name that the table does not know is undecided, because the list of geos grows.

use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::SameGeo;
use crate::estate::{Estate, Known, Reason, Unknown};
use crate::finding::Findings;

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
    for (_, assignment) in estate.assignments() {
        // Without both objects there is nothing to compare, and nothing that looks wrong: ids from
        // another state are the usual case.
        let (Some(environment), Some(policy)) =
            (assignment.environment.target(), assignment.policy.target())
        else {
            continue;
        };
        let (environment, policy) = (&estate[environment], &estate[policy]);
        if !assignment.may_encrypt() || !policy.may_encrypt() {
            continue;
        }
        let (Known::Value(here), Known::Value(there)) =
            (&policy.location.known, &environment.location.known)
        else {
            let policy = policy
                .location
                .unknown()
                .map(|why| (why, &policy.location.origin));
            let environment = || {
                environment
                    .location
                    .unknown()
                    .map(|why| (why, &environment.location.origin))
            };
            if let Some((unknown, origin)) = policy.or_else(environment) {
                out.undecided(&assignment.header, unknown).at(origin);
            }
            continue;
        };
        match here.same_geo(there) {
            SameGeo::Same => {}
            SameGeo::Different => {
                out.report(
                    &assignment.header,
                    format!("the policy is in `{here}`, the environment in `{there}`"),
                )
                .at(&assignment.policy.origin)
                .environment(&environment.header.address)
                .related(
                    &policy.header,
                    &policy.location.origin,
                    format!("location `{here}`"),
                )
                .related(
                    &environment.header,
                    &environment.location.origin,
                    format!("location `{there}`"),
                );
            }
            SameGeo::Unknown => {
                let name = if here.geo().is_none() {
                    here.as_str()
                } else {
                    there.as_str()
                };
                out.undecided(&assignment.header, &Unknown::new(Reason::Name(name.into())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::estate::{Assignment, Environment, Estate, Fact, Header, Link, Policy, PolicyForm};
    use crate::rules::testing::{Answers, answers, unknown};
    use crate::{EnvironmentLocation, PolicyLocation};

    fn check(
        policy: impl Into<Fact<PolicyLocation>>,
        environment: impl Into<Fact<EnvironmentLocation>>,
    ) -> Answers {
        let mut estate = Estate::default();
        let mut a_policy = Policy::new(Header::new("ppcmk_enterprise_policy.p"), PolicyForm::Own);
        a_policy.location = policy.into();
        let mut an_environment = Environment::new(Header::new("powerplatform_environment.e"));
        an_environment.location = environment.into();
        let mut assignment = Assignment::new(Header::new("ppcmk_environment_assignment.a"));
        assignment.policy = Link::to(estate.add_policy(a_policy));
        assignment.environment = Link::to(estate.add_environment(an_environment));
        estate.add_assignment(assignment);
        answers(&super::RULE, &estate)
    }

    fn policy(name: &str) -> PolicyLocation {
        PolicyLocation::new(name)
    }

    fn environment(name: &str) -> EnvironmentLocation {
        EnvironmentLocation::new(name)
    }

    #[test]
    fn points_at_the_assignment() {
        check(policy("europe"), environment("unitedstates")).finds(&[
            "ppcmk_environment_assignment.a: the policy is in `europe`, the environment in `unitedstates`",
        ]);
    }

    #[test]
    fn is_silent_about_other_names_of_the_same_geo() {
        check(policy("uk"), environment("unitedkingdom")).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values_and_names() {
        check(unknown(), environment("europe"))
            .is_undecided(&["ppcmk_environment_assignment.a: variable `x` has no value"]);
        check(policy("atlantis"), environment("europe")).is_undecided(&[
            "ppcmk_environment_assignment.a: `atlantis` is not in the table of locations",
        ]);
    }
}
