//! Enterprise policies and the provider's registration in Resource Manager (API facts 2.1, 2.2).

use std::collections::BTreeMap;

use ppcmk_coverage::{HealthStatus, ParseError, PolicyKind, PolicyLocation};

use super::wire;
use crate::client::model::{EnterprisePolicy, ProviderRegistration, RegistrationState};

wire! {
    PolicyDto {
        id: String = "id",
        location: String = "location",
        kind: String = "kind",
        tags: BTreeMap<String, Option<String>> = "tags",
        identity: IdentityDto = "identity",
        properties: PropertiesDto = "properties",
    }
}

wire! {
    IdentityDto {
        kind: Option<String> = "type",
        // The specification has the second name, the service sends the first.
        principal_id: Option<String> = "principalId" or "systemAssignedIdentityPrincipalId",
        tenant_id: Option<String> = "tenantId",
    }
}

wire! {
    PropertiesDto {
        system_id: Option<String> = "systemId",
        encryption: EncryptionDto = "encryption",
        health_status: Option<String> = "healthStatus",
    }
}

wire! {
    EncryptionDto {
        state: Option<String> = "state",
        key_vault: KeyVaultDto = "keyVault",
    }
}

wire! {
    KeyVaultDto {
        id: Option<String> = "id",
        key: KeyDto = "key",
    }
}

wire! {
    KeyDto {
        name: Option<String> = "name",
        version: Option<String> = "version",
    }
}

impl TryFrom<PolicyDto> for EnterprisePolicy {
    type Error = ParseError;

    fn try_from(dto: PolicyDto) -> Result<Self, ParseError> {
        let encryption = dto.properties.encryption;
        let key = encryption.key_vault.key;
        Ok(Self {
            id: dto.id.parse()?,
            location: PolicyLocation::new(&dto.location),
            kind: PolicyKind::new(&dto.kind),
            tags: dto
                .tags
                .into_iter()
                .map(|(name, value)| (name, value.unwrap_or_default()))
                .collect(),
            identity_type: dto.identity.kind,
            principal_id: parse(dto.identity.principal_id.as_deref()),
            tenant_id: parse(dto.identity.tenant_id.as_deref()),
            system_id: parse(dto.properties.system_id.as_deref()),
            key_vault_id: parse(encryption.key_vault.id.as_deref()),
            key_vault_id_text: encryption.key_vault.id,
            key_name: parse(key.name.as_deref()),
            key_version: parse(key.version.as_deref()),
            encryption_state: encryption.state,
            health_status: dto
                .properties
                .health_status
                .as_deref()
                .map(HealthStatus::new),
        })
    }
}

/// An id that may be missing or strange.
fn parse<T: std::str::FromStr>(text: Option<&str>) -> Option<T> {
    text?.parse().ok()
}

wire! {
    RegistrationDto {
        state: String = "registrationState",
        resource_types: Vec<ResourceTypeDto> = "resourceTypes",
    }
}

wire! {
    ResourceTypeDto {
        name: String = "resourceType",
        locations: Vec<String> = "locations",
        api_versions: Vec<String> = "apiVersions",
    }
}

impl From<RegistrationDto> for ProviderRegistration {
    fn from(dto: RegistrationDto) -> Self {
        let policies = dto
            .resource_types
            .into_iter()
            .find(|resource| resource.name.eq_ignore_ascii_case("enterprisePolicies"))
            .unwrap_or_default();
        Self {
            state: RegistrationState::new(&dto.state),
            policy_locations: policies.locations,
            policy_api_versions: policies.api_versions,
        }
    }
}
