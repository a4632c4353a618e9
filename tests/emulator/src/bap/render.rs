//! How an environment is printed.
//!
//! Members, their order and casing after `bap-environment-get-response-200-*` (captured [F]; the
//! states while linking are assumptions [X]). The list of a big tenant has tens of megabytes, so
//! this writes text directly and callers keep it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::geo;
use crate::http::Request;
use crate::modes::{Modes, SlotCasing};
use crate::state::application::Application;
use crate::state::environment::{Environment, FinOps, Slot, View};
use crate::state::policy::PolicyKind;
use crate::world::World;

/// What a request wants to see beyond the usual.
#[derive(Clone, Copy)]
pub(super) struct Expand {
    admin: bool,
    capacity: bool,
    permissions: bool,
    may_link: bool,
}

impl Expand {
    pub(super) fn of(request: &Request, application: &Application, admin: bool) -> Self {
        let expand = request
            .query("$expand")
            .unwrap_or_default()
            .replace('/', ".")
            .to_lowercase();
        let wants = |name: &str| expand.split(',').any(|part| part.trim() == name);
        Self {
            admin,
            capacity: wants("properties.capacity"),
            permissions: wants("permissions") || wants("properties.permissions"),
            may_link: application.manage_protection_keys,
        }
    }

    /// Distinguishes renderings that may be kept.
    pub(super) fn number(self) -> u8 {
        [self.admin, self.capacity, self.permissions, self.may_link]
            .into_iter()
            .fold(0, |number, flag| number << 1 | u8::from(flag))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    location: &'a str,
    name: &'a str,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    tenant_id: &'a str,
    azure_region: &'a str,
    display_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    created_time: Timestamp,
    created_by: Value,
    last_modified_time: Timestamp,
    provisioning_state: &'static str,
    creation_type: &'static str,
    environment_sku: &'a str,
    is_default: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<Value>,
    addons: [u8; 0],
    client_uris: BTreeMap<&'static str, String>,
    runtime_endpoints: BTreeMap<&'static str, String>,
    database_type: &'static str,
    linked_environment_metadata: Option<Dataverse<'a>>,
    trial_scenario_type: &'static str,
    retention_period: &'static str,
    states: Value,
    update_cadence: BTreeMap<&'static str, &'static str>,
    protection_status: BTreeMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Value>,
    connected_groups: [u8; 0],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    enterprise_policies: BTreeMap<&'static str, &'a Slot>,
    lifecycle_operations_enforcement: Value,
    governance_configuration: Governance<'a>,
    bing_chat_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_environment_group: Option<BTreeMap<&'static str, &'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linked_app_metadata: Option<&'a FinOps>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fin_ops_metadata: Option<&'a FinOps>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dataverse<'a> {
    resource_id: &'a str,
    friendly_name: &'a str,
    unique_name: String,
    domain_name: String,
    version: &'static str,
    instance_url: String,
    instance_api_url: String,
    base_language: u32,
    instance_state: &'static str,
    created_time: Timestamp,
    background_operations_state: &'static str,
    platform_sku: &'static str,
    schema_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Governance<'a> {
    protection_level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<BTreeMap<&'static str, &'a BTreeMap<String, String>>>,
}

pub(super) fn environment(
    environment: &Environment,
    view: &View,
    modes: &Modes,
    tenant_id: &str,
    expand: Expand,
) -> String {
    let scope = if expand.admin { "scopes/admin/" } else { "" };
    let body = Body {
        id: format!(
            "/providers/Microsoft.BusinessAppPlatform/{scope}environments/{}",
            environment.id
        ),
        kind: if expand.admin {
            "Microsoft.BusinessAppPlatform/scopes/environments"
        } else {
            "Microsoft.BusinessAppPlatform/environments"
        },
        location: &environment.location,
        name: &environment.id,
        properties: Properties {
            tenant_id,
            azure_region: &environment.azure_region,
            display_name: &environment.display_name,
            description: environment.description.as_deref(),
            created_time: environment.created,
            created_by: json!({"id": "f99f844b-ce3b-49ae-86f3-e374ecae789c", "displayName": "admin", "email": "admin", "type": "User", "tenantId": tenant_id, "userPrincipalName": "admin"}),
            last_modified_time: view.modified.unwrap_or(environment.created),
            provisioning_state: "Succeeded",
            creation_type: "User",
            environment_sku: &environment.sku,
            is_default: environment.sku == "Default",
            capacity: expand.capacity.then(|| capacity(environment)),
            addons: [],
            client_uris: client_uris(environment),
            runtime_endpoints: runtime_endpoints(environment),
            database_type: if environment.dataverse.is_some() {
                "CommonDataService"
            } else {
                "None"
            },
            linked_environment_metadata: dataverse(environment),
            trial_scenario_type: "None",
            retention_period: "P7D",
            states: states(view),
            update_cadence: BTreeMap::from([("id", "Moderate")]),
            protection_status: BTreeMap::from([(
                "keyManagedBy",
                World::key_managed_by(modes, view),
            )]),
            permissions: (expand.permissions && expand.may_link).then(
                || json!({"ManageProtectionKeys": {"displayName": "Manage protection keys"}}),
            ),
            connected_groups: [],
            enterprise_policies: slots(view, modes),
            lifecycle_operations_enforcement: enforcement(environment, view),
            governance_configuration: governance(view),
            bing_chat_enabled: false,
            parent_environment_group: environment
                .group
                .as_deref()
                .map(|group| BTreeMap::from([("id", group)])),
            linked_app_metadata: environment.finops.as_ref(),
            fin_ops_metadata: environment.finops.as_ref(),
        },
    };
    serde_json::to_string(&body).unwrap_or_default()
}

fn client_uris(environment: &Environment) -> BTreeMap<&'static str, String> {
    let id = &environment.id;
    BTreeMap::from([
        (
            "admin",
            format!("https://admin.powerplatform.microsoft.com/environments/environment/{id}/hub"),
        ),
        (
            "maker",
            format!("https://make.powerapps.com/environments/{id}/home"),
        ),
    ])
}

fn runtime_endpoints(environment: &Environment) -> BTreeMap<&'static str, String> {
    let location = &environment.location;
    BTreeMap::from([
        (
            "microsoft.BusinessAppPlatform",
            format!("https://{location}.api.bap.microsoft.com"),
        ),
        (
            "microsoft.CommonDataModel",
            format!("https://{location}.api.cds.microsoft.com"),
        ),
        (
            "microsoft.PowerApps",
            format!("https://{location}.api.powerapps.com"),
        ),
        (
            "microsoft.Flow",
            format!("https://{location}.api.flow.microsoft.com"),
        ),
    ])
}

fn dataverse(environment: &Environment) -> Option<Dataverse<'_>> {
    let organisation = environment.dataverse.as_deref()?;
    let domain = environment.id.to_lowercase();
    let region = match geo::canonical(&environment.location).as_str() {
        "unitedstates" => "crm",
        "uk" => "crm11",
        "france" => "crm12",
        "germany" => "crm16",
        "switzerland" => "crm17",
        _ => "crm4",
    };
    Some(Dataverse {
        resource_id: organisation,
        friendly_name: &environment.display_name,
        unique_name: format!("unq{}", organisation.replace('-', "")),
        instance_url: format!("https://{domain}.{region}.dynamics.com/"),
        instance_api_url: format!("https://{domain}.api.{region}.dynamics.com"),
        domain_name: domain,
        version: "9.2.23103.00196",
        base_language: 1033,
        instance_state: "Ready",
        created_time: environment.created,
        background_operations_state: "Enabled",
        platform_sku: "Standard",
        schema_type: "Standard",
    })
}

fn states(view: &View) -> Value {
    json!({
        "management": {"id": view.management},
        "runtime": {
            "runtimeReasonCode": "NotSpecified",
            "requestedBy": {"displayName": "SYSTEM", "type": "NotSpecified"},
            "id": view.runtime,
        },
    })
}

fn slots<'a>(view: &'a View, modes: &Modes) -> BTreeMap<&'static str, &'a Slot> {
    view.slots
        .iter()
        .map(|(kind, slot)| {
            let name = match (kind, modes.slot_casing) {
                (PolicyKind::Encryption, SlotCasing::Documented) => "customerManagedKeys",
                (PolicyKind::Encryption, SlotCasing::Pascal) => "CustomerManagedKeys",
                (PolicyKind::Encryption, SlotCasing::Lower) => "customermanagedkeys",
                (PolicyKind::NetworkInjection, SlotCasing::Documented) => "vNets",
                (PolicyKind::NetworkInjection, SlotCasing::Pascal) => "VNets",
                (PolicyKind::NetworkInjection, SlotCasing::Lower) => "vnets",
                (PolicyKind::Identity, SlotCasing::Pascal) => "Identity",
                (PolicyKind::Identity, _) => "identity",
            };
            (name, slot)
        })
        .collect()
}

fn governance(view: &View) -> Governance<'_> {
    Governance {
        protection_level: if view.managed { "Standard" } else { "Basic" },
        settings: (!view.extended_settings.is_empty())
            .then(|| BTreeMap::from([("extendedSettings", &view.extended_settings)])),
    }
}

fn capacity(environment: &Environment) -> Value {
    let finops = if environment.finops.is_some() {
        2048.0
    } else {
        0.0
    };
    let consumption = |kind: &str, actual: f64| {
        json!({
            "capacityType": kind,
            "actualConsumption": actual,
            "ratedConsumption": actual,
            "capacityUnit": "MB",
            "updatedOn": "2023-10-10T03:00:35Z",
        })
    };
    json!([
        consumption("Database", 885.0391),
        consumption("File", 1187.142),
        consumption("Log", 0.0),
        consumption("FinOpsDatabase", finops),
        consumption("FinOpsFile", finops),
    ])
}

/// What may be done with the environment, as advice. [F] for an environment without a policy;
/// that the lists swap once a policy is linked is an assumption [X].
pub(super) fn enforcement(environment: &Environment, view: &View) -> Value {
    let mut allowed = vec![
        "Backup", "Copy", "Delete", "Edit", "Reset", "Restore", "Enable", "Disable",
    ];
    let mut disallowed = Vec::new();
    let sku = environment.sku.as_str();
    let linked = view.slots.contains_key(&PolicyKind::Encryption);
    let refused = |operation: &str, kind: &str, message: Option<String>| {
        let mut reason = json!({ "type": kind });
        if let Some(message) = message {
            reason["message"] = message.into();
        }
        json!({"type": {"id": operation}, "reason": reason})
    };
    if view.managed {
        allowed.extend([
            "DisableGovernanceConfiguration",
            "UpdateGovernanceConfiguration",
        ]);
    } else {
        allowed.push("EnableGovernanceConfiguration");
    }
    let [new, rotate, revert] = PolicyKind::Encryption.operations();
    for (operation, fits) in [(new, !linked), (rotate, linked), (revert, linked)] {
        if matches!(sku, "Default" | "Trial" | "Teams") {
            let message = format!("{operation} cannot be performed on environment of type {sku}.");
            disallowed.push(refused(operation, "EnvironmentSkuType", Some(message)));
        } else if !view.managed {
            let message = format!(
                "{operation} cannot be performed on Power Platform environment because of the governance \
                 configuration."
            );
            disallowed.push(refused(operation, "GovernanceConfig", Some(message)));
        } else if fits {
            allowed.push(operation);
        } else {
            disallowed.push(refused(operation, "EnvironmentCmkLinked", None));
        }
    }
    let allowed: Vec<Value> = allowed
        .into_iter()
        .map(|id| json!({"type": {"id": id}}))
        .collect();
    json!({"allowedOperations": allowed, "disallowedOperations": disallowed})
}
