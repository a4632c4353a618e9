//! `azure/azapi`, version 2: raw bodies.

use tfplugin::{Attribute, Block, Schema, Type};

use crate::family::Family;
use crate::invent::Answer::{Json, Text};
use crate::invent::Answers;
use crate::kind::Kind;
use crate::shapes::{computed, either, flag, needed, optional, or_computed, tags, texts};
use crate::source::Source;

/// What is exported of an enterprise policy; of other types nobody reads it.
const ANSWERS: Answers = &[
    ("id", Text("{=parent_id}/providers/{=type}/{=name}")),
    (
        "output",
        Json(
            r#"{
  "id": "{=parent_id}/providers/Microsoft.PowerPlatform/enterprisePolicies/{=name}",
  "identity": { "principalId": "{=principal}", "tenantId": "11111111-1111-1111-1111-111111111111", "type": "SystemAssigned" },
  "properties": {
    "systemId": "/regions/{=location}/providers/Microsoft.PowerPlatform/enterprisePolicies/{=guid}"
  }
}"#,
        ),
    ),
];

pub(crate) fn family() -> Family {
    Family {
        address: "registry.terraform.io/azure/azapi",
        block: Schema::new("Stands in for azapi.")
            .attributes([optional("subscription_id"), optional("tenant_id")]),
        resources: vec![Kind {
            name: "azapi_resource",
            schema: resource(),
            answers: ANSWERS,
        }],
        sources: vec![Source {
            name: "azapi_resource",
            schema: source(),
            answers: ANSWERS,
        }],
    }
}

fn resource() -> Schema {
    Schema::new("")
        .version(2)
        .attributes([
            computed("id"),
            either("name").requires_replace(),
            either("parent_id").requires_replace(),
            needed("type"),
            either("location").requires_replace(),
            Attribute::new("body", Type::Dynamic),
            Attribute::new("sensitive_body", Type::Dynamic).write_only(),
            Attribute::new("replace_triggers_external_values", Type::Dynamic).requires_replace(),
            texts("replace_triggers_refs"),
            flag("ignore_casing").default_value(false),
            flag("ignore_missing_property").default_value(true),
            flag("ignore_null_property").default_value(false),
            Attribute::new("response_export_values", Type::Dynamic),
            texts("locks"),
            flag("schema_validation_enabled").default_value(true),
            // No prior value: any change makes all of it unknown.
            Attribute::new("output", Type::Dynamic).computed(),
            or_computed(tags()),
        ])
        .block(identity())
}

fn identity() -> Block {
    Block::list(
        "identity",
        [
            needed("type"),
            texts("identity_ids"),
            computed("principal_id"),
            computed("tenant_id"),
        ],
    )
}

fn source() -> Schema {
    Schema::new("").attributes([
        computed("id"),
        needed("type"),
        either("name"),
        either("parent_id"),
        optional("resource_id"),
        computed("location"),
        Attribute::new("response_export_values", Type::Dynamic),
        Attribute::new("output", Type::Dynamic).computed(),
        tags().computed(),
    ])
}
