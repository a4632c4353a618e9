resource "azurerm_key_vault" "cmk" {
  for_each = toset(["one", "two"])

  name                       = "kv-cmk-${each.key}"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_key_vault_key" "cmk" {
  for_each = toset(["one", "two"])

  name         = "cmk-${each.key}"
  key_vault_id = azurerm_key_vault.cmk[each.key].id
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]

  lifecycle {
    prevent_destroy = true
  }
}

resource "azapi_resource" "policy" {
  for_each = toset(["one", "two"])

  type      = "Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview"
  name      = "ep-cmk-europe-${each.key}"
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
          id  = azurerm_key_vault.cmk[each.key].id
          key = { name = azurerm_key_vault_key.cmk[each.key].name, version = azurerm_key_vault_key.cmk[each.key].version }
#                                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning CMK207: the policy pins its key to `azurerm_key_vault_key.cmk.version`
# in azapi_resource.policy["one"], azapi_resource.policy["two"]
        }
      }
    }
  }

  response_export_values = ["properties.systemId"]

  lifecycle {
    prevent_destroy = true
  }
}
