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
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error CMK107: the policy's identity gets no right on the key, only an access policy, and the vault uses roles
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = "cmk"
}

resource "azurerm_key_vault_access_policy" "cmk" {
  key_vault_id    = azurerm_key_vault.cmk.id
  tenant_id       = "11111111-1111-1111-1111-111111111111"
  object_id       = ppcmk_enterprise_policy.europe.principal_id
  key_permissions = ["Get", "WrapKey", "UnwrapKey"]
}
