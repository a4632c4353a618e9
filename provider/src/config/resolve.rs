//! The block and the environment together: what the provider works with.

use std::collections::HashSet;
use std::fmt::Display;
use std::hash::Hash;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ppcmk_coverage::rules::Rule;
use ppcmk_coverage::{SubscriptionId, TenantId};
use tfplugin::schema::validator::sentence;
use tfplugin::timeouts::parse_duration;
use tfplugin::{Attr, Diagnostic, Diagnostics, SetOf};

use super::{Base, Config, endpoints};
use crate::checks::{self, Mode};
use crate::client::{Allowed, Cloud};
use crate::credentials::{self, Context, Credential, TENANT_VARIABLES};
use crate::resources::DeletionPolicy;

/// Requests at a time. ARM's token bucket refills 10 writes a second per principal (API facts 2.6).
const MAX_CONCURRENCY: i64 = 10;
const MAX_ATTEMPTS: i64 = 6;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A configuration that the provider can work with.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) cloud: Cloud,
    /// Not set where the credential itself knows its tenant.
    pub(crate) tenant_id: Option<TenantId>,
    pub(crate) azure: Credential,
    pub(crate) power_platform: Credential,
    pub(crate) subscription_id: Option<SubscriptionId>,
    pub(crate) allowed: Allowed,
    pub(crate) ca_certificate_pem: Option<Vec<u8>>,
    pub(crate) default_deletion_policy: DeletionPolicy,
    pub(crate) max_concurrency: usize,
    pub(crate) request_timeout: Duration,
    pub(crate) max_attempts: u32,
    pub(crate) plan_checks: Mode,
    pub(crate) skipped_checks: Vec<&'static Rule>,
}

/// Looks up an environment variable.
pub(super) type Environment<'a> = credentials::Environment<'a>;

/// Completes the arguments from the environment. Every problem is reported at once.
pub(crate) fn resolve(
    config: &Config,
    environment: Environment<'_>,
) -> Result<Settings, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let base = &config.base;
    let cloud = endpoints::cloud(base, environment, &mut diagnostics);
    let tenant = tenant(base, environment, &mut diagnostics);
    let subscription_id = subscription(base, environment, &mut diagnostics);
    let allowed = allowed(base, subscription_id.as_ref(), &mut diagnostics);
    let ca_certificate_pem = ca_certificates(base, environment, &mut diagnostics);
    check_tenant(base, tenant.as_ref(), &mut diagnostics);
    // Credentials are looked at even if something else is wrong, to report all at once.
    let fallback = Cloud::public();
    let tenant_text = tenant
        .as_ref()
        .map(|tenant| (tenant.id.to_string(), tenant.origin.as_str()));
    let credentials = credentials::resolve(
        &config.credentials,
        base.azure.as_ref().known(),
        base.power_platform.as_ref().known(),
        Context {
            tenant: tenant_text
                .as_ref()
                .map(|(tenant, origin)| (tenant.as_str(), *origin)),
            cloud: cloud.as_ref().unwrap_or(&fallback),
            environment,
        },
    );
    let (azure, power_platform) = match credentials {
        Ok(both) => both,
        Err(problems) => {
            diagnostics.extend(problems);
            return Err(diagnostics);
        }
    };
    let Some(cloud) = cloud.filter(|_| !diagnostics.has_errors()) else {
        return Err(diagnostics);
    };
    let number = |value: &Attr<i64>, default: i64| value.known().unwrap_or(default);
    Ok(Settings {
        cloud,
        tenant_id: tenant.map(|tenant| tenant.id),
        azure,
        power_platform,
        subscription_id,
        allowed,
        ca_certificate_pem,
        default_deletion_policy: base
            .default_deletion_policy
            .as_str()
            .and_then(DeletionPolicy::parse)
            .unwrap_or(DeletionPolicy::Prevent),
        max_concurrency: usize::try_from(number(&base.max_concurrency, MAX_CONCURRENCY))
            .unwrap_or(1),
        request_timeout: base
            .request_timeout
            .as_str()
            .and_then(|text| parse_duration(text).ok())
            .unwrap_or(REQUEST_TIMEOUT),
        max_attempts: u32::try_from(number(&base.max_attempts, MAX_ATTEMPTS)).unwrap_or(1),
        plan_checks: base
            .plan_checks
            .as_str()
            .and_then(Mode::parse)
            .unwrap_or_default(),
        skipped_checks: skipped_checks(base),
    })
}

/// The rules that plans leave out; validation has refused what is none.
fn skipped_checks(config: &Base) -> Vec<&'static Rule> {
    let Some(rules) = config.skip_plan_checks.as_ref().known() else {
        return Vec::new();
    };
    rules
        .0
        .iter()
        .filter_map(Attr::as_str)
        .filter_map(|text| checks::rule(text).ok())
        .collect()
}

/// The first of several variables that is set to something.
pub(super) fn from_environment(
    names: &[&str],
    environment: Environment<'_>,
) -> Option<(String, String)> {
    names.iter().find_map(|name| {
        let value = environment(name)?;
        // Pipelines set a variable to nothing where others leave it out.
        (!value.trim().is_empty()).then(|| ((*name).to_owned(), value))
    })
}

/// The tenant, and what said so.
struct Tenant {
    id: TenantId,
    origin: String,
}

fn tenant(
    config: &Base,
    environment: Environment<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Tenant> {
    let (text, origin) = if let Some(text) = config.tenant_id.as_str() {
        (
            text.to_owned(),
            "tenant_id in the provider block".to_owned(),
        )
    } else {
        let (name, text) = from_environment(TENANT_VARIABLES, environment)?;
        (text, format!("the environment variable {name}"))
    };
    let id = parsed(&text, "tenant_id", "Invalid tenant id", diagnostics)?;
    Some(Tenant { id, origin })
}

/// Refuses a tenant that is not on the list, and a tenant that nobody knows.
fn check_tenant(config: &Base, tenant: Option<&Tenant>, diagnostics: &mut Diagnostics) {
    let list: Option<HashSet<TenantId>> = ids(
        &config.allowed_tenant_ids,
        "allowed_tenant_ids",
        diagnostics,
    );
    let Some(list) = list else { return };
    match tenant {
        Some(tenant) if list.contains(&tenant.id) => {}
        Some(tenant) => diagnostics.error(
            "allowed_tenant_ids",
            "Tenant not allowed",
            format!(
                "The tenant {} ({}) is not in allowed_tenant_ids. No request was sent.\n\nAdd the \
                 tenant to the list, or use the credentials of a tenant that is there.",
                tenant.id, tenant.origin
            ),
        ),
        None => diagnostics.error(
            "tenant_id",
            "Tenant not known",
            "With allowed_tenant_ids the provider has to know its tenant before it sends a \
             request. Set tenant_id, or ARM_TENANT_ID.",
        ),
    }
}

fn subscription(
    config: &Base,
    environment: Environment<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<SubscriptionId> {
    let text = match config.subscription_id.as_str() {
        Some(text) => text.to_owned(),
        None => from_environment(&["ARM_SUBSCRIPTION_ID"], environment)?.1,
    };
    parsed(
        &text,
        "subscription_id",
        "Invalid subscription id",
        diagnostics,
    )
}

fn allowed(
    config: &Base,
    subscription: Option<&SubscriptionId>,
    diagnostics: &mut Diagnostics,
) -> Allowed {
    let allowed = Allowed::new(
        ids(
            &config.allowed_subscription_ids,
            "allowed_subscription_ids",
            diagnostics,
        ),
        ids(
            &config.allowed_environment_ids,
            "allowed_environment_ids",
            diagnostics,
        ),
    );
    // A subscription of the environment is no more than a default for policies that name none.
    if config.subscription_id.is_known()
        && let Some(id) = subscription
        && let Err(error) = allowed.subscription(id)
    {
        diagnostics.error(
            "subscription_id",
            "Subscription not allowed",
            sentence(&error.to_string()),
        );
    }
    allowed
}

/// The ids of an allow-list; `None` when there is no list.
fn ids<T: FromStr<Err: Display> + Eq + Hash>(
    list: &Attr<SetOf<Attr<String>>>,
    argument: &str,
    diagnostics: &mut Diagnostics,
) -> Option<HashSet<T>> {
    let list = list.as_ref().known()?;
    Some(
        list.0
            .iter()
            .filter_map(Attr::as_str)
            .filter_map(|text| parsed(text, argument, "Invalid id", diagnostics))
            .collect(),
    )
}

fn parsed<T: FromStr<Err: Display>>(
    text: &str,
    argument: &str,
    summary: &str,
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    text.parse()
        .map_err(|error: T::Err| {
            diagnostics.error(argument, summary, sentence(&error.to_string()));
        })
        .ok()
}

fn ca_certificates(
    config: &Base,
    environment: Environment<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<u8>> {
    let path = match config.ca_certificate_file.as_str() {
        Some(path) => path.to_owned(),
        None => from_environment(&["PPCMK_CA_CERTIFICATE_FILE"], environment)?.1,
    };
    match std::fs::read(PathBuf::from(&path)) {
        Ok(pem) => Some(pem),
        Err(error) => {
            diagnostics.push(
                Diagnostic::error(
                    "Unreadable CA file",
                    format!("The file of certificates {path:?} cannot be read: {error}."),
                )
                .at("ca_certificate_file"),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests;
