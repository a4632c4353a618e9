resource "powerplatform_environment" "retail" {
  display_name     = "Retail"
  location         = "unitedkingdom"
#                    ^^^^^^^^^^^^^^^ error CMK401: the environment is in `unitedkingdom`, outside of the allowed geo `europe`
  environment_type = "Production"

  dataverse = {
    language_code     = 1033
    currency_code     = "EUR"
    security_group_id = "00000000-0000-0000-0000-000000000000"
  }
}
