resource "powerplatform_environment" "retail" {
  display_name     = "Retail"
  location         = "europe"
  environment_type = "Trial"

  dataverse = {
    language_code     = 1033
    currency_code     = "EUR"
    security_group_id = "00000000-0000-0000-0000-000000000000"
  }
}

resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  purge_protection_enabled   = false
}

resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "RSA"
  key_size     = 4096
  key_opts     = ["wrapKey", "unwrapKey"]
}

resource "azurerm_role_assignment" "reader" {
  scope                = azurerm_key_vault.cmk.id
  role_definition_name = "Reader"
  principal_id         = "33333333-3333-3333-3333-333333333333"
}
