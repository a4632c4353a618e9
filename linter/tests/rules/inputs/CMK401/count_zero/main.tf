resource "powerplatform_environment" "retail" {
  count            = 0
  display_name     = "Retail"
  location         = "unitedkingdom"
  environment_type = "Production"

  dataverse = {
    language_code     = 1033
    currency_code     = "EUR"
    security_group_id = "00000000-0000-0000-0000-000000000000"
  }
}

resource "ppcmk_environment_assignment" "retail" {
  count            = 0
  environment_id   = "00000000-0000-0000-0000-00000000000a"
  policy_system_id = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333"
}
