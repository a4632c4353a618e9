//! Cancellation that can be repeated, and the count of what it would cancel.
//!
//! Terraform calls `StopProvider` on the first Ctrl-C and then waits for the calls in flight. The
//! call is not terminal: in reattach mode the same process serves further commands, and they must
//! not start out cancelled. So a stop ends what is running now, and what comes later gets a fresh
//! token.
//!
//! The process must not end in the middle of an operation either, and an operation outlives its
//! request: it runs in a task of its own, because a request's future is dropped when the client
//! goes away. Whoever runs one holds an [`Operation`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Hands out the token of the current period and ends that period on request.
///
/// Clones share their state: the provider service holds one, and so does the host.
#[derive(Clone, Debug, Default)]
pub struct StopSource {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    current: Mutex<CancellationToken>,
    in_flight: watch::Sender<usize>,
}

/// Something that the process waits for before it ends, within bounds.
#[derive(Debug)]
pub struct Operation {
    token: CancellationToken,
    shared: Arc<Shared>,
}

impl StopSource {
    /// A source whose first token is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// The token that an operation starting now has to watch.
    pub fn current(&self) -> CancellationToken {
        self.shared.lock().clone()
    }

    /// Cancels every token handed out so far. Operations that start afterwards are not affected.
    pub fn stop(&self) {
        let ended = std::mem::take(&mut *self.shared.lock());
        // Outside of the lock, because cancelling runs the wakers of whoever waits.
        ended.cancel();
    }

    /// Registers an operation that starts now. It lasts until the value is dropped, so move it
    /// into the task that does the work.
    pub fn operation(&self) -> Operation {
        self.shared.in_flight.send_modify(|count| *count += 1);
        Operation {
            token: self.current(),
            shared: Arc::clone(&self.shared),
        }
    }

    /// Waits until no operation is in flight.
    pub async fn idle(&self) {
        let mut count = self.shared.in_flight.subscribe();
        // The sender cannot be gone: `self` holds it.
        let _ = count.wait_for(|&count| count == 0).await;
    }
}

impl Operation {
    /// The token that ends this operation.
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        self.shared.in_flight.send_modify(|count| *count -= 1);
    }
}

impl Shared {
    // A token is valid whatever happened to a thread that held the lock.
    fn lock(&self) -> MutexGuard<'_, CancellationToken> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn a_stop_cancels_what_runs_and_spares_what_comes() {
        let source = StopSource::new();
        let (first, second) = (source.current(), source.clone().operation());
        source.stop();
        assert!(first.is_cancelled() && second.token().is_cancelled());
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

    #[tokio::test]
    async fn is_idle_once_the_last_operation_is_dropped() {
        let source = StopSource::new();
        let (first, second) = (source.operation(), source.operation());
        drop(first);
        assert_eq!(source.idle().now_or_never(), None);
        drop(second);
        source.idle().await;
    }
}
