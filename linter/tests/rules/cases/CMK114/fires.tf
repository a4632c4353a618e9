resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = "cmk"
}

resource "powerplatform_environment" "team" {
  count = 26

  display_name     = "Team ${count.index}"
  location         = "europe"
  environment_type = "Sandbox"

  dataverse = {
    language_code     = 1033
    currency_code     = "EUR"
    security_group_id = "00000000-0000-0000-0000-000000000000"
  }
}

resource "ppcmk_environment_assignment" "team" {
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning CMK114: `26` environments are under customer-managed keys, and Power Automate moves the flows of 25
# in ppcmk_environment_assignment.team[9]
  count = 26

  environment_id = powerplatform_environment.team[count.index].id
  policy_id      = ppcmk_enterprise_policy.europe.id
}
