# Taken over by `import` blocks of the root module; a stand-in asks nobody, so an id is the object.

import {
  to = azurerm_key_vault.cmk
  id = jsonencode({
    name = "kv-cmk"
    location = "westeurope"
    resource_group_name = "rg-cmk"
    tenant_id = "11111111-1111-1111-1111-111111111111"
    sku_name = "premium"
    rbac_authorization_enabled = true
    purge_protection_enabled = true
    soft_delete_retention_days = 90
    public_network_access_enabled = true
  })
}

import {
  to = ppcmk_enterprise_policy.europe
  id = jsonencode({
    id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.PowerPlatform/enterprisePolicies/ep-cmk-europe"
    name = "ep-cmk-europe"
    resource_group_name = "rg-cmk"
    location = "europe"
    key_vault_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk"
    key_name = "cmk"
    principal_id = "77777777-7777-7777-7777-777777777777"
  })
}

import {
  to = azurerm_role_assignment.cmk
  id = jsonencode({
    scope = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk"
    role_definition_name = "Key Vault Crypto Service Encryption User"
    role_definition_id = "/providers/Microsoft.Authorization/roleDefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6"
    principal_id = "77777777-7777-7777-7777-777777777777"
    principal_type = "ServicePrincipal"
  })
}

import {
  to = powerplatform_environment.retail
  id = jsonencode({
    id = "66666666-6666-6666-6666-666666666666"
    display_name = "Retail"
    location = "europe"
    environment_type = "Production"
    description = ""
    cadence = "Moderate"
    billing_policy_id = "00000000-0000-0000-0000-000000000000"
    dataverse = { language_code = 1033, currency_code = "EUR", security_group_id = "00000000-0000-0000-0000-000000000000", administration_mode_enabled = false, background_operation_enabled = true }
  })
}

import {
  to = powerplatform_managed_environment.retail
  id = jsonencode({
    environment_id = "66666666-6666-6666-6666-666666666666"
    is_usage_insights_disabled = true
    is_group_sharing_disabled = true
    limit_sharing_mode = "ExcludeSharingToSecurityGroups"
    max_limit_user_sharing = 10
    solution_checker_mode = "Warn"
    suppress_validation_emails = true
    maker_onboarding_markdown = ""
    maker_onboarding_url = ""
  })
}

import {
  to = ppcmk_environment_assignment.retail
  id = jsonencode({
    environment_id = "66666666-6666-6666-6666-666666666666"
    policy_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.PowerPlatform/enterprisePolicies/ep-cmk-europe"
    wait_for = "accepted"
    wait_for_on_destroy = "accepted"
    deletion_policy = "PREVENT"
    adopt_existing = false
  })
}
