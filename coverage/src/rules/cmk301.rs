//! Reports a Commerce Scale Unit in another geo than its finance and operations environment.
//!
//! The key of the environment protects a scale unit only inside the same geo, and the region of a
//! scale unit is chosen on its own when it is deployed. It is about the key and not about where
//! data lives (CMK401). Of the regions that two geos share, the published list of scale unit
//! regions decides; names that are in no table are undecided.

use super::example::environment;
use super::home::{Home, Workload, compare};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Place};
use crate::finding::Findings;
use crate::rules::declared::known;

pub(super) const RULE: Rule = Rule {
    code: "CMK301",
    name: "scale-unit-in-other-geo",
    level: Level::Error,
    summary: "a Commerce Scale Unit outside of the geo of its finance and operations environment",
    explanation: "\
A Commerce Scale Unit holds a copy of headquarters' data: products, customers, transactions of its \
channels. Its region is chosen when it is deployed, and no API shows it, so it is declared. Microsoft \
excludes scale units in another geo from customer-managed keys: their data stays under Microsoft's \
key, while everything else of the environment is under yours and looks complete.\n\
\n\
What is compared are geos and not Azure regions: `northeurope` and `westeurope` are one geo, \
`uksouth` is another. That \"geo\" means the geos of the Power Platform, so that France is not \
Europe, is our reading; Microsoft's page does not say it, other pages of Microsoft's list both as \
geographies of their own. Several geos have no region for scale units at all.\n\
\n\
This is about who holds the key. Where the data lives is another question, and a key does not \
move data.",
    fix: "redeploy the scale unit in the geo of its environment, or record the gap",
    example: Example {
        before: concat!(
            environment!(),
            r#"data "ppcmk_coverage" "retail" {
  environment_id = powerplatform_environment.retail.id

  finance_and_operations = {
    hosting = "unified"
    apps    = ["commerce"]
  }
  commerce_scale_units = [
    { name = "csu-emea", region = "westeurope" },
    { name = "csu-apac", region = "southeastasia" },
  ]
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
  commerce_scale_units = [
    { name = "csu-emea", region = "westeurope" },
    { name = "csu-apac", region = "northeurope" },
  ]
}"#
        ),
    },
    sources: &[
        Source {
            url: pages::FINANCE_AND_OPERATIONS,
            says: "scale units in another geo than the finance and operations environment are not covered",
            date: "2026-03-13",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::SCALE_UNITS,
            says: "the regions of scale units; that each belongs to a geo is our inference",
            date: "2024-09-13",
            evidence: Evidence::Inferred,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (_, declaration) in estate.declarations() {
        let units = &declaration.commerce_scale_units;
        let Some(units) = known(declaration, "commerce_scale_units", units, out) else {
            continue;
        };
        for (index, unit) in units.iter().enumerate() {
            // A unit without a name still has a place in the list.
            let instance = match unit.name.value() {
                Some(name) => name.clone(),
                None => format!("commerce_scale_units[{index}]"),
            };
            let subject = format!("scale unit `{instance}`");
            let workload = Workload {
                claim: format!("{subject} stays under Microsoft's key: it is"),
                missing: format!("the region of {subject}"),
                instance,
                region: &unit.region,
                entry: &unit.origin,
                geo: Place::scale_unit_geo,
                help,
            };
            compare(estate, declaration, &workload, out);
        }
    }
}

fn help(home: &Home<'_>) -> String {
    let Some(geo) = home.geo() else {
        return RULE.fix.to_owned();
    };
    match geo.csu_regions() {
        [] if geo.has_scale_unit_region() => {
            format!("record the gap: no region of geo `{geo}` alone is open for new scale units")
        }
        [] => format!("record the gap: geo `{geo}` has no region for scale units"),
        regions => format!(
            "redeploy the scale unit in `{}`, or record the gap",
            regions.join("` or `")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::declared;
    use crate::estate::{Estate, Fact, FinanceAndOperations, Place, ScaleUnit};
    use crate::rules::testing::{Answers, answers, unknown};

    fn unit(region: Fact<Place>) -> ScaleUnit {
        ScaleUnit {
            name: "csu-apac".to_owned().into(),
            region,
            ..ScaleUnit::default()
        }
    }

    fn estate(location: &str, region: Fact<Place>, own_region: Fact<Place>) -> Estate {
        let finance = FinanceAndOperations {
            region: own_region,
            ..FinanceAndOperations::default()
        };
        let fill = |declaration: &mut crate::estate::Declaration| {
            declaration.commerce_scale_units = vec![unit(region)].into();
            declaration.finance_and_operations = finance.into();
        };
        declared(location, fill).0
    }

    fn place(text: &str) -> Fact<Place> {
        Place::new(text).into()
    }

    /// A unit in a region, in an environment without a region of its own.
    fn check(location: &str, region: Fact<Place>) -> Answers {
        answers(&super::RULE, &estate(location, region, Fact::default()))
    }

    /// A unit in a region, and finance and operations in another one.
    fn regions(location: &str, own: &str, region: &str) -> Answers {
        answers(&super::RULE, &estate(location, place(region), place(own)))
    }

    #[test]
    fn points_at_the_scale_unit() {
        check("europe", place("southeastasia")).finds(&[
            "data.ppcmk_coverage.retail(csu-apac): scale unit `csu-apac` stays under Microsoft's key: it is in `southeastasia` (geo `asia`), the finance and operations environment in `europe`",
        ]);
        regions("europe", "northeurope", "uksouth").finds(&[
            "data.ppcmk_coverage.retail(csu-apac): scale unit `csu-apac` stays under Microsoft's key: it is in `uksouth` (geo `uk`), the finance and operations environment in `northeurope` (geo `europe`)",
        ]);
    }

    #[test]
    fn says_whom_it_is_about_and_where_a_unit_may_be() {
        let estate = estate("europe", place("eastus"), Fact::default());
        let (findings, _) = crate::rules::check(&estate, [&super::RULE]);
        let finding = &findings[0];
        assert_eq!(
            finding.environment.as_deref(),
            Some("powerplatform_environment.retail")
        );
        assert_eq!(
            finding.help,
            "redeploy the scale unit in `westeurope` or `northeurope`, or record the gap"
        );
        assert_eq!(
            finding.related[0].label,
            "finance and operations is in `europe`"
        );
    }

    #[test]
    fn compares_geos_and_not_regions() {
        check("europe", place("West Europe")).is_silent();
        check("europe", place("europe")).is_silent();
        check("unitedkingdom", place("uksouth")).is_silent();
        regions("europe", "westeurope", "northeurope").is_silent();
    }

    #[test]
    fn the_region_of_finance_and_operations_comes_before_the_location() {
        regions("europe", "uksouth", "ukwest").is_silent();
    }

    #[test]
    fn a_region_that_geos_share_is_decided_where_it_can_be() {
        check("asia", place("southeastasia")).is_silent();
        regions("asia", "southeastasia", "eastasia").is_silent();
        regions("singapore", "southeastasia", "southeastasia").is_silent();
        // None of the two geos is Europe.
        regions("europe", "southeastasia", "westeurope").finds(&[
            "data.ppcmk_coverage.retail(csu-apac): scale unit `csu-apac` stays under Microsoft's key: it is in `westeurope` (geo `europe`), the finance and operations environment in `southeastasia` (geo `asia`)",
        ]);
    }

    #[test]
    fn cannot_decide_where_the_region_lies_in_the_geo_too() {
        check("singapore", place("southeastasia")).is_undecided(&[
            "data.ppcmk_coverage.retail: which geo `southeastasia` belongs to (`asia` or \
             `singapore`) is not declared",
        ]);
    }

    #[test]
    fn cannot_decide_about_unknown_values_and_names() {
        let because = |why: &str| format!("data.ppcmk_coverage.retail: {why}");
        let unknown_region = because("variable `x` has no value");
        check("europe", unknown()).is_undecided(&[&unknown_region]);
        answers(&super::RULE, &estate("europe", place("eastus"), unknown()))
            .is_undecided(&[&unknown_region]);
        check("europe", place("moonbase"))
            .is_undecided(&[&because("`moonbase` is not in the table of locations")]);
        check("atlantis", place("eastus"))
            .is_undecided(&[&because("`atlantis` is not in the table of locations")]);
        check("europe", Fact::default()).is_undecided(&[&because(
            "the region of scale unit `csu-apac` is not declared",
        )]);
    }

    #[test]
    fn two_unknown_names_that_are_one_name_are_one_place() {
        check("new place", place("newplace")).is_silent();
    }

    #[test]
    fn a_list_that_is_not_known_is_undecided_once() {
        let estate = declared("europe", |declaration| {
            declaration.commerce_scale_units = unknown();
        })
        .0;
        answers(&super::RULE, &estate)
            .is_undecided(&["data.ppcmk_coverage.retail: variable `x` has no value"]);
    }

    #[test]
    fn names_a_unit_without_a_name_by_its_place() {
        let estate = declared("europe", |declaration| {
            let unit = ScaleUnit {
                region: place("eastus"),
                ..ScaleUnit::default()
            };
            declaration.commerce_scale_units = vec![unit].into();
        })
        .0;
        let (findings, _) = crate::rules::check(&estate, [&super::RULE]);
        assert_eq!(
            findings[0].instance.as_deref(),
            Some("commerce_scale_units[0]")
        );
    }

    #[test]
    fn cannot_decide_without_the_environment() {
        let (mut estate, _) = declared("europe", |_| {});
        let handle = estate.declarations().next().unwrap().0;
        estate[handle].commerce_scale_units = vec![unit(place("eastus"))].into();
        estate[handle].environment = crate::estate::Identity::Elsewhere("1a".into()).into();
        answers(&super::RULE, &estate).is_undecided(&[
            "data.ppcmk_coverage.retail: the environment is not part of this configuration",
        ]);
    }

    #[test]
    fn is_silent_without_scale_units() {
        answers(&super::RULE, &declared("europe", |_| {}).0).is_silent();
    }
}
