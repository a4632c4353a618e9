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

data "ppcmk_coverage" "retail" {
  environment_id = powerplatform_environment.retail.id

  finance_and_operations = {
    hosting = "unified"
    apps    = ["commerce"]
  }
  commerce_scale_units = [
    { name = "csu-emea", region = "westeurope" },
    { name = "csu-second", region = "westeurope" },
  ]
}
