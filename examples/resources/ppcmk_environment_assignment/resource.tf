resource "ppcmk_environment_assignment" "retail" {
  environment_id = "00000000-0000-0000-0000-000000000001"
  policy_id      = ppcmk_enterprise_policy.europe.id

  # The policy cannot use the key before it has the right to.
  depends_on = [ppcmk_key_access.europe]
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = var.key_vault_id
  key_name            = "cmk"
}

resource "ppcmk_key_access" "europe" {
  policy_id    = ppcmk_enterprise_policy.europe.id
  key_vault_id = var.key_vault_id
}

variable "key_vault_id" {
  description = "The Azure resource id of the vault that holds the key."
  type        = string
}
