data "azurerm_key_vault" "cmk" {
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ undecided CMK201: `data.azurerm_key_vault.cmk.purge_protection_enabled` is read when Terraform plans
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ undecided CMK202: `data.azurerm_key_vault.cmk.soft_delete_retention_days` is read when Terraform plans
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ undecided CMK206: `data.azurerm_key_vault.cmk.public_network_access_enabled` is read when Terraform plans
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ undecided CMK212: `data.azurerm_key_vault.cmk.location` is read when Terraform plans
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ undecided CMK214: `data.azurerm_key_vault.cmk.rbac_authorization_enabled` is read when Terraform plans
  name                = "kv-cmk"
  resource_group_name = "rg-cmk"
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = data.azurerm_key_vault.cmk.id
  key_name            = "cmk"

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_role_assignment" "cmk" {
  scope                = data.azurerm_key_vault.cmk.id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = ppcmk_enterprise_policy.europe.principal_id
}

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

resource "ppcmk_environment_assignment" "retail" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [azurerm_role_assignment.cmk, powerplatform_managed_environment.retail]
}
