//! What checks read of the tenant: each object once, however many plans ask for it.
//!
//! Terraform plans a thousand assignments to one policy at a time. Who asks first reads, the others
//! wait for the answer; an answer is good for a minute, a failure too. Environments have a
//! directory of their own in the client.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ppcmk_coverage::{KeyName, KeyVaultId, KeyVersion, PolicyId, PrincipalId, SubscriptionId};
use tokio::time::Instant;

use crate::client::{
    Call, Client, ClientError, EnterprisePolicy, Key, Plane, RoleAssignment, Vault,
};

/// How long an answer is good.
const FRESH: Duration = Duration::from_secs(60);
/// How long one read may take, retries included. A plan does not fail for want of an answer.
const READ_WITHIN: Duration = Duration::from_secs(60);

/// So many policies are looked at alone for refreshes before a list of their subscription pays.
const SINGLE_READS: usize = 3;

/// What a read has found.
#[derive(Debug)]
pub(crate) enum Seen<T> {
    /// The object.
    Is(Arc<T>),
    /// The service says that there is none.
    Missing,
    /// Nobody knows, because of this.
    Unread(Arc<ClientError>),
}

/// Which policy has an Azure resource id.
#[derive(Debug)]
pub(crate) enum Presence {
    /// This one.
    Is(Arc<EnterprisePolicy>),
    /// None, says the service.
    Gone,
    /// Nobody knows.
    Unknown,
}

/// The reads of one process.
#[derive(Debug, Default)]
pub(crate) struct Live {
    policies: Reads<PolicyId, EnterprisePolicy>,
    vaults: Reads<KeyVaultId, Vault>,
    keys: Reads<(KeyVaultId, String), Key>,
    roles: Reads<(KeyVaultId, PrincipalId), Vec<RoleAssignment>>,
    lists: Reads<SubscriptionId, HashMap<PolicyId, Arc<EnterprisePolicy>>>,
    looked_at: Mutex<HashSet<PolicyId>>,
}

impl Live {
    /// A policy that somebody has just read or written.
    pub(crate) fn remember(&self, policy: &EnterprisePolicy) {
        let seen = Seen::Is(Arc::new(policy.clone()));
        self.policies.put(policy.id.clone(), seen);
    }

    /// The policy that has this Azure resource id now. For the refresh of very many objects that name
    /// very many policies: the first few are read, and one list of the subscription answers for the
    /// others. A list leaves out what the caller may not see, so that a policy is not in it proves
    /// nothing.
    pub(crate) async fn present(&self, client: &Client, call: &Call, id: &PolicyId) -> Presence {
        if self.is_read_alone(id) {
            return match self.policy(client, call, id).await {
                Seen::Is(policy) => Presence::Is(policy),
                Seen::Missing => Presence::Gone,
                Seen::Unread(_) => Presence::Unknown,
            };
        }
        let call = &call.within(READ_WITHIN);
        let subscription = id.subscription();
        let read = async || {
            let list = client.arm().policies_in_subscription(call, subscription);
            let entry = |policy: EnterprisePolicy| (policy.id.clone(), Arc::new(policy));
            Ok(Some(list.await?.policies.into_iter().map(entry).collect()))
        };
        match self.lists.get(call, subscription.clone(), read).await {
            Seen::Is(list) => list
                .get(id)
                .map_or(Presence::Unknown, |policy| Presence::Is(policy.clone())),
            Seen::Missing | Seen::Unread(_) => Presence::Unknown,
        }
    }

    fn is_read_alone(&self, id: &PolicyId) -> bool {
        if self.policies.has(id) {
            return true;
        }
        let mut looked_at = self
            .looked_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if looked_at.contains(id) {
            return true;
        }
        let may = looked_at.len() < SINGLE_READS;
        if may {
            looked_at.insert(id.clone());
        }
        may
    }

    /// A policy.
    pub(crate) async fn policy(
        &self,
        client: &Client,
        call: &Call,
        id: &PolicyId,
    ) -> Seen<EnterprisePolicy> {
        let call = &call.within(READ_WITHIN);
        let read = || client.arm().policy(call, id);
        self.policies.get(call, id.clone(), read).await
    }

    /// A vault.
    pub(crate) async fn vault(&self, client: &Client, call: &Call, id: &KeyVaultId) -> Seen<Vault> {
        let call = &call.within(READ_WITHIN);
        let read = || client.arm().vault(call, id);
        self.vaults.get(call, id.clone(), read).await
    }

    /// A key: its current version, or this one.
    pub(crate) async fn key(
        &self,
        client: &Client,
        call: &Call,
        vault: &KeyVaultId,
        name: &KeyName,
        version: Option<&KeyVersion>,
    ) -> Seen<Key> {
        let call = &call.within(READ_WITHIN);
        let pinned = version.map_or_else(String::new, |version| format!("/{version}"));
        let key = format!("{name}{pinned}").to_lowercase();
        let read = || client.arm().key(call, vault, name, version);
        self.keys.get(call, (vault.clone(), key), read).await
    }

    /// The roles of an identity at a vault: on it, above it, and on its keys.
    pub(crate) async fn roles(
        &self,
        client: &Client,
        call: &Call,
        vault: &KeyVaultId,
        principal: &PrincipalId,
    ) -> Seen<Vec<RoleAssignment>> {
        let call = &call.within(READ_WITHIN);
        let read = async || {
            let roles = client
                .arm()
                .role_assignments(call, vault.as_str(), principal);
            roles.await.map(Some)
        };
        let key = (vault.clone(), principal.clone());
        self.roles.get(call, key, read).await
    }
}

/// Why something could not be read, in some words.
pub(crate) fn why_unread(error: &ClientError) -> String {
    match error.service() {
        Some(service) => match &service.code {
            Some(code) => format!("{} answered {} {code}", service.plane, service.status),
            None => format!("{} answered {}", service.plane, service.status),
        },
        None => error.report(),
    }
}

/// Reads of one kind of object.
#[derive(Debug)]
struct Reads<K, T>(Mutex<HashMap<K, Slot<T>>>);

/// The last answer about one object. Who reads holds the lock, and the others wait for the answer.
type Slot<T> = Arc<tokio::sync::Mutex<Option<Read<T>>>>;

/// An answer, and when it came.
#[derive(Debug)]
struct Read<T> {
    seen: Seen<T>,
    at: Instant,
}

impl<K: Hash + Eq, T> Reads<K, T> {
    async fn get<F>(&self, call: &Call, key: K, read: impl FnOnce() -> F) -> Seen<T>
    where
        F: Future<Output = Result<Option<T>, ClientError>>,
    {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            slots.entry(key).or_default().clone()
        };
        let mut slot = match call.run(slot.lock()).await {
            Ok(slot) => slot,
            Err(ended) => {
                let plane = Plane::ResourceManager;
                return Seen::Unread(Arc::new(ClientError::Ended { ended, plane }));
            }
        };
        if let Some(read) = slot.as_ref().filter(|read| read.at.elapsed() < FRESH) {
            return read.seen.clone();
        }
        let seen = match read().await {
            Ok(Some(object)) => Seen::Is(Arc::new(object)),
            Ok(None) => Seen::Missing,
            // That we ran out of time is no answer for the others.
            Err(error) if error.is_stopped() => return Seen::Unread(Arc::new(error)),
            Err(error) => Seen::Unread(Arc::new(error)),
        };
        *slot = Some(Read::now(seen.clone()));
        seen
    }

    /// Whether somebody has read it or is about to.
    fn has(&self, key: &K) -> bool {
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.contains_key(key)
    }

    /// Keeps an answer that came another way. Who reads at the moment puts down a newer one.
    fn put(&self, key: K, seen: Seen<T>) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(mut slot) = slots.entry(key).or_default().try_lock() {
            *slot = Some(Read::now(seen));
        }
    }
}

impl<T> Read<T> {
    fn now(seen: Seen<T>) -> Self {
        let at = Instant::now();
        Self { seen, at }
    }
}

// Derived implementations would ask for them on the objects.
impl<K, T> Default for Reads<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Is(object) => Self::Is(object.clone()),
            Self::Missing => Self::Missing,
            Self::Unread(error) => Self::Unread(error.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio_util::sync::CancellationToken;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn many_ask_and_one_reads() {
        let reads: Reads<u8, u8> = Reads::default();
        let count = AtomicUsize::new(0);
        let call = Call::new(CancellationToken::new(), FRESH * 10);
        let ask = async |key: u8| {
            let read = async || {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok((key > 0).then_some(key))
            };
            reads.get(&call, key, read).await
        };
        let answers = futures::future::join_all((0..100).map(|_| ask(1))).await;
        assert!(
            answers
                .iter()
                .all(|seen| matches!(seen, Seen::Is(one) if **one == 1))
        );
        assert_eq!(count.load(Ordering::Relaxed), 1);
        assert!(matches!(ask(0).await, Seen::Missing));
        assert!(matches!(ask(0).await, Seen::Missing));
        assert_eq!(count.load(Ordering::Relaxed), 2);
        tokio::time::advance(FRESH).await;
        ask(0).await;
        assert_eq!(count.load(Ordering::Relaxed), 3, "it was too old");
        reads.put(7, Seen::Is(Arc::new(70)));
        assert!(matches!(ask(7).await, Seen::Is(one) if *one == 70));
        assert_eq!(
            count.load(Ordering::Relaxed),
            3,
            "somebody else has read it"
        );
    }
}
