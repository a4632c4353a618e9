# "rg-cmk"
output "resource_group_name" {
  value = provider::ppcmk::parse_policy_id("/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.PowerPlatform/enterprisePolicies/ep-cmk-europe").resource_group_name
}
