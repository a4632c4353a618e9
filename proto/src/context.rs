//! What an operation is given besides its values: the client, the stop signal, the deadline, and
//! places for warnings and notes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::private::Private;

/// The surroundings of one operation. Clones belong to the same operation.
pub struct Cx<C> {
    client: Client<C>,
    stop: CancellationToken,
    deadline: Option<Deadline>,
    shared: Arc<Shared>,
}

/// The state of a provider's configuration.
pub(crate) enum Client<C> {
    /// ConfigureProvider was not called.
    Missing,
    /// The configuration holds values that are known after apply.
    Waiting(Arc<str>),
    /// The provider can work.
    Ready(Arc<C>),
}

/// When an operation has to end.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// The moment.
    pub at: Instant,
    /// The whole time that was allowed.
    pub allowed: Duration,
}

#[derive(Default)]
struct Shared {
    diagnostics: Mutex<Diagnostics>,
    private: Mutex<Private>,
    waiting_for: Mutex<Option<String>>,
}

impl<C> Cx<C> {
    pub(crate) fn new(client: Client<C>, stop: CancellationToken, private: Private) -> Self {
        Self {
            client,
            stop,
            deadline: None,
            shared: Arc::new(Shared {
                private: Mutex::new(private),
                ..Shared::default()
            }),
        }
    }

    pub(crate) fn with_time(mut self, allowed: Duration) -> Self {
        // An absurd timeout is as good as none.
        self.deadline = Instant::now()
            .checked_add(allowed)
            .map(|at| Deadline { at, allowed });
        self
    }

    /// What the provider's `configure` made, or why there is none.
    pub fn client(&self) -> Result<&Arc<C>, Diagnostics> {
        match &self.client {
            Client::Ready(client) => Ok(client),
            Client::Missing => Err(Diagnostic::error(
                "Provider not configured",
                "The operation needs a configured provider, and Terraform has not configured it.",
            )
            .into()),
            Client::Waiting(why) => Err(Diagnostic::error(
                "Provider configuration not known yet",
                format!(
                    "The operation needs the provider, whose configuration is not known before \
                     apply: {why}\n\nApply the resources that these values come from first, for \
                     example with -target, or give the values as variables."
                ),
            )
            .into()),
        }
    }

    /// The client where there is one. Plans go on without.
    pub fn try_client(&self) -> Option<&Arc<C>> {
        match &self.client {
            Client::Ready(client) => Some(client),
            Client::Missing | Client::Waiting(_) => None,
        }
    }

    /// Cancelled when the user stops Terraform. Every wait has to watch it.
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// When the operation has to end.
    pub fn deadline(&self) -> Option<Deadline> {
        self.deadline
    }

    /// Adds a warning, or an error that does not end the operation at once.
    pub fn report(&self, diagnostic: Diagnostic) {
        lock(&self.shared.diagnostics).push(diagnostic);
    }

    /// Says what the operation waits for, for the message when time runs out.
    pub fn waiting_for(&self, what: impl Into<String>) {
        let what = what.into();
        tracing::info!(waiting_for = %what);
        *lock(&self.shared.waiting_for) = Some(what);
    }

    /// Reads or changes the notes next to the object.
    pub fn private<T>(&self, use_notes: impl FnOnce(&mut Private) -> T) -> T {
        use_notes(&mut lock(&self.shared.private))
    }

    pub(crate) fn take_diagnostics(&self) -> Diagnostics {
        std::mem::take(&mut lock(&self.shared.diagnostics))
    }

    pub(crate) fn private_bytes(&self) -> Vec<u8> {
        lock(&self.shared.private).to_bytes()
    }

    pub(crate) fn last_wait(&self) -> Option<String> {
        lock(&self.shared.waiting_for).clone()
    }
}

impl<C> Clone for Cx<C> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            stop: self.stop.clone(),
            deadline: self.deadline,
            shared: self.shared.clone(),
        }
    }
}

impl<C> Clone for Client<C> {
    fn clone(&self) -> Self {
        match self {
            Self::Missing => Self::Missing,
            Self::Waiting(why) => Self::Waiting(why.clone()),
            Self::Ready(client) => Self::Ready(client.clone()),
        }
    }
}

// What a panicking operation left behind is still what it said.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
