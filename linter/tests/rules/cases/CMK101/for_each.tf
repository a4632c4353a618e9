resource "powerplatform_environment" "retail" {
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error CMK101: no encryption assignment, and `data.ppcmk_coverage.retail["one"]` asks for one
# in powerplatform_environment.retail["one"]
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error CMK101: no encryption assignment, and `data.ppcmk_coverage.retail["two"]` asks for one
# in powerplatform_environment.retail["two"]
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
    hosting = "unified"
    apps    = ["commerce"]
  }
}
