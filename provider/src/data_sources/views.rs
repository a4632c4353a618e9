//! Environments and policies as values, for one and for lists of them.

use std::collections::BTreeMap;

use tfplugin::{Attr, Attribute, Model, Nesting, Type};

use crate::client::{EnterprisePolicy, Environment};

/// An environment.
#[derive(Clone, Debug, Default, Model)]
pub(super) struct EnvironmentView {
    pub(super) id: Attr<String>,
    pub(super) display_name: Attr<String>,
    pub(super) r#type: Attr<String>,
    pub(super) location: Attr<String>,
    pub(super) geo: Attr<String>,
    pub(super) azure_region: Attr<String>,
    pub(super) managed: Attr<bool>,
    pub(super) dataverse: Attr<bool>,
    pub(super) state: Attr<String>,
    pub(super) management_state: Attr<String>,
    pub(super) key_managed_by: Attr<String>,
    pub(super) encryption: Attr<LinkView>,
    pub(super) finance_and_operations: Attr<FinanceView>,
}

/// The link of an environment to an encryption policy.
#[derive(Clone, Debug, Default, Model)]
pub(super) struct LinkView {
    policy_id: Attr<String>,
    policy_system_id: Attr<String>,
    link_status: Attr<String>,
}

/// What an environment shows of finance and operations.
#[derive(Clone, Debug, Default, Model)]
pub(super) struct FinanceView {
    hosting: Attr<String>,
    id: Attr<String>,
    url: Attr<String>,
}

impl EnvironmentView {
    pub(super) fn of(environment: &Environment) -> Self {
        let link = environment.encryption.as_ref().map(|link| LinkView {
            policy_id: link
                .policy_id
                .as_ref()
                .map(ToString::to_string)
                .or_else(|| link.policy_id_text.clone())
                .into(),
            policy_system_id: link
                .system_id
                .as_ref()
                .map(ToString::to_string)
                .or_else(|| link.system_id_text.clone())
                .into(),
            link_status: link.status.as_str().to_owned().into(),
        });
        let finance = environment
            .finance_and_operations
            .as_ref()
            .map(|finance| FinanceView {
                hosting: match finance.kind.as_deref() {
                    Some(_) if finance.is_unified() => Attr::Known("unified".to_owned()),
                    Some(kind) if kind.eq_ignore_ascii_case("Linked") => {
                        Attr::Known("lifecycle_services".to_owned())
                    }
                    _ => Attr::Null,
                },
                id: finance.id.clone().into(),
                url: finance.url.clone().into(),
            });
        Self {
            id: environment.id.to_string().into(),
            display_name: environment.display_name.clone().into(),
            r#type: environment.sku.as_str().to_owned().into(),
            location: environment.location.as_str().to_owned().into(),
            geo: environment
                .location
                .geo()
                .map(|geo| geo.id().to_owned())
                .into(),
            azure_region: environment
                .azure_region
                .as_ref()
                .map(|region| region.as_str().to_owned())
                .into(),
            managed: environment.is_managed.into(),
            dataverse: environment.has_dataverse.into(),
            state: environment.runtime_state.clone().into(),
            management_state: environment.management_state.clone().into(),
            key_managed_by: environment.key_managed_by.clone().into(),
            encryption: link.into(),
            finance_and_operations: finance.into(),
        }
    }

    /// All attributes but `id`, computed.
    pub(super) fn attributes() -> Vec<Attribute> {
        let text = |name: &str, description: &str| {
            Attribute::string(name).computed().describe(description)
        };
        vec![
            text("display_name", "The display name."),
            text(
                "type",
                "The type, such as `Production`, `Sandbox` or `Trial`.",
            ),
            text(
                "location",
                "The geo as the service names it, such as `unitedkingdom`.",
            ),
            text(
                "geo",
                "The geo by its one canonical name, such as `uk`; null for a location that is not \
                 in the provider's table.",
            ),
            text("azure_region", "The Azure region, such as `westeurope`."),
            Attribute::bool("managed").computed().describe(
                "Whether it is a Managed Environment, which a customer-managed key needs.",
            ),
            Attribute::bool("dataverse")
                .computed()
                .describe("Whether it has a Dataverse database."),
            text(
                "state",
                "The runtime state: `Enabled`, `Disabled`, `AdminMode`.",
            ),
            text("management_state", "`Ready`, or what is going on."),
            text(
                "key_managed_by",
                "What the service says about who manages the key. It is known to say `Microsoft` \
                 also for environments under a policy.",
            ),
            Attribute::nested(
                "encryption",
                Nesting::Single,
                [
                    text("policy_id", "The Azure resource id of the policy."),
                    text("policy_system_id", "The system id of the policy."),
                    text("link_status", "The state of the link, such as `Linked`."),
                ],
            )
            .computed()
            .describe("The encryption policy that the environment is under; null without one."),
            Attribute::nested(
                "finance_and_operations",
                Nesting::Single,
                [
                    text(
                        "hosting",
                        "`unified` or `lifecycle_services`; null for a kind that nobody knows.",
                    ),
                    text("id", "The id of the finance and operations environment."),
                    text("url", "Its URL."),
                ],
            )
            .computed()
            .describe(
                "What the environment shows of finance and operations apps; null when it shows \
                 nothing, which does not prove that there are none.",
            ),
        ]
    }
}

/// An encryption policy.
#[derive(Clone, Debug, Default, Model)]
pub(super) struct PolicyView {
    pub(super) id: Attr<String>,
    pub(super) name: Attr<String>,
    pub(super) resource_group_name: Attr<String>,
    pub(super) subscription_id: Attr<String>,
    pub(super) location: Attr<String>,
    pub(super) key_vault_id: Attr<String>,
    pub(super) key_name: Attr<String>,
    pub(super) key_version: Attr<String>,
    pub(super) tags: Attr<BTreeMap<String, String>>,
    pub(super) system_id: Attr<String>,
    pub(super) principal_id: Attr<String>,
    pub(super) tenant_id: Attr<String>,
    pub(super) health_status: Attr<String>,
    pub(super) linked_environment_ids: Attr<Vec<String>>,
}

impl PolicyView {
    /// `linked` is null when nobody could see the environments.
    pub(super) fn of(policy: &EnterprisePolicy, linked: Option<Vec<String>>) -> Self {
        let text = |value: Option<String>| Attr::from(value);
        Self {
            id: policy.id.to_string().into(),
            name: policy.id.name().to_string().into(),
            resource_group_name: policy.id.resource_group().to_string().into(),
            subscription_id: policy.id.subscription().to_string().into(),
            location: policy.location.as_str().to_owned().into(),
            key_vault_id: text(
                policy
                    .key_vault_id
                    .as_ref()
                    .map(ToString::to_string)
                    .or_else(|| policy.key_vault_id_text.clone()),
            ),
            key_name: text(policy.key_name.as_ref().map(ToString::to_string)),
            key_version: text(policy.key_version.as_ref().map(ToString::to_string)),
            // As the resource reads it: Azure does not tell an empty map from none.
            tags: Some(policy.tags.clone())
                .filter(|tags| !tags.is_empty())
                .into(),
            system_id: text(policy.system_id.as_ref().map(ToString::to_string)),
            principal_id: text(policy.principal_id.as_ref().map(ToString::to_string)),
            tenant_id: text(policy.tenant_id.as_ref().map(ToString::to_string)),
            health_status: text(
                policy
                    .health_status
                    .as_ref()
                    .map(|status| status.as_str().to_owned()),
            ),
            linked_environment_ids: linked.into(),
        }
    }

    /// All attributes but `id`, computed.
    pub(super) fn attributes() -> Vec<Attribute> {
        let text = |name: &str, description: &str| {
            Attribute::string(name).computed().describe(description)
        };
        vec![
            text("name", "The name."),
            text("resource_group_name", "The resource group."),
            text("subscription_id", "The Azure subscription."),
            text("location", "The geo, such as `europe`."),
            text("key_vault_id", "The Key Vault or Managed HSM."),
            text("key_name", "The key."),
            text("key_version", "The pinned version; null when the policy follows the newest one."),
            Attribute::new("tags", Type::map(Type::String)).computed().describe("Azure tags; null without any."),
            text("system_id", "The id by which the Power Platform knows the policy."),
            text("principal_id", "The object id of the policy's identity."),
            text("tenant_id", "The Entra tenant of the identity."),
            text("health_status", "`Undetermined`, `Healthy`, `Warning` or `Unhealthy`."),
            Attribute::new("linked_environment_ids", Type::list(Type::String)).computed().describe(
                "The environments under the policy, as far as the application sees environments; \
                 null when it sees none at all.",
            ),
        ]
    }
}
