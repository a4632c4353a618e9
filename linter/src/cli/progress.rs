//! Says that something is going on, when a run takes longer than a second and a person watches.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(200);

/// Shows progress on standard error until it is dropped.
pub(super) struct Progress {
    /// Closing it stops the thread.
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts; without a terminal, does nothing.
    pub(super) fn start(what: &'static str) -> Self {
        if !io::stderr().is_terminal() {
            return Self {
                done: None,
                thread: None,
            };
        }
        let (done, wait) = mpsc::channel::<()>();
        let thread = std::thread::Builder::new().spawn(move || {
            let mut patience = PATIENCE;
            let mut shown = None;
            while wait.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                let step = shown.map_or(0, |step: usize| (step + 1) % 4);
                let dots = ".".repeat(step);
                let _ = write!(io::stderr(), "\r{what}{dots:<3}");
                shown = Some(step);
                patience = STEP;
            }
            if shown.is_some() {
                let _ = write!(io::stderr(), "\r{:width$}\r", "", width = what.len() + 3);
            }
        });
        Self {
            done: Some(done),
            thread: thread.ok(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(thread) = self.thread.take() {
            // A thread that failed to draw is no reason to fail.
            let _ = thread.join();
        }
    }
}
