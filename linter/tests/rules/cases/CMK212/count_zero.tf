resource "azurerm_key_vault" "cmk" {
  count = 0

  name                       = "kv-cmk"
  location                   = "eastus"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
}

resource "ppcmk_enterprise_policy" "europe" {
  count = 0

  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk[count.index].id
  key_name            = "cmk"
}
