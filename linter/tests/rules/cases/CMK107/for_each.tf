resource "azurerm_key_vault" "cmk" {
  for_each = toset(["one", "two"])

  name                       = "kv-cmk-${each.key}"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
}

resource "ppcmk_enterprise_policy" "europe" {
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error CMK107: the policy's identity gets no right on the key
# in ppcmk_enterprise_policy.europe["one"], ppcmk_enterprise_policy.europe["two"]
  for_each = toset(["one", "two"])

  name                = "ep-cmk-europe-${each.key}"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk[each.key].id
  key_name            = "cmk"
}
