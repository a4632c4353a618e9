# Dynamics 365 Commerce under a key of your own: an encryption policy, its right on the key, the
# environment under it, and, declared because no API shows it, where the Commerce Scale Units are.
#
# One of them is in a geo that the key does not reach (CMK301). The linter points at its line in
# terraform.tfvars, and the plan is refused until somebody edits it. `cargo quickstart` does.

terraform {
  required_providers {
    ppcmk = {
      source = "registry.terraform.io/ppcmk/ppcmk"
    }
  }
}

# Tenant, credentials and endpoints come from the environment.
provider "ppcmk" {}

# Vault, key and environment are those of the emulator's seed; in a tenant they are yours.
locals {
  vault_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu"
}

variable "scale_units" {
  description = "The Commerce Scale Units: their names, and the Azure region of each."
  type        = map(string)
}

data "ppcmk_environment" "retail" {
  id = "00000000-0000-0000-0000-000000000007"
}

data "ppcmk_coverage" "retail" {
  environment_id = data.ppcmk_environment.retail.id

  finance_and_operations = {
    hosting        = "unified"
    region         = "westeurope"
    apps           = ["finance", "commerce"]
    standalone_rcs = false
  }
  commerce_scale_units = [
    for name, region in var.scale_units : { name = name, region = region }
  ]
}

locals {
  # What no key of this environment will ever reach. That the environment has no policy yet is a
  # gap as well, and what the apply is for.
  out_of_reach = [
    for gap in data.ppcmk_coverage.retail.gaps : gap
    if startswith(coalesce(gap.code, "-"), "CMK3")
  ]
}

# ppcmk-lint: ignore CMK211 reason="the quickstart deletes it again; in a tenant, add prevent_destroy"
resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = local.vault_id
  key_name            = "cmk"

  lifecycle {
    # Nothing is made, and nobody goes offline, for a key that does not reach everything.
    precondition {
      condition = length(local.out_of_reach) == 0
      error_message = join("\n", concat(["The key would not reach everything:"], [
        for gap in local.out_of_reach : "- ${gap.code} ${gap.title} ${coalesce(gap.instance, "")}: ${gap.reason}"
      ]))
    }
  }
}

resource "ppcmk_key_access" "europe" {
  policy_id    = ppcmk_enterprise_policy.europe.id
  key_vault_id = local.vault_id
}

resource "ppcmk_environment_assignment" "retail" {
  environment_id  = data.ppcmk_environment.retail.id
  policy_id       = ppcmk_enterprise_policy.europe.id
  wait_for        = "encrypted"
  deletion_policy = "UNLINK"

  # The policy cannot use the key before it has the right to.
  depends_on = [ppcmk_key_access.europe]
}
