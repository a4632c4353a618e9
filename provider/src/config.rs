//! The `provider` block and the environment variables that stand in for it.
//!
//! An argument wins over the environment. Variables are those that users of azurerm (`ARM_*`), of
//! Microsoft's provider (`POWER_PLATFORM_*`) and of the Azure SDKs (`AZURE_*`) know; the first one
//! that is set counts. Resolving is offline: nothing is read but variables and the CA file.

use std::path::PathBuf;
use std::time::Duration;

use ppcmk_coverage::{SubscriptionId, TenantId};
use tfplugin::schema::validator::{between, one_of, parses, sentence};
use tfplugin::timeouts::parse_duration;
use tfplugin::{Attr, Attribute, AttributePath, Block, Diagnostic, Diagnostics, Model, Schema};

use crate::client::{Cloud, CloudName, CustomEndpoints, Secret};
use crate::resources::DeletionPolicy;

const CLOUDS: &[&str] = &["public", "gcc", "gcchigh", "dod", "china", "custom"];
/// Requests at a time. ARM's token bucket refills 10 writes a second per principal (API facts 2.6).
const MAX_CONCURRENCY: i64 = 10;
const MAX_ATTEMPTS: i64 = 6;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// The arguments of the `provider` block.
#[derive(Clone, Default, Model)]
pub struct Config {
    cloud: Attr<String>,
    tenant_id: Attr<String>,
    client_id: Attr<String>,
    client_secret: Attr<String>,
    subscription_id: Attr<String>,
    ca_certificate_file: Attr<String>,
    default_deletion_policy: Attr<String>,
    max_concurrency: Attr<i64>,
    request_timeout: Attr<String>,
    max_attempts: Attr<i64>,
    endpoints: Attr<Endpoints>,
}

/// The `endpoints` block.
#[derive(Clone, Default, Model)]
pub struct Endpoints {
    authority_host: Attr<String>,
    resource_manager: Attr<String>,
    bap: Attr<String>,
    resource_manager_scope: Attr<String>,
    bap_scope: Attr<String>,
}

/// The shape of the block.
pub(crate) fn schema() -> Schema {
    Schema::new(
        "Manages customer-managed keys (CMK) of Power Platform and Dynamics 365: the enterprise \
         policy that names the key, the right of its identity on the key, and the assignment of \
         environments to it. A key controls who can read data, not where the data lives.",
    )
    .attributes([
        Attribute::string("cloud")
            .describe(
                "The cloud: `public` (default), `gcc`, `gcchigh`, `dod`, `china`, or `custom` \
                 together with `endpoints`. Environment variable: `PPCMK_CLOUD`.",
            )
            .validate(one_of(CLOUDS)),
        Attribute::string("tenant_id")
            .describe(
                "The Entra tenant. Environment variables: `ARM_TENANT_ID`, \
                 `POWER_PLATFORM_TENANT_ID`, `AZURE_TENANT_ID`.",
            )
            .validate(parses("Invalid tenant id", str::parse::<TenantId>)),
        Attribute::string("client_id")
            .describe(
                "The application to sign in as. Environment variables: `ARM_CLIENT_ID`, \
                 `POWER_PLATFORM_CLIENT_ID`, `AZURE_CLIENT_ID`.",
            )
            .validate(not_empty("client id")),
        Attribute::string("client_secret")
            .sensitive()
            .describe(
                "The secret of the application. Environment variables: `ARM_CLIENT_SECRET`, \
                 `POWER_PLATFORM_CLIENT_SECRET`, `AZURE_CLIENT_SECRET`.",
            )
            .validate(not_empty("client secret")),
        Attribute::string("subscription_id")
            .describe(
                "The Azure subscription of policies that do not name one. Environment variable: \
                 `ARM_SUBSCRIPTION_ID`.",
            )
            .validate(parses(
                "Invalid subscription id",
                str::parse::<SubscriptionId>,
            )),
        Attribute::string("ca_certificate_file")
            .describe(
                "A file of certificates (PEM) to trust in addition to the system's, for networks \
                 that inspect TLS. Environment variable: `PPCMK_CA_CERTIFICATE_FILE`.",
            )
            .validate(not_empty("file name")),
        Attribute::string("default_deletion_policy")
            .describe(
                "The `deletion_policy` of environment assignments that set none: `PREVENT` \
                 (default), `UNLINK` or `ABANDON`.",
            )
            .validate(one_of(DeletionPolicy::WORDS)),
        Attribute::number("max_concurrency")
            .describe("How many requests may be under way at once. Default: 10.")
            .validate(between(1, 100)),
        Attribute::string("request_timeout")
            .describe("How long one request may take, such as `60s` (default).")
            .validate(parses("Invalid duration", positive_duration)),
        Attribute::number("max_attempts")
            .describe(
                "How often a request that can be repeated is tried before its last error is \
                 reported. Default: 6.",
            )
            .validate(between(1, 100)),
    ])
    .block(
        Block::single(
            "endpoints",
            [
                Attribute::string("authority_host").describe(
                    "Where tokens come from, an `https` URL. Environment variable: \
                     `PPCMK_AUTHORITY_HOST`.",
                ),
                Attribute::string("resource_manager").describe(
                    "Azure Resource Manager, an `https` URL. Environment variable: \
                     `PPCMK_RESOURCE_MANAGER_ENDPOINT`.",
                ),
                Attribute::string("bap").describe(
                    "The Power Platform admin API, an `https` URL. Environment variable: \
                     `PPCMK_BAP_ENDPOINT`.",
                ),
                Attribute::string("resource_manager_scope").describe(
                    "The scope of tokens for Azure Resource Manager. Default for a custom cloud: \
                     `https://management.azure.com/.default`. Environment variable: \
                     `PPCMK_RESOURCE_MANAGER_SCOPE`.",
                ),
                Attribute::string("bap_scope").describe(
                    "The scope of tokens for the Power Platform admin API. Default for a custom \
                     cloud: `https://service.powerapps.com/.default`. Environment variable: \
                     `PPCMK_BAP_SCOPE`.",
                ),
            ],
        )
        .describe("Base URLs for `cloud = \"custom\"`."),
    )
}

fn not_empty(what: &'static str) -> impl tfplugin::schema::validator::Validator {
    parses("Empty value", move |text: &str| {
        if text.trim().is_empty() {
            Err(format!("the {what} is empty"))
        } else {
            Ok(())
        }
    })
}

fn positive_duration(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(duration) if duration.is_zero() => Err("a request needs more than no time".to_owned()),
        Ok(duration) => Ok(duration),
        Err(error) => Err(error.to_string()),
    }
}

/// What needs more than one argument to be seen.
pub(crate) fn validate(config: &Config, diagnostics: &mut Diagnostics) {
    let Some(endpoints) = config.endpoints.as_ref().known() else {
        return;
    };
    let path = AttributePath::from("endpoints");
    for (name, value) in [
        ("authority_host", &endpoints.authority_host),
        ("resource_manager", &endpoints.resource_manager),
        ("bap", &endpoints.bap),
    ] {
        if value
            .as_str()
            .is_some_and(|url| !url.starts_with("https://"))
        {
            diagnostics.error(
                path.attribute(name),
                "Endpoint without https",
                "An endpoint receives tokens, so it has to be an https URL.",
            );
        }
        if value.is_known() && config.cloud.as_str().is_some_and(|cloud| cloud != "custom") {
            diagnostics.error(
                path.attribute(name),
                "Endpoint without custom cloud",
                "An endpoint only counts with cloud = \"custom\". Set that, or remove the \
                 endpoint.",
            );
        }
    }
}

impl Config {
    /// The arguments that are known only after apply, as a sentence.
    pub(crate) fn unknown_arguments(&self) -> Option<String> {
        let endpoints = self.endpoints.as_ref().known();
        let nested = |pick: fn(&Endpoints) -> &Attr<String>| {
            endpoints.is_some_and(|endpoints| pick(endpoints).is_unknown())
        };
        let unknown: Vec<&str> = [
            ("cloud", self.cloud.is_unknown()),
            ("tenant_id", self.tenant_id.is_unknown()),
            ("client_id", self.client_id.is_unknown()),
            ("client_secret", self.client_secret.is_unknown()),
            ("subscription_id", self.subscription_id.is_unknown()),
            ("ca_certificate_file", self.ca_certificate_file.is_unknown()),
            (
                "default_deletion_policy",
                self.default_deletion_policy.is_unknown(),
            ),
            ("max_concurrency", self.max_concurrency.is_unknown()),
            ("request_timeout", self.request_timeout.is_unknown()),
            ("max_attempts", self.max_attempts.is_unknown()),
            ("endpoints", self.endpoints.is_unknown()),
            (
                "endpoints.authority_host",
                nested(|endpoints| &endpoints.authority_host),
            ),
            (
                "endpoints.resource_manager",
                nested(|endpoints| &endpoints.resource_manager),
            ),
            ("endpoints.bap", nested(|endpoints| &endpoints.bap)),
            (
                "endpoints.resource_manager_scope",
                nested(|endpoints| &endpoints.resource_manager_scope),
            ),
            (
                "endpoints.bap_scope",
                nested(|endpoints| &endpoints.bap_scope),
            ),
        ]
        .into_iter()
        .filter_map(|(name, unknown)| unknown.then_some(name))
        .collect();
        (!unknown.is_empty()).then(|| format!("{} of the provider block.", unknown.join(", ")))
    }
}

/// A configuration that the provider can work with.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) cloud: Cloud,
    pub(crate) tenant_id: TenantId,
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    pub(crate) subscription_id: Option<SubscriptionId>,
    pub(crate) ca_certificate_pem: Option<Vec<u8>>,
    pub(crate) default_deletion_policy: DeletionPolicy,
    pub(crate) max_concurrency: usize,
    pub(crate) request_timeout: Duration,
    pub(crate) max_attempts: u32,
}

/// Looks up an environment variable.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Completes the arguments from the environment. Every problem is reported at once.
pub(crate) fn resolve(
    config: &Config,
    environment: Environment<'_>,
) -> Result<Settings, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let cloud = cloud(config, environment, &mut diagnostics);
    let tenant_id = tenant(config, environment, &mut diagnostics);
    let client_id = required(
        (&config.client_id, "client_id"),
        &[
            "ARM_CLIENT_ID",
            "POWER_PLATFORM_CLIENT_ID",
            "AZURE_CLIENT_ID",
        ],
        environment,
        &mut diagnostics,
    );
    let client_secret = required(
        (&config.client_secret, "client_secret"),
        &[
            "ARM_CLIENT_SECRET",
            "POWER_PLATFORM_CLIENT_SECRET",
            "AZURE_CLIENT_SECRET",
        ],
        environment,
        &mut diagnostics,
    );
    let subscription_id = subscription(config, environment, &mut diagnostics);
    let ca_certificate_pem = ca_certificates(config, environment, &mut diagnostics);
    let (Some(cloud), Some(tenant_id), Some(client_id), Some(client_secret)) =
        (cloud, tenant_id, client_id, client_secret)
    else {
        return Err(diagnostics);
    };
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let number = |value: &Attr<i64>, default: i64| value.known().unwrap_or(default);
    Ok(Settings {
        cloud,
        tenant_id,
        client_id,
        client_secret: Secret::new(client_secret),
        subscription_id,
        ca_certificate_pem,
        default_deletion_policy: config
            .default_deletion_policy
            .as_str()
            .and_then(DeletionPolicy::parse)
            .unwrap_or(DeletionPolicy::Prevent),
        max_concurrency: usize::try_from(number(&config.max_concurrency, MAX_CONCURRENCY))
            .unwrap_or(1),
        request_timeout: config
            .request_timeout
            .as_str()
            .and_then(|text| parse_duration(text).ok())
            .unwrap_or(REQUEST_TIMEOUT),
        max_attempts: u32::try_from(number(&config.max_attempts, MAX_ATTEMPTS)).unwrap_or(1),
    })
}

fn from_environment(names: &[&str], environment: Environment<'_>) -> Option<(String, String)> {
    names.iter().find_map(|name| {
        let value = environment(name)?;
        // Pipelines set a variable to nothing where others leave it out.
        (!value.is_empty()).then(|| ((*name).to_owned(), value))
    })
}

fn required(
    (value, argument): (&Attr<String>, &'static str),
    names: &[&str],
    environment: Environment<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    if let Some(value) = value.as_str() {
        return Some(value.to_owned());
    }
    if let Some((_, value)) = from_environment(names, environment) {
        return Some(value);
    }
    diagnostics.error(
        argument,
        "Missing credentials",
        format!(
            "The provider has no {argument}. It signs in as an application with a client secret, \
             and needs tenant_id, client_id and client_secret.\n\nSet {argument} in the provider \
             block, or one of the environment variables {}.",
            names.join(", ")
        ),
    );
    None
}

fn tenant(
    config: &Config,
    environment: Environment<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<TenantId> {
    let names = [
        "ARM_TENANT_ID",
        "POWER_PLATFORM_TENANT_ID",
        "AZURE_TENANT_ID",
    ];
    let text = required(
        (&config.tenant_id, "tenant_id"),
        &names,
        environment,
        diagnostics,
    )?;
    parsed(&text, "tenant_id", "Invalid tenant id", diagnostics)
}

fn subscription(
    config: &Config,
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

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
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

fn cloud(
    config: &Config,
    environment: Environment<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Cloud> {
    let endpoints = config.endpoints.clone().known().unwrap_or_default();
    let or_variable = |value: Attr<String>, name: &str| {
        value
            .known()
            .or_else(|| from_environment(&[name], environment).map(|(_, value)| value))
    };
    let name = or_variable(config.cloud.clone(), "PPCMK_CLOUD").unwrap_or("public".to_owned());
    let custom = CustomEndpoints {
        authority_host: or_variable(endpoints.authority_host, "PPCMK_AUTHORITY_HOST"),
        resource_manager: or_variable(
            endpoints.resource_manager,
            "PPCMK_RESOURCE_MANAGER_ENDPOINT",
        ),
        bap: or_variable(endpoints.bap, "PPCMK_BAP_ENDPOINT"),
        resource_manager_scope: or_variable(
            endpoints.resource_manager_scope,
            "PPCMK_RESOURCE_MANAGER_SCOPE",
        ),
        bap_scope: or_variable(endpoints.bap_scope, "PPCMK_BAP_SCOPE"),
    };
    match name
        .parse::<CloudName>()
        .and_then(|name| Cloud::new(name, &custom))
    {
        Ok(cloud) => Some(cloud),
        Err(error) => {
            let path = error.endpoint().map_or_else(
                || AttributePath::from("cloud"),
                |endpoint| AttributePath::from("endpoints").attribute(endpoint),
            );
            diagnostics.error(path, "Unusable cloud", sentence(&error.to_string()));
            None
        }
    }
}

fn ca_certificates(
    config: &Config,
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
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        let value = match name {
            "ARM_TENANT_ID" => "11111111-1111-1111-1111-111111111111",
            "ARM_CLIENT_ID" => "55555555-5555-5555-5555-555555555555",
            "POWER_PLATFORM_CLIENT_SECRET" => "hidden",
            "ARM_CLIENT_SECRET" => "",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn the_environment_completes_the_block_and_the_block_wins() {
        let config = Config {
            client_id: "mine".to_owned().into(),
            ..Config::default()
        };
        let settings = resolve(&config, &environment).unwrap();
        assert_eq!(settings.client_id, "mine");
        assert_eq!(settings.client_secret.expose(), "hidden");
        assert_eq!(settings.default_deletion_policy, DeletionPolicy::Prevent);
        assert!(!format!("{settings:?}").contains("hidden"));
    }

    #[test]
    fn everything_that_is_missing_is_named_with_the_way_out() {
        let problems = resolve(&Config::default(), &|_| None).unwrap_err();
        let text = format!("{problems:?}");
        for name in ["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"] {
            assert!(text.contains(name), "{name}");
        }
        assert!(problems.iter().all(|problem| problem.path.is_some()));
    }

    #[test]
    fn a_custom_cloud_needs_its_endpoints() {
        let config = Config {
            cloud: "custom".to_owned().into(),
            ..Config::default()
        };
        let problems = resolve(&config, &environment).unwrap_err();
        let first = problems.iter().next().unwrap();
        assert_eq!(
            first.path.as_ref().unwrap().to_string(),
            "endpoints.authority_host"
        );
    }

    #[test]
    fn unknown_arguments_are_named() {
        let config = Config {
            tenant_id: Attr::Unknown,
            ..Config::default()
        };
        assert_eq!(
            config.unknown_arguments().unwrap(),
            "tenant_id of the provider block."
        );
        assert_eq!(Config::default().unknown_arguments(), None);
    }
}
