//! Finance and operations: whether it is under the key (CMK facts 2.5, `FO_BASE`), and where it and
//! its components are.

use super::preconditions::Preconditions;
use super::subject::Subject;
use super::verdict::{Verdict, all};
use crate::estate::{Declaration, Fact, FinanceAndOperations, Hosting, Known, Place, Unknown};
use crate::geo::RegionGeo;
use crate::{AzureRegion, Geo, SameGeo};

const INTEGRATION: &str = "whether Power Platform integration is enabled";

/// What one declaration says about finance and operations.
pub(super) struct Finance<'e> {
    /// The declaration.
    pub(super) declaration: &'e Declaration,
    /// Power Platform integration is enabled.
    pub(super) integrated: Verdict,
    /// It is under the key.
    pub(super) base: Verdict,
    /// Where it is.
    pub(super) place: Whereabouts,
}

/// Where something is.
pub(super) enum Whereabouts {
    /// A name and the geo that it stands for.
    At(String, RegionGeo),
    /// Nobody can say, because of this.
    Unknown(String),
}

impl<'e> Finance<'e> {
    pub(super) fn of(
        declaration: &'e Declaration,
        subject: &Subject<'e>,
        preconditions: &Preconditions,
    ) -> Self {
        // Another declaration of the same environment helps out.
        let facts = std::iter::once(&declaration)
            .chain(&subject.declarations)
            .map(|declaration| &declaration.finance_and_operations)
            .find(|fact| !fact.is_absent())
            .map_or(Known::Absent, as_ref);
        let integrated = integrated(&facts);
        Self {
            declaration,
            base: all([&hosted(&facts), &integrated, &preconditions.base]),
            integrated,
            place: place(&facts, subject, preconditions.geo),
        }
    }

    /// What this declaration itself says.
    pub(super) fn declared(&self) -> Option<&'e FinanceAndOperations> {
        self.declaration.finance_and_operations.value()
    }

    /// Why it is not known whether there is finance and operations.
    pub(super) fn undeclared(&self) -> Option<&'e Unknown> {
        self.declaration.finance_and_operations.unknown()
    }
}

fn as_ref(fact: &Fact<FinanceAndOperations>) -> Known<&FinanceAndOperations> {
    match &fact.known {
        Known::Value(value) => Known::Value(value),
        Known::Absent => Known::Absent,
        Known::Unknown(unknown) => Known::Unknown(unknown.clone()),
    }
}

/// It is hosted where the policy reaches.
fn hosted(facts: &Known<&FinanceAndOperations>) -> Verdict {
    const HOSTING: &str = "how finance and operations is hosted";
    let Known::Value(finance) = facts else {
        // The answer to whether it is integrated says why.
        return Verdict::Yes;
    };
    match &finance.hosting.known {
        Known::Value(Hosting::Unified | Hosting::LifecycleServices) => Verdict::Yes,
        Known::Value(Hosting::CloudHosted) => Verdict::no(
            "CMK307",
            "cloud-hosted environments are outside of the policy",
        ),
        Known::Value(Hosting::Other(word)) => {
            Verdict::unknown(HOSTING, format!("`{word}` is not a kind of hosting"))
        }
        Known::Unknown(unknown) => Verdict::unknown(HOSTING, &unknown.reason),
        Known::Absent => Verdict::unknown(HOSTING, "it is not declared"),
    }
}

/// Power Platform integration is enabled; unified hosting always has it.
fn integrated(facts: &Known<&FinanceAndOperations>) -> Verdict {
    let finance = match facts {
        Known::Value(finance) => finance,
        Known::Unknown(unknown) => return Verdict::unknown(INTEGRATION, &unknown.reason),
        Known::Absent => {
            return Verdict::unknown(INTEGRATION, "finance and operations is not declared");
        }
    };
    let is_unified = finance.hosting.value() == Some(&Hosting::Unified);
    match &finance.integration.known {
        Known::Value(true) => Verdict::Yes,
        Known::Value(false) => Verdict::no("CMK305", "Power Platform integration is not enabled"),
        Known::Unknown(_) | Known::Absent if is_unified => Verdict::Yes,
        Known::Unknown(unknown) => Verdict::unknown(INTEGRATION, &unknown.reason),
        Known::Absent => Verdict::unknown(INTEGRATION, "it is not declared"),
    }
}

/// Where finance and operations is. Without a region it is in the environment's own geo: the two
/// have to share it (CMK facts 3, `pre-fo-geo`).
fn place(
    facts: &Known<&FinanceAndOperations>,
    subject: &Subject<'_>,
    geo: Option<Geo>,
) -> Whereabouts {
    let region = match facts {
        Known::Value(finance) => finance.region.known.clone(),
        Known::Absent => Known::Absent,
        Known::Unknown(unknown) => Known::Unknown(unknown.clone()),
    };
    match region {
        Known::Value(place) => Whereabouts::At(place.text.clone(), settle(place.geo(), geo)),
        Known::Unknown(unknown) => Whereabouts::Unknown(unknown.reason.to_string()),
        Known::Absent => of_environment(subject),
    }
}

fn of_environment(subject: &Subject<'_>) -> Whereabouts {
    let Some(environment) = subject.environment else {
        return Whereabouts::Unknown(subject.unseen.to_string());
    };
    match &environment.location.known {
        Known::Value(location) => Whereabouts::At(
            location.as_str().to_owned(),
            location.geo().map_or(RegionGeo::Unknown, RegionGeo::One),
        ),
        Known::Unknown(unknown) => Whereabouts::Unknown(unknown.reason.to_string()),
        Known::Absent => Whereabouts::Unknown("the environment's location is not declared".into()),
    }
}

/// A region that several geos share is in the environment's own, where that is one of them.
fn settle(region: RegionGeo, environment: Option<Geo>) -> RegionGeo {
    match (region, environment) {
        (RegionGeo::Several(geos), Some(geo)) if geos.contains(&geo) => RegionGeo::One(geo),
        (region, _) => region,
    }
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
