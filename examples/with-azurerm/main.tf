# The whole chain: a vault that may serve a customer-managed key, the key, a Managed Environment,
# the policy with its rights, and the environment under it.

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "cmk" {
  name     = "rg-cmk"
  location = var.azure_region
}

# --- vault and key

resource "azurerm_key_vault" "cmk" {
  name                       = var.key_vault_name
  resource_group_name        = azurerm_resource_group.cmk.name
  location                   = azurerm_resource_group.cmk.location
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "premium"
  rbac_authorization_enabled = true

  # Without purge protection no environment can be encrypted, and a key that is deleted has to
  # outlive the 30 days in which production can be saved.
  purge_protection_enabled   = true
  soft_delete_retention_days = 90

  # Power Platform is one of the trusted services.
  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
    ip_rules       = var.administrator_addresses
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Terraform makes the key, so it needs a right on keys too.
resource "azurerm_role_assignment" "key_administrator" {
  scope                = azurerm_key_vault.cmk.id
  role_definition_name = "Key Vault Crypto Officer"
  principal_id         = data.azurerm_client_config.current.object_id
}

resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "RSA-HSM"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]

  # A new version every year. The old one has to stay enabled for at least 28 days.
  rotation_policy {
    automatic {
      time_after_creation = "P365D"
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [azurerm_role_assignment.key_administrator]
}

# --- Managed Environment

resource "powerplatform_environment" "retail" {
  display_name     = "Contoso Retail"
  location         = var.location
  environment_type = "Sandbox"

  dataverse = {
    language_code     = "1033"
    currency_code     = "EUR"
    security_group_id = var.security_group_id
  }
}

resource "powerplatform_managed_environment" "retail" {
  environment_id             = powerplatform_environment.retail.id
  is_usage_insights_disabled = true
  is_group_sharing_disabled  = true
  limit_sharing_mode         = "ExcludeSharingToSecurityGroups"
  max_limit_user_sharing     = 10
  solution_checker_mode      = "None"
  suppress_validation_emails = true
  maker_onboarding_markdown  = "This environment is encrypted with a key of Contoso."
  maker_onboarding_url       = "https://www.contoso.com"
}

# --- policy and its rights

resource "azurerm_resource_provider_registration" "power_platform" {
  name = "Microsoft.PowerPlatform"
}

resource "ppcmk_enterprise_policy" "retail" {
  name                = "ep-cmk-${provider::ppcmk::policy_location(var.location)}"
  resource_group_name = azurerm_resource_group.cmk.name
  location            = provider::ppcmk::policy_location(var.location)
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = azurerm_key_vault_key.cmk.name # no version: the policy follows the newest

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [azurerm_resource_provider_registration.power_platform]
}

# ppcmk_key_access does the same, keeps the grant on destroy, and waits until it is visible.
resource "azurerm_role_assignment" "policy_uses_key" {
  scope                = azurerm_key_vault.cmk.id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = ppcmk_enterprise_policy.retail.principal_id
  principal_type       = "ServicePrincipal"
}

# Who links has to be a reader of the policy.
resource "azurerm_role_assignment" "linker_reads_policy" {
  scope                = ppcmk_enterprise_policy.retail.id
  role_definition_name = "Reader"
  principal_id         = data.azurerm_client_config.current.object_id
}

# --- the environment under the policy

resource "ppcmk_environment_assignment" "retail" {
  environment_id = powerplatform_managed_environment.retail.environment_id
  policy_id      = ppcmk_enterprise_policy.retail.id

  depends_on = [
    azurerm_role_assignment.policy_uses_key,
    azurerm_role_assignment.linker_reads_policy,
  ]
}
