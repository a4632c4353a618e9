//! Geographies: which a policy may have, and which names mean the same.

/// Where policies can be created, in the order of the documentation for CMK (2025-06-09). [D]
pub(crate) const POLICY_LOCATIONS: [&str; 18] = [
    "unitedstates",
    "southafrica",
    "uk",
    "japan",
    "india",
    "france",
    "europe",
    "germany",
    "switzerland",
    "canada",
    "brazil",
    "australia",
    "asia",
    "uae",
    "korea",
    "norway",
    "singapore",
    "sweden",
];

/// One name per geography, so that a policy's and an environment's can be compared.
///
/// The pairs are read off two lists [F][D]; that the service equates them is an assumption [X].
pub(crate) fn canonical(location: &str) -> String {
    let name = location.replace(' ', "").to_lowercase();
    match name.as_str() {
        "unitedkingdom" => "uk".into(),
        "unitedarabemirates" => "uae".into(),
        "southamerica" => "brazil".into(),
        "unitedstateseuap" => "unitedstates".into(),
        _ => name,
    }
}

/// The name a policy of this location carries in its ids.
pub(crate) fn is_policy_location(location: &str) -> bool {
    let name = canonical(location);
    POLICY_LOCATIONS.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_both_names_of_a_geography() {
        assert_eq!(canonical("United Kingdom"), canonical("uk"));
        assert!(is_policy_location("SouthAmerica"));
        assert!(!is_policy_location("westeurope"));
    }
}
