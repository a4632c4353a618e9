resource "powerplatform_environment" "retail" {
  display_name     = "Retail"
  location         = "europe"
  environment_type = "Production"

  dataverse = {
    language_code     = 1033
    currency_code     = "EUR"
    security_group_id = "00000000-0000-0000-0000-000000000000"
  }
}

resource "ppcmk_environment_assignment" "retail" {
  environment_id   = powerplatform_environment.retail.id
  policy_system_id = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333"
}
