//! Reports finance and operations without Power Platform integration.
//!
//! The key comes through the Power Platform environment, so without integration nothing of finance
//! and operations is covered. It is reported whenever integration is declared to be missing,
//! whether or not an environment is assigned (CMK306 speaks about that). Unified environments are
//! always integrated; for the others, a declaration that does not say is undecided.

use super::declared::{
    FINANCE_AND_OPERATIONS, Integration, finance_and_operations, report, undecided,
};
use super::example::environment;
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::Estate;
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK305",
    name: "finance-and-operations-not-integrated",
    level: Level::Error,
    summary: "finance and operations without Power Platform integration",
    explanation: "\
Finance and operations apps have no customer-managed key of their own: theirs is that of the Power \
Platform environment that they are linked to by Power Platform integration. An environment of \
Lifecycle Services without integration stays under Microsoft's key as a whole, databases and \
storage.\n\
\n\
Unified environments (created in the Power Platform admin centre) are always integrated. \
Integration cannot be undone, and both environments must be in one geography.",
    fix: "enable Power Platform integration, before the environment is assigned to a policy",
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
}"#
        ),
    },
    sources: &[
        Source {
            url: pages::FINANCE_AND_OPERATIONS,
            says: "customer-managed keys need an environment that is integrated with the Power Platform",
            date: "2026-03-13",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::INTEGRATION,
            says: "one environment is linked to one, for good, within one geography",
            date: "2023-02-07",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (declaration, finance) in finance_and_operations(estate, out) {
        match Integration::of(finance) {
            Integration::Present => {}
            Integration::Missing(origin) => {
                let message = "finance and operations stays under Microsoft's key: it has no Power Platform integration";
                report(estate, declaration, FINANCE_AND_OPERATIONS, message, out).at(origin);
            }
            Integration::Unknown(unknown, origin) => {
                undecided(declaration, FINANCE_AND_OPERATIONS, &unknown, origin, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::{declared, finance};
    use crate::estate::{Fact, Hosting};
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(hosting: impl Into<Fact<Hosting>>, integration: impl Into<Fact<bool>>) -> Answers {
        let estate = finance(|finance| {
            finance.hosting = hosting.into();
            finance.integration = integration.into();
        });
        answers(&super::RULE, &estate)
    }

    #[test]
    fn points_at_the_declaration() {
        let finding = "data.ppcmk_coverage.retail(finance_and_operations): finance and operations stays under Microsoft's key: it has no Power Platform integration";
        check(Hosting::LifecycleServices, false).finds(&[finding]);
        check(Hosting::CloudHosted, false).finds(&[finding]);
        check(Fact::default(), false).finds(&[finding]);
    }

    #[test]
    fn is_silent_about_integrated_and_unified_environments() {
        check(Hosting::LifecycleServices, true).is_silent();
        check(Hosting::Unified, Fact::default()).is_silent();
        check(Hosting::Unified, unknown()).is_silent();
        check(unknown(), true).is_silent();
        answers(&super::RULE, &declared("europe", |_| {}).0).is_silent();
    }

    #[test]
    fn leaves_machines_that_do_not_say_to_another_rule() {
        check(Hosting::CloudHosted, Fact::default()).is_silent();
    }

    #[test]
    fn cannot_decide_where_nobody_says() {
        check(Hosting::LifecycleServices, Fact::default()).is_undecided(&[
            "data.ppcmk_coverage.retail: the Power Platform integration is not declared",
        ]);
        let unknown_value = ["data.ppcmk_coverage.retail: variable `x` has no value"];
        check(Hosting::LifecycleServices, unknown()).is_undecided(&unknown_value);
        check(unknown(), Fact::default()).is_undecided(&unknown_value);
        let estate = declared("europe", |declaration| {
            declaration.finance_and_operations = unknown();
        })
        .0;
        answers(&super::RULE, &estate).is_undecided(&unknown_value);
    }
}
