# By the Azure resource id.
terraform import ppcmk_enterprise_policy.europe '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.PowerPlatform/enterprisePolicies/ep-cmk-europe'
