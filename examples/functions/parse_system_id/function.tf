# "europe"
output "location" {
  value = provider::ppcmk::parse_system_id("/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333").location
}
