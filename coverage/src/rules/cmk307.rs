//! Reports a cloud-hosted finance and operations environment.
//!
//! Its data is on virtual machines in the customer's own subscription, where no policy reaches.

use super::declared::{FINANCE_AND_OPERATIONS, finance_and_operations, report, undecided};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Hosting, Known, Reason, Unknown};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK307",
    name: "cloud-hosted-environment",
    level: Level::Error,
    summary: "finance and operations on cloud-hosted machines",
    explanation: "\
A cloud-hosted environment is deployed by Lifecycle Services on virtual machines in your own Azure \
subscription, for development and demonstrations. Customer-managed keys of the Power Platform are \
not enforced on it, whether or not it is integrated: its databases lie on the disks of the machines.\n\
\n\
Those disks are yours, and so can be their key: a disk encryption set in Azure puts them under a \
key of your own vault. It is another key than the policy's, with a lifecycle of its own, so it is \
not counted as covered here. Copies of production data in such an environment deserve that \
attention most.",
    fix: "encrypt the machines' disks with a disk encryption set, or move to a unified environment",
    example: Example {
        before: r"# yaml
environments:
  - name: development
    location: europe
    type: Sandbox
    managed: true
    assigned: true
    finance_and_operations: { hosting: cloud_hosted, apps: [finance] }",
        after: r"# yaml
environments:
  - name: development
    location: europe
    type: Sandbox
    managed: true
    assigned: true
    finance_and_operations: { hosting: unified, apps: [finance] }",
    },
    sources: &[Source {
        url: pages::FINANCE_AND_OPERATIONS,
        says: "cloud-hosted environments are outside of the policy's enforcement; secure the machines in your own subscription",
        date: "2026-03-13",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (declaration, finance) in finance_and_operations(estate, out) {
        let hosting = &finance.hosting;
        let unknown = match &hosting.known {
            Known::Value(Hosting::CloudHosted) => {
                let message =
                    "cloud-hosted finance and operations stays outside of the policy's key";
                report(estate, declaration, FINANCE_AND_OPERATIONS, message, out)
                    .at(&hosting.origin);
                continue;
            }
            Known::Value(Hosting::Unified | Hosting::LifecycleServices) => continue,
            Known::Value(Hosting::Other(word)) => {
                let text = format!("hosting `{word}` is not known");
                Unknown::new(Reason::Expression(text.into()))
            }
            Known::Absent => super::declared::not_declared("the hosting of finance and operations"),
            Known::Unknown(unknown) => unknown.clone(),
        };
        let origin = &hosting.origin;
        undecided(declaration, FINANCE_AND_OPERATIONS, &unknown, origin, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::{declared, finance};
    use crate::estate::{Fact, Hosting};
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(hosting: impl Into<Fact<Hosting>>) -> Answers {
        answers(
            &super::RULE,
            &finance(|finance| finance.hosting = hosting.into()),
        )
    }

    #[test]
    fn points_at_the_declaration() {
        check(Hosting::CloudHosted).finds(&[
            "data.ppcmk_coverage.retail(finance_and_operations): cloud-hosted finance and operations stays outside of the policy's key",
        ]);
    }

    #[test]
    fn is_silent_about_hosting_of_microsoft_and_without_finance_and_operations() {
        check(Hosting::Unified).is_silent();
        check(Hosting::LifecycleServices).is_silent();
        answers(&super::RULE, &declared("europe", |_| {}).0).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_hosting() {
        check(unknown()).is_undecided(&["data.ppcmk_coverage.retail: variable `x` has no value"]);
        check(Fact::default()).is_undecided(&[
            "data.ppcmk_coverage.retail: the hosting of finance and operations is not declared",
        ]);
        check(Hosting::new("on_premises"))
            .is_undecided(&["data.ppcmk_coverage.retail: hosting `on_premises` is not known"]);
    }
}
