//! Reports scale units of a finance and operations environment in a geo that has no region for any.
//!
//! CMK301 reports each such unit; this rule says once that no region can cure it.

use super::declared::report;
use super::home::Home;
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Known};
use crate::finding::Findings;
use crate::geo::Confidence;

pub(super) const RULE: Rule = Rule {
    code: "CMK316",
    name: "no-scale-unit-region-in-geo",
    level: Level::Warning,
    summary: "Commerce Scale Units of an environment whose geo has no region for them",
    explanation: "\
Commerce Scale Units can be deployed in a short list of Azure regions, and several geos have none \
of them: France, Germany, Switzerland, Norway, Sweden, Italy, Poland, South Africa, South America \
and Korea. Every scale unit of an environment there is in another geo, and so outside of its key \
(CMK301). No redeployment helps.\n\
\n\
Which region belongs to which geo is inferred from geography, and whether Microsoft means geos in \
that narrow sense (France apart from Europe) is not settled. Ask Microsoft before you plan on it.",
    fix: "confirm with Microsoft what holds for this geo, and record the gap",
    example: Example {
        before: r"# yaml
environments:
  - name: retail
    location: france
    type: Production
    managed: true
    assigned: true
    finance_and_operations: { hosting: unified, apps: [commerce] }
    commerce_scale_units: [{ name: csu-emea, region: westeurope }]",
        after: r"# yaml
environments:
  - name: retail
    location: europe
    type: Production
    managed: true
    assigned: true
    finance_and_operations: { hosting: unified, apps: [commerce] }
    commerce_scale_units: [{ name: csu-emea, region: westeurope }]",
    },
    sources: &[
        Source {
            url: pages::SCALE_UNITS,
            says: "the regions of scale units; that each belongs to a geo is our inference",
            date: "2024-09-13",
            evidence: Evidence::Inferred,
        },
        Source {
            url: pages::FINANCE_AND_OPERATIONS,
            says: "scale units in another geo than the finance and operations environment are not covered",
            date: "2026-03-13",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (_, declaration) in estate.declarations() {
        let units = &declaration.commerce_scale_units;
        match &units.known {
            Known::Value(units) if !units.is_empty() => {}
            // An unknown list is CMK301's to say.
            _ => continue,
        }
        // So is an unknown place.
        let Ok(home) = Home::of(estate, declaration) else {
            continue;
        };
        let Some(geo) = home.geo() else { continue };
        if geo.has_scale_unit_region() || geo.confidence() == Confidence::Unknown {
            continue;
        }
        let message =
            format!("geo `{geo}` has no region for scale units, so none can be under the key");
        report(estate, declaration, "commerce_scale_units", message, out)
            .at(&units.origin)
            .related(home.header, home.origin, home.label());
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::declared;
    use crate::estate::{Fact, Place, ScaleUnit};
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(location: &str, units: Fact<Vec<ScaleUnit>>) -> Answers {
        let estate = declared(location, |declaration| {
            declaration.commerce_scale_units = units;
        })
        .0;
        answers(&super::RULE, &estate)
    }

    fn one() -> Fact<Vec<ScaleUnit>> {
        let unit = ScaleUnit {
            region: Place::new("westeurope").into(),
            ..ScaleUnit::default()
        };
        vec![unit].into()
    }

    #[test]
    fn speaks_once_per_declaration() {
        check("france", one()).finds(&[
            "data.ppcmk_coverage.retail(commerce_scale_units): geo `france` has no region for scale units, so none can be under the key",
        ]);
    }

    #[test]
    fn is_silent_where_there_are_regions_or_no_units() {
        check("europe", one()).is_silent();
        check("unitedarabemirates", one()).is_silent();
        check("france", Vec::new().into()).is_silent();
        check("france", Fact::default()).is_silent();
        // It shares the region `southeastasia`.
        check("singapore", one()).is_silent();
    }

    #[test]
    fn leaves_what_is_not_known_to_the_rule_about_each_unit() {
        check("atlantis", one()).is_silent();
        check("gcc", one()).is_silent();
        check("france", unknown()).is_silent();
    }
}
