//! What ends a provider besides `Shutdown`.
//!
//! Ctrl-C reaches the whole process group. A provider that died of it would lose the object that
//! it is creating, so it waits for `StopProvider` instead. And when Terraform is killed, nobody
//! ends its providers; they look for themselves.

use std::{future::pending, io, time::Duration};

/// Why a provider ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Terraform asked for it.
    Shutdown,
    /// A signal asked for it.
    Signal,
    /// The parent process is gone.
    ParentGone,
}

impl End {
    /// How long operations in flight may take to notice that they are stopped.
    pub(crate) fn patience(self) -> Duration {
        match self {
            // Terraform kills the process two seconds after `Shutdown`.
            Self::Shutdown => Duration::from_millis(1500),
            Self::Signal => Duration::from_secs(5),
            // Nobody waits, and a request that is on its way had better arrive.
            Self::ParentGone => Duration::from_secs(30),
        }
    }
}

/// The process that started us, as far as it can be observed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    #[cfg(unix)]
    id: u32,
}

impl Parent {
    /// To be called before anything slow, so that a parent that dies early is noticed, too.
    pub(crate) fn current() -> Self {
        Self {
            #[cfg(unix)]
            id: std::os::unix::process::parent_id(),
        }
    }

    /// Waits until the parent is gone. The system then gives us another one; no signal says so.
    #[cfg(unix)]
    pub(crate) async fn gone(self) {
        use tokio::time::{self, MissedTickBehavior};
        let mut ticks = time::interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while std::os::unix::process::parent_id() == self.id {
            ticks.tick().await;
        }
    }

    /// Windows keeps a dead parent's id, and a handle would need unsafe code.
    #[cfg(not(unix))]
    pub(crate) async fn gone(self) {
        pending::<()>().await;
    }
}

/// Handlers for the signals that would end the process. They work from here on, so this comes
/// before the handshake line.
#[cfg(unix)]
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn install() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for Ctrl-C, too.
    pub(crate) async fn interrupted_or_terminated(&mut self) {
        tokio::select! {
            () = async { received(self.interrupt.recv().await).await } => (),
            () = async { received(self.terminate.recv().await).await } => (),
        }
    }

    /// Waits for a polite request to end.
    pub(crate) async fn terminated(&mut self) {
        received(self.terminate.recv().await).await;
    }
}

/// As on unix; there is no polite request, and closing the console ends the process anyway.
#[cfg(windows)]
pub(crate) struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    terminate: tokio::signal::windows::CtrlBreak,
}

#[cfg(windows)]
impl Signals {
    pub(crate) fn install() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c};
        Ok(Self {
            interrupt: ctrl_c()?,
            terminate: ctrl_break()?,
        })
    }

    /// Waits for Ctrl-C, too.
    pub(crate) async fn interrupted_or_terminated(&mut self) {
        tokio::select! {
            () = async { received(self.interrupt.recv().await).await } => (),
            () = async { received(self.terminate.recv().await).await } => (),
        }
    }

    /// Waits for Ctrl-Break.
    pub(crate) async fn terminated(&mut self) {
        received(self.terminate.recv().await).await;
    }
}

/// A source of signals that has run dry is not a signal.
async fn received(signal: Option<()>) {
    if signal.is_none() {
        pending::<()>().await;
    }
}
