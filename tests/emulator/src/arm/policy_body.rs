//! What a request says about an enterprise policy.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::geo;
use crate::http::{Reply, at, text_at};
use crate::state::policy::{Policy, PolicyKey, PolicyKind};

/// The kinds of the published enum. [S]
const KINDS: [&str; 5] = [
    "Encryption",
    "NetworkInjection",
    "Identity",
    "Lockbox",
    "PrivateEndpoint",
];

/// A policy as a request wants it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PolicyBody {
    pub(super) location: String,
    pub(super) kind: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) key: Option<PolicyKey>,
    pub(super) lockbox: Value,
    pub(super) network_injection: Value,
}

impl PolicyBody {
    /// Reads the body of a PUT.
    pub(super) fn parse(body: &Value) -> Result<Self, Reply> {
        if !body.is_object() {
            return Err(Self::null());
        }
        let location = text_at(body, &["location"]).ok_or_else(|| {
            Reply::error(
                400,
                "LocationRequired",
                "The location property is required for this definition.",
            )
        })?;
        if !geo::is_policy_location(location) {
            return Err(unknown_location(location));
        }
        let kind = text_at(body, &["kind"])
            .and_then(|word| {
                KINDS
                    .into_iter()
                    .find(|kind| kind.eq_ignore_ascii_case(word))
            })
            .ok_or_else(|| {
                Self::invalid("The kind of the enterprise policy is missing or unknown.")
            })?;
        let network_injection = at(body, &["properties", "networkInjection"])
            .cloned()
            .unwrap_or_default();
        check_networks(&network_injection)?;
        Ok(Self {
            location: location.into(),
            kind: kind.into(),
            tags: tags(body)?,
            key: key(body, kind)?,
            lockbox: at(body, &["properties", "lockbox"])
                .cloned()
                .unwrap_or_default(),
            network_injection,
        })
    }

    /// What a PUT of the existing policy would say.
    pub(super) fn of(policy: &Policy) -> Self {
        Self {
            location: policy.location.clone(),
            kind: policy.kind.clone(),
            tags: policy.tags.clone(),
            key: policy.key.clone(),
            lockbox: policy.lockbox.clone(),
            network_injection: policy.network_injection.clone(),
        }
    }

    /// The same after a PATCH; tags are replaced as a whole, properties are merged.
    pub(super) fn patched(&self, members: &Value) -> Result<Self, Reply> {
        let mut wanted = self.clone();
        if at(members, &["tags"]).is_some() {
            wanted.tags = tags(members)?;
        }
        if let Some(location) = text_at(members, &["location"]) {
            location.clone_into(&mut wanted.location);
        }
        if let Some(kind) = text_at(members, &["kind"]) {
            kind.clone_into(&mut wanted.kind);
        }
        if let (Some(key), Some(vault)) = (
            &mut wanted.key,
            at(members, &["properties", "encryption", "keyVault"]),
        ) {
            if let Some(id) = text_at(vault, &["id"]) {
                id.clone_into(&mut key.vault_id);
            }
            if let Some(name) = text_at(vault, &["key", "name"]) {
                name.clone_into(&mut key.name);
            }
            if let Some(version) = text_at(vault, &["key", "version"]) {
                key.version = Some(version.to_owned()).filter(|version| !version.is_empty());
            }
        }
        if let Some(networks) = at(members, &["properties", "networkInjection"]) {
            check_networks(networks)?;
            wanted.network_injection = networks.clone();
        }
        Ok(wanted)
    }

    /// The text of bicep issue 14761. [I]
    pub(super) fn null() -> Reply {
        Self::invalid("Failed to create or update the enterprise policy, request body is null.")
    }

    pub(super) fn invalid(message: &str) -> Reply {
        Reply::error(400, "InputValidationError", message)
    }
}

fn tags(body: &Value) -> Result<BTreeMap<String, String>, Reply> {
    let Some(tags) = at(body, &["tags"]) else {
        return Ok(BTreeMap::new());
    };
    serde_json::from_value(tags.clone()).map_err(|_| {
        PolicyBody::invalid("The tags of the enterprise policy are not a map of strings.")
    })
}

fn key(body: &Value, kind: &str) -> Result<Option<PolicyKey>, Reply> {
    if PolicyKind::parse(kind) != Some(PolicyKind::Encryption) {
        return Ok(None);
    }
    if !text_at(body, &["identity", "type"])
        .is_some_and(|kind| kind.eq_ignore_ascii_case("SystemAssigned"))
    {
        return Err(PolicyBody::invalid(
            "An encryption policy needs a system assigned identity.",
        ));
    }
    let vault = at(body, &["properties", "encryption", "keyVault"]).ok_or_else(PolicyBody::null)?;
    let (Some(id), Some(name)) = (text_at(vault, &["id"]), text_at(vault, &["key", "name"])) else {
        return Err(PolicyBody::null());
    };
    let version = text_at(vault, &["key", "version"]).filter(|version| !version.is_empty());
    Ok(Some(PolicyKey {
        vault_id: id.into(),
        name: name.into(),
        version: version.map(str::to_owned),
    }))
}

/// `virtualNetworks` is an array; older generated types had an object, which is refused. [I]
fn check_networks(networks: &Value) -> Result<(), Reply> {
    match at(networks, &["virtualNetworks"]) {
        Some(list) if !list.is_array() => Err(PolicyBody::null()),
        _ => Ok(()),
    }
}

fn unknown_location(location: &str) -> Reply {
    let known = geo::POLICY_LOCATIONS.join(",");
    Reply::json(
        400,
        &json!({"error": {
            "code": "LocationNotAvailableForResourceType",
            "message": format!(
                "The provided location '{location}' is not available for resource type \
                 'Microsoft.PowerPlatform/enterprisePolicies'. List of available regions for the resource \
                 type is '{known}'."
            ),
        }}),
    )
}
