//! `hashicorp/azurerm`, version 4: vaults, keys and rights.

use tfplugin::{Attribute, Block, Schema, Type};

use crate::family::Family;
use crate::invent::Answer::{Json, Text};
use crate::kind::Kind;
use crate::shapes::{
    blocks, computed, either, fixed, flag, needed, optional, or_computed, tags, texts,
};
use crate::source::Source;

macro_rules! subscription {
    () => {
        "/subscriptions/22222222-2222-2222-2222-222222222222"
    };
}

pub(crate) fn family() -> Family {
    Family {
        address: "registry.terraform.io/hashicorp/azurerm",
        block: Schema::new("Stands in for azurerm.")
            .attributes([optional("subscription_id"), optional("tenant_id")])
            .block(Block::list("features", [])),
        resources: vec![
            resource_group(),
            vault(),
            key(),
            access_policy(),
            hsm(),
            hsm_key(),
            hsm_role_assignment(),
            role_assignment(),
            user_assigned_identity(),
        ],
        sources: vec![
            client_config(),
            subscription(),
            role_definition(),
            vault_source(),
            key_source(),
        ],
    }
}

fn resource_group() -> Kind {
    Kind {
        name: "azurerm_resource_group",
        schema: Schema::new("").attributes([
            computed("id"),
            fixed("name"),
            fixed("location"),
            tags(),
        ]),
        answers: &[(
            "id",
            Text(concat!(subscription!(), "/resourceGroups/{=name}")),
        )],
    }
}

/// The type of `access_policy`: azurerm declares it as an attribute that looks like blocks.
fn access_policies() -> Type {
    let texts = || Type::list(Type::String);
    Type::list(Type::object([
        ("tenant_id", Type::String),
        ("object_id", Type::String),
        ("application_id", Type::String),
        ("certificate_permissions", texts()),
        ("key_permissions", texts()),
        ("secret_permissions", texts()),
        ("storage_permissions", texts()),
    ]))
}

fn network_acls() -> Attribute {
    blocks(
        "network_acls",
        [
            ("default_action", Type::String),
            ("bypass", Type::String),
            ("ip_rules", Type::set(Type::String)),
            ("virtual_network_subnet_ids", Type::set(Type::String)),
        ],
    )
}

fn vault() -> Kind {
    Kind {
        name: "azurerm_key_vault",
        schema: Schema::new("").version(2).attributes([
            computed("id"),
            fixed("name"),
            fixed("location"),
            fixed("resource_group_name"),
            needed("sku_name"),
            needed("tenant_id"),
            or_computed(Attribute::new("access_policy", access_policies())),
            flag("enabled_for_deployment"),
            flag("enabled_for_disk_encryption"),
            flag("enabled_for_template_deployment"),
            or_computed(flag("enable_rbac_authorization"))
                .deprecated("This property has been renamed to `rbac_authorization_enabled`."),
            or_computed(flag("rbac_authorization_enabled")),
            or_computed(network_acls()),
            flag("purge_protection_enabled"),
            flag("public_network_access_enabled").default_value(true),
            Attribute::number("soft_delete_retention_days").default_value(90_i64),
            tags(),
            computed("vault_uri"),
        ]),
        answers: &[
            (
                "id",
                Text(concat!(
                    subscription!(),
                    "/resourceGroups/{=resource_group_name}/providers/Microsoft.KeyVault/vaults/{=name}"
                )),
            ),
            ("vault_uri", Text("https://{=name}.vault.azure.net/")),
        ],
    }
}

fn key_attributes() -> [Attribute; 10] {
    [
        computed("id"),
        fixed("name"),
        fixed("key_type"),
        Attribute::number("key_size").requires_replace(),
        texts("key_opts").required(),
        either("curve").requires_replace(),
        optional("not_before_date"),
        optional("expiration_date"),
        computed("versionless_id"),
        tags(),
    ]
}

fn key() -> Kind {
    let automatic = blocks(
        "automatic",
        [
            ("time_after_creation", Type::String),
            ("time_before_expiry", Type::String),
        ],
    );
    Kind {
        name: "azurerm_key_vault_key",
        schema: Schema::new("")
            .attributes(key_attributes())
            .attributes([
                fixed("key_vault_id"),
                computed("version"),
                computed("n"),
                computed("e"),
                computed("x"),
                computed("y"),
                computed("public_key_pem"),
                computed("public_key_openssh"),
                computed("resource_id"),
                computed("resource_versionless_id"),
            ])
            .block(Block::list(
                "rotation_policy",
                [
                    optional("expire_after"),
                    optional("notify_before_expiry"),
                    automatic,
                ],
            )),
        answers: &[
            (
                "id",
                Text("https://kv.vault.azure.net/keys/{=name}/0123456789abcdef0123456789abcdef"),
            ),
            (
                "versionless_id",
                Text("https://kv.vault.azure.net/keys/{=name}"),
            ),
            ("version", Text("0123456789abcdef0123456789abcdef")),
            (
                "resource_id",
                Text("{=key_vault_id}/keys/{=name}/versions/0123456789abcdef0123456789abcdef"),
            ),
            (
                "resource_versionless_id",
                Text("{=key_vault_id}/keys/{=name}"),
            ),
        ],
    }
}

fn access_policy() -> Kind {
    Kind {
        name: "azurerm_key_vault_access_policy",
        schema: Schema::new("").attributes([
            computed("id"),
            fixed("key_vault_id"),
            fixed("tenant_id"),
            fixed("object_id"),
            optional("application_id").requires_replace(),
            texts("certificate_permissions"),
            texts("key_permissions"),
            texts("secret_permissions"),
            texts("storage_permissions"),
        ]),
        answers: &[("id", Text("{=key_vault_id}/objectId/{=object_id}"))],
    }
}

fn hsm() -> Kind {
    Kind {
        name: "azurerm_key_vault_managed_hardware_security_module",
        schema: Schema::new("").attributes([
            computed("id"),
            fixed("name"),
            fixed("location"),
            fixed("resource_group_name"),
            fixed("sku_name"),
            fixed("tenant_id"),
            Attribute::new("admin_object_ids", Type::set(Type::String))
                .required()
                .requires_replace(),
            or_computed(network_acls()),
            flag("purge_protection_enabled").requires_replace(),
            flag("public_network_access_enabled")
                .default_value(true)
                .requires_replace(),
            Attribute::number("soft_delete_retention_days")
                .default_value(90_i64)
                .requires_replace(),
            tags(),
            computed("hsm_uri"),
        ]),
        answers: &[
            (
                "id",
                Text(concat!(
                    subscription!(),
                    "/resourceGroups/{=resource_group_name}/providers/Microsoft.KeyVault/managedHSMs/{=name}"
                )),
            ),
            ("hsm_uri", Text("https://{=name}.managedhsm.azure.net/")),
        ],
    }
}

fn hsm_key() -> Kind {
    Kind {
        name: "azurerm_key_vault_managed_hardware_security_module_key",
        schema: Schema::new("")
            .attributes(key_attributes())
            .attributes([fixed("managed_hsm_id"), computed("versioned_id")]),
        answers: &[("id", Text("https://hsm.managedhsm.azure.net/keys/{=name}"))],
    }
}

fn hsm_role_assignment() -> Kind {
    Kind {
        name: "azurerm_key_vault_managed_hardware_security_module_role_assignment",
        schema: Schema::new("").attributes([
            computed("id"),
            fixed("managed_hsm_id"),
            fixed("name"),
            fixed("scope"),
            fixed("role_definition_id"),
            fixed("principal_id"),
            computed("resource_id"),
        ]),
        answers: &[],
    }
}

fn role_assignment() -> Kind {
    Kind {
        name: "azurerm_role_assignment",
        schema: Schema::new("").attributes([
            computed("id"),
            either("name").requires_replace(),
            fixed("scope"),
            either("role_definition_id").requires_replace(),
            either("role_definition_name").requires_replace(),
            fixed("principal_id"),
            either("principal_type").requires_replace(),
            or_computed(flag("skip_service_principal_aad_check")),
            optional("delegated_managed_identity_resource_id").requires_replace(),
            optional("description").requires_replace(),
            optional("condition").requires_replace(),
            either("condition_version").requires_replace(),
        ]),
        answers: &[
            (
                "id",
                Text("{=scope}/providers/Microsoft.Authorization/roleAssignments/{=guid}"),
            ),
            ("principal_type", Text("ServicePrincipal")),
            // Of the one role that tests name by its definition.
            (
                "role_definition_name",
                Text("Key Vault Crypto Service Encryption User"),
            ),
        ],
    }
}

fn user_assigned_identity() -> Kind {
    Kind {
        name: "azurerm_user_assigned_identity",
        schema: Schema::new("").attributes([
            computed("id"),
            fixed("name"),
            fixed("location"),
            fixed("resource_group_name"),
            tags(),
            computed("client_id"),
            computed("principal_id"),
            computed("tenant_id"),
        ]),
        answers: &[],
    }
}

fn client_config() -> Source {
    Source {
        name: "azurerm_client_config",
        schema: Schema::new("").attributes(
            [
                "id",
                "client_id",
                "object_id",
                "subscription_id",
                "tenant_id",
            ]
            .map(computed),
        ),
        answers: &[("tenant_id", Text("11111111-1111-1111-1111-111111111111"))],
    }
}

fn subscription() -> Source {
    Source {
        name: "azurerm_subscription",
        schema: Schema::new("").attributes([
            computed("id"),
            either("subscription_id"),
            computed("display_name"),
            computed("state"),
            computed("tenant_id"),
        ]),
        answers: &[("id", Text(subscription!()))],
    }
}

fn role_definition() -> Source {
    Source {
        name: "azurerm_role_definition",
        schema: Schema::new("").attributes([
            computed("id"),
            either("name"),
            either("role_definition_id"),
            optional("scope"),
            computed("description"),
            computed("type"),
        ]),
        answers: &[
            // Of the one role that tests look up.
            (
                "id",
                Text(
                    "/providers/Microsoft.Authorization/roleDefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6",
                ),
            ),
            (
                "role_definition_id",
                Text("e147488a-f6f5-4113-8e2d-b22465e65bf6"),
            ),
            ("name", Text("Key Vault Crypto Service Encryption User")),
        ],
    }
}

/// A vault that somebody else keeps, and keeps well.
fn vault_source() -> Source {
    Source {
        name: "azurerm_key_vault",
        schema: Schema::new("").attributes([
            computed("id"),
            needed("name"),
            needed("resource_group_name"),
            computed("location"),
            computed("sku_name"),
            computed("tenant_id"),
            computed("vault_uri"),
            flag("purge_protection_enabled").computed(),
            flag("public_network_access_enabled").computed(),
            flag("rbac_authorization_enabled").computed(),
            Attribute::new("access_policy", access_policies()).computed(),
            network_acls().computed(),
        ]),
        answers: &[
            (
                "id",
                Text(concat!(
                    subscription!(),
                    "/resourceGroups/{=resource_group_name}/providers/Microsoft.KeyVault/vaults/{=name}"
                )),
            ),
            ("location", Text("westeurope")),
            ("vault_uri", Text("https://{=name}.vault.azure.net/")),
            ("purge_protection_enabled", Json("true")),
            ("public_network_access_enabled", Json("true")),
            ("rbac_authorization_enabled", Json("true")),
        ],
    }
}

fn key_source() -> Source {
    Source {
        name: "azurerm_key_vault_key",
        schema: Schema::new("").attributes([
            computed("id"),
            needed("name"),
            needed("key_vault_id"),
            computed("key_type"),
            Attribute::number("key_size").computed(),
            texts("key_opts").computed(),
            computed("version"),
            computed("versionless_id"),
            computed("resource_id"),
            computed("resource_versionless_id"),
        ]),
        answers: &[
            ("key_type", Text("RSA")),
            ("key_size", Json("3072")),
            ("key_opts", Json(r#"["wrapKey", "unwrapKey"]"#)),
            ("version", Text("0123456789abcdef0123456789abcdef")),
            (
                "resource_versionless_id",
                Text("{=key_vault_id}/keys/{=name}"),
            ),
        ],
    }
}
