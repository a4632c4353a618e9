# not planned: a plan has a version
variable "api_version" {}

resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
}

resource "azapi_resource" "policy" {
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error CMK107: the policy's identity gets no right on the key
  type      = "Microsoft.PowerPlatform/enterprisePolicies@${var.api_version}"
  name      = "ep-cmk-europe"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk"
  location  = "europe"

  identity {
    type = "SystemAssigned"
  }

  body = {
    kind = "Encryption"
    properties = {
      encryption = {
        state = "Enabled"
        keyVault = {
          id  = azurerm_key_vault.cmk.id
          key = { name = "cmk" }
        }
      }
    }
  }

  response_export_values = ["properties.systemId"]
}
