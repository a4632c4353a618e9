//! Vaults, managed HSMs and keys in Resource Manager (API facts 3.1, 3.2, 3.6).

use ppcmk_coverage::{AzureRegion, ParseError};
use serde_json::{Value, json};

use super::wire;
use crate::client::model::{AccessPolicy, Key, NetworkRules, Vault};

wire! {
    VaultDto {
        id: String = "id",
        location: String = "location",
        properties: VaultProperties = "properties",
    }
}

wire! {
    VaultProperties {
        tenant_id: Option<String> = "tenantId",
        soft_delete: Option<bool> = "enableSoftDelete",
        retention_days: Option<i64> = "softDeleteRetentionInDays",
        purge_protection: Option<bool> = "enablePurgeProtection",
        rbac: Option<bool> = "enableRbacAuthorization",
        access_policies: Vec<AccessPolicyDto> = "accessPolicies",
        public_network_access: Option<String> = "publicNetworkAccess",
        network: NetworkDto = "networkAcls",
        uri: Option<String> = "vaultUri" or "hsmUri",
        provisioning_state: Option<String> = "provisioningState",
    }
}

wire! {
    AccessPolicyDto {
        tenant_id: Option<String> = "tenantId",
        object_id: String = "objectId",
        application_id: Option<String> = "applicationId",
        permissions: PermissionsDto = "permissions",
    }
}

wire! {
    PermissionsDto {
        keys: Vec<String> = "keys",
    }
}

wire! {
    NetworkDto {
        default_action: Option<String> = "defaultAction",
        bypass: Option<String> = "bypass",
        ip_rules: Vec<IpRule> = "ipRules",
        subnets: Vec<Subnet> = "virtualNetworkRules",
    }
}

wire! {
    IpRule {
        value: Option<String> = "value",
    }
}

wire! {
    Subnet {
        id: Option<String> = "id",
    }
}

impl TryFrom<VaultDto> for Vault {
    type Error = ParseError;

    fn try_from(dto: VaultDto) -> Result<Self, ParseError> {
        let properties = dto.properties;
        let public_access = properties
            .public_network_access
            .map(|access| !access.eq_ignore_ascii_case("Disabled"));
        Ok(Self {
            id: dto.id.parse()?,
            location: AzureRegion::new(&dto.location),
            tenant_id: properties.tenant_id.and_then(|tenant| tenant.parse().ok()),
            soft_delete: properties.soft_delete,
            soft_delete_retention_days: properties.retention_days,
            purge_protection: properties.purge_protection.unwrap_or_default(),
            uses_rbac: properties.rbac.unwrap_or_default(),
            access_policies: properties
                .access_policies
                .into_iter()
                .map(access_policy)
                .collect(),
            network: network(properties.network, public_access),
            uri: properties.uri,
            provisioning_state: properties.provisioning_state,
        })
    }
}

fn access_policy(dto: AccessPolicyDto) -> AccessPolicy {
    AccessPolicy {
        tenant_id: dto.tenant_id,
        object_id: dto.object_id,
        application_id: dto.application_id.filter(|id| !id.is_empty()),
        keys: dto.permissions.keys,
    }
}

fn network(dto: NetworkDto, public_access: Option<bool>) -> NetworkRules {
    NetworkRules {
        public_access,
        denies_by_default: dto
            .default_action
            .map(|action| action.eq_ignore_ascii_case("Deny")),
        trusted_services_bypass: dto.bypass.map(|bypass| {
            bypass
                .split(',')
                .any(|word| word.trim().eq_ignore_ascii_case("AzureServices"))
        }),
        ip_rules: dto
            .ip_rules
            .into_iter()
            .filter_map(|rule| rule.value)
            .collect(),
        subnets: dto
            .subnets
            .into_iter()
            .filter_map(|subnet| subnet.id)
            .collect(),
    }
}

/// The body of a change of access policies (API facts 3.5).
pub(crate) fn access_policy_body(tenant_id: &str, object_id: &str, keys: &[&str]) -> Value {
    json!({
        "properties": {
            "accessPolicies": [{
                "tenantId": tenant_id,
                "objectId": object_id,
                "permissions": { "keys": keys, "secrets": [], "certificates": [] },
            }],
        },
    })
}

wire! {
    KeyDto {
        name: String = "name",
        properties: KeyProperties = "properties",
    }
}

wire! {
    KeyProperties {
        key_type: String = "kty",
        size: Option<i64> = "keySize",
        operations: Vec<String> = "keyOps",
        attributes: KeyAttributes = "attributes",
        uri: Option<String> = "keyUri",
        uri_with_version: Option<String> = "keyUriWithVersion",
        rotation: RotationDto = "rotationPolicy",
    }
}

wire! {
    KeyAttributes {
        enabled: Option<bool> = "enabled",
        not_before: Option<i64> = "nbf",
        expires: Option<i64> = "exp",
        created: Option<i64> = "created",
    }
}

wire! {
    RotationDto {
        actions: Vec<LifetimeAction> = "lifetimeActions",
    }
}

wire! {
    LifetimeAction {
        action: ActionDto = "action",
    }
}

wire! {
    ActionDto {
        kind: Option<String> = "type",
    }
}

impl From<KeyDto> for Key {
    fn from(dto: KeyDto) -> Self {
        let properties = dto.properties;
        let version = properties
            .uri_with_version
            .as_deref()
            .and_then(last_segment);
        Self {
            name: dto.name,
            key_type: properties.key_type,
            size: properties.size,
            operations: properties.operations,
            enabled: properties.attributes.enabled,
            not_before: properties.attributes.not_before,
            expires: properties.attributes.expires,
            created: properties.attributes.created,
            version: version.and_then(|version| version.parse().ok()),
            uri: properties.uri,
            // A policy that only notifies makes no new version.
            rotates: properties.rotation.actions.iter().any(|action| {
                action
                    .action
                    .kind
                    .as_deref()
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("rotate"))
            }),
        }
    }
}

fn last_segment(uri: &str) -> Option<&str> {
    uri.rsplit('/').next()
}
