//! Who holds the key, per environment and workload: the second product of an estate.
//!
//! Key control and residency are two things: [`WorkloadCoverage::key_control`] says who holds the
//! key, [`WorkloadCoverage::geo`] where the data lives. A key does not move data.
//!
//! The rows come from the [`crate::catalogue`]. What decides them, from the general to the special:
//! `preconditions` (is the environment under a key at all), `finance` (is finance and operations),
//! and the region of each component. An unknown value never gives `Covered`; a value that is known
//! to be wrong gives `NotCovered`, whatever else is unknown.

mod finance;
mod finance_rows;
mod geo;
mod preconditions;
mod readiness;
mod rows;
mod subject;
mod verdict;

use std::sync::Arc;

use crate::Geo;
use crate::estate::Estate;
use crate::rule::Source;

use preconditions::Preconditions;
use readiness::Unready;
use rows::Rows;
use subject::subjects;

/// What is covered in one environment.
#[derive(Clone, Debug)]
pub struct EnvironmentCoverage {
    /// The environment as it is addressed; for a declaration whose environment is not in the estate,
    /// the declaration's address.
    pub environment: Arc<str>,
    /// All in all.
    pub status: Status,
    /// The geo of the environment, if it is known.
    pub geo: Option<Geo>,
    /// Its workloads, in the order of the catalogue.
    pub workloads: Vec<WorkloadCoverage>,
}

/// The coverage of an environment, all in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// All that can be under the customer's key is.
    Full,
    /// Some is, some is not.
    Partial,
    /// Nothing is.
    None,
    /// Nobody can say.
    Unknown,
}

/// Who holds the key to the data of a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyControl {
    /// The customer.
    Covered,
    /// The customer, if something holds that no API and no configuration shows.
    Conditional,
    /// Microsoft.
    NotCovered,
    /// Nobody can say.
    Unknown,
}

/// Why a workload is in the list of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// It is a part of every environment: its database, its files, its backups.
    Core,
    /// Somebody declared it: finance and operations, its apps, a scale unit.
    Declared,
    /// The platform has it, and no API and no configuration shows whether it is used: flows, agents,
    /// hosted machines.
    Conditional,
    /// It stays on Microsoft's key in every environment: connection settings, display names.
    Residual,
}

/// The coverage of one workload.
#[derive(Clone, Debug)]
pub struct WorkloadCoverage {
    /// The id, such as `d365-commerce-csu`.
    pub id: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// The scale unit or component, where there are several.
    pub instance: Option<String>,
    /// Why it is in the list.
    pub part: Part,
    /// Who holds the key.
    pub key_control: KeyControl,
    /// Where the data lives, if that is known.
    pub geo: Option<Geo>,
    /// Why: one sentence.
    pub reason: String,
    /// The rule that reports the gap.
    pub code: Option<&'static str>,
    /// Where that is known from.
    pub source: Option<&'static Source>,
}

/// Assesses all environments of an estate that have to do with keys: those with an assignment, a
/// declaration or a requirement, and those that say themselves that a policy is linked.
///
/// An environment that is not in the estate is listed under the address of its declaration or, if
/// only an assignment speaks about it, under its id or the expression that stands for it.
pub fn assess(estate: &Estate) -> Vec<EnvironmentCoverage> {
    let unready = Unready::of(estate);
    subjects(estate)
        .into_iter()
        .map(|subject| {
            let preconditions = Preconditions::of(estate, &unready, &subject);
            let geo = preconditions.geo;
            let workloads = Rows::list(preconditions, &subject);
            EnvironmentCoverage {
                environment: subject.address,
                status: Status::of(&workloads),
                geo,
                workloads,
            }
        })
        .collect()
}

impl EnvironmentCoverage {
    /// What keeps the environment from being covered in full: its own parts and what was declared,
    /// as far as it is not covered. Each row says why.
    pub fn gaps(&self) -> impl Iterator<Item = &WorkloadCoverage> {
        self.workloads.iter().filter(|workload| workload.is_gap())
    }
}

impl WorkloadCoverage {
    /// Whether it keeps its environment from being covered in full.
    pub fn is_gap(&self) -> bool {
        self.part.counts() && self.key_control != KeyControl::Covered
    }
}

impl Part {
    /// Whether the [`Status`] of an environment depends on it.
    ///
    /// Only what an environment consists of and what somebody declared counts. What may or may not
    /// be used and what no key ever reaches are listed with their reasons, but if they counted, no
    /// environment could be covered in full and the status would say nothing.
    pub fn counts(self) -> bool {
        match self {
            Self::Core | Self::Declared => true,
            Self::Conditional | Self::Residual => false,
        }
    }

    /// `core`, `declared`, `conditional`, `residual`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Declared => "declared",
            Self::Conditional => "conditional",
            Self::Residual => "residual",
        }
    }
}

impl KeyControl {
    /// `covered`, `conditional`, `not_covered`, `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Conditional => "conditional",
            Self::NotCovered => "not_covered",
            Self::Unknown => "unknown",
        }
    }

    /// How much worse than covered: what nobody knows is better than a known gap.
    fn badness(self) -> u8 {
        match self {
            Self::Covered => 0,
            Self::Conditional => 1,
            Self::Unknown => 2,
            Self::NotCovered => 3,
        }
    }
}

impl Status {
    /// `full`, `partial`, `none`, `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }

    /// From the rows that count. Something covered next to something that is not is partial, whatever
    /// else is unknown; without both, one unknown leaves it open.
    fn of(workloads: &[WorkloadCoverage]) -> Self {
        let has = |control: KeyControl| {
            workloads
                .iter()
                .any(|workload| workload.part.counts() && workload.key_control == control)
        };
        let open = has(KeyControl::Unknown) || has(KeyControl::Conditional);
        match (has(KeyControl::Covered), has(KeyControl::NotCovered)) {
            (true, true) => Self::Partial,
            (true, false) if !open => Self::Full,
            (false, true) if !open => Self::None,
            (true | false, false) | (false, true) => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
