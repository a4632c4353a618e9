//! Reports e-commerce in another geo than its finance and operations environment.
//!
//! The same reading as for scale units (CMK301); content management and recommendations are never
//! covered, wherever they are (CMK304), and ratings and reviews have a region of their own (CMK303).

use super::declared::known;
use super::example::environment;
use super::home::{Home, Workload, compare};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::Estate;
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK302",
    name: "ecommerce-in-other-geo",
    level: Level::Error,
    summary: "e-commerce outside of the geo of its finance and operations environment",
    explanation: "\
Dynamics 365 Commerce's e-commerce has a region of its own, which is chosen when it is set up. \
Microsoft excludes e-commerce components in another geo than the finance and operations \
environment from customer-managed keys: their data stays under Microsoft's key.\n\
\n\
What is compared are geos and not Azure regions. This is about who holds the key; a key does not \
move data.",
    fix: "set e-commerce up in the geo of its environment, or record the gap",
    example: Example {
        before: concat!(
            environment!(),
            r#"data "ppcmk_coverage" "retail" {
  environment_id = powerplatform_environment.retail.id

  finance_and_operations = {
    hosting = "unified"
    apps    = ["commerce"]
  }
  ecommerce = {
    region = "eastus"
  }
}"#
        ),
        after: concat!(
            environment!(),
            r#"data "ppcmk_coverage" "retail" {
  environment_id = powerplatform_environment.retail.id

  finance_and_operations = {
    hosting = "unified"
    apps    = ["commerce"]
  }
  ecommerce = {
    region = "westeurope"
  }
}"#
        ),
    },
    sources: &[Source {
        url: pages::FINANCE_AND_OPERATIONS,
        says: "e-commerce in another geo than the finance and operations environment is not covered",
        date: "2026-03-13",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (_, declaration) in estate.declarations() {
        let fact = &declaration.ecommerce;
        let Some(ecommerce) = known(declaration, "ecommerce", fact, out) else {
            continue;
        };
        let workload = Workload {
            instance: "ecommerce".into(),
            claim: "e-commerce stays under Microsoft's key: it is".into(),
            missing: "the region of e-commerce".into(),
            region: &ecommerce.region,
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
        |geo| format!("set e-commerce up in geo `{geo}`, or record the gap"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::{declared, ecommerce};
    use crate::estate::{Estate, Fact, Place};
    use crate::rules::testing::{answers, unknown};

    fn estate(region: Fact<Place>) -> Estate {
        ecommerce(|ecommerce| ecommerce.region = region)
    }

    #[test]
    fn points_at_e_commerce() {
        answers(&super::RULE, &estate(Place::new("eastus").into())).finds(&[
            "data.ppcmk_coverage.retail(ecommerce): e-commerce stays under Microsoft's key: it is in `eastus` (geo `unitedstates`), the finance and operations environment in `europe`",
        ]);
    }

    #[test]
    fn is_silent_in_the_same_geo_and_without_e_commerce() {
        answers(&super::RULE, &estate(Place::new("northeurope").into())).is_silent();
        answers(&super::RULE, &declared("europe", |_| {}).0).is_silent();
    }

    #[test]
    fn a_region_that_geos_share_is_decided_only_for_others() {
        let shared = || Fact::from(Place::new("southeastasia"));
        answers(&super::RULE, &estate(shared())).finds(&[
            "data.ppcmk_coverage.retail(ecommerce): e-commerce stays under Microsoft's key: it is in `southeastasia` (geo `asia` or `singapore`), the finance and operations environment in `europe`",
        ]);
        let (mut estate, environment) = declared("singapore", |declaration| {
            declaration.ecommerce = crate::estate::Ecommerce {
                region: shared(),
                ..crate::estate::Ecommerce::default()
            }
            .into();
        });
        let open = [
            "data.ppcmk_coverage.retail: which geo `southeastasia` belongs to (`asia` or `singapore`) is not declared",
        ];
        answers(&super::RULE, &estate).is_undecided(&open);
        estate[environment].location = crate::EnvironmentLocation::new("asia").into();
        answers(&super::RULE, &estate).is_undecided(&open);
    }

    #[test]
    fn cannot_decide_about_unknown_values() {
        answers(&super::RULE, &estate(unknown()))
            .is_undecided(&["data.ppcmk_coverage.retail: variable `x` has no value"]);
        answers(&super::RULE, &estate(Fact::default())).is_undecided(&[
            "data.ppcmk_coverage.retail: the region of e-commerce is not declared",
        ]);
        let estate = declared("europe", |declaration| declaration.ecommerce = unknown()).0;
        answers(&super::RULE, &estate)
            .is_undecided(&["data.ppcmk_coverage.retail: variable `x` has no value"]);
    }
}
