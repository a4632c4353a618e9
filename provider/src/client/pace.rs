//! How many requests a service gets at a time: fewer when it says that it is too many.
//!
//! ARM refills its buckets by the second (API facts 2.6 [D]), and the admin API's limits are not
//! documented. So a 429 halves what runs at a time and holds everything back for as long as the
//! service asks; every round of successes lets one more run.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::error::ClientError;

/// A service that asks for a longer pause gets it from the request that it refused. The others do
/// not stand still for so long on one request's account.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The pace of one service.
#[derive(Debug)]
pub(crate) struct Pace {
    most: usize,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    limit: usize,
    running: usize,
    successes: usize,
    paused_until: Option<Instant>,
}

/// A request that is under way.
#[derive(Debug)]
pub(crate) struct Turn<'a>(&'a Pace);

impl Pace {
    pub(crate) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            most,
            state: Mutex::new(State {
                limit: most,
                running: 0,
                successes: 0,
                paused_until: None,
            }),
            changed: Notify::new(),
        }
    }

    /// Waits until one more request may run.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        loop {
            // Registered before looking, so that no change in between is missed.
            let changed = self.changed.notified();
            let paused_until = {
                let mut state = self.state();
                let paused = state.paused_until.filter(|until| *until > Instant::now());
                if paused.is_none() && state.running < state.limit {
                    state.running += 1;
                    return Turn(self);
                }
                paused
            };
            match paused_until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => changed.await,
            }
        }
    }

    /// Takes the lesson of an attempt.
    pub(crate) fn learn<T>(&self, outcome: &Result<T, ClientError>) {
        match outcome {
            Ok(_) => self.went_well(),
            Err(error) => {
                if let Some(refusal) = error.service().filter(|refusal| refusal.status == 429) {
                    self.was_too_much(refusal.retry_after);
                }
            }
        }
    }

    /// The service answered as it should.
    fn went_well(&self) {
        let mut state = self.state();
        state.successes += 1;
        if state.successes >= state.limit && state.limit < self.most {
            state.limit += 1;
            state.successes = 0;
            self.changed.notify_one();
        }
    }

    /// The service said that it was too much.
    fn was_too_much(&self, retry_after: Option<Duration>) {
        let mut state = self.state();
        state.limit = (state.limit / 2).max(1);
        state.successes = 0;
        let pause = retry_after.unwrap_or_default();
        if pause <= LONGEST_PAUSE {
            let until = Instant::now() + pause;
            state.paused_until = state.paused_until.max(Some(until));
        }
        tracing::debug!(limit = state.limit, ?pause, "the service limits requests");
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state().running -= 1;
        self.0.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::FutureExt;

    use super::*;

    fn free(pace: &Pace) -> usize {
        let mut turns = Vec::new();
        while let Some(turn) = pace.turn().now_or_never() {
            turns.push(turn);
        }
        turns.len()
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_halves_and_successes_restore() {
        let pace = Pace::new(8);
        assert_eq!(free(&pace), 8);
        pace.was_too_much(None);
        pace.was_too_much(None);
        assert_eq!(free(&pace), 2);
        for _ in 0..100 {
            pace.went_well();
        }
        assert_eq!(free(&pace), 8);
        for _ in 0..10 {
            pace.was_too_much(None);
        }
        assert_eq!(free(&pace), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn everybody_waits_as_long_as_the_service_asks() {
        let pace = Pace::new(4);
        pace.was_too_much(Some(Duration::from_secs(7)));
        assert_eq!(free(&pace), 0);
        let start = Instant::now();
        drop(pace.turn().await);
        assert_eq!(start.elapsed().as_secs(), 7);
        pace.was_too_much(Some(Duration::from_secs(3600)));
        assert_eq!(free(&pace), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_gets_the_next_turn() {
        let pace = Arc::new(Pace::new(1));
        let first = pace.turn().await;
        let waiting = tokio::spawn({
            let pace = pace.clone();
            async move { drop(pace.turn().await) }
        });
        tokio::task::yield_now().await;
        drop(first);
        waiting.await.unwrap();
    }
}
