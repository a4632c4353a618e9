resource "powerplatform_environment" "retail" {
  for_each = toset(["one", "two"])

  display_name     = "Retail-${each.key}"
  location         = "switzerland"
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
    hosting = "unified"
    apps    = ["commerce"]
  }
  commerce_scale_units = [
#                        ^ warning CMK316: geo `switzerland` has no region for scale units, so none can be under the key
# in data.ppcmk_coverage.retail["one"], data.ppcmk_coverage.retail["two"]
    { name = "csu-emea", region = "westeurope" },
    { name = "csu-second", region = "westeurope" },
  ]
}
