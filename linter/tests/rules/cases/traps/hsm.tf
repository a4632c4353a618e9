resource "azurerm_key_vault_managed_hardware_security_module" "cmk" {
  name                       = "hsm-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "Standard_B1"
  admin_object_ids           = ["33333333-3333-3333-3333-333333333333"]
  purge_protection_enabled   = true
  soft_delete_retention_days = 90

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_key_vault_managed_hardware_security_module_key" "cmk" {
  name           = "cmk"
  managed_hsm_id = azurerm_key_vault_managed_hardware_security_module.cmk.id
  key_type       = "RSA-HSM"
  key_size       = 3072
  key_opts       = ["wrapKey", "unwrapKey"]

  lifecycle {
    prevent_destroy = true
  }
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault_managed_hardware_security_module.cmk.id
  key_name            = azurerm_key_vault_managed_hardware_security_module_key.cmk.name

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_key_vault_managed_hardware_security_module_role_assignment" "cmk" {
  name               = "44444444-4444-4444-4444-444444444444"
  managed_hsm_id     = azurerm_key_vault_managed_hardware_security_module.cmk.id
  scope              = "/keys"
  role_definition_id = "/Microsoft.KeyVault/providers/Microsoft.Authorization/roleDefinitions/33413926-3206-4cdd-b39a-83574fe37a17"
  principal_id       = ppcmk_enterprise_policy.europe.principal_id
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
  depends_on     = [azurerm_key_vault_managed_hardware_security_module_role_assignment.cmk, powerplatform_managed_environment.retail]
}
