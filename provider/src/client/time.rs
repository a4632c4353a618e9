//! Time: deadlines, the stop token, wall clock and jitter.
//!
//! Durations and deadlines are tokio's, so that tests pause them. The wall clock is only needed
//! where others speak in dates (`Retry-After`, a token's expiry); tests derive it from tokio's.

use std::future::Future;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a piece of work may take, and who may stop it. Every request takes one.
#[derive(Clone, Debug)]
pub struct Call {
    stop: CancellationToken,
    deadline: Instant,
}

/// Why a piece of work ended before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// The stop token was cancelled, usually because the user pressed Ctrl-C.
    #[error("stopped")]
    Stopped,
    /// The deadline passed.
    #[error("the deadline passed")]
    OutOfTime,
}

impl Call {
    /// Work that ends after `limit` or when `stop` is cancelled.
    pub fn new(stop: CancellationToken, limit: Duration) -> Self {
        Self {
            stop,
            deadline: Instant::now() + limit,
        }
    }

    /// The same work with a deadline that is not later than `limit` from now.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        let deadline = self.deadline.min(Instant::now() + limit);
        Self {
            stop: self.stop.clone(),
            deadline,
        }
    }

    /// When the work must be done.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The token that stops the work.
    pub fn stop_token(&self) -> &CancellationToken {
        &self.stop
    }

    /// How much time is left; zero when there is none.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether a wait of this length ends before the deadline.
    pub fn has_time_for(&self, wait: Duration) -> bool {
        wait < self.remaining()
    }

    /// Says whether the work was stopped or is out of time.
    pub fn check(&self) -> Result<(), Ended> {
        if self.stop.is_cancelled() {
            return Err(Ended::Stopped);
        }
        if self.remaining().is_zero() {
            return Err(Ended::OutOfTime);
        }
        Ok(())
    }

    /// Waits, but not past the deadline or a stop.
    pub async fn sleep(&self, wait: Duration) -> Result<(), Ended> {
        self.run(tokio::time::sleep(wait)).await
    }

    /// Runs work until it is done, stopped or out of time.
    pub async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Ended> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Ended::Stopped),
            result = tokio::time::timeout_at(self.deadline, work) => {
                result.map_err(|_| Ended::OutOfTime)
            }
        }
    }
}

/// The wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum WallClock {
    /// The machine's.
    #[default]
    System,
    /// Starts at a fixed time and moves with tokio's clock.
    #[cfg(test)]
    From(SystemTime, Instant),
}

impl WallClock {
    pub(crate) fn now(self) -> SystemTime {
        match self {
            Self::System => SystemTime::now(),
            #[cfg(test)]
            Self::From(start, since) => start + since.elapsed(),
        }
    }
}

/// Spreads retries of many clients over time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Jitter {
    /// Anything between nothing and the whole wait.
    #[default]
    Full,
    /// Always the whole wait.
    #[cfg(test)]
    None,
}

impl Jitter {
    pub(crate) fn apply(self, wait: Duration) -> Duration {
        match self {
            Self::Full => wait.mul_f64(random_fraction()),
            #[cfg(test)]
            Self::None => wait,
        }
    }
}

/// Between 0 and 1. Random version 4 ids spare a dependency on a random number generator.
fn random_fraction() -> f64 {
    let (high, _) = uuid::Uuid::new_v4().as_u64_pair();
    f64::from((high >> 32) as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(limit: u64) -> Call {
        Call::new(CancellationToken::new(), Duration::from_secs(limit))
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_at_the_deadline() {
        assert_eq!(call(5).sleep(Duration::from_secs(4)).await, Ok(()));
        assert_eq!(
            call(5).sleep(Duration::from_secs(6)).await,
            Err(Ended::OutOfTime)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_a_wait_at_once() {
        let call = call(3600);
        let stop = call.stop_token().clone();
        let start = Instant::now();
        let (result, ()) = tokio::join!(call.sleep(Duration::from_secs(60)), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            stop.cancel();
        });
        assert_eq!(result, Err(Ended::Stopped));
        assert_eq!(start.elapsed().as_secs(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_never_outlives_the_whole() {
        assert_eq!(
            call(5)
                .within(Duration::from_secs(60))
                .remaining()
                .as_secs(),
            5
        );
        assert_eq!(
            call(60)
                .within(Duration::from_secs(5))
                .remaining()
                .as_secs(),
            5
        );
    }

    #[test]
    fn jitter_never_lengthens_a_wait() {
        for _ in 0..100 {
            assert!(Jitter::Full.apply(Duration::from_secs(1)) <= Duration::from_secs(1));
        }
    }
}
