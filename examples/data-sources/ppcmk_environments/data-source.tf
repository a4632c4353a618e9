# Production in Europe that is not under a customer-managed key.
data "ppcmk_environments" "left_out" {
  location = "europe"
  type     = "Production"
  linked   = false
}

output "left_out" {
  value = {
    for environment in data.ppcmk_environments.left_out.environments :
    environment.id => environment.managed ? environment.display_name : "${environment.display_name} (not managed)"
  }
}
