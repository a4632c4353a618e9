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

resource "azurerm_key_vault_key" "cmk" {
  for_each = toset(["one", "two"])

  name         = "cmk-${each.key}"
  key_vault_id = azurerm_key_vault.cmk[each.key].id
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]
}

resource "ppcmk_enterprise_policy" "europe" {
  for_each = toset(["one", "two"])

  name                = "ep-cmk-europe-${each.key}"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk[each.key].id
  key_name            = azurerm_key_vault_key.cmk[each.key].name
  key_version         = "0123456789abcdef0123456789abcdef"
#                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning CMK207: the policy pins version `0123456789abcdef0123456789abcdef` of its key
# in ppcmk_enterprise_policy.europe["one"], ppcmk_enterprise_policy.europe["two"]
}
