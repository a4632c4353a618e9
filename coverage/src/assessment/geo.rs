//! Where things are, and whether they share a geo.

use super::verdict::Verdict;
use crate::estate::{Assignment, Environment, Estate, Fact, Identity, Known, Place};
use crate::geo::RegionGeo;
use crate::{AzureRegion, Geo, PolicyLocation, SameGeo, SystemId};

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

    /// The geo, if it is one.
    pub(super) fn geo(&self) -> Option<Geo> {
        match self {
            Self::At(_, RegionGeo::One(geo)) => Some(*geo),
            Self::At(_, RegionGeo::Several(_) | RegionGeo::Unknown) | Self::Unknown(_) => None,
        }
    }

    /// Whether a component is in the geo of finance and operations; `code` reports that it is not.
    pub(super) fn fits(&self, finance: &Self, what: &str, code: &'static str) -> Verdict {
        let question = format!("whether {what} and finance and operations are in one geo");
        let (here, there, same) = match (self, finance) {
            (Self::At(here, own), Self::At(there, other)) => {
                (here, there, same(here, own, there, other))
            }
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

fn same(here: &str, own: &RegionGeo, there: &str, other: &RegionGeo) -> SameGeo {
    // One place has one geo, whether a table knows it or not.
    if AzureRegion::new(here) == AzureRegion::new(there) {
        return SameGeo::Same;
    }
    match (own, other) {
        (_, RegionGeo::One(geo)) => own.is(*geo),
        (RegionGeo::One(geo), RegionGeo::Several(geos)) if !geos.contains(geo) => {
            SameGeo::Different
        }
        (RegionGeo::Several(own), RegionGeo::Several(geos))
            if !own.iter().any(|geo| geos.contains(geo)) =>
        {
            SameGeo::Different
        }
        (_, RegionGeo::Several(_) | RegionGeo::Unknown) => SameGeo::Unknown,
    }
}

/// The geo of finance and operations in a region that several geos share: that of its environment,
/// where that is one of them (both have to be in one geography), otherwise the only one that has
/// finance and operations there.
pub(super) fn narrow(place: &Place, environment: Option<Geo>) -> RegionGeo {
    let RegionGeo::Several(geos) = place.geo() else {
        return place.geo();
    };
    if let Some(geo) = environment.filter(|geo| geos.contains(geo)) {
        return RegionGeo::One(geo);
    }
    let region = AzureRegion::new(&place.text);
    let mut hosts = geos
        .iter()
        .filter(|geo| geo.fno_regions().contains(&region.as_str()));
    match (hosts.next(), hosts.next()) {
        (Some(only), None) => RegionGeo::One(*only),
        _ => RegionGeo::Several(geos),
    }
}

const ONE_GEO: &str = "whether policy and environment are in one geo";

/// Whether policy and environment of an assignment are in one geo.
pub(super) fn same_geo(
    estate: &Estate,
    assignment: &Assignment,
    environment: &Environment,
) -> Verdict {
    let policy = match policy_location(estate, assignment) {
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

/// The location of an assignment's policy; a system id has it in it. The error says why nobody
/// knows.
fn policy_location(estate: &Estate, assignment: &Assignment) -> Result<PolicyLocation, String> {
    if let Some((_, policy)) = estate.policy(&assignment.policy) {
        return match &policy.location.known {
            Known::Value(location) => Ok(location.clone()),
            Known::Unknown(unknown) => Err(unknown.reason.to_string()),
            Known::Absent => Err("the policy's location is not written".into()),
        };
    }
    match &assignment.policy.identity {
        Identity::Elsewhere(id) => match id.parse::<SystemId>() {
            Ok(system_id) => Ok(system_id.location().clone()),
            Err(_) => Err("the policy is not part of what was read".into()),
        },
        Identity::Unknown(unknown) => Err(unknown.reason.to_string()),
        Identity::Here(_) | Identity::Absent => Err("no policy is named".into()),
    }
}
