# One encryption policy, its right on the key, and two environments under it. Vault, key and
# environments come from the emulator's seed; in a real tenant they are yours.

terraform {
  required_providers {
    ppcmk = {
      source = "registry.terraform.io/ppcmk/ppcmk"
    }
  }
}

# Tenant, credentials and endpoints come from the environment.
provider "ppcmk" {}

locals {
  vault_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu"

  environments = {
    retail = "00000000-0000-0000-0000-000000000001"
    uat    = "00000000-0000-0000-0000-000000000002"
  }
}

# ppcmk-lint: ignore CMK211 reason="made to be destroyed again; in a tenant, add prevent_destroy"
resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = local.vault_id
  key_name            = "cmk"
}

resource "ppcmk_key_access" "europe" {
  policy_id    = ppcmk_enterprise_policy.europe.id
  key_vault_id = local.vault_id
}

resource "ppcmk_environment_assignment" "europe" {
  for_each = local.environments

  environment_id  = each.value
  policy_id       = ppcmk_enterprise_policy.europe.id
  wait_for        = "encrypted"
  deletion_policy = "UNLINK"

  # The policy cannot use the key before it has the right to.
  depends_on = [ppcmk_key_access.europe]
}

output "link_status" {
  value = { for name, assignment in ppcmk_environment_assignment.europe : name => assignment.link_status }
}
