data "ppcmk_enterprise_policy" "shared" {
  id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.PowerPlatform/enterprisePolicies/ep-cmk-europe"
}

resource "ppcmk_environment_assignment" "retail" {
  environment_id = "00000000-0000-0000-0000-000000000001"
  policy_id      = data.ppcmk_enterprise_policy.shared.id
}
