resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe" # a geo, not an Azure region
  key_vault_id        = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu"
  key_name            = "cmk" # without key_version the policy follows the newest version

  lifecycle {
    prevent_destroy = true
  }
}
