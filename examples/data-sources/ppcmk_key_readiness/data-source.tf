data "ppcmk_key_readiness" "europe" {
  key_vault_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu"
  key_name     = "cmk"
  location     = "europe"
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = data.ppcmk_key_readiness.europe.key_vault_id
  key_name            = data.ppcmk_key_readiness.europe.key_name

  lifecycle {
    precondition {
      condition     = data.ppcmk_key_readiness.europe.ready
      error_message = "The key cannot hold environments yet."
    }
  }
}

output "what_is_wrong" {
  value = [
    for check in data.ppcmk_key_readiness.europe.checks :
    "${check.code}: ${check.message}" if check.status != "passed"
  ]
}
