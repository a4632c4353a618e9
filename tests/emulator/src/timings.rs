//! How long things take, in virtual time.
//!
//! The real numbers are minutes to days (role propagation 5 to 10 minutes [D], re-encryption up
//! to four days [D]); [`Timings::demo`] shrinks them to seconds so that a person can watch.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What moves an operation from stage to stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Progress {
    /// The clock, with the durations of the stages.
    #[default]
    Clock,
    /// Each GET of the operation moves it by one stage, whatever the clock says.
    Polls,
}

/// Durations; in JSON they are seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Timings {
    /// How long an operation stays in `NotStarted`, `Validate`, `Prepare`, `Run` and `Finalize`.
    #[serde(with = "stages")]
    pub operation_stages: [Duration; 5],
    /// What moves operations.
    pub operation_progress: Progress,
    /// The same for switching a managed environment on or off, for all stages together.
    #[serde(with = "seconds")]
    pub governance_operation: Duration,
    /// By how much reads of an environment lag behind writes.
    #[serde(with = "seconds")]
    pub consistency_delay: Duration,
    /// Until a role assignment has an effect.
    #[serde(with = "seconds")]
    pub role_propagation: Duration,
    /// Until an entry of a vault's access policies has an effect.
    #[serde(with = "seconds")]
    pub access_policy_propagation: Duration,
    /// Until the identity of a new policy can be assigned a role.
    #[serde(with = "seconds")]
    pub entra_replication: Duration,
    /// Until a new policy can be linked; the link answers 404 before [C].
    #[serde(with = "seconds")]
    pub policy_visibility: Duration,
    /// From `Registering` to `Registered`.
    #[serde(with = "seconds")]
    pub registration: Duration,
    /// Lifetime of access tokens.
    #[serde(with = "seconds")]
    pub token_lifetime: Duration,
    /// By how much Resource Graph lags behind Resource Manager.
    #[serde(with = "seconds")]
    pub graph_lag: Duration,
    /// `Retry-After` of a 202, in seconds; absent leaves the header out.
    pub retry_after: Option<u64>,
}

impl Timings {
    /// No delay anywhere: operations have ended when the next request arrives.
    pub fn none() -> Self {
        Self {
            operation_stages: [Duration::ZERO; 5],
            operation_progress: Progress::Clock,
            governance_operation: Duration::ZERO,
            consistency_delay: Duration::ZERO,
            role_propagation: Duration::ZERO,
            access_policy_propagation: Duration::ZERO,
            entra_replication: Duration::ZERO,
            policy_visibility: Duration::ZERO,
            registration: Duration::ZERO,
            token_lifetime: Duration::from_secs(3599),
            graph_lag: Duration::ZERO,
            retry_after: Some(0),
        }
    }

    /// Seconds: an operation takes about five of them.
    pub fn demo() -> Self {
        Self {
            operation_stages: [500, 500, 500, 3000, 500].map(Duration::from_millis),
            operation_progress: Progress::Clock,
            governance_operation: Duration::from_secs(3),
            consistency_delay: Duration::from_secs(1),
            role_propagation: Duration::from_secs(2),
            access_policy_propagation: Duration::from_secs(1),
            entra_replication: Duration::from_secs(2),
            policy_visibility: Duration::from_secs(1),
            registration: Duration::from_secs(3),
            token_lifetime: Duration::from_secs(3599),
            graph_lag: Duration::from_secs(5),
            retry_after: Some(1),
        }
    }

    /// The times that the documentation and the reports give.
    pub fn real() -> Self {
        Self {
            operation_stages: [5, 30, 60, 1500, 30].map(Duration::from_secs),
            operation_progress: Progress::Clock,
            governance_operation: Duration::from_secs(5),
            consistency_delay: Duration::from_secs(20),
            role_propagation: Duration::from_secs(300),
            access_policy_propagation: Duration::from_secs(60),
            entra_replication: Duration::from_secs(60),
            policy_visibility: Duration::from_secs(30),
            registration: Duration::from_secs(60),
            token_lifetime: Duration::from_secs(3599),
            graph_lag: Duration::from_secs(120),
            retry_after: Some(5),
        }
    }
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            retry_after: Some(0),
            ..Self::demo()
        }
    }
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(value.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        super::parse(f64::deserialize(from)?)
    }
}

mod stages {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        value: &[Duration; 5],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(|stage| stage.as_secs_f64()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<[Duration; 5], D::Error> {
        let mut stages = [Duration::ZERO; 5];
        for (stage, seconds) in stages.iter_mut().zip(<[f64; 5]>::deserialize(from)?) {
            *stage = super::parse(seconds)?;
        }
        Ok(stages)
    }
}

pub(crate) fn parse<E: serde::de::Error>(seconds: f64) -> Result<Duration, E> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| E::custom(format!("{seconds} is not a number of seconds")))
}
