variable "policy_id" {
  description = "The Azure resource id of the encryption policy."
  type        = string
  default     = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.PowerPlatform/enterprisePolicies/ep-cmk-europe"
}

variable "key_access_id" {
  description = "The id of the role assignment that gives the policy's identity its right on the vault, or `<vault id>/objectId/<principal id>` for an access policy."
  type        = string
}

variable "key_vault_id" {
  description = "The Azure resource id of the vault that the policy uses."
  type        = string
  default     = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu"
}

variable "key_name" {
  description = "The key that the policy uses."
  type        = string
  default     = "cmk"
}

variable "deletion_policy" {
  description = "What destroying an assignment does: `PREVENT`, `UNLINK` or `ABANDON`."
  type        = string
  default     = "PREVENT"
}
