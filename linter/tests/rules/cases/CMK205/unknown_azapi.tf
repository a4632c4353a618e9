variable "action" {}

resource "azapi_resource" "vault" {
  type      = "Microsoft.KeyVault/vaults@2023-07-01"
  name      = "kv-cmk"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk"
  location  = "westeurope"

  body = {
    properties = {
      tenantId                  = "11111111-1111-1111-1111-111111111111"
      sku                       = { family = "A", name = "premium" }
      enableRbacAuthorization   = true
      enablePurgeProtection     = true
      softDeleteRetentionInDays = 90
    }
  }
}

resource "azapi_resource" "key" {
  type      = "Microsoft.KeyVault/vaults/keys@2023-07-01"
  name      = "cmk"
  parent_id = azapi_resource.vault.id

  body = {
    properties = {
      kty     = "RSA"
      keySize = 3072
      keyOps  = ["wrapKey", "unwrapKey"]
      attributes = { exp = 1893456000 }
      rotationPolicy = {
#                      ^ undecided CMK205: variable `action` has no value
        lifetimeActions = [{
          action  = { type = var.action }
          trigger = { timeBeforeExpiry = "P30D" }
        }]
      }
    }
  }
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azapi_resource.vault.id
  key_name            = azapi_resource.key.name
}
