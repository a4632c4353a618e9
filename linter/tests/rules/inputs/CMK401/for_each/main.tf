resource "powerplatform_environment" "retail" {
  for_each         = { one = "unitedkingdom", two = "unitedstates", three = "europe" }
#                            ^^^^^^^^^^^^^^^ error CMK401: the environment is in `unitedkingdom`, outside of the allowed geo `europe`
# in powerplatform_environment.retail["one"]
#                                                   ^^^^^^^^^^^^^^ error CMK401: the environment is in `unitedstates`, outside of the allowed geo `europe`
# in powerplatform_environment.retail["two"]
  display_name     = "Retail"
  location         = each.value
  environment_type = "Production"

  dataverse = {
    language_code     = 1033
    currency_code     = "EUR"
    security_group_id = "00000000-0000-0000-0000-000000000000"
  }
}

resource "ppcmk_environment_assignment" "retail" {
  for_each         = powerplatform_environment.retail
  environment_id   = each.value.id
  policy_system_id = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333"
}
