//! Bearer tokens: one per scope, fetched once however many wait, renewed before they expire.
//!
//! `azure_identity` has a cache of its own without a way to drop a token that a service refused,
//! and assertions of CI systems live minutes (API facts 1.2), so every fetch makes a new
//! credential from its [`CredentialSource`] and the cache is here.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use azure_core::credentials::TokenCredential;
use reqwest::header::HeaderValue;

use super::caller::Caller;
use super::credential_error::{CredentialError, CredentialProblem};
use super::entra::{CURRENT_CALL, CredentialTransport};
use super::error::{ClientError, Plane};
use super::secret::Secret;
use super::time::{Call, WallClock};

/// Tokens are renewed this long before they expire, or at half of a short life.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// Makes credentials, each without memory of earlier tokens.
pub trait CredentialSource: Send + Sync + fmt::Debug {
    /// What it is, for messages ("client secret").
    fn method(&self) -> &'static str;

    /// A new credential whose requests go through the given transport.
    fn credential(
        &self,
        transport: &CredentialTransport,
    ) -> azure_core::Result<Arc<dyn TokenCredential>>;
}

/// A token as it is sent.
#[derive(Clone)]
pub(crate) struct Bearer {
    header: Secret,
    generation: u64,
}

impl Bearer {
    /// Who holds it, as far as it tells.
    pub(crate) fn caller(&self) -> Caller {
        let header = self.header.expose();
        Caller::of_token(header.strip_prefix("Bearer ").unwrap_or(header))
    }

    /// The value of the `Authorization` header, which does not print itself.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(self.header.expose()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// The tokens of one credential.
#[derive(Debug)]
pub(crate) struct Tokens {
    source: Arc<dyn CredentialSource>,
    transport: CredentialTransport,
    clock: WallClock,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
}

/// The token of one scope. Who fetches holds the lock, and the others wait for the result.
#[derive(Default)]
struct Slot {
    current: tokio::sync::Mutex<Current>,
}

impl fmt::Debug for Slot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Slot(…)")
    }
}

#[derive(Default)]
struct Current {
    token: Option<Token>,
    generation: u64,
}

struct Token {
    header: Secret,
    renew_at: SystemTime,
    expires_at: SystemTime,
}

impl Tokens {
    pub(crate) fn new(
        source: Arc<dyn CredentialSource>,
        transport: CredentialTransport,
        clock: WallClock,
    ) -> Self {
        Self {
            source,
            transport,
            clock,
            slots: Mutex::default(),
        }
    }

    /// A token for a scope, from the cache if it is still good.
    pub(crate) async fn get(
        &self,
        call: &Call,
        plane: Plane,
        scope: &str,
    ) -> Result<Bearer, ClientError> {
        let ended = |ended| ClientError::Ended { ended, plane };
        let slot = self.slot(scope);
        let mut current = call.run(slot.current.lock()).await.map_err(ended)?;
        let now = self.clock.now();
        if let Some(token) = current.token.as_ref().filter(|token| now < token.renew_at) {
            return Ok(current.bearer(token));
        }
        match self.fetch(call, plane, scope).await {
            Ok(token) => {
                current.generation += 1;
                let bearer = current.bearer(&token);
                current.token = Some(token);
                Ok(bearer)
            }
            // Renewal is early, so a failed one is no reason to stop while the old token lives.
            Err(error) => match &current.token {
                Some(token) if now < token.expires_at && !error.is_stopped() => {
                    tracing::warn!(%error, "the token could not be renewed and is used until it expires");
                    Ok(current.bearer(token))
                }
                _ => Err(error),
            },
        }
    }

    /// Forgets a token that a service did not accept, unless it was replaced already.
    pub(crate) async fn drop_refused(&self, call: &Call, scope: &str, refused: &Bearer) {
        let slot = self.slot(scope);
        if let Ok(mut current) = call.run(slot.current.lock()).await
            && current.generation == refused.generation
        {
            current.token = None;
        }
    }

    fn slot(&self, scope: &str) -> Arc<Slot> {
        let mut slots = self
            .slots
            .lock()
            .expect("no code panics while it holds this lock");
        slots.entry(scope.to_owned()).or_default().clone()
    }

    async fn fetch(&self, call: &Call, plane: Plane, scope: &str) -> Result<Token, ClientError> {
        let method = self.source.method();
        let unusable = |error: &azure_core::Error| explain(method, error);
        let credential = self
            .source
            .credential(&self.transport)
            .map_err(|error| unusable(&error))?;
        tracing::debug!(method, scope, "asking for a token");
        let scopes = [scope];
        let work = CURRENT_CALL.scope(call.clone(), credential.get_token(&scopes, None));
        let token = call
            .run(work)
            .await
            .map_err(|ended| ClientError::Ended { ended, plane })?
            .map_err(|error| unusable(&error))?;
        let header = format!("Bearer {}", token.token.secret());
        if HeaderValue::from_str(&header).is_err() {
            let problem = "the token holds characters that no header may hold".to_owned();
            let problem = CredentialProblem::Unusable(problem);
            return Err(CredentialError {
                method: method.to_owned(),
                problem,
            }
            .into());
        }
        let now = self.clock.now();
        let expires_at = SystemTime::from(token.expires_on);
        let life = expires_at.duration_since(now).unwrap_or_default();
        let renew_at = expires_at - RENEW_BEFORE.min(life / 2);
        Ok(Token {
            header: header.into(),
            renew_at,
            expires_at,
        })
    }
}

impl Current {
    fn bearer(&self, token: &Token) -> Bearer {
        Bearer {
            header: token.header.clone(),
            generation: self.generation,
        }
    }
}

/// Finds our own error in the layers that `azure_identity` puts around it.
fn explain(method: &str, error: &azure_core::Error) -> ClientError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<CredentialError>() {
            return CredentialError {
                method: method.to_owned(),
                problem: error.problem.clone(),
            }
            .into();
        }
        cause = error.source();
    }
    let problem = super::redact::text(&error.to_string());
    CredentialError {
        method: method.to_owned(),
        problem: CredentialProblem::Unusable(problem),
    }
    .into()
}
