//! Azure regions, which lie inside geos and are not their names.

use super::{Geo, SameGeo, TABLE, normalise};

/// A region of Azure, such as `westeurope` or "West Europe".
///
/// ```
/// use ppcmk_coverage::geo::RegionGeo;
/// use ppcmk_coverage::{AzureRegion, Geo, SameGeo};
///
/// let europe = Geo::from_any_name("europe").unwrap();
/// assert_eq!(AzureRegion::new("West Europe").geo(), RegionGeo::One(europe));
/// assert_eq!(AzureRegion::new("eastus").is_in(europe), SameGeo::Different);
/// // Two geos share this region, so its name alone decides nothing.
/// assert!(matches!(AzureRegion::new("southeastasia").geo(), RegionGeo::Several(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AzureRegion {
    name: Box<str>,
}

/// The geo of an Azure region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionGeo {
    /// One geo.
    One(Geo),
    /// Several geos share the region.
    Several(Vec<Geo>),
    /// Not in the table.
    Unknown,
}

impl AzureRegion {
    /// Takes any name, programmatic or for display.
    pub fn new(text: &str) -> Self {
        Self {
            name: normalise(text).into(),
        }
    }

    /// The programmatic name: lower case, no spaces.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The geo of the region. The canary geo is left out: it shares its regions with the United
    /// States, and nobody declares it by region.
    pub fn geo(&self) -> RegionGeo {
        geos_with(|geo| geo.0.has_region(&self.name))
    }

    /// The geo of a Commerce Scale Unit in this region; of the regions that two geos share, the
    /// published list has scale units in one.
    pub fn scale_unit_geo(&self) -> RegionGeo {
        match geos_with(|geo| geo.0.has_scale_unit_region(&self.name)) {
            RegionGeo::Unknown => self.geo(),
            known => known,
        }
    }

    /// Whether the region lies in a geo.
    pub fn is_in(&self, geo: Geo) -> SameGeo {
        self.geo().is(geo)
    }
}

impl RegionGeo {
    /// Compares with a geo; one of several is unknown.
    pub fn is(&self, geo: Geo) -> SameGeo {
        match self {
            RegionGeo::One(own) => own.fits_environment_in(geo),
            RegionGeo::Several(geos) if !geos.contains(&geo) => SameGeo::Different,
            RegionGeo::Several(_) | RegionGeo::Unknown => SameGeo::Unknown,
        }
    }

    /// Compares with the geo of another place, which may be one of several, too: all pairs have to
    /// agree.
    ///
    /// ```
    /// use ppcmk_coverage::{AzureRegion, SameGeo};
    ///
    /// let geo = |region: &str| AzureRegion::new(region).geo();
    /// assert_eq!(geo("westeurope").same_as(&geo("northeurope")), SameGeo::Same);
    /// assert_eq!(geo("southeastasia").same_as(&geo("westeurope")), SameGeo::Different);
    /// assert_eq!(geo("southeastasia").same_as(&geo("eastasia")), SameGeo::Unknown);
    /// ```
    pub fn same_as(&self, other: &RegionGeo) -> SameGeo {
        let mut answers = self.candidates().iter().flat_map(|own| {
            let others = other.candidates().iter();
            others.map(|other| own.fits_environment_in(*other))
        });
        match answers.next() {
            Some(first) if answers.all(|answer| answer == first) => first,
            Some(_) | None => SameGeo::Unknown,
        }
    }

    /// The geos that it may be; none where the table does not know the name.
    pub fn candidates(&self) -> &[Geo] {
        match self {
            RegionGeo::One(geo) => std::slice::from_ref(geo),
            RegionGeo::Several(geos) => geos,
            RegionGeo::Unknown => &[],
        }
    }

    /// The geo, if it is a certain one.
    pub fn one(&self) -> Option<Geo> {
        match self {
            RegionGeo::One(geo) => Some(*geo),
            RegionGeo::Several(_) | RegionGeo::Unknown => None,
        }
    }
}

fn geos_with(holds: impl Fn(Geo) -> bool) -> RegionGeo {
    let geos: Vec<Geo> = TABLE
        .iter()
        .map(Geo)
        .filter(|geo| geo.id() != super::CANARY && holds(*geo))
        .collect();
    match *geos {
        [] => RegionGeo::Unknown,
        [geo] => RegionGeo::One(geo),
        _ => RegionGeo::Several(geos),
    }
}

impl std::fmt::Display for AzureRegion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geo(name: &str) -> Geo {
        Geo::from_any_name(name).unwrap()
    }

    #[test]
    fn scale_unit_regions_count_as_regions_of_the_geo() {
        assert_eq!(
            AzureRegion::new("westus2").geo(),
            RegionGeo::One(geo("unitedstates"))
        );
    }

    #[test]
    fn a_shared_region_is_undecided_for_its_geos_only() {
        let region = AzureRegion::new("Southeast Asia");
        assert_eq!(region.is_in(geo("asia")), SameGeo::Unknown);
        assert_eq!(region.is_in(geo("singapore")), SameGeo::Unknown);
        assert_eq!(region.is_in(geo("europe")), SameGeo::Different);
    }

    #[test]
    fn a_scale_unit_in_the_shared_region_is_in_asia() {
        let region = AzureRegion::new("southeastasia");
        assert_eq!(region.scale_unit_geo(), RegionGeo::One(geo("asia")));
    }

    #[test]
    fn unknown_regions_decide_nothing() {
        assert_eq!(
            AzureRegion::new("moonbase").is_in(geo("europe")),
            SameGeo::Unknown
        );
    }
}
