//! Where things are, and whether they share a geo.

use super::verdict::Verdict;
use crate::estate::{Assignment, Environment, Estate, Fact, Identity, Known, Link, Place, Policy};
use crate::geo::RegionGeo;
use crate::{Geo, PolicyLocation, SameGeo};

/// Where something is.
pub(super) enum Whereabouts {
    /// A name and the geo that it stands for.
    At(String, RegionGeo),
    /// Nobody can say, because of this.
    Unknown(String),
}

impl Whereabouts {
    /// Where a component is.
    pub(super) fn of(region: &Fact<Place>, geo: impl Fn(&Place) -> RegionGeo) -> Self {
        match &region.known {
            Known::Value(place) => Self::At(place.text.clone(), geo(place)),
            Known::Unknown(unknown) => Self::Unknown(unknown.reason.to_string()),
            Known::Absent => Self::Unknown("its region is not declared".into()),
        }
    }

    /// Where an environment is. An inventory may name a region instead of a geo.
    pub(super) fn of_environment(environment: &Environment) -> Self {
        match &environment.location.known {
            Known::Value(location) => {
                let place = Place::new(location.as_str());
                let geo = place.geo();
                Self::At(place.text, geo)
            }
            Known::Unknown(unknown) => Self::Unknown(unknown.reason.to_string()),
            Known::Absent => Self::Unknown("the environment's location is not declared".into()),
        }
    }

    /// The geo or the geos that it may be.
    pub(super) fn region_geo(&self) -> &RegionGeo {
        match self {
            Self::At(_, geo) => geo,
            Self::Unknown(_) => &RegionGeo::Unknown,
        }
    }

    /// The geo, if it is one.
    pub(super) fn geo(&self) -> Option<Geo> {
        match self {
            Self::At(_, geo) => geo.one(),
            Self::Unknown(_) => None,
        }
    }

    /// Whether a component is in the geo of finance and operations; `code` reports that it is not.
    pub(super) fn fits(&self, finance: &Self, what: &str, code: &'static str) -> Verdict {
        let question = format!("whether {what} and finance and operations are in one geo");
        let (here, there, same) = match (self, finance) {
            (Self::At(here, _), Self::At(there, _)) if Place::is_same_text(here, there) => {
                return Verdict::Yes;
            }
            (Self::At(here, own), Self::At(there, other)) => (here, there, own.same_as(other)),
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => {
                return Verdict::unknown(&question, why);
            }
        };
        match same {
            SameGeo::Same => Verdict::Yes,
            SameGeo::Different => Verdict::no(
                code,
                format!("another geo: {what} in `{here}`, finance and operations in `{there}`"),
            ),
            SameGeo::Unknown => Verdict::unknown(&question, format!("`{here}` and `{there}`")),
        }
    }
}

const ONE_GEO: &str = "whether policy and environment are in one geo";

/// Whether policy and environment of an assignment are in one geo.
pub(super) fn same_geo(
    estate: &Estate,
    assignment: &Assignment,
    environment: &Environment,
) -> Verdict {
    let policy = match policy_location(estate, &assignment.policy) {
        Ok(location) => location,
        Err(why) => return Verdict::unknown(ONE_GEO, why),
    };
    let there = match &environment.location.known {
        Known::Value(location) => location,
        Known::Unknown(unknown) => return Verdict::unknown(ONE_GEO, &unknown.reason),
        Known::Absent => {
            return Verdict::unknown(ONE_GEO, "the environment's location is not declared");
        }
    };
    match policy.same_geo(there) {
        SameGeo::Same => Verdict::Yes,
        SameGeo::Different => Verdict::no(
            "CMK102",
            format!("the policy is in `{policy}`, the environment in `{there}`"),
        ),
        SameGeo::Unknown => Verdict::unknown(ONE_GEO, format!("`{policy}` and `{there}`")),
    }
}

/// The location of a policy. The error says why nobody knows.
fn policy_location(estate: &Estate, link: &Link<Policy>) -> Result<PolicyLocation, String> {
    match estate.policy_location(link).map(|fact| fact.known.clone()) {
        Some(Known::Value(location)) => Ok(location),
        Some(Known::Unknown(unknown)) => Err(unknown.reason.to_string()),
        Some(Known::Absent) => Err("the policy's location is not written".into()),
        None => Err(match &link.identity {
            Identity::Unknown(unknown) => unknown.reason.to_string(),
            Identity::Elsewhere(_) => "the policy is not part of what was read".into(),
            Identity::Here(_) | Identity::Absent => "no policy is named".into(),
        }),
    }
}
