resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]

  lifecycle {
    prevent_destroy = true
  }
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = azurerm_key_vault_key.cmk.name

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_role_assignment" "cmk" {
  scope                = azurerm_key_vault.cmk.id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = ppcmk_enterprise_policy.europe.principal_id
}

resource "powerplatform_environment" "retail" {
  display_name     = "Retail"
  location         = "europe"
  environment_type = "Production"

  dataverse = {
    language_code     = 1033
    currency_code     = "EUR"
    security_group_id = "00000000-0000-0000-0000-000000000000"
  }
}

module "retail" {
  source         = "./assigned"
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
  assign         = false
  depends_on     = [azurerm_role_assignment.cmk]
}
