variable "subnets" {
  type = list(string)
}

resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true

  dynamic "network_acls" {
    for_each = var.subnets
#              ^^^^^^^^^^^ undecided CMK206: variable `subnets` has no value
    content {
      default_action             = "Deny"
      bypass                     = "None"
      virtual_network_subnet_ids = [network_acls.value]
    }
  }
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = "cmk"
}
