//! The attributes of `ppcmk_enterprise_policy`, and what a policy makes of them.

use std::collections::BTreeMap;

use ppcmk_coverage::geo::{LocationName, RegionGeo};
use ppcmk_coverage::{
    KeyName, KeyVaultId, KeyVersion, PolicyId, PolicyLocation, PolicyName, ResourceGroupName,
    SameGeo, SubscriptionId,
};
use tfplugin::schema::validator::{Validator, parses, sentence};
use tfplugin::timeouts::{DefaultTimeouts, Timeouts};
use tfplugin::{
    Attr, Attribute, AttributePath, Diagnostic, Diagnostics, Model, Schema, Type, Value,
};

use crate::client::{EnterprisePolicy, PolicySpec, Tags};
use crate::resources::same_without_case;
use crate::services::Touched;

/// The attributes.
#[derive(Clone, Debug, Default, Model)]
pub(crate) struct PolicyModel {
    pub(super) id: Attr<String>,
    pub(super) name: Attr<String>,
    pub(super) resource_group_name: Attr<String>,
    pub(super) subscription_id: Attr<String>,
    pub(super) location: Attr<String>,
    pub(super) key_vault_id: Attr<String>,
    pub(super) key_name: Attr<String>,
    pub(super) key_version: Attr<String>,
    pub(super) tags: Attr<BTreeMap<String, Attr<String>>>,
    pub(super) system_id: Attr<String>,
    pub(super) principal_id: Attr<String>,
    pub(super) tenant_id: Attr<String>,
    pub(super) health_status: Attr<String>,
    pub(super) linked_environment_ids: Attr<Vec<String>>,
    pub(super) timeouts: Attr<Timeouts>,
}

pub(super) fn schema(timeouts: &DefaultTimeouts) -> Schema {
    Schema::new(
        "An enterprise policy of kind Encryption: the Azure resource that names a key in a Key \
         Vault or Managed HSM, and whose identity uses it. Environments come under it with \
         `ppcmk_environment_assignment`; its identity gets its right on the key with \
         `ppcmk_key_access`.\n\nA policy cannot change while environments are linked to it. \
         Deleting it revokes its access to the key.",
    )
    .attributes([
        Attribute::string("id")
            .computed()
            .use_prior()
            .describe("The Azure resource id."),
        Attribute::string("name")
            .required()
            .requires_replace()
            .same_when(same_without_case)
            .describe("The name of the policy.")
            .validate(parses("Invalid policy name", str::parse::<PolicyName>)),
        Attribute::string("resource_group_name")
            .required()
            .requires_replace()
            .same_when(same_without_case)
            .describe("The resource group that holds the policy.")
            .validate(parses(
                "Invalid resource group name",
                str::parse::<ResourceGroupName>,
            )),
        Attribute::string("subscription_id")
            .optional_computed()
            .use_prior()
            .requires_replace()
            .same_when(same_without_case)
            .describe("The Azure subscription. Default: the provider's `subscription_id`.")
            .validate(parses(
                "Invalid subscription id",
                str::parse::<SubscriptionId>,
            )),
        Attribute::string("location")
            .required()
            .requires_replace()
            .same_when(same_geo)
            .describe(
                "The geo, such as `europe` or `uk`, not an Azure region. The names that \
                 environments use (`unitedkingdom`) are understood. It has to be the geo of the \
                 environments.",
            )
            .validate(PolicyLocationName),
        Attribute::string("key_vault_id")
            .required()
            .same_when(same_without_case)
            .describe(
                "The Azure resource id of the Key Vault or Managed HSM. It needs soft delete and \
                 purge protection.",
            )
            .validate(parses("Invalid key vault id", str::parse::<KeyVaultId>)),
        Attribute::string("key_name")
            .required()
            .same_when(same_without_case)
            .describe("The name of the key: RSA or RSA-HSM of 2048 or 3072 bits.")
            .validate(parses("Invalid key name", str::parse::<KeyName>)),
        Attribute::string("key_version")
            .same_when(same_without_case)
            .describe(
                "A version of the key to pin. Without it the policy follows the newest version, \
                 within 24 hours, which is how keys are rotated.",
            )
            .validate(parses("Invalid key version", str::parse::<KeyVersion>)),
        Attribute::new("tags", Type::map(Type::String)).describe("Azure tags."),
        Attribute::string("system_id")
            .computed()
            .use_prior()
            .describe("The id by which the Power Platform knows the policy."),
        Attribute::string("principal_id")
            .computed()
            .use_prior()
            .describe("The object id of the policy's identity, which needs the right on the key."),
        Attribute::string("tenant_id")
            .computed()
            .use_prior()
            .describe("The Entra tenant of the identity."),
        Attribute::string("health_status").computed().describe(
            "`Undetermined`, `Healthy`, `Warning` or `Unhealthy`. A good policy is known to stay \
             `Undetermined`.",
        ),
        Attribute::new("linked_environment_ids", Type::list(Type::String))
            .computed()
            .describe(
                "The environments that are under the policy, as far as the application sees \
             environments; null when it sees none at all.",
            ),
    ])
    .block(timeouts.block())
}

/// Locations that name the same geo.
fn same_geo(left: &Value, right: &Value) -> bool {
    let (Some(left), Some(right)) = (left.as_str(), right.as_str()) else {
        return false;
    };
    let (left, right) = (PolicyLocation::new(left), PolicyLocation::new(right));
    left.same_as(&right) == SameGeo::Same
}

/// A policy location, with a hint for what is mistaken for one.
struct PolicyLocationName;

impl Validator for PolicyLocationName {
    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Some(text) = value.as_str() else { return };
        let refuse = |detail: String| Diagnostic::error("Not a policy location", detail).at(path);
        match PolicyLocation::new(text).classify() {
            LocationName::PolicyLocation(_) | LocationName::OtherName(_) => {}
            LocationName::AzureRegion(region) => {
                let geos = match region {
                    RegionGeo::One(geo) => vec![geo],
                    RegionGeo::Several(geos) => geos,
                    RegionGeo::Unknown => Vec::new(),
                };
                let names: Vec<_> = geos
                    .into_iter()
                    .map(|geo| format!("{:?}", geo.policy_location()))
                    .collect();
                let way_out = if names.is_empty() {
                    String::new()
                } else {
                    format!(" Use {}.", names.join(" or "))
                };
                diagnostics.push(refuse(format!(
                    "{text:?} is an Azure region. The location of a policy is a Power Platform \
                     geo.{way_out}"
                )));
            }
            LocationName::Unknown if text.trim().is_empty() => {
                diagnostics.push(refuse("The location is empty.".to_owned()));
            }
            LocationName::Unknown => diagnostics.push(
                Diagnostic::warning(
                    "Unknown policy location",
                    format!(
                        "{text:?} is not in the provider's table of geos. It may be new; Azure \
                         decides when the policy is created."
                    ),
                )
                .at(path),
            ),
        }
    }
}

impl PolicyModel {
    pub(super) fn policy_id(&self) -> Result<PolicyId, Diagnostics> {
        let part = |value: &Attr<String>| value.as_str().unwrap_or_default().to_owned();
        let build = || {
            Ok::<_, ppcmk_coverage::ParseError>(PolicyId::new(
                part(&self.subscription_id).parse::<SubscriptionId>()?,
                part(&self.resource_group_name).parse::<ResourceGroupName>()?,
                part(&self.name).parse::<PolicyName>()?,
            ))
        };
        build().map_err(|error| {
            Diagnostic::error("Invalid policy id", sentence(&error.to_string())).into()
        })
    }

    /// What the allow-lists have to permit, with the argument that names it.
    pub(super) fn touched(&self) -> Vec<(&'static str, Touched)> {
        let own = self.subscription_id.as_str().and_then(|id| id.parse().ok());
        let vault = self
            .key_vault_id
            .as_str()
            .and_then(|id| id.parse::<KeyVaultId>().ok())
            .map(|id| id.subscription().clone());
        [("subscription_id", own), ("key_vault_id", vault)]
            .into_iter()
            .filter_map(|(argument, id)| Some((argument, Touched::Subscription(id?))))
            .collect()
    }

    pub(super) fn spec(&self) -> Result<PolicySpec, Diagnostics> {
        let build = || {
            Ok::<_, ppcmk_coverage::ParseError>(PolicySpec {
                location: PolicyLocation::new(self.location.as_str().unwrap_or_default()),
                key_vault_id: self.key_vault_id.as_str().unwrap_or_default().parse()?,
                key_name: self.key_name.as_str().unwrap_or_default().parse()?,
                key_version: self.key_version.as_str().map(str::parse).transpose()?,
                tags: self.tags(),
            })
        };
        build().map_err(|error| {
            Diagnostic::error("Invalid policy", sentence(&error.to_string())).into()
        })
    }

    pub(super) fn tags(&self) -> Tags {
        let tags = self.tags.clone().known().unwrap_or_default();
        tags.into_iter()
            .map(|(name, value)| (name, value.known().unwrap_or_default()))
            .collect()
    }

    /// Takes the arguments of another model.
    pub(super) fn keep_arguments(&mut self, other: &Self) {
        self.location = other.location.clone();
        self.key_vault_id = other.key_vault_id.clone();
        self.key_name = other.key_name.clone();
        self.key_version = other.key_version.clone();
        self.tags = other.tags.clone();
    }

    /// Fills in what Azure shows.
    pub(super) fn observe(&mut self, policy: &EnterprisePolicy) {
        if !self.id.is_known() {
            self.id = policy.id.to_string().into();
        }
        self.location = policy.location.as_str().to_owned().into();
        if let Some(vault) = &policy.key_vault_id {
            self.key_vault_id = vault.to_string().into();
        } else {
            self.key_vault_id = policy.key_vault_id_text.clone().into();
        }
        self.key_name = policy.key_name.as_ref().map(ToString::to_string).into();
        self.key_version = policy.key_version.as_ref().map(ToString::to_string).into();
        // Azure does not tell an empty map from none; the user's choice stays.
        if !policy.tags.is_empty()
            || self
                .tags
                .as_ref()
                .known()
                .is_some_and(|tags| !tags.is_empty())
        {
            self.tags = if policy.tags.is_empty() {
                Attr::Null
            } else {
                let known =
                    |(name, value): (&String, &String)| (name.clone(), value.clone().into());
                policy
                    .tags
                    .iter()
                    .map(known)
                    .collect::<BTreeMap<_, _>>()
                    .into()
            };
        }
        self.system_id = policy.system_id.as_ref().map(ToString::to_string).into();
        self.principal_id = policy.principal_id.as_ref().map(ToString::to_string).into();
        self.tenant_id = policy.tenant_id.as_ref().map(ToString::to_string).into();
        self.health_status = policy
            .health_status
            .as_ref()
            .map(|status| status.as_str().to_owned())
            .into();
    }
}

/// The arguments that Azure would see change.
pub(super) fn changed_arguments(prior: &PolicyModel, planned: &PolicyModel) -> Vec<&'static str> {
    let same = |left: &Attr<String>, right: &Attr<String>| match (left, right) {
        (Attr::Known(left), Attr::Known(right)) => left.eq_ignore_ascii_case(right),
        (left, right) => left == right,
    };
    let same_tags = match (&prior.tags, &planned.tags) {
        (_, Attr::Unknown) => false,
        _ => prior.tags() == planned.tags(),
    };
    [
        (
            "key_vault_id",
            same(&prior.key_vault_id, &planned.key_vault_id),
        ),
        ("key_name", same(&prior.key_name, &planned.key_name)),
        (
            "key_version",
            same(&prior.key_version, &planned.key_version),
        ),
        ("tags", same_tags),
    ]
    .into_iter()
    .filter_map(|(argument, same)| (!same).then_some(argument))
    .collect()
}
