//! Environments of the admin API (API facts 4.2, 4.3).

use ppcmk_coverage::{
    AzureRegion, EnvironmentId, EnvironmentLocation, EnvironmentSku, LinkStatus, ParseError,
};
use serde::de::IgnoredAny;

use super::{Id, wire};
use crate::client::model::{
    Environment, FinanceAndOperations, LifecycleOperations, LifecycleRule, PolicyLink,
};

wire! {
    EnvironmentDto {
        name: String = "name",
        location: String = "location",
        properties: Properties = "properties",
    }
}

wire! {
    Properties {
        display_name: String = "displayName",
        azure_region: Option<String> = "azureRegion",
        sku: String = "environmentSku" or "environmentType",
        provisioning_state: Option<String> = "provisioningState",
        database_type: Option<String> = "databaseType",
        states: States = "states",
        dataverse: Option<Dataverse> = "linkedEnvironmentMetadata",
        linked_app: Option<FinOpsDto> = "linkedAppMetadata",
        fin_ops: Option<FinOpsDto> = "finOpsMetadata",
        governance: Governance = "governanceConfiguration",
        protection: Protection = "protectionStatus",
        policies: Policies = "enterprisePolicies",
        lifecycle: Lifecycle = "lifecycleOperationsEnforcement",
        permissions: Option<Permissions> = "permissions",
    }
}

wire! {
    States {
        management: Id = "management",
        runtime: Id = "runtime",
    }
}

wire! {
    Dataverse {
        resource_id: Option<String> = "resourceId",
    }
}

wire! {
    FinOpsDto {
        id: Option<String> = "id",
        kind: Option<String> = "type",
        url: Option<String> = "url",
    }
}

wire! {
    Governance {
        protection_level: Option<String> = "protectionLevel",
    }
}

wire! {
    Protection {
        key_managed_by: Option<String> = "keyManagedBy",
    }
}

wire! {
    Policies {
        encryption: Option<SlotDto> = "customerManagedKeys",
        network: Option<SlotDto> = "vNets",
        identity: Option<SlotDto> = "identity",
    }
}

wire! {
    SlotDto {
        policy_guid: Option<String> = "policyId",
        id: Option<String> = "id",
        system_id: Option<String> = "systemId",
        link_status: Option<String> = "linkStatus",
    }
}

wire! {
    Lifecycle {
        allowed: Vec<RuleDto> = "allowedOperations",
        disallowed: Vec<RuleDto> = "disallowedOperations",
    }
}

wire! {
    RuleDto {
        operation: Id = "type",
        reason: Reason = "reason",
    }
}

wire! {
    Reason {
        message: Option<String> = "message",
        kind: Option<String> = "type",
    }
}

wire! {
    Permissions {
        manage_protection_keys: Option<IgnoredAny> = "ManageProtectionKeys",
    }
}

impl TryFrom<EnvironmentDto> for Environment {
    type Error = ParseError;

    fn try_from(dto: EnvironmentDto) -> Result<Self, ParseError> {
        let id: EnvironmentId = dto.name.parse()?;
        let properties = dto.properties;
        let is =
            |text: Option<&str>, word: &str| text.is_some_and(|own| own.eq_ignore_ascii_case(word));
        let has_organisation = properties
            .dataverse
            .as_ref()
            .is_some_and(|dataverse| dataverse.resource_id.is_some());
        Ok(Self {
            id,
            display_name: properties.display_name,
            location: EnvironmentLocation::new(&dto.location),
            azure_region: properties.azure_region.as_deref().map(AzureRegion::new),
            sku: EnvironmentSku::new(&properties.sku),
            is_managed: is(
                properties.governance.protection_level.as_deref(),
                "Standard",
            ),
            has_dataverse: has_organisation
                || is(properties.database_type.as_deref(), "CommonDataService"),
            management_state: properties.states.management.id,
            runtime_state: properties.states.runtime.id,
            provisioning_state: properties.provisioning_state,
            encryption: properties.policies.encryption.and_then(link),
            network: properties.policies.network.and_then(link),
            identity: properties.policies.identity.and_then(link),
            key_managed_by: properties.protection.key_managed_by,
            can_manage_protection_keys: properties
                .permissions
                .map(|permissions| permissions.manage_protection_keys.is_some()),
            // The newer name first: the older one was found empty where this is filled.
            finance_and_operations: properties
                .fin_ops
                .and_then(finance_and_operations)
                .or_else(|| properties.linked_app.and_then(finance_and_operations)),
            lifecycle: LifecycleOperations {
                allowed: rules(properties.lifecycle.allowed),
                disallowed: rules(properties.lifecycle.disallowed),
            },
        })
    }
}

/// A slot that names no policy is an empty slot.
fn link(dto: SlotDto) -> Option<PolicyLink> {
    if dto.id.is_none() && dto.system_id.is_none() && dto.policy_guid.is_none() {
        return None;
    }
    Some(PolicyLink {
        policy_id: dto.id.as_deref().and_then(|id| id.parse().ok()),
        system_id: dto.system_id.as_deref().and_then(|id| id.parse().ok()),
        status: LinkStatus::new(dto.link_status.as_deref().unwrap_or_default()),
        policy_id_text: dto.id,
        system_id_text: dto.system_id,
        policy_guid: dto.policy_guid,
    })
}

fn finance_and_operations(dto: FinOpsDto) -> Option<FinanceAndOperations> {
    if dto.id.is_none() && dto.kind.is_none() && dto.url.is_none() {
        return None;
    }
    Some(FinanceAndOperations {
        id: dto.id,
        kind: dto.kind,
        url: dto.url,
    })
}

/// Those about keys: an environment has dozens of others, and a tenant thousands of environments.
fn rules(dtos: Vec<RuleDto>) -> Vec<LifecycleRule> {
    let is_about_keys = |operation: &String| {
        let operation = operation.to_ascii_lowercase();
        operation.ends_with("customermanagedkey") || operation.ends_with("microsoftkey")
    };
    dtos.into_iter()
        .filter_map(|dto| {
            Some(LifecycleRule {
                operation: dto.operation.id.filter(is_about_keys)?,
                reason: dto.reason.kind,
                message: dto.reason.message,
            })
        })
        .collect()
}
