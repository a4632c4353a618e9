//! The rows of finance and operations, for every declaration that speaks about it.

use super::finance::Finance;
use super::geo::Whereabouts;
use super::rows::{Answer, Rows, UNDER_KEY};
use super::verdict::{Verdict, all};
use super::{KeyControl, Part};
use crate::Geo;
use crate::catalogue::{UseOf, Workload};
use crate::estate::{App, Ecommerce, Fact, FinanceAndOperations, Hosting, Known, Place, ScaleUnit};
use crate::geo::Confidence;

const INTEGRATED: &str = "the environment is under the key and integrated";

/// A row without workload: instance, part, geo, answer.
type Row = (Option<String>, Part, Option<Geo>, Answer);

pub(super) fn add(rows: &mut Rows<'_>, workload: Workload, part: &UseOf) {
    let found: Vec<Row> = rows
        .finances
        .iter()
        .flat_map(|finance| rows_of(rows, finance, part))
        .collect();
    for (instance, part, geo, answer) in found {
        rows.push(workload, instance, part, geo, answer);
    }
}

fn rows_of(rows: &Rows<'_>, finance: &Finance<'_>, part: &UseOf) -> Vec<Row> {
    match part {
        UseOf::Resources => resources(finance),
        UseOf::NoIntegration => one(no_integration(finance)),
        UseOf::CloudHosting => one(cloud_hosting(finance)),
        UseOf::KeyBeforeIntegration => one(key_before_integration(rows, finance)),
        UseOf::App(app) => one(an_app(finance, app, |_| {
            Answer::of(&finance.base, INTEGRATED)
        })),
        UseOf::AppOnDataverse(app) => one(an_app(finance, app, |_| {
            Answer::of(&rows.preconditions.base, UNDER_KEY)
        })),
        UseOf::AppInPart(app, why) => {
            one(an_app(finance, app, |_| Answer::no(Some("CMK309"), *why)))
        }
        UseOf::ServiceOf(app) => one(service_of(finance, app)),
        UseOf::RegulatoryData => one(regulatory_data(finance)),
        UseOf::RegulatoryAddIn => one(regulatory_add_in(finance)),
        UseOf::AddIns => one(finance.declared().map(|_| declared(finance))),
        UseOf::LifecycleServices => one(lifecycle_services(finance)),
        UseOf::ScaleUnits => scale_units(finance),
        UseOf::NoScaleUnitRegion => one(no_scale_unit_region(finance)),
        UseOf::Ecommerce => one(ecommerce(finance)),
        UseOf::ContentManagement => one(part_of_ecommerce(
            finance,
            "content management",
            |ecommerce| &ecommerce.content_management,
        )),
        UseOf::Recommendations => one(part_of_ecommerce(
            finance,
            "product recommendations",
            |ecommerce| &ecommerce.recommendations,
        )),
        UseOf::RatingsAndReviews => one(ratings_and_reviews(finance)),
        UseOf::Unsettled(why) => one(finance.declared().map(|_| {
            let answer = Answer::by(&finance.base, KeyControl::Unknown, *why);
            (None, Part::Conditional, finance.place.geo(), answer)
        })),
    }
}

fn one(row: Option<Row>) -> Vec<Row> {
    row.into_iter().collect()
}

/// Covered like finance and operations itself.
fn declared(finance: &Finance<'_>) -> Row {
    let answer = Answer::of(&finance.base, INTEGRATED);
    (None, Part::Declared, finance.place.geo(), answer)
}

fn unknown(what: &str, why: impl std::fmt::Display, geo: Option<Geo>) -> Row {
    let verdict = Verdict::unknown(what, why);
    (None, Part::Declared, geo, Answer::of(&verdict, ""))
}

fn resources(finance: &Finance<'_>) -> Vec<Row> {
    let Some(facts) = finance.declared() else {
        let row = finance.undeclared().map(|unknown_value| {
            let why = &unknown_value.reason;
            unknown("whether there is finance and operations", why, None)
        });
        return one(row);
    };
    let mut rows = vec![declared(finance)];
    // An app that the catalogue does not know may be anything, so that nobody can say.
    for app in facts.apps.value().into_iter().flatten() {
        if let App::Other(word) = app {
            let mut row = unknown(
                "what the key does for this app",
                format!("`{word}` is not in the catalogue"),
                finance.place.geo(),
            );
            row.0 = Some(word.clone());
            rows.push(row);
        }
    }
    rows
}

fn no_integration(finance: &Finance<'_>) -> Option<Row> {
    finance.declared()?;
    matches!(finance.integrated, Verdict::No(_)).then(|| {
        let answer = Answer::of(&finance.integrated, INTEGRATED);
        (None, Part::Declared, finance.place.geo(), answer)
    })
}

fn is_hosted(finance: &Finance<'_>, hosting: &Hosting) -> bool {
    finance
        .declared()
        .is_some_and(|facts| facts.hosting.value() == Some(hosting))
}

fn cloud_hosting(finance: &Finance<'_>) -> Option<Row> {
    is_hosted(finance, &Hosting::CloudHosted).then(|| {
        let answer = Answer::no(
            Some("CMK307"),
            "cloud-hosted environments are outside of the policy",
        );
        (None, Part::Declared, finance.place.geo(), answer)
    })
}

/// Nothing shows in which order an environment of Lifecycle Services got integration and key, but
/// that an assignment exists without integration.
fn key_before_integration(rows: &Rows<'_>, finance: &Finance<'_>) -> Option<Row> {
    finance.declared()?;
    let geo = finance.place.geo();
    let assigned = rows.preconditions.assigned.is_yes();
    if matches!(finance.integrated, Verdict::No(_)) && assigned {
        let answer = Answer::no(
            Some("CMK306"),
            "the environment gets its key before the integration, which is not supported",
        );
        return Some((None, Part::Declared, geo, answer));
    }
    let lifecycle_services = is_hosted(finance, &Hosting::LifecycleServices);
    (lifecycle_services && assigned && finance.integrated.is_yes()).then(|| {
        let reason = "if the key was applied after the integration, which nothing shows";
        let answer = Answer::by(&finance.base, KeyControl::Conditional, reason);
        (None, Part::Conditional, geo, answer)
    })
}

/// A row if the app is in use; one that says so if nobody knows.
fn an_app(
    finance: &Finance<'_>,
    app: &App,
    answer: impl FnOnce(&FinanceAndOperations) -> Answer,
) -> Option<Row> {
    let facts = finance.declared()?;
    let geo = finance.place.geo();
    match &facts.apps.known {
        Known::Value(apps) if apps.contains(app) => {
            Some((None, Part::Declared, geo, answer(facts)))
        }
        Known::Value(_) | Known::Absent => None,
        Known::Unknown(why) => Some(unknown("whether it is in use", &why.reason, geo)),
    }
}

fn service_of(finance: &Finance<'_>, app: &App) -> Option<Row> {
    let apps = finance.declared()?.apps.value()?;
    apps.contains(app).then(|| {
        let answer = Answer::of(&finance.base, INTEGRATED);
        (None, Part::Conditional, finance.place.geo(), answer)
    })
}

const STANDALONE: &str =
    "configuration is authored in a stand-alone Regulatory Configuration Service";

/// The service has regions of its own, so nobody can say where its data is.
fn regulatory_data(finance: &Finance<'_>) -> Option<Row> {
    match &finance.declared()?.standalone_rcs.known {
        Known::Value(true) => {
            let answer = Answer::no(Some("CMK308"), STANDALONE);
            Some((None, Part::Declared, None, answer))
        }
        Known::Value(false) | Known::Absent => None,
        Known::Unknown(why) => Some(unknown(&format!("whether {STANDALONE}"), &why.reason, None)),
    }
}

fn regulatory_add_in(finance: &Finance<'_>) -> Option<Row> {
    let geo = finance.place.geo();
    let (part, answer) = match &finance.declared()?.standalone_rcs.known {
        Known::Value(true) => (Part::Declared, Answer::no(Some("CMK308"), STANDALONE)),
        Known::Value(false) => (Part::Declared, Answer::of(&finance.base, INTEGRATED)),
        Known::Unknown(why) => {
            let open = Verdict::unknown(&format!("whether {STANDALONE}"), &why.reason);
            (Part::Declared, Answer::of(&all([&finance.base, &open]), ""))
        }
        Known::Absent => {
            let reason = format!("unless {STANDALONE}, which is not declared");
            let answer = Answer::by(&finance.base, KeyControl::Conditional, reason);
            (Part::Conditional, answer)
        }
    };
    Some((None, part, geo, answer))
}

/// Cloud-hosted environments are deployed from Lifecycle Services, too.
fn lifecycle_services(finance: &Finance<'_>) -> Option<Row> {
    let in_use = is_hosted(finance, &Hosting::LifecycleServices)
        || is_hosted(finance, &Hosting::CloudHosted);
    in_use.then(|| {
        let answer = Answer::no(
            None,
            "metadata of Lifecycle Services stays on Microsoft's key",
        );
        (None, Part::Declared, None, answer)
    })
}

fn scale_units(finance: &Finance<'_>) -> Vec<Row> {
    match &finance.declaration.commerce_scale_units.known {
        Known::Value(units) => units
            .iter()
            .enumerate()
            .map(|(index, unit)| scale_unit(finance, index, unit))
            .collect(),
        Known::Absent => Vec::new(),
        Known::Unknown(why) => vec![unknown("which scale units there are", &why.reason, None)],
    }
}

fn scale_unit(finance: &Finance<'_>, index: usize, unit: &ScaleUnit) -> Row {
    let name = match unit.name.value() {
        Some(name) => name.clone(),
        None => format!("commerce_scale_units[{index}]"),
    };
    let place = Whereabouts::of(&unit.region, |place| {
        place.scale_unit_geo(finance.place.region_geo())
    });
    let (part, geo, answer) = component(finance, &place, "the scale unit", "CMK301");
    (Some(name), part, geo, answer)
}

/// Something that is covered in the geo of finance and operations only.
fn component(
    finance: &Finance<'_>,
    place: &Whereabouts,
    what: &str,
    code: &'static str,
) -> (Part, Option<Geo>, Answer) {
    let fits = place.fits(&finance.place, what, code);
    let covered = format!("{INTEGRATED}; {what} and finance and operations are in one geo");
    let answer = Answer::of(&all([&fits, &finance.base]), covered);
    (Part::Declared, place.geo(), answer)
}

/// No published region for scale units lies in the geo. The list of regions is public, which geo
/// they belong to is our conclusion, so this is a doubt and no gap of its own.
fn no_scale_unit_region(finance: &Finance<'_>) -> Option<Row> {
    let units = &finance.declaration.commerce_scale_units;
    let geo = finance.place.geo()?;
    if geo.has_scale_unit_region()
        || geo.confidence() == Confidence::Unknown
        || units.value().is_none_or(Vec::is_empty)
    {
        return None;
    }
    let reason = format!("if there is a region for scale units in `{geo}`; none is published");
    let answer = Answer::by(&finance.base, KeyControl::Conditional, reason).code("CMK316");
    Some((None, Part::Conditional, Some(geo), answer))
}

fn ecommerce(finance: &Finance<'_>) -> Option<Row> {
    match &finance.declaration.ecommerce.known {
        Known::Value(ecommerce) => {
            let place = Whereabouts::of(&ecommerce.region, Place::geo);
            let (part, geo, answer) = component(finance, &place, "e-commerce", "CMK302");
            Some((None, part, geo, answer))
        }
        Known::Absent => None,
        Known::Unknown(why) => Some(unknown("whether there is e-commerce", &why.reason, None)),
    }
}

/// Content management or recommendations: never covered, where it is used.
fn part_of_ecommerce(
    finance: &Finance<'_>,
    what: &str,
    in_use: impl Fn(&Ecommerce) -> &Fact<bool>,
) -> Option<Row> {
    let ecommerce = finance.declaration.ecommerce.value()?;
    let geo = Whereabouts::of(&ecommerce.region, Place::geo).geo();
    let not_supported = format!("Microsoft does not support a customer's key for {what}");
    match &in_use(ecommerce).known {
        Known::Value(true) => {
            let answer = Answer::no(Some("CMK304"), not_supported);
            Some((None, Part::Declared, geo, answer))
        }
        Known::Value(false) => None,
        Known::Absent => Some((
            None,
            Part::Conditional,
            geo,
            Answer::no(None, not_supported),
        )),
        Known::Unknown(why) => Some(unknown(
            &format!("whether {what} is in use"),
            &why.reason,
            geo,
        )),
    }
}

fn ratings_and_reviews(finance: &Finance<'_>) -> Option<Row> {
    const WHAT: &str = "ratings and reviews";
    match &finance
        .declaration
        .ecommerce
        .value()?
        .ratings_and_reviews
        .known
    {
        Known::Value(ratings) => {
            let place = Whereabouts::of(&ratings.region, Place::geo);
            let (part, geo, answer) = component(finance, &place, WHAT, "CMK303");
            Some((None, part, geo, answer))
        }
        Known::Absent => None,
        Known::Unknown(why) => Some(unknown(
            &format!("whether {WHAT} are in use"),
            &why.reason,
            None,
        )),
    }
}
