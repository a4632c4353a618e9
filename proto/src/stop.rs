//! Cancellation that can be repeated.
//!
//! Terraform calls `StopProvider` on the first Ctrl-C and then waits for the calls in flight. The
//! call is not terminal: in reattach mode the same process serves further commands, and they must
//! not start out cancelled. So a stop ends what is running now, and what comes later gets a fresh
//! token.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// Hands out the token of the current period and ends that period on request.
///
/// Clones share their state: the provider service holds one, and so does whoever stops it.
#[derive(Clone, Debug, Default)]
pub struct StopSource {
    current: Arc<Mutex<CancellationToken>>,
}

impl StopSource {
    /// A source whose first token is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// The token that an operation starting now has to watch.
    pub fn current(&self) -> CancellationToken {
        self.lock().clone()
    }

    /// Cancels every token handed out so far. Operations that start afterwards are not affected.
    pub fn stop(&self) {
        let ended = std::mem::take(&mut *self.lock());
        // Outside of the lock, because cancelling runs the wakers of whoever waits.
        ended.cancel();
    }

    // A token is valid whatever happened to a thread that held the lock.
    fn lock(&self) -> std::sync::MutexGuard<'_, CancellationToken> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_cancels_what_runs_and_spares_what_comes() {
        let source = StopSource::new();
        let (first, second) = (source.current(), source.clone().current());
        source.stop();
        assert!(first.is_cancelled() && second.is_cancelled());
        assert!(!source.current().is_cancelled());
    }

    #[test]
    fn a_second_stop_with_nothing_running_is_harmless() {
        let source = StopSource::new();
        source.stop();
        source.stop();
        assert!(!source.current().is_cancelled());
    }

    #[tokio::test]
    async fn a_waiting_operation_wakes_up() {
        let source = StopSource::new();
        let token = source.current();
        let waiting = tokio::spawn(async move { token.cancelled().await });
        source.stop();
        waiting.await.expect("the task ends without a panic");
    }
}
