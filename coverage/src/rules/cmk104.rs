//! Reports an assignment of an environment of a type that cannot be under a customer-managed key.
//!
//! Trial and Teams are excluded by documentation. A type that is not known is not one of them: the
//! list of types grows, and the exclusion is a closed list.

use super::assigned::{encryption_assignments, environment_of, undecided, why_open};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::Estate;
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK104",
    name: "unsupported-environment-type",
    level: Level::Error,
    summary: "a Trial or Teams environment assigned to an encryption policy",
    explanation: "\
Trial and Teams environments cannot be added to an encryption policy; the link is refused. \
Production and sandbox environments can. Default and Developer are not excluded by the \
documentation, and whether they are accepted is not known, so that they are not reported.",
    fix: "use an environment of type `Production` or `Sandbox`, or drop the assignment",
    example: Example {
        before: "\
resource \"powerplatform_environment\" \"retail\" {
  display_name     = \"Retail\"
  location         = \"europe\"
  environment_type = \"Trial\"
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}",
        after: "\
resource \"powerplatform_environment\" \"retail\" {
  display_name     = \"Retail\"
  location         = \"europe\"
  environment_type = \"Sandbox\"
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}",
    },
    sources: &[Source {
        url: pages::CMK,
        says: "all environments can be added to the policy, except for those of type Trial and Teams",
        date: "2025-06-09",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for assignment in encryption_assignments(estate, out) {
        let Some((_, environment)) = environment_of(estate, assignment, out) else {
            continue;
        };
        if let Some(unknown) = why_open(&environment.sku, "the type of the environment") {
            undecided(assignment, &unknown, &environment.sku.origin, out);
        } else if let Some(sku) = environment
            .sku
            .value()
            .filter(|sku| sku.refuses_customer_managed_keys())
        {
            out.report(
                &assignment.header,
                format!("the environment is of type `{sku}`, which takes no customer-managed key"),
            )
            .at(&assignment.environment.origin)
            .environment(&environment.header.address)
            .related(
                &environment.header,
                &environment.sku.origin,
                format!("type `{sku}`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EnvironmentSku;
    use crate::estate::{Fact, Identity};
    use crate::rules::fixture::{Chain, from_variable, variable};
    use crate::rules::testing::{Answers, answers};

    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    #[test]
    fn points_at_the_assignment() {
        for word in ["Trial", "SubscriptionBasedTrial", "Teams"] {
            check(|chain| chain.environment().sku = EnvironmentSku::new(word).into()).finds(&[
                &format!(
                    "powerplatform_enterprise_policy.link: the environment is of type `{word}`, \
                     which takes no customer-managed key"
                ),
            ]);
        }
    }

    #[test]
    fn is_silent_about_other_types() {
        for word in ["Production", "Sandbox", "Developer", "Default", "Brand New"] {
            check(|chain| chain.environment().sku = EnvironmentSku::new(word).into()).is_silent();
        }
    }

    #[test]
    fn leaves_policies_of_other_kinds_alone() {
        check(|chain| {
            chain.environment().sku = EnvironmentSku::Trial.into();
            chain.assignment().kind = crate::PolicyKind::NetworkInjection.into();
        })
        .is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_type_kind_or_environment() {
        let expected = "powerplatform_enterprise_policy.link: variable `x` has no value";
        check(|chain| chain.environment().sku = from_variable("x")).is_undecided(&[expected]);
        check(|chain| chain.assignment().kind = from_variable("x")).is_undecided(&[expected]);
        check(|chain| chain.assignment().environment = Identity::Unknown(variable("x")).into())
            .is_undecided(&[expected]);
        check(|chain| chain.environment().sku = Fact::default()).is_undecided(&[
            "powerplatform_enterprise_policy.link: the type of the environment is not declared",
        ]);
    }

    #[test]
    fn asks_nothing_about_a_link_that_exists() {
        check(|chain| {
            chain.assignment_exists();
            chain.environment().sku = from_variable("x");
        })
        .is_silent();
    }
}
