//! Reports ratings and reviews in another geo than their finance and operations environment.
//!
//! The same reading as for scale units (CMK301). Ratings and reviews have a region of their own,
//! next to that of e-commerce (CMK302).

use super::declared::known;
use super::home::{Home, Workload, compare};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::Estate;
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK303",
    name: "ratings-and-reviews-in-other-geo",
    level: Level::Error,
    summary: "ratings and reviews outside of the geo of their finance and operations environment",
    explanation: "\
Ratings and reviews hold what customers wrote, with their names. Their region is chosen apart from \
that of e-commerce. Microsoft excludes ratings and reviews in another geo than the finance and \
operations environment from customer-managed keys: the data stays under Microsoft's key.\n\
\n\
What is compared are geos and not Azure regions. This is about who holds the key; a key does not \
move data.",
    fix: "set ratings and reviews up in the geo of their environment, or record the gap",
    example: Example {
        before: r"# yaml
environments:
  - name: retail
    location: europe
    type: Production
    managed: true
    assigned: true
    finance_and_operations: { hosting: unified, apps: [commerce] }
    ecommerce:
      region: westeurope
      ratings_and_reviews: { region: eastus }",
        after: r"# yaml
environments:
  - name: retail
    location: europe
    type: Production
    managed: true
    assigned: true
    finance_and_operations: { hosting: unified, apps: [commerce] }
    ecommerce:
      region: westeurope
      ratings_and_reviews: { region: northeurope }",
    },
    sources: &[Source {
        url: pages::FINANCE_AND_OPERATIONS,
        says: "ratings and reviews in another geo than the finance and operations environment are not covered",
        date: "2026-03-13",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

/// The instance of a finding.
const INSTANCE: &str = "ratings_and_reviews";

fn check(estate: &Estate, out: &mut Findings) {
    for (_, declaration) in estate.declarations() {
        let Some(ecommerce) = known(declaration, INSTANCE, &declaration.ecommerce, out) else {
            continue;
        };
        let fact = &ecommerce.ratings_and_reviews;
        let Some(ratings) = known(declaration, INSTANCE, fact, out) else {
            continue;
        };
        let workload = Workload {
            instance: INSTANCE.into(),
            claim: "ratings and reviews stay under Microsoft's key: they are".into(),
            missing: "the region of ratings and reviews".into(),
            region: &ratings.region,
            entry: &fact.origin,
            geo: |place, _| place.geo(),
            help,
        };
        compare(estate, declaration, &workload, out);
    }
}

fn help(home: &Home<'_>) -> String {
    home.geo().map_or_else(
        || RULE.fix.to_owned(),
        |geo| format!("set ratings and reviews up in geo `{geo}`, or record the gap"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::{declared, ecommerce};
    use crate::estate::{Estate, Fact, Place, RatingsAndReviews};
    use crate::rules::testing::{answers, unknown};

    fn estate(region: Fact<Place>) -> Estate {
        ecommerce(|ecommerce| ecommerce.ratings_and_reviews = RatingsAndReviews { region }.into())
    }

    #[test]
    fn points_at_ratings_and_reviews() {
        answers(&super::RULE, &estate(Place::new("eastus").into())).finds(&[
            "data.ppcmk_coverage.retail(ratings_and_reviews): ratings and reviews stay under Microsoft's key: they are in `eastus` (geo `unitedstates`), the finance and operations environment in `europe`",
        ]);
    }

    #[test]
    fn is_silent_in_the_same_geo_and_where_there_are_none() {
        answers(&super::RULE, &estate(Place::new("westeurope").into())).is_silent();
        answers(&super::RULE, &ecommerce(|_| {})).is_silent();
        answers(&super::RULE, &declared("europe", |_| {}).0).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values() {
        let answer = ["data.ppcmk_coverage.retail: variable `x` has no value"];
        answers(&super::RULE, &estate(unknown())).is_undecided(&answer);
        let unknown_use = ecommerce(|ecommerce| ecommerce.ratings_and_reviews = unknown());
        answers(&super::RULE, &unknown_use).is_undecided(&answer);
        answers(&super::RULE, &estate(Fact::default())).is_undecided(&[
            "data.ppcmk_coverage.retail: the region of ratings and reviews is not declared",
        ]);
    }
}
