//! What resources work with: the client, the provider's settings, and what this process knows
//! that the cloud does not show.

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use ppcmk_coverage::{EnvironmentId, SubscriptionId, TenantId};
use tfplugin::schema::validator::sentence;
use tfplugin::{Cx, Diagnostic, Diagnostics};
use tokio::time::{Duration, Instant};

use crate::checks::Checks;
use crate::client::{Allowed, Call, Client, ClientConfig, HttpOptions};
use crate::config::Settings;
use crate::journal::Journal;
use crate::planned::Planned;
use crate::resources::DeletionPolicy;

/// The configured provider.
#[derive(Debug)]
pub struct Services {
    client: Client,
    pub(crate) tenant_id: Option<TenantId>,
    pub(crate) subscription_id: Option<SubscriptionId>,
    pub(crate) allowed: Allowed,
    pub(crate) default_deletion_policy: DeletionPolicy,
    pub(crate) journal: Journal,
    /// The checks of plans.
    pub(crate) checks: Checks,
    /// What this process plans.
    pub(crate) planned: Planned,
    verifications: Mutex<usize>,
    waits: Mutex<usize>,
    confirmations: Mutex<usize>,
}

/// How many finished links one process looks up for the sake of `encryption_status` alone. A
/// refresh of a thousand assignments must not cost a thousand requests.
const MOST_VERIFICATIONS: usize = 2;

/// For how many environments one process waits whether reads still show what has just been done.
const MOST_WAITS: usize = 20;

/// How many differences that a list shows one process confirms by reading the environment alone.
const MOST_CONFIRMATIONS: usize = 50;

impl Services {
    pub(crate) fn new(settings: Settings) -> Result<Self, Diagnostics> {
        let tenant = settings.tenant_id.as_ref().map(ToString::to_string);
        let journal = Journal::open(format!(
            "{}|{}",
            settings.cloud.bap().url,
            tenant.unwrap_or_default()
        ));
        let client = Client::new(ClientConfig {
            cloud: settings.cloud,
            http: HttpOptions {
                ca_certificates_pem: settings.ca_certificate_pem,
                request_timeout: settings.request_timeout,
                max_attempts: settings.max_attempts,
                max_concurrency: settings.max_concurrency,
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            azure: settings.azure.source,
            power_platform: settings.power_platform.source,
            allowed: settings.allowed.clone(),
        })
        .map_err(|error| {
            Diagnostic::error("Unusable CA file", sentence(&error.report()))
                .at("ca_certificate_file")
        })?;
        Ok(Self {
            client,
            tenant_id: settings.tenant_id,
            subscription_id: settings.subscription_id,
            allowed: settings.allowed,
            default_deletion_policy: settings.default_deletion_policy,
            journal,
            checks: Checks::new(settings.plan_checks, settings.skipped_checks),
            planned: Planned::default(),
            verifications: Mutex::default(),
            waits: Mutex::default(),
            confirmations: Mutex::default(),
        })
    }

    /// Reports what the allow-lists forbid, where the ids are known; the client refuses the rest.
    pub(crate) fn refuse(&self, touched: &[(&str, Touched)], diagnostics: &mut Diagnostics) {
        for (argument, touched) in touched {
            let (refused, summary) = match touched {
                Touched::Subscription(id) => {
                    (self.allowed.subscription(id), "Subscription not allowed")
                }
                Touched::Environment(id) => {
                    (self.allowed.environment(id), "Environment not allowed")
                }
            };
            if let Err(error) = refused {
                let detail = format!(
                    "{}\n\nExtend the list if this was meant.",
                    sentence(&error.to_string())
                );
                diagnostics.error(*argument, summary, detail);
            }
        }
    }

    /// Whether one more finished link may be looked up; see [`MOST_VERIFICATIONS`].
    pub(crate) fn may_verify(&self) -> bool {
        is_within(&self.verifications, MOST_VERIFICATIONS)
    }

    /// Whether a read may wait for one more environment; see [`MOST_WAITS`].
    pub(crate) fn may_wait_for_reads(&self) -> bool {
        is_within(&self.waits, MOST_WAITS)
    }

    /// Whether one more difference may be confirmed; see [`MOST_CONFIRMATIONS`].
    pub(crate) fn may_confirm(&self) -> bool {
        is_within(&self.confirmations, MOST_CONFIRMATIONS)
    }
}

fn is_within(count: &Mutex<usize>, most: usize) -> bool {
    let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
    *count += 1;
    *count <= most
}

/// What a resource is about to touch.
#[derive(Clone, Debug)]
pub(crate) enum Touched {
    Subscription(SubscriptionId),
    Environment(EnvironmentId),
}

impl Deref for Services {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// The time that requests of an operation have.
pub(crate) fn call(cx: &Cx<Services>) -> Call {
    /// For operations whose bound is absurdly far away.
    const LONG: Duration = Duration::from_secs(30 * 24 * 3600);
    let left = cx.deadline().map_or(LONG, |deadline| {
        deadline.at.saturating_duration_since(Instant::now())
    });
    Call::new(cx.stop().clone(), left)
}
