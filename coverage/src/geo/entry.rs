//! One row of the geo table.

/// How sure the table is about a geo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Confidence {
    /// Published documentation says so.
    Documented,
    /// Part of the row is inferred; its note says which.
    PartlyInferred,
    /// The geo exists, and no public source describes it.
    Unknown,
}

/// Where a policy location was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Listed {
    /// On the page about customer-managed keys.
    KeyPage,
    /// Only in Microsoft's scripts or on the page about network policies.
    MicrosoftCode,
    /// Nowhere: the geo exists for environments.
    NotSeen,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: &'static str,
    pub(super) display: &'static str,
    pub(super) environment_location: Option<&'static str>,
    pub(super) aliases: &'static [&'static str],
    pub(super) cloud: &'static str,
    pub(super) dataverse_host: Option<&'static str>,
    pub(super) azure_regions: &'static [&'static str],
    pub(super) listed: Listed,
    pub(super) fno_regions: &'static [&'static str],
    pub(super) fno_trial_regions: &'static [&'static str],
    pub(super) csu_regions: &'static [&'static str],
    pub(super) csu_regions_closed: &'static [&'static str],
    pub(super) confidence: Confidence,
    pub(super) note: &'static str,
    pub(super) sources: &'static [&'static str],
}

impl Entry {
    pub(super) fn has_region(&self, region: &str) -> bool {
        self.azure_regions.contains(&region)
            || self.fno_regions.contains(&region)
            || self.fno_trial_regions.contains(&region)
            || self.has_scale_unit_region(region)
    }

    pub(super) fn has_scale_unit_region(&self, region: &str) -> bool {
        self.csu_regions.contains(&region) || self.csu_regions_closed.contains(&region)
    }
}
