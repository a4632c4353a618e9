//! Virtual time: what the emulator believes the time to be.
//!
//! Stages of operations, consistency delays, role propagation, replication, registration and the
//! lifetime of tokens all ask a [`Clock`]. Tests move it by hand or let every request move it, so
//! that nobody sleeps; a demo uses the system's time.

use std::fmt;
use std::ops::Add;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const TICKS_PER_SECOND: i64 = 10_000_000;

/// A point in virtual time, in steps of 100 nanoseconds as the services print it (seven decimals).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Where a manual clock starts: the time printed in the example payloads.
    pub const START: Self = Self(17_673_230_456_789_012);

    /// The point that many seconds after 1970.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds * TICKS_PER_SECOND)
    }

    /// Whole seconds after 1970, as key attributes carry them.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(TICKS_PER_SECOND)
    }

    /// How long after `earlier` this is; zero when it is before.
    pub fn since(self, earlier: Self) -> Duration {
        let ticks = u64::try_from(self.0 - earlier.0).unwrap_or(0);
        Duration::from_nanos(ticks.saturating_mul(100))
    }

    /// The system's time.
    pub fn of_system() -> Self {
        Self::from_offset(OffsetDateTime::now_utc())
    }

    fn from_offset(time: OffsetDateTime) -> Self {
        let ticks = time.unix_timestamp_nanos() / 100;
        Self(i64::try_from(ticks).unwrap_or(i64::MAX))
    }

    fn to_offset(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 100)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// The form of Entra's error bodies, `2026-01-02 03:04:05Z`.
    pub(crate) fn entra(self) -> String {
        let time = self.to_offset();
        format!(
            "{} {:02}:{:02}:{:02}Z",
            time.date(),
            time.hour(),
            time.minute(),
            time.second()
        )
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(ticks(duration)))
    }
}

fn ticks(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos() / 100).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.to_offset();
        write!(
            formatter,
            "{}T{:02}:{:02}:{:02}.{:07}Z",
            time.date(),
            time.hour(),
            time.minute(),
            time.second(),
            time.nanosecond() / 100
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        OffsetDateTime::parse(&text, &Rfc3339)
            .map(Self::from_offset)
            .map_err(|_| {
                serde::de::Error::custom(format!(
                    "`{text}` is not a time such as 2026-01-02T03:04:05Z"
                ))
            })
    }
}

/// A handle on virtual time; clones share it.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// `None` follows the system's time.
    fixed: Option<Timestamp>,
    offset: Duration,
    step: Duration,
}

impl Clock {
    /// The system's time.
    pub fn system() -> Self {
        Self::with(None, Duration::ZERO)
    }

    /// Time that stands still until [`Clock::advance`].
    pub fn manual() -> Self {
        Self::manual_at(Timestamp::START)
    }

    /// Like [`Clock::manual`], from a chosen point on.
    pub fn manual_at(start: Timestamp) -> Self {
        Self::with(Some(start), Duration::ZERO)
    }

    /// Time that moves by `step` with each request to the emulator and not otherwise: every wait
    /// of a client ends after a number of requests, and none of them needs to sleep.
    pub fn stepping(step: Duration) -> Self {
        Self::with(Some(Timestamp::START), step)
    }

    fn with(fixed: Option<Timestamp>, step: Duration) -> Self {
        Self(Arc::new(Mutex::new(State {
            fixed,
            offset: Duration::ZERO,
            step,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        let state = self.state();
        state.fixed.unwrap_or_else(Timestamp::of_system) + state.offset
    }

    /// Moves time forward, also a clock that follows the system.
    pub fn advance(&self, duration: Duration) {
        self.state().offset += duration;
    }

    /// Changes by how much each request moves time.
    pub fn set_step(&self, step: Duration) {
        self.state().step = step;
    }

    pub(crate) fn request_arrived(&self) {
        let mut state = self.state();
        let step = state.step;
        state.offset += step;
    }

    /// Makes sure that time does not run backwards when a saved tenant is loaded.
    pub(crate) fn catch_up_with(&self, time: Timestamp) {
        let behind = time.since(self.now());
        self.advance(behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_seven_decimals() {
        assert_eq!(Timestamp::START.to_string(), "2026-01-02T03:04:05.6789012Z");
    }

    #[test]
    fn reads_what_it_prints() {
        let text = serde_json::to_string(&Timestamp::START).unwrap();
        assert_eq!(
            serde_json::from_str::<Timestamp>(&text).unwrap(),
            Timestamp::START
        );
    }

    #[test]
    fn each_request_moves_a_stepping_clock() {
        let clock = Clock::stepping(Duration::from_secs(2));
        clock.request_arrived();
        clock.request_arrived();
        assert_eq!(clock.now().since(Timestamp::START), Duration::from_secs(4));
    }

    #[test]
    fn never_runs_backwards() {
        let clock = Clock::manual();
        clock.catch_up_with(Timestamp::START + Duration::from_secs(9));
        clock.catch_up_with(Timestamp::START);
        assert_eq!(clock.now().since(Timestamp::START), Duration::from_secs(9));
    }
}
