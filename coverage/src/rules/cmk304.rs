//! Reports parts of e-commerce that no customer-managed key covers, wherever they are.
//!
//! One finding per part: content management, and product recommendations.

use super::declared::{known, report};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Declaration, Ecommerce, Estate, Fact};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK304",
    name: "ecommerce-content-not-covered",
    level: Level::Warning,
    summary: "e-commerce content management or product recommendations in use",
    explanation: "\
Two parts of Dynamics 365 Commerce's e-commerce are not under customer-managed keys, in whatever \
geo they are: the content management system, and product recommendations. Their data stays under \
Microsoft's key. Microsoft announces support for content management, without a date; for \
recommendations it announces none any more.\n\
\n\
Nothing in a configuration changes that. Record what is left under Microsoft's key, so that nobody \
counts it as covered: an ignore with a reason and an end date is a good place.",
    fix: "record the gap with an ignore and a reason, or stop using the part",
    example: Example {
        before: r"# yaml
environments:
  - name: retail
    location: europe
    type: Production
    managed: true
    assigned: true
    finance_and_operations: { hosting: unified, apps: [commerce] }
    ecommerce: { region: westeurope, content_management: true, recommendations: true }",
        after: r"# yaml
environments:
  - name: retail
    location: europe
    type: Production
    managed: true
    assigned: true
    finance_and_operations: { hosting: unified, apps: [commerce] }
    ecommerce: { region: westeurope, content_management: false, recommendations: false }",
    },
    sources: &[Source {
        url: pages::FINANCE_AND_OPERATIONS,
        says: "the content management system and product recommendations are not covered",
        date: "2026-03-13",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

/// A part that is never covered.
struct Part {
    /// The instance of a finding, which is the attribute too.
    instance: &'static str,
    message: &'static str,
    used: fn(&Ecommerce) -> &Fact<bool>,
}

const PARTS: [Part; 2] = [
    Part {
        instance: "content_management",
        message: "e-commerce content management stays under Microsoft's key in every geo",
        used: |ecommerce| &ecommerce.content_management,
    },
    Part {
        instance: "recommendations",
        message: "product recommendations stay under Microsoft's key in every geo",
        used: |ecommerce| &ecommerce.recommendations,
    },
];

fn check(estate: &Estate, out: &mut Findings) {
    for (_, declaration) in estate.declarations() {
        let fact = &declaration.ecommerce;
        if let Some(ecommerce) = known(declaration, "ecommerce", fact, out) {
            for part in &PARTS {
                judge(estate, declaration, ecommerce, part, out);
            }
        }
    }
}

fn judge(
    estate: &Estate,
    declaration: &Declaration,
    ecommerce: &Ecommerce,
    part: &Part,
    out: &mut Findings,
) {
    let used = (part.used)(ecommerce);
    if known(declaration, part.instance, used, out) == Some(&true) {
        report(estate, declaration, part.instance, part.message, out).at(&used.origin);
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::{declared, ecommerce};
    use crate::estate::Fact;
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(content_management: Fact<bool>, recommendations: Fact<bool>) -> Answers {
        let estate = ecommerce(|ecommerce| {
            ecommerce.content_management = content_management;
            ecommerce.recommendations = recommendations;
        });
        answers(&super::RULE, &estate)
    }

    #[test]
    fn has_one_finding_per_part() {
        check(true.into(), true.into()).finds(&[
            "data.ppcmk_coverage.retail(content_management): e-commerce content management stays under Microsoft's key in every geo",
            "data.ppcmk_coverage.retail(recommendations): product recommendations stay under Microsoft's key in every geo",
        ]);
        check(false.into(), true.into()).finds(&[
            "data.ppcmk_coverage.retail(recommendations): product recommendations stay under Microsoft's key in every geo",
        ]);
    }

    #[test]
    fn is_silent_about_parts_that_are_not_used() {
        check(false.into(), Fact::default()).is_silent();
        answers(&super::RULE, &declared("europe", |_| {}).0).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values() {
        let answer = "data.ppcmk_coverage.retail: variable `x` has no value";
        check(unknown(), unknown()).is_undecided(&[answer, answer]);
        let estate = declared("europe", |declaration| declaration.ecommerce = unknown()).0;
        answers(&super::RULE, &estate).is_undecided(&[answer]);
    }
}
