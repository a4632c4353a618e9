variable "environment_id" {
  type = string
}

variable "policy_id" {
  type = string
}

variable "assign" {
  type    = bool
  default = true
}

resource "powerplatform_managed_environment" "this" {
  environment_id             = var.environment_id
  is_usage_insights_disabled = true
  is_group_sharing_disabled  = true
  limit_sharing_mode         = "ExcludeSharingToSecurityGroups"
  max_limit_user_sharing     = 10
  solution_checker_mode      = "Warn"
  suppress_validation_emails = true
  maker_onboarding_markdown  = ""
  maker_onboarding_url       = ""
}

resource "ppcmk_environment_assignment" "this" {
  count = var.assign ? 1 : 0

  environment_id = powerplatform_managed_environment.this.environment_id
  policy_id      = var.policy_id
}
