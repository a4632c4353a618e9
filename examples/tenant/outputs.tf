output "policies" {
  description = "The policy of each geo."
  value       = module.customer_managed_keys.policies
}

output "environments" {
  description = "The policy of each environment."
  value       = module.customer_managed_keys.environments
}
