//! Environments for many readers at a time.
//!
//! Terraform refreshes every assignment on its own. A request for each would cost 1,000 requests
//! for 1,000 assignments, and a list costs too much for one: a tenant may have 10,000
//! environments. So the first few reads of a process ask for their environment, and from then on
//! one list answers all. Whoever wrote to an environment reads it alone from then on, because a
//! list may lag (API facts 4.9).

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ppcmk_coverage::{EnvironmentId, PolicyId, SystemId};
use tokio::time::Instant;

use super::BapClient;
use crate::client::error::{ClientError, Plane};
use crate::client::model::Environment;
use crate::client::time::{Call, Ended};

/// So many reads ask for their environment alone before a list pays.
const SINGLE_READS: usize = 3;
/// How long a list is good for readers.
const FRESH: Duration = Duration::from_secs(60);

/// Reads environments one by one or all at once, whichever is cheaper.
#[derive(Debug)]
pub struct EnvironmentDirectory {
    bap: Arc<BapClient>,
    reads: AtomicUsize,
    /// Who lists holds the lock, and the others wait for the result.
    list: tokio::sync::Mutex<List>,
    written: Mutex<Written>,
}

/// All environments at one time.
#[derive(Debug)]
pub struct Snapshot {
    environments: HashMap<EnvironmentId, Arc<Environment>>,
    unreadable: usize,
    asked_at: Instant,
    read_at: Instant,
}

#[derive(Debug, Default)]
struct List {
    snapshot: Option<Arc<Snapshot>>,
    /// The last failure and when it was known, for those who waited for it.
    failure: Option<(Instant, Arc<ClientError>)>,
    /// The caller may read environments but not list them.
    is_refused: bool,
}

#[derive(Debug, Default)]
struct Written {
    environments: HashSet<EnvironmentId>,
    last: Option<Instant>,
}

impl Snapshot {
    /// All environments, in no order.
    pub fn environments(&self) -> impl Iterator<Item = &Arc<Environment>> {
        self.environments.values()
    }

    /// How many entries of the list could not be read.
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// One of them.
    pub fn environment(&self, id: &EnvironmentId) -> Option<&Arc<Environment>> {
        self.environments.get(id)
    }
}

impl EnvironmentDirectory {
    pub(crate) fn new(bap: Arc<BapClient>) -> Self {
        Self {
            bap,
            reads: AtomicUsize::new(0),
            list: tokio::sync::Mutex::default(),
            written: Mutex::default(),
        }
    }

    /// An environment, at most a minute old; `None` when the service says it is not there. For a
    /// state that must be of now, such as before a link, read [`BapClient::environment`].
    pub async fn environment(
        &self,
        call: &Call,
        id: &EnvironmentId,
    ) -> Result<Option<Arc<Environment>>, ClientError> {
        let earlier = self.reads.fetch_add(1, Ordering::Relaxed);
        if earlier >= SINGLE_READS && !self.was_written(id) {
            let snapshot = self.snapshot_or_refusal(call, None).await?;
            if let Some(found) = snapshot
                .as_ref()
                .and_then(|snapshot| snapshot.environment(id))
            {
                return Ok(Some(found.clone()));
            }
        }
        // An environment that a list lacks may be new, or may not be listed: one read decides.
        Ok(self.bap.environment(call, id).await?.map(Arc::new))
    }

    /// Reads an environment alone if what was seen of it comes from a list: a list may lag, so what
    /// it lacks is no proof.
    pub async fn confirmed(
        &self,
        call: &Call,
        seen: Arc<Environment>,
    ) -> Result<Option<Arc<Environment>>, ClientError> {
        let is_listed = {
            let list = call.run(self.list.lock()).await.map_err(cut_short)?;
            let listed = list.snapshot.as_ref();
            listed
                .and_then(|list| list.environment(&seen.id))
                .is_some_and(|listed| Arc::ptr_eq(listed, &seen))
        };
        if is_listed {
            Ok(self.bap.environment(call, &seen.id).await?.map(Arc::new))
        } else {
            Ok(Some(seen))
        }
    }

    /// All environments, at most a minute old and not older than our own last write.
    pub async fn all(&self, call: &Call) -> Result<Arc<Snapshot>, ClientError> {
        let last_write = self.written().last;
        self.snapshot(call, last_write).await
    }

    /// All environments, if somebody has listed them within the last minute; nothing is sent.
    pub fn listed(&self) -> Option<Arc<Snapshot>> {
        let list = self.list.try_lock().ok()?;
        let snapshot = list.snapshot.as_ref()?;
        (snapshot.read_at.elapsed() < FRESH).then(|| snapshot.clone())
    }

    /// The environments whose encryption slot names a policy, in whichever state the link is.
    /// Nothing but a list can tell (API facts 4.3).
    pub async fn linked_to(
        &self,
        call: &Call,
        policy: Option<&PolicyId>,
        system_id: Option<&SystemId>,
    ) -> Result<Vec<Arc<Environment>>, ClientError> {
        let snapshot = self.all(call).await?;
        let mut linked: Vec<_> = snapshot
            .environments()
            .filter(|environment| {
                environment
                    .encryption
                    .as_ref()
                    .is_some_and(|link| link.is_to(policy, system_id))
            })
            .cloned()
            .collect();
        linked.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(linked)
    }

    /// Says that an environment was changed, or is about to be: call it before every link and
    /// unlink, and again after one.
    pub fn forget(&self, id: &EnvironmentId) {
        let mut written = self.written();
        written.environments.insert(id.clone());
        written.last = Some(Instant::now());
    }

    /// Says that environments may have changed without our doing: the next list is a new one.
    pub fn forget_list(&self) {
        self.written().last = Some(Instant::now());
    }

    fn was_written(&self, id: &EnvironmentId) -> bool {
        self.written().environments.contains(id)
    }

    fn written(&self) -> std::sync::MutexGuard<'_, Written> {
        self.written
            .lock()
            .expect("no code panics while it holds this lock")
    }

    /// A snapshot, or `None` when the caller may not list.
    async fn snapshot_or_refusal(
        &self,
        call: &Call,
        newer_than: Option<Instant>,
    ) -> Result<Option<Arc<Snapshot>>, ClientError> {
        match self.snapshot(call, newer_than).await {
            Ok(snapshot) => Ok(Some(snapshot)),
            Err(error) if is_refusal(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn snapshot(
        &self,
        call: &Call,
        newer_than: Option<Instant>,
    ) -> Result<Arc<Snapshot>, ClientError> {
        let asked_at = Instant::now();
        let mut list = call.run(self.list.lock()).await.map_err(cut_short)?;
        // A long list takes its time, and who waited for it gets it.
        if let Some(snapshot) = &list.snapshot
            && snapshot.read_at.elapsed() < FRESH
            && newer_than.is_none_or(|write| snapshot.asked_at > write)
        {
            return Ok(snapshot.clone());
        }
        // What failed while we waited would fail again, and a thousand times for a thousand.
        if let Some((known_at, failure)) = &list.failure
            && (*known_at >= asked_at || list.is_refused)
        {
            return Err(ClientError::Shared(failure.clone()));
        }
        self.refresh(call, &mut list).await
    }

    async fn refresh(&self, call: &Call, list: &mut List) -> Result<Arc<Snapshot>, ClientError> {
        let asked_at = Instant::now();
        match self.bap.environments(call).await {
            Ok(listed) => {
                let environments = listed
                    .environments
                    .into_iter()
                    .map(|environment| (environment.id.clone(), environment))
                    .collect();
                let snapshot = Arc::new(Snapshot {
                    environments,
                    unreadable: listed.unreadable,
                    asked_at,
                    read_at: Instant::now(),
                });
                list.snapshot = Some(snapshot.clone());
                list.failure = None;
                Ok(snapshot)
            }
            // Our own deadline or stop is not an answer for the others.
            Err(error) if error.is_stopped() || error.is_out_of_time() => Err(error),
            Err(error) => {
                let error = Arc::new(error);
                list.is_refused = is_refusal(&error);
                list.failure = Some((Instant::now(), error.clone()));
                Err(ClientError::Shared(error))
            }
        }
    }
}

/// The error of who waited for a list for too long.
fn cut_short(ended: Ended) -> ClientError {
    ClientError::Ended {
        ended,
        plane: Plane::PowerPlatform,
    }
}

/// Whether the service will not list for this caller, whatever we do.
fn is_refusal(error: &ClientError) -> bool {
    matches!(error.status(), Some(400 | 403 | 404 | 405))
}
