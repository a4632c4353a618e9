//! Where the finance and operations environment of a declaration is, and whether a workload is in
//! the same geo.
//!
//! Both are compared as geos. A region that two geos share is narrowed down by what else is known;
//! what stays open is undecided, unless none of its geos fits.

use super::declared::{not_declared, report, undecided};
use crate::estate::{
    Declaration, Estate, Fact, Header, Identity, Known, Origin, Place, Reason, Unknown,
};
use crate::finding::Findings;
use crate::geo::RegionGeo;
use crate::{Geo, SameGeo};

/// Where the finance and operations environment is.
pub(super) struct Home<'a> {
    /// As it is written.
    text: &'a str,
    geo: RegionGeo,
    /// What says so, and where.
    pub(super) header: &'a Header,
    pub(super) origin: &'a Origin,
}

/// A workload that must be in the same geo.
pub(super) struct Workload<'a> {
    /// The instance of a finding.
    pub(super) instance: String,
    /// Its part of the message: "e-commerce stays under Microsoft's key: it is".
    pub(super) claim: String,
    /// What is missing when no region is written: "the region of e-commerce".
    pub(super) missing: String,
    pub(super) region: &'a Fact<Place>,
    /// The entry around the region.
    pub(super) entry: &'a Origin,
    /// How a place of this kind of workload tells its geo, next to that of finance and operations.
    pub(super) geo: fn(&Place, &RegionGeo) -> RegionGeo,
    /// What to do, given the geo that it should be in.
    pub(super) help: fn(&Home<'_>) -> String,
}

/// Reports the workload if it is in another geo than its finance and operations environment.
pub(super) fn compare(
    estate: &Estate,
    declaration: &Declaration,
    workload: &Workload<'_>,
    out: &mut Findings,
) {
    let undecided = |unknown: &Unknown, origin: &Origin, out: &mut Findings| {
        undecided(declaration, &workload.instance, unknown, origin, out);
    };
    let origin = workload.origin();
    let place = match &workload.region.known {
        Known::Value(place) => place,
        Known::Absent => return undecided(&not_declared(&workload.missing), origin, out),
        Known::Unknown(unknown) => return undecided(unknown, origin, out),
    };
    let home = match Home::of(estate, declaration) {
        Ok(home) => home,
        Err((unknown, origin)) => return undecided(&unknown, origin, out),
    };
    let geo = (workload.geo)(place, &home.geo);
    match home.has(place, &geo) {
        SameGeo::Same => {}
        SameGeo::Unknown => undecided(&home.open_question(place, &geo), origin, out),
        SameGeo::Different => {
            let message = format!(
                "{} in {}, the finance and operations environment in {}",
                workload.claim,
                named(&place.text, &geo),
                named(home.text, &home.geo)
            );
            report(estate, declaration, &workload.instance, message, out)
                .at(workload.entry)
                .at(origin)
                .help((workload.help)(&home))
                .related(home.header, home.origin, home.label());
        }
    }
}

impl Workload<'_> {
    /// The region where it is written, otherwise the entry.
    fn origin(&self) -> &Origin {
        let region = &self.region.origin;
        if region.location.is_some() || region.path.is_some() {
            region
        } else {
            self.entry
        }
    }
}

impl<'a> Home<'a> {
    /// The declared region, otherwise the location of the environment. The error says why nobody
    /// knows.
    pub(super) fn of(
        estate: &'a Estate,
        declaration: &'a Declaration,
    ) -> Result<Self, (Unknown, &'a Origin)> {
        let finance = &declaration.finance_and_operations;
        if let Known::Unknown(unknown) = &finance.known {
            return Err((unknown.clone(), &finance.origin));
        }
        let environment = Self::of_environment(estate, declaration);
        let Some(region) = finance.value().map(|finance| &finance.region) else {
            return environment;
        };
        match &region.known {
            Known::Value(place) => Ok(Self {
                text: &place.text,
                geo: place.finance_and_operations_geo(
                    environment.ok().and_then(|environment| environment.geo()),
                ),
                header: &declaration.header,
                origin: &region.origin,
            }),
            Known::Absent => environment,
            Known::Unknown(unknown) => Err((unknown.clone(), &region.origin)),
        }
    }

    fn of_environment(
        estate: &'a Estate,
        declaration: &'a Declaration,
    ) -> Result<Self, (Unknown, &'a Origin)> {
        let link = &declaration.environment;
        let Some((_, environment)) = estate.environment(link) else {
            let unknown = match &link.identity {
                Identity::Unknown(unknown) => unknown.clone(),
                Identity::Absent => not_declared("the environment"),
                Identity::Here(_) | Identity::Elsewhere(_) => Unknown::new(Reason::Elsewhere(
                    "the environment is not part of this configuration".into(),
                )),
            };
            return Err((unknown, &link.origin));
        };
        let location = &environment.location;
        match &location.known {
            Known::Value(name) => Ok(Self {
                text: name.as_str(),
                // An inventory may well name a region here.
                geo: Place::new(name.as_str()).geo(),
                header: &environment.header,
                origin: &location.origin,
            }),
            Known::Absent => Err((
                not_declared("the location of the environment"),
                &location.origin,
            )),
            Known::Unknown(unknown) => Err((unknown.clone(), &location.origin)),
        }
    }

    /// The geo, where there is one.
    pub(super) fn geo(&self) -> Option<Geo> {
        self.geo.one()
    }

    /// The label of the place that says where it is.
    pub(super) fn label(&self) -> String {
        format!("finance and operations is in `{}`", self.text)
    }

    /// Whether a place is in the same geo.
    fn has(&self, place: &Place, geo: &RegionGeo) -> SameGeo {
        if Place::is_same_text(&place.text, self.text) {
            return SameGeo::Same;
        }
        geo.same_as(&self.geo)
    }

    /// Why nobody can compare.
    fn open_question(&self, place: &Place, geo: &RegionGeo) -> Unknown {
        let reason = match (geo, &self.geo) {
            (RegionGeo::Unknown, _) => Reason::Name(place.text.as_str().into()),
            (_, RegionGeo::Unknown) => Reason::Name(self.text.into()),
            (RegionGeo::Several(_), _) => return which_geo(&place.text, geo),
            (_, RegionGeo::Several(_)) => return which_geo(self.text, &self.geo),
            (RegionGeo::One(_), RegionGeo::One(_)) => Reason::Expression(
                format!(
                    "whether `{}` and `{}` are one geo is not documented",
                    place.text, self.text
                )
                .into(),
            ),
        };
        Unknown::new(reason)
    }
}

/// The question that a region leaves open that geos share.
pub(super) fn which_geo(text: &str, geo: &RegionGeo) -> Unknown {
    not_declared(&format!("which geo `{text}` belongs to ({})", list(geo)))
}

/// The place as it is written, with its geo where the text is not the geo's name.
fn named(text: &str, geo: &RegionGeo) -> String {
    if Geo::from_any_name(text).is_some() || *geo == RegionGeo::Unknown {
        format!("`{text}`")
    } else {
        format!("`{text}` (geo {})", list(geo))
    }
}

fn list(geo: &RegionGeo) -> String {
    let names: Vec<String> = geo
        .candidates()
        .iter()
        .map(|geo| format!("`{geo}`"))
        .collect();
    names.join(" or ")
}
