//! Reports configuration that is authored in a stand-alone Regulatory Configuration Service.
//!
//! The message names what stays uncovered: tax calculation and electronic invoicing, and data of
//! Finance where that app is in use or nobody says that it is not.

use super::declared::{finance_and_operations, known, report};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{App, Estate, FinanceAndOperations};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK308",
    name: "standalone-regulatory-configuration",
    level: Level::Warning,
    summary: "tax calculation, electronic invoicing or Finance data in a stand-alone Regulatory Configuration Service",
    explanation: "\
The Regulatory Configuration Service (RCS) is a service of its own, with regions of its own. What \
is managed there is not under the key of the environment: data of Finance, and the tax calculation \
and electronic invoicing add-ins that are configured through it. Microsoft has promised support \
since 2023; the page of 2026 still has the same sentence, so it counts as not covered.\n\
\n\
The globalization features inside of Finance do the same work under the environment's key.",
    fix: "move the configuration to the globalization features inside of Finance, or record the gap",
    example: Example {
        before: r"# yaml
environments:
  - name: retail
    location: europe
    type: Production
    managed: true
    assigned: true
    finance_and_operations: { hosting: unified, apps: [finance], standalone_rcs: true }",
        after: r"# yaml
environments:
  - name: retail
    location: europe
    type: Production
    managed: true
    assigned: true
    finance_and_operations: { hosting: unified, apps: [finance], standalone_rcs: false }",
    },
    sources: &[
        Source {
            url: pages::FINANCE_AND_OPERATIONS,
            says: "data managed in RCS environments, and the two add-ins with them, are not covered",
            date: "2026-03-13",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::REGULATORY_CONFIGURATION,
            says: "the stand-alone service and its regions",
            date: "2021-06-04",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "",
    check: Some(check),
};

/// The instance of a finding.
const INSTANCE: &str = "standalone_rcs";

fn check(estate: &Estate, out: &mut Findings) {
    for (declaration, finance) in finance_and_operations(estate, out) {
        let fact = &finance.standalone_rcs;
        if known(declaration, INSTANCE, fact, out) == Some(&true) {
            let message = format!(
                "{} stay under Microsoft's key: they are managed in a stand-alone Regulatory Configuration Service",
                uncovered(finance)
            );
            report(estate, declaration, INSTANCE, message, out).at(&fact.origin);
        }
    }
}

fn uncovered(finance: &FinanceAndOperations) -> &'static str {
    let without_finance = finance
        .apps
        .value()
        .is_some_and(|apps| !apps.contains(&App::Finance));
    if without_finance {
        "tax calculation and electronic invoicing"
    } else {
        "tax calculation, electronic invoicing and data of Finance"
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::{declared, finance};
    use crate::estate::{App, Fact};
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(standalone: impl Into<Fact<bool>>, apps: impl Into<Fact<Vec<App>>>) -> Answers {
        let estate = finance(|finance| {
            finance.standalone_rcs = standalone.into();
            finance.apps = apps.into();
        });
        answers(&super::RULE, &estate)
    }

    #[test]
    fn names_what_stays_uncovered() {
        let with_finance = "data.ppcmk_coverage.retail(standalone_rcs): tax calculation, electronic invoicing and data of Finance stay under Microsoft's key: they are managed in a stand-alone Regulatory Configuration Service";
        check(true, vec![App::Finance]).finds(&[with_finance]);
        check(true, Fact::default()).finds(&[with_finance]);
        check(true, unknown()).finds(&[with_finance]);
        check(true, vec![App::Commerce]).finds(&[
            "data.ppcmk_coverage.retail(standalone_rcs): tax calculation and electronic invoicing stay under Microsoft's key: they are managed in a stand-alone Regulatory Configuration Service",
        ]);
    }

    #[test]
    fn is_silent_without_the_service() {
        check(false, vec![App::Finance]).is_silent();
        check(Fact::default(), Fact::default()).is_silent();
        answers(&super::RULE, &declared("europe", |_| {}).0).is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_value() {
        check(unknown(), Fact::default())
            .is_undecided(&["data.ppcmk_coverage.retail: variable `x` has no value"]);
    }
}
