resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
}
# nowhere: warning CMK904: the plan has `azurerm_key_vault.other`, and the sources have not (and 1 more)
