output "policies" {
  description = "The policy of each geo: its Azure resource id, and the identity that uses the key."
  value = {
    for geo, policy in ppcmk_enterprise_policy.this : geo => {
      id           = policy.id
      principal_id = policy.principal_id
    }
  }
}

output "environments" {
  description = "The policy of each environment. How far the service is with it is no output: it would change by itself, and no plan would be empty."
  value = {
    for name, assignment in ppcmk_environment_assignment.this : name => {
      display_name = assignment.environment.name
      geo          = local.environments[name].geo
      policy_id    = assignment.policy_id
    }
  }
}
