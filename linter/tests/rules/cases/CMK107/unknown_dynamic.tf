variable "readers" {
  type = list(string)
}

resource "azurerm_key_vault" "cmk" {
  name                     = "kv-cmk"
  location                 = "westeurope"
  resource_group_name      = "rg-cmk"
  tenant_id                = "11111111-1111-1111-1111-111111111111"
  sku_name                 = "premium"
  purge_protection_enabled = true

  dynamic "access_policy" {
    for_each = var.readers
    content {
      tenant_id       = "11111111-1111-1111-1111-111111111111"
      object_id       = access_policy.value
      key_permissions = ["Get", "WrapKey", "UnwrapKey"]
    }
  }
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
#                       ^^^^^^^^^^^^^^^^^^^^^^^^ undecided CMK107: variable `readers` has no value
  key_name            = "cmk"
}
