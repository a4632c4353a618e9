//! Waiting for a condition.

use std::time::{Duration, Instant};

/// How long [`wait_until`] waits: far more than anything here takes, so that a slow machine fails
/// no test, and little enough to see what hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

const INTERVAL: Duration = Duration::from_millis(10);

/// Waits until the condition holds, for at most [`PATIENCE`]; panics then, with `what` it was.
#[track_caller]
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(
            started.elapsed() < PATIENCE,
            "waited {PATIENCE:?} in vain until {what}"
        );
        std::thread::sleep(INTERVAL);
    }
}
