//! Geos: the macro regions of Power Platform, and the names that others have for them.
//!
//! A policy calls a geo `uk`, an environment calls it `unitedkingdom`, and Azure has `uksouth`
//! inside it (API facts 2.5, CMK facts 7). Each name is parsed by its own rules and compared as a
//! [`Geo`], never as text. The list of geos grows, so an unknown name is kept and is no error;
//! a comparison with it is [`SameGeo::Unknown`].

mod entry;
mod location;
mod region;
mod table;

pub use entry::{Confidence, Listed};
pub use location::{EnvironmentLocation, LocationName, PolicyLocation};
pub use region::{AzureRegion, RegionGeo};

use entry::Entry;
use table::TABLE;

const CANARY: &str = "unitedstateseuap";

/// A macro region of Power Platform, one value for all of its names.
///
/// ```
/// use ppcmk_coverage::Geo;
///
/// let uk = Geo::from_any_name("United Kingdom").unwrap();
/// assert_eq!(uk.policy_location(), "uk");
/// assert_eq!(uk.environment_location(), Some("unitedkingdom"));
/// assert_eq!(uk.azure_regions(), ["uksouth", "ukwest"]);
/// ```
#[derive(Clone, Copy)]
pub struct Geo(&'static Entry);

impl Geo {
    /// All geos of the table.
    pub fn all() -> impl Iterator<Item = Geo> {
        TABLE.iter().map(Geo)
    }

    /// The geo with this policy location, environment location or alias, in any case and with or
    /// without spaces. Names of Azure regions are not names of geos.
    pub fn from_any_name(name: &str) -> Option<Geo> {
        let name = normalise(name);
        Self::by_id(&name).or_else(|| {
            TABLE
                .iter()
                .find(|entry| {
                    entry.environment_location == Some(&name)
                        || entry.aliases.contains(&name.as_str())
                })
                .map(Geo)
        })
    }

    fn by_id(id: &str) -> Option<Geo> {
        TABLE.iter().find(|entry| entry.id == id).map(Geo)
    }

    /// The canonical name, which is the policy location where one is known.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// The name for people ("South America (Brazil)").
    pub fn display(self) -> &'static str {
        self.0.display
    }

    /// What an enterprise policy's `location` is in this geo. [`Geo::listed`] says where that
    /// name was seen.
    pub fn policy_location(self) -> &'static str {
        self.0.id
    }

    /// What the environment API calls the geo, where that is known.
    pub fn environment_location(self) -> Option<&'static str> {
        self.0.environment_location
    }

    /// Other names.
    pub fn aliases(self) -> &'static [&'static str] {
        self.0.aliases
    }

    /// The Azure regions of the geo; empty means unknown.
    pub fn azure_regions(self) -> &'static [&'static str] {
        self.0.azure_regions
    }

    /// Regions for finance and operations environments of type production and sandbox.
    pub fn fno_regions(self) -> &'static [&'static str] {
        self.0.fno_regions
    }

    /// Regions only for finance and operations developer and trial environments.
    pub fn fno_trial_regions(self) -> &'static [&'static str] {
        self.0.fno_trial_regions
    }

    /// Regions open for new Commerce Scale Units.
    pub fn csu_regions(self) -> &'static [&'static str] {
        self.0.csu_regions
    }

    /// Regions that take no new Commerce Scale Units and may hold some.
    pub fn csu_regions_closed(self) -> &'static [&'static str] {
        self.0.csu_regions_closed
    }

    /// Whether a published region for Commerce Scale Units lies in the geo, open or closed; also one
    /// that the list counts for a geo that shares the region (Singapore, in `southeastasia`).
    pub fn has_scale_unit_region(self) -> bool {
        let is_published = |region: &&str| {
            TABLE
                .iter()
                .any(|entry| entry.has_scale_unit_region(region))
        };
        !self.csu_regions().is_empty()
            || !self.csu_regions_closed().is_empty()
            || self.azure_regions().iter().any(is_published)
    }

    /// The cloud of the geo (`public`, `gcc`, `usgovhigh`, `dod`, `china`).
    pub fn cloud(self) -> &'static str {
        self.0.cloud
    }

    /// The host suffix of Dataverse organisations in this geo.
    pub fn dataverse_host(self) -> Option<&'static str> {
        self.0.dataverse_host
    }

    /// Where the policy location was seen.
    pub fn listed(self) -> Listed {
        self.0.listed
    }

    /// How sure the table is.
    pub fn confidence(self) -> Confidence {
        self.0.confidence
    }

    /// What else is known; may be empty.
    pub fn note(self) -> &'static str {
        self.0.note
    }

    /// Where the row comes from.
    pub fn sources(self) -> &'static [&'static str] {
        self.0.sources
    }

    /// Whether a policy in this geo fits an environment in the other one.
    ///
    /// Microsoft's module accepts a canary policy for an environment in the United States (API
    /// facts 2.5); the reverse is not known. Rows that no source describes are never certain to
    /// differ.
    fn fits_environment_in(self, environment: Geo) -> SameGeo {
        if self == environment || (self.id() == CANARY && environment.id() == "unitedstates") {
            SameGeo::Same
        } else if environment.id() == CANARY && self.id() == "unitedstates"
            || self.confidence() == Confidence::Unknown
            || environment.confidence() == Confidence::Unknown
        {
            SameGeo::Unknown
        } else {
            SameGeo::Different
        }
    }
}

impl PartialEq for Geo {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Geo {}

impl std::hash::Hash for Geo {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl std::fmt::Display for Geo {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0.id)
    }
}

impl std::fmt::Debug for Geo {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Geo({})", self.0.id)
    }
}

/// The answer to "is this the same geo?", which may be that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SameGeo {
    /// It is.
    Same,
    /// It is not.
    Different,
    /// One of the names is not in the table, or names more than one geo.
    Unknown,
}

/// Lower case, without spaces: how all of these names are compared.
fn normalise(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_normalised() {
        let mut ids: Vec<_> = Geo::all().map(Geo::id).collect();
        assert!(ids.iter().all(|id| normalise(id) == *id));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), TABLE.len());
    }

    #[test]
    fn every_row_has_a_source() {
        assert!(Geo::all().all(|geo| !geo.sources().is_empty()));
    }

    #[test]
    fn region_names_are_normalised() {
        for geo in Geo::all() {
            let regions = [
                geo.azure_regions(),
                geo.fno_regions(),
                geo.fno_trial_regions(),
                geo.csu_regions(),
                geo.csu_regions_closed(),
            ];
            assert!(
                regions.concat().iter().all(|name| normalise(name) == *name),
                "{geo}"
            );
        }
    }

    #[test]
    fn every_name_of_a_geo_leads_back_to_it() {
        for geo in Geo::all() {
            assert_eq!(Geo::from_any_name(geo.id()), Some(geo));
            for alias in geo.aliases() {
                assert_eq!(Geo::from_any_name(alias), Some(geo));
            }
        }
    }

    #[test]
    fn an_azure_region_is_not_a_geo() {
        assert_eq!(Geo::from_any_name("westeurope"), None);
    }
}
