variable "policies" {
  type = list(string)
}

resource "azapi_resource" "vault" {
  type      = "Microsoft.KeyVault/vaults@2023-07-01"
  name      = "kv-cmk"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk"
  location  = "westeurope"

  body = {
    properties = {
      tenantId                  = "11111111-1111-1111-1111-111111111111"
      sku                       = { family = "A", name = "premium" }
      enableRbacAuthorization   = false
      accessPolicies            = var.policies
      enablePurgeProtection     = true
      softDeleteRetentionInDays = 90
    }
  }
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azapi_resource.vault.id
#                       ^^^^^^^^^^^^^^^^^^^^^^^ undecided CMK107: variable `policies` has no value
  key_name            = "cmk"
}
