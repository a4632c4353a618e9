//! Parts that the examples of several rules share, so that each example is a whole configuration.

/// A good vault, `azurerm_key_vault.cmk`.
macro_rules! vault {
    () => {
        r#"resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  soft_delete_retention_days = 90

  lifecycle {
    prevent_destroy = true
  }
}

"#
    };
}

/// A good key in that vault, `azurerm_key_vault_key.cmk`.
macro_rules! key {
    () => {
        r#"resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "RSA-HSM"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]

  lifecycle {
    prevent_destroy = true
  }
}

"#
    };
}

/// The policy that uses that key, `ppcmk_enterprise_policy.europe`.
macro_rules! policy {
    () => {
        r#"resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = azurerm_key_vault_key.cmk.name

  lifecycle {
    prevent_destroy = true
  }
}"#
    };
}

/// An environment in Europe, `powerplatform_environment.retail`.
macro_rules! environment {
    () => {
        r#"resource "powerplatform_environment" "retail" {
  display_name     = "Retail"
  location         = "europe"
  environment_type = "Production"
}

"#
    };
}

pub(super) use {environment, key, policy, vault};
