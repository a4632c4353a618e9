resource "powerplatform_environment" "retail" {
  for_each = toset(["one", "two"])

  display_name     = "Retail-${each.key}"
  location         = "europe"
  environment_type = "Production"

  dataverse = {
    language_code     = 1033
    currency_code     = "EUR"
    security_group_id = "00000000-0000-0000-0000-000000000000"
  }
}

data "ppcmk_coverage" "retail" {
  for_each = toset(["one", "two"])

  environment_id = powerplatform_environment.retail[each.key].id

  finance_and_operations = {
    hosting                    = "lifecycle_services"
    power_platform_integration = false
#                                ^^^^^ error CMK305: finance and operations stays under Microsoft's key: it has no Power Platform integration
# in data.ppcmk_coverage.retail["one"], data.ppcmk_coverage.retail["two"]
  }
}
