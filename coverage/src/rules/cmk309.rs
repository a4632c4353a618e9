//! Reports the demand planning app, which is not fully covered.

use super::declared::{finance_and_operations, known, report};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{App, Estate};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK309",
    name: "demand-planning",
    level: Level::Warning,
    summary: "the demand planning app, which is not fully covered",
    explanation: "\
Supply Chain Management is covered; its demand planning app is, in the words of Microsoft's page, \
not fully covered. The page does not say which of its data stays under Microsoft's key, so the \
honest reading is: some of it.\n\
\n\
Nothing in a configuration changes that. Record it, so that nobody counts the app as covered: an \
ignore with a reason and an end date is a good place.",
    fix: "record the gap with an ignore and a reason",
    example: Example {
        before: r"# yaml
environments:
  - name: supply-chain
    location: europe
    type: Production
    managed: true
    assigned: true
    finance_and_operations:
      hosting: unified
      apps: [supply_chain_management, demand_planning]",
        after: r"# yaml
environments:
  - name: supply-chain
    location: europe
    type: Production
    managed: true
    assigned: true
    finance_and_operations:
      hosting: unified
      apps: [supply_chain_management]",
    },
    sources: &[Source {
        url: pages::FINANCE_AND_OPERATIONS,
        says: "the demand planning app is not fully covered",
        date: "2026-03-13",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

/// The instance of a finding.
const INSTANCE: &str = "demand_planning";

fn check(estate: &Estate, out: &mut Findings) {
    for (declaration, finance) in finance_and_operations(estate, out) {
        let Some(apps) = known(declaration, INSTANCE, &finance.apps, out) else {
            continue;
        };
        if apps.contains(&App::DemandPlanning) {
            let message = "part of the demand planning app's data stays under Microsoft's key";
            report(estate, declaration, INSTANCE, message, out).at(&finance.apps.origin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::{declared, finance};
    use crate::estate::{App, Fact};
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(apps: impl Into<Fact<Vec<App>>>) -> Answers {
        answers(&super::RULE, &finance(|finance| finance.apps = apps.into()))
    }

    #[test]
    fn points_at_the_declaration() {
        check(vec![App::SupplyChainManagement, App::DemandPlanning]).finds(&[
            "data.ppcmk_coverage.retail(demand_planning): part of the demand planning app's data stays under Microsoft's key",
        ]);
    }

    #[test]
    fn is_silent_about_other_apps() {
        check(vec![App::SupplyChainManagement]).is_silent();
        check(Fact::default()).is_silent();
        answers(&super::RULE, &declared("europe", |_| {}).0).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_apps() {
        check(unknown()).is_undecided(&["data.ppcmk_coverage.retail: variable `x` has no value"]);
    }
}
