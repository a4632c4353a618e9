//! The `provider` block and the environment variables that stand in for it.
//!
//! An argument wins over the environment. Of several variables the first one that is set counts.
//! Resolving is offline: nothing is read but variables and the files that arguments name.
//! Credentials have a module of their own.

mod endpoints;
mod resolve;

use std::time::Duration;

use ppcmk_coverage::{EnvironmentId, ParseError, SubscriptionId, TenantId};
use tfplugin::schema::validator::{between, one_of, parses, sentence};
use tfplugin::timeouts::parse_duration;
use tfplugin::{
    Attr, Attribute, AttributePath, Block, Diagnostics, Field, Model, Schema, SetOf, Type, Value,
    ValueError,
};

pub use endpoints::Endpoints;
pub(crate) use resolve::{Settings, resolve};

use crate::checks::{self, Mode};
use crate::credentials::{self, CredentialArguments};
use crate::resources::DeletionPolicy;

const CLOUDS: &[&str] = &["public", "gcc", "gcchigh", "dod", "china", "custom"];

/// The arguments of the `provider` block.
#[derive(Clone, Default)]
pub struct Config {
    base: Base,
    credentials: CredentialArguments,
}

/// All but the credentials, which stand in the same block.
#[derive(Clone, Default, Model)]
struct Base {
    cloud: Attr<String>,
    tenant_id: Attr<String>,
    subscription_id: Attr<String>,
    allowed_tenant_ids: Attr<SetOf<Attr<String>>>,
    allowed_subscription_ids: Attr<SetOf<Attr<String>>>,
    allowed_environment_ids: Attr<SetOf<Attr<String>>>,
    ca_certificate_file: Attr<String>,
    default_deletion_policy: Attr<String>,
    max_concurrency: Attr<i64>,
    request_timeout: Attr<String>,
    max_attempts: Attr<i64>,
    plan_checks: Attr<String>,
    skip_plan_checks: Attr<SetOf<Attr<String>>>,
    endpoints: Attr<Endpoints>,
    azure: Attr<CredentialArguments>,
    power_platform: Attr<CredentialArguments>,
}

impl Field for Config {
    fn ty() -> Option<Type> {
        let (Some(Type::Object(mut members)), Some(Type::Object(more))) =
            (Base::ty(), CredentialArguments::ty())
        else {
            return None;
        };
        members.extend(more);
        Some(Type::Object(members))
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        Ok(Self {
            base: Base::from_value(value.clone())?,
            credentials: CredentialArguments::from_value(value)?,
        })
    }

    fn into_value(self) -> Value {
        match (self.base.into_value(), self.credentials.into_value()) {
            (Value::Object(mut members), Value::Object(more)) => {
                members.extend(more);
                Value::Object(members)
            }
            (base, _) => base,
        }
    }
}

impl Model for Config {}

const CA_CERTIFICATE_FILE: &str = "\
    A file of certificates (PEM) to trust in addition to the system's, for networks that inspect TLS. \
    A server that shows one of these very certificates is trusted also when that is an authority's, as \
    long as it names the host. Environment variable: `PPCMK_CA_CERTIFICATE_FILE`.";

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
                 together with `endpoints`. Environment variables: `PPCMK_CLOUD`, \
                 `POWER_PLATFORM_CLOUD`, and `ARM_ENVIRONMENT` where its value leaves no choice.",
            )
            .validate(one_of(CLOUDS)),
        Attribute::string("tenant_id")
            .describe(
                "The Entra tenant, of both planes: a key and the environments under it are always in \
                 one tenant. The methods `managed_identity`, `azure_cli` and `azure_developer_cli` \
                 can do without. Environment variables: `ARM_TENANT_ID`, \
                 `POWER_PLATFORM_TENANT_ID`, `AZURE_TENANT_ID`.",
            )
            .validate(parses("Invalid tenant id", str::parse::<TenantId>)),
        Attribute::string("subscription_id")
            .describe(
                "The Azure subscription of policies that do not name one. Environment variable: \
                 `ARM_SUBSCRIPTION_ID`.",
            )
            .validate(parses(
                "Invalid subscription id",
                str::parse::<SubscriptionId>,
            )),
        allow_list(
            "allowed_tenant_ids",
            "The tenants that this configuration may work in. Any other is refused before a request \
             is sent.",
            |text| text.parse::<TenantId>().map(drop),
        ),
        allow_list(
            "allowed_subscription_ids",
            "The subscriptions that may be touched, with the policies and vaults in them. Any other \
             is refused before a request is sent, at plan time where the id is known.",
            |text| text.parse::<SubscriptionId>().map(drop),
        ),
        allow_list(
            "allowed_environment_ids",
            "The environments that may be touched. Any other is refused before a request is sent, \
             at plan time where the id is known.",
            |text| text.parse::<EnvironmentId>().map(drop),
        ),
        Attribute::string("ca_certificate_file")
            .describe(CA_CERTIFICATE_FILE)
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
        Attribute::string("plan_checks")
            .describe(
                "What a plan does with what the rules find in the tenant: `enforce` (default) \
                 refuses what would fail or cover less than it seems, `warn` makes every refusal a \
                 warning, `off` looks at nothing.",
            )
            .validate(one_of(Mode::WORDS)),
        skipped_checks(),
    ])
    .attributes(credentials::attributes())
    .block(
        Block::single("azure", credentials::attributes()).describe(
            "Other credentials for Azure Resource Manager: policies, vaults, role assignments. The \
             nearest place that asks for a method to sign in decides: this block, the provider \
             block, then the environment (for Azure `ARM_*` before `POWER_PLATFORM_*` before \
             `AZURE_*`).",
        ),
    )
    .block(
        Block::single("power_platform", credentials::attributes()).describe(
            "Other credentials for the Power Platform: environments and their links. The nearest \
             place that asks for a method to sign in decides: this block, the provider block, then \
             the environment (for the Power Platform `POWER_PLATFORM_*` before `ARM_*` before \
             `AZURE_*`).",
        ),
    )
    .block(endpoints::block())
}

/// A list of ids; an empty one is a mistake and no way to forbid everything.
fn allow_list(
    name: &'static str,
    about: &str,
    parse: fn(&str) -> Result<(), ParseError>,
) -> Attribute {
    Attribute::new(name, Type::set(Type::String))
        .describe(about)
        .validate(
            move |value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics| {
                let Value::Set(ids) = value else { return };
                if ids.is_empty() {
                    diagnostics.error(
                        path.clone(),
                        "Empty allow-list",
                        format!("{name} allows nothing. Leave it out to allow everything."),
                    );
                }
                for id in ids.iter().filter_map(Value::as_str) {
                    if let Err(error) = parse(id) {
                        diagnostics.error(path.clone(), "Invalid id", sentence(&error.to_string()));
                    }
                }
            },
        )
}

/// Rules by their codes or names.
fn skipped_checks() -> Attribute {
    Attribute::new("skip_plan_checks", Type::set(Type::String))
        .describe(
            "Rules that plans leave out, by code or name, such as `[\"CMK103\"]`. Each plan that \
             would have used one says so. `ppcmk-lint rules` lists them.",
        )
        .validate(
            |value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics| {
                let Value::Set(rules) = value else { return };
                for text in rules.iter().filter_map(Value::as_str) {
                    if let Err(detail) = checks::rule(text) {
                        diagnostics.error(path.set_element(), "Unknown rule", detail);
                    }
                }
            },
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
    credentials::validate(
        &config.credentials,
        config.base.azure.as_ref().known(),
        config.base.power_platform.as_ref().known(),
        diagnostics,
    );
    endpoints::validate(&config.base, diagnostics);
}

impl Config {
    /// The arguments that are known only after apply, as a sentence.
    pub(crate) fn unknown_arguments(&self) -> Option<String> {
        let value = self.clone().into_value();
        let mut unknown = Vec::new();
        unknown_members(&value, "", &mut unknown);
        (!unknown.is_empty()).then(|| format!("{} of the provider block.", unknown.join(", ")))
    }
}

/// The members that are not wholly known, by their paths.
fn unknown_members(value: &Value, prefix: &str, unknown: &mut Vec<String>) {
    let Some(members) = value.as_object() else {
        return;
    };
    for (name, member) in members {
        let path = format!("{prefix}{name}");
        match member {
            Value::Object(_) => unknown_members(member, &format!("{path}."), unknown),
            member if member.is_wholly_known() => {}
            _ => unknown.push(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_arguments_are_named_wherever_they_are() {
        let mut value = Config::default().into_value();
        assert_eq!(
            Config::from_value(value.clone())
                .unwrap()
                .unknown_arguments(),
            None
        );
        let azure = Value::object([("client_secret", Value::Unknown)]);
        let ids = Value::Set(vec![Value::Unknown]);
        let Value::Object(members) = &mut value else {
            panic!("a model is an object")
        };
        members.insert("azure".into(), azure);
        members.insert("tenant_id".into(), Value::Unknown);
        members.insert("use_oidc".into(), Value::Unknown);
        members.insert("allowed_tenant_ids".into(), ids);
        assert_eq!(
            Config::from_value(value)
                .unwrap()
                .unknown_arguments()
                .unwrap(),
            "allowed_tenant_ids, azure.client_secret, tenant_id, use_oidc of the provider block."
        );
    }
}
