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
  for_each = toset(["one", "two"])

  name                = "ep-cmk-europe-${each.key}"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk[each.key].id
  key_name            = "cmk"
}

resource "azurerm_role_assignment" "cmk" {
  for_each = toset(["one", "two"])

  scope                = azurerm_key_vault.cmk[each.key].id
  role_definition_name = "Key Vault Administrator"
#                        ^^^^^^^^^^^^^^^^^^^^^^^^^ warning CMK209: the policy's identity gets the role `key vault administrator`, which may do more than wrap and unwrap
# in azurerm_role_assignment.cmk["one"], azurerm_role_assignment.cmk["two"]
  principal_id         = ppcmk_enterprise_policy.europe[each.key].principal_id
}
