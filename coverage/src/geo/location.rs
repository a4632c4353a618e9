//! The wire's names for a geo: on a policy, and on an environment.

use super::{AzureRegion, Geo, Listed, RegionGeo, SameGeo, normalise};

/// Implements what both kinds of location share.
macro_rules! location_type {
    ($name:ident) => {
        impl $name {
            /// Takes any name; one that the table does not know is kept.
            pub fn new(text: &str) -> Self {
                Self {
                    text: text.into(),
                    geo: Geo::from_any_name(text),
                }
            }

            /// The name as it was given.
            pub fn as_str(&self) -> &str {
                &self.text
            }

            /// The geo, if the table knows the name.
            pub fn geo(&self) -> Option<Geo> {
                self.geo
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    };
}

/// The `location` of an enterprise policy, such as `uk`.
///
/// It has no equality, because text is not what decides: ask [`PolicyLocation::same_geo`].
///
/// ```
/// use ppcmk_coverage::{EnvironmentLocation, PolicyLocation, SameGeo};
///
/// let policy = PolicyLocation::new("uk");
/// assert_eq!(policy.same_geo(&EnvironmentLocation::new("unitedkingdom")), SameGeo::Same);
/// assert_eq!(policy.same_geo(&EnvironmentLocation::new("europe")), SameGeo::Different);
/// assert_eq!(policy.same_geo(&EnvironmentLocation::new("atlantis")), SameGeo::Unknown);
/// ```
#[derive(Clone, Debug)]
pub struct PolicyLocation {
    text: Box<str>,
    geo: Option<Geo>,
}

location_type!(PolicyLocation);

/// The `location` of an environment, such as `unitedkingdom`.
#[derive(Clone, Debug)]
pub struct EnvironmentLocation {
    text: Box<str>,
    geo: Option<Geo>,
}

location_type!(EnvironmentLocation);

/// What a text that stands for a policy location really is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocationName {
    /// A policy location of the table.
    PolicyLocation(Geo),
    /// A name that environments or older documents use for the geo.
    OtherName(Geo),
    /// An Azure region, where a geo is meant.
    AzureRegion(RegionGeo),
    /// Not in the table, which does not make it wrong.
    Unknown,
}

impl PolicyLocation {
    /// The name to send: the geo's policy location, or the text itself in lower case without
    /// spaces when the table does not know it.
    pub fn canonical(&self) -> String {
        match self.geo {
            Some(geo) => self.own_spelling(geo).to_owned(),
            None => normalise(&self.text),
        }
    }

    /// Canary names stay what they are: `centraluseuap` is an alias only for comparison.
    fn own_spelling(&self, geo: Geo) -> &'static str {
        let name = normalise(&self.text);
        match geo
            .aliases()
            .iter()
            .find(|alias| **alias == name && name.ends_with("euap"))
        {
            Some(alias) => alias,
            None => geo.policy_location(),
        }
    }

    /// Says what the text is, so that a rule can point out a name of another kind.
    pub fn classify(&self) -> LocationName {
        let name = normalise(&self.text);
        match self.geo {
            Some(geo) if geo.id() == name && geo.listed() != Listed::NotSeen => {
                LocationName::PolicyLocation(geo)
            }
            Some(geo) if name.ends_with("euap") => LocationName::PolicyLocation(geo),
            Some(geo) => LocationName::OtherName(geo),
            None => match AzureRegion::new(&name).geo() {
                RegionGeo::Unknown => LocationName::Unknown,
                known => LocationName::AzureRegion(known),
            },
        }
    }

    /// Whether this policy may encrypt an environment there, as far as the geo decides.
    pub fn same_geo(&self, environment: &EnvironmentLocation) -> SameGeo {
        match (self.geo, environment.geo) {
            (Some(policy), Some(environment)) => policy.fits_environment_in(environment),
            // Two unknown names that are the same name are the same place.
            (None, None) if normalise(&self.text) == normalise(&environment.text) => SameGeo::Same,
            _ => SameGeo::Unknown,
        }
    }

    /// Whether two policy locations name the same geo.
    pub fn same_as(&self, other: &PolicyLocation) -> SameGeo {
        match (self.geo, other.geo) {
            (Some(one), Some(other)) if one == other => SameGeo::Same,
            (Some(_), Some(_)) => SameGeo::Different,
            _ if normalise(&self.text) == normalise(&other.text) => SameGeo::Same,
            _ => SameGeo::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &str, environment: &str, expected: SameGeo) {
        let answer = PolicyLocation::new(policy).same_geo(&EnvironmentLocation::new(environment));
        assert_eq!(answer, expected, "{policy} and {environment}");
    }

    #[test]
    fn compares_through_aliases_case_and_spaces() {
        check("uk", "unitedkingdom", SameGeo::Same);
        check("UAE", "United Arab Emirates", SameGeo::Same);
        check("brazil", "southamerica", SameGeo::Same);
        check("southamerica", "southamerica", SameGeo::Same);
        check("europe", "unitedstates", SameGeo::Different);
        check("asia", "singapore", SameGeo::Different);
    }

    #[test]
    fn a_canary_policy_fits_the_united_states_and_the_reverse_is_unknown() {
        check("unitedstateseuap", "unitedstates", SameGeo::Same);
        check("unitedstates", "unitedstatesfirstrelease", SameGeo::Unknown);
        check("unitedstateseuap", "europe", SameGeo::Different);
    }

    #[test]
    fn unknown_names_are_never_wrong() {
        check("atlantis", "europe", SameGeo::Unknown);
        check("europe", "atlantis", SameGeo::Unknown);
        check("Atlantis", "atlantis", SameGeo::Same);
        check("europe", "china", SameGeo::Unknown);
    }

    #[test]
    fn tells_a_policy_location_from_its_look_alikes() {
        let kind = |text: &str| PolicyLocation::new(text).classify();
        let geo = |name: &str| Geo::from_any_name(name).unwrap();
        assert_eq!(kind("uk"), LocationName::PolicyLocation(geo("uk")));
        assert_eq!(kind("unitedkingdom"), LocationName::OtherName(geo("uk")));
        assert_eq!(kind("poland"), LocationName::OtherName(geo("poland")));
        assert_eq!(
            kind("centraluseuap"),
            LocationName::PolicyLocation(geo("unitedstateseuap"))
        );
        assert_eq!(
            kind("westeurope"),
            LocationName::AzureRegion(RegionGeo::One(geo("europe")))
        );
        assert_eq!(kind("atlantis"), LocationName::Unknown);
    }

    #[test]
    fn sends_the_policy_location() {
        assert_eq!(PolicyLocation::new("United Kingdom").canonical(), "uk");
        assert_eq!(
            PolicyLocation::new("eastus2euap").canonical(),
            "eastus2euap"
        );
        assert_eq!(PolicyLocation::new("New Place").canonical(), "newplace");
    }
}
