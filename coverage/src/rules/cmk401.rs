//! Reports workloads outside of the geos in which data may live.
//!
//! It is about residency and not about keys, and speaks only when the configuration names allowed
//! geos. It looks at environments and at all workloads that are declared with a region.

use super::declared::{report, undecided};
use super::home::which_geo;
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Declaration, Estate, Fact, Known, Origin, Place, Reason, Unknown};
use crate::finding::Findings;
use crate::geo::RegionGeo;
use crate::{Geo, SameGeo};

pub(super) const RULE: Rule = Rule {
    code: "CMK401",
    name: "workload-outside-allowed-geos",
    level: Level::Error,
    summary: "an environment or workload outside of the geos in which data may live",
    explanation: "\
Residency, which a key does not change: data lives where its environment, scale unit or e-commerce \
is, whoever holds the key. This rule compares those places with the geos that you allow in \
`.ppcmk-lint.toml`, and is silent when you allow none:\n\
\n\
```toml\n\
[coverage]\n\
allowed-geos = [\"europe\"]\n\
```\n\
\n\
What is compared are geos and not Azure regions. Regions that no table knows are undecided.",
    fix: "deploy it in an allowed geo, or allow its geo in `[coverage] allowed-geos`",
    example: Example {
        before: r#"# yaml
# .ppcmk-lint.toml: allowed-geos = ["europe"]
environments:
  - name: retail
    location: europe
    type: Production
    commerce_scale_units: [{ name: csu-apac, region: southeastasia }]"#,
        after: r#"# yaml
# .ppcmk-lint.toml: allowed-geos = ["europe"]
environments:
  - name: retail
    location: europe
    type: Production
    commerce_scale_units: [{ name: csu-apac, region: westeurope }]"#,
    },
    sources: &[
        Source {
            url: "https://learn.microsoft.com/power-platform/well-architected/security/encryption",
            says: "data resides in the geo of its environment; encryption keys are another matter",
            date: "2024-09-11",
            evidence: Evidence::Inferred,
        },
        Source {
            url: pages::SCALE_UNITS,
            says: "the region of a scale unit is chosen on its own",
            date: "2024-09-13",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    if estate.scope.allowed_geos.is_empty() {
        return;
    }
    environments(estate, out);
    for (_, declaration) in estate.declarations() {
        for workload in workloads(declaration) {
            judge(estate, declaration, &workload, out);
        }
    }
}

fn environments(estate: &Estate, out: &mut Findings) {
    for (_, environment) in estate.environments() {
        let location = &environment.location;
        let unknown = match &location.known {
            Known::Absent => continue,
            Known::Unknown(unknown) => unknown.clone(),
            Known::Value(name) => match allowed(estate, &Place::new(name.as_str()).geo()) {
                SameGeo::Same => continue,
                SameGeo::Unknown => open_question(name.as_str(), &Place::new(name.as_str()).geo()),
                SameGeo::Different => {
                    let message = format!(
                        "the environment is in `{name}`, outside of {}",
                        allowed_names(estate)
                    );
                    out.report(&environment.header, message)
                        .at(&location.origin)
                        .environment(&environment.header.address);
                    continue;
                }
            },
        };
        out.undecided(&environment.header, &unknown)
            .at(&location.origin);
    }
}

/// A declared workload with a region of its own.
struct Workload<'a> {
    instance: String,
    /// "e-commerce is"
    claim: String,
    region: &'a Fact<Place>,
    geo: fn(&Place, &RegionGeo) -> RegionGeo,
}

fn workloads(declaration: &Declaration) -> Vec<Workload<'_>> {
    let mut all = Vec::new();
    let own: fn(&Place, &RegionGeo) -> RegionGeo = |place, _| place.geo();
    let mut add = |instance: &str, claim: &str, region, geo| {
        all.push(Workload {
            instance: instance.to_owned(),
            claim: claim.to_owned(),
            region,
            geo,
        });
    };
    if let Some(finance) = declaration.finance_and_operations.value() {
        let claim = "finance and operations is";
        add("finance_and_operations", claim, &finance.region, own);
    }
    let units = declaration.commerce_scale_units.value();
    for (index, unit) in units.into_iter().flatten().enumerate() {
        let instance = match unit.name.value() {
            Some(name) => name.clone(),
            None => format!("commerce_scale_units[{index}]"),
        };
        let claim = format!("scale unit `{instance}` is");
        add(&instance, &claim, &unit.region, Place::scale_unit_geo);
    }
    if let Some(ecommerce) = declaration.ecommerce.value() {
        add("ecommerce", "e-commerce is", &ecommerce.region, own);
        if let Some(ratings) = ecommerce.ratings_and_reviews.value() {
            let claim = "ratings and reviews are";
            add("ratings_and_reviews", claim, &ratings.region, own);
        }
    }
    all
}

fn judge(estate: &Estate, declaration: &Declaration, workload: &Workload, out: &mut Findings) {
    let origin: &Origin = &workload.region.origin;
    let unknown = match &workload.region.known {
        // It is where its environment is, or nobody says where; CMK301 to CMK303 do.
        Known::Absent => return,
        Known::Unknown(unknown) => unknown.clone(),
        Known::Value(place) => {
            let geos = RegionGeo::Several(estate.scope.allowed_geos.clone());
            let geo = (workload.geo)(place, &geos);
            match allowed(estate, &geo) {
                SameGeo::Same => return,
                SameGeo::Unknown => open_question(&place.text, &geo),
                SameGeo::Different => {
                    let message = format!(
                        "{} in `{}`, outside of {}",
                        workload.claim,
                        place.text,
                        allowed_names(estate)
                    );
                    report(estate, declaration, &workload.instance, message, out).at(origin);
                    return;
                }
            }
        }
    };
    undecided(declaration, &workload.instance, &unknown, origin, out);
}

/// Whether a place is in an allowed geo. Of a region that geos share, all must be.
fn allowed(estate: &Estate, geo: &RegionGeo) -> SameGeo {
    let is_allowed = |geo: &Geo| estate.scope.allowed_geos.contains(geo);
    let geos = match geo {
        RegionGeo::Unknown => return SameGeo::Unknown,
        RegionGeo::One(geo) => std::slice::from_ref(geo),
        RegionGeo::Several(geos) => geos,
    };
    match geos.iter().filter(|geo| is_allowed(geo)).count() {
        0 => SameGeo::Different,
        all if all == geos.len() => SameGeo::Same,
        _ => SameGeo::Unknown,
    }
}

fn open_question(text: &str, geo: &RegionGeo) -> Unknown {
    match geo {
        RegionGeo::Several(_) => which_geo(text, geo),
        RegionGeo::One(_) | RegionGeo::Unknown => Unknown::new(Reason::Name(text.into())),
    }
}

fn allowed_names(estate: &Estate) -> String {
    let geos = estate.scope.allowed_geos.iter();
    let names: Vec<String> = geos.map(|geo| format!("`{geo}`")).collect();
    match names.as_slice() {
        [one] => format!("the allowed geo {one}"),
        _ => format!("the allowed geos {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared::fixtures::declared;
    use crate::Geo;
    use crate::estate::{
        Ecommerce, Estate, Fact, FinanceAndOperations, Place, RatingsAndReviews, ScaleUnit,
    };
    use crate::rules::testing::{Answers, answers, unknown};

    fn place(text: &str) -> Fact<Place> {
        Place::new(text).into()
    }

    fn check(mut estate: Estate, allowed: &[&str]) -> Answers {
        let geos = allowed.iter().filter_map(|name| Geo::from_any_name(name));
        estate.scope.allowed_geos = geos.collect();
        answers(&super::RULE, &estate)
    }

    fn everywhere(region: &Fact<Place>) -> Estate {
        let unit = ScaleUnit {
            name: "csu-apac".to_owned().into(),
            region: region.clone(),
            ..ScaleUnit::default()
        };
        let finance = FinanceAndOperations {
            region: region.clone(),
            ..FinanceAndOperations::default()
        };
        let ecommerce = Ecommerce {
            region: region.clone(),
            ratings_and_reviews: RatingsAndReviews {
                region: region.clone(),
            }
            .into(),
            ..Ecommerce::default()
        };
        declared("europe", |declaration| {
            declaration.finance_and_operations = finance.into();
            declaration.commerce_scale_units = vec![unit].into();
            declaration.ecommerce = ecommerce.into();
        })
        .0
    }

    #[test]
    fn points_at_every_workload() {
        check(everywhere(&place("eastus")), &["europe"]).finds(&[
            "data.ppcmk_coverage.retail(csu-apac): scale unit `csu-apac` is in `eastus`, outside of the allowed geo `europe`",
            "data.ppcmk_coverage.retail(ecommerce): e-commerce is in `eastus`, outside of the allowed geo `europe`",
            "data.ppcmk_coverage.retail(finance_and_operations): finance and operations is in `eastus`, outside of the allowed geo `europe`",
            "data.ppcmk_coverage.retail(ratings_and_reviews): ratings and reviews are in `eastus`, outside of the allowed geo `europe`",
        ]);
    }

    #[test]
    fn points_at_environments() {
        check(declared("unitedstates", |_| {}).0, &["europe", "uk"]).finds(&[
            "powerplatform_environment.retail: the environment is in `unitedstates`, outside of the allowed geos `europe`, `uk`",
        ]);
    }

    #[test]
    fn is_silent_in_allowed_geos_and_when_none_are_named() {
        check(everywhere(&place("northeurope")), &["europe"]).is_silent();
        check(everywhere(&place("eastus")), &[]).is_silent();
        check(everywhere(&Fact::default()), &["europe"]).is_silent();
    }

    #[test]
    fn a_region_that_geos_share_is_allowed_when_both_are() {
        let finance = |allowed: &[&str]| {
            let finance = FinanceAndOperations {
                region: place("southeastasia"),
                ..FinanceAndOperations::default()
            };
            let estate = declared("europe", |declaration| {
                declaration.finance_and_operations = finance.into();
            });
            check(estate.0, allowed)
        };
        finance(&["europe", "asia", "singapore"]).is_silent();
        finance(&["europe", "asia"]).is_undecided(&[
            "data.ppcmk_coverage.retail: which geo `southeastasia` belongs to (`asia` or `singapore`) is not declared",
        ]);
        finance(&["europe"]).finds(&[
            "data.ppcmk_coverage.retail(finance_and_operations): finance and operations is in `southeastasia`, outside of the allowed geo `europe`",
        ]);
    }

    #[test]
    fn cannot_decide_about_unknown_values_and_names() {
        let unknown_value = "data.ppcmk_coverage.retail: variable `x` has no value";
        check(everywhere(&unknown()), &["europe"]).is_undecided(&[unknown_value; 4]);
        check(declared("atlantis", |_| {}).0, &["europe"]).is_undecided(&[
            "powerplatform_environment.retail: `atlantis` is not in the table of locations",
        ]);
    }
}
