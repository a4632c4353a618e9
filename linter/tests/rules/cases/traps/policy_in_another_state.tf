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

resource "powerplatform_managed_environment" "retail" {
  environment_id             = powerplatform_environment.retail.id
  is_usage_insights_disabled = true
  is_group_sharing_disabled  = true
  limit_sharing_mode         = "ExcludeSharingToSecurityGroups"
  max_limit_user_sharing     = 10
  solution_checker_mode      = "Warn"
  suppress_validation_emails = true
  maker_onboarding_markdown  = ""
  maker_onboarding_url       = ""
}

resource "powerplatform_enterprise_policy" "retail" {
  environment_id = powerplatform_environment.retail.id
  policy_type    = "Encryption"
  system_id      = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333"
  depends_on     = [powerplatform_managed_environment.retail]
}
