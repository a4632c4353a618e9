data "ppcmk_enterprise_policies" "europe" {
  location = "europe"
}

output "policies_by_key" {
  description = "The policies of the geo by the key that they use."
  value = {
    for policy in data.ppcmk_enterprise_policies.europe.policies :
    "${policy.key_vault_id}/keys/${policy.key_name}" => policy.name...
  }
}
