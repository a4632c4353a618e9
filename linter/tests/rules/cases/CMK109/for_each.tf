resource "azurerm_key_vault" "cmk" {
  for_each = toset(["one", "two"])

  name                       = "kv-cmk-${each.key}"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
}

resource "azapi_resource" "policy" {
  for_each = toset(["one", "two"])

  type      = "Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview"
  name      = "ep-cmk-europe-${each.key}"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk"
  location  = "europe"

  identity {
    type = "None"
#          ^^^^^^ error CMK109: the policy has no identity
# in azapi_resource.policy["one"], azapi_resource.policy["two"]
  }

  body = {
    kind = "Encryption"
    properties = {
      encryption = {
        state = "Enabled"
        keyVault = {
          id  = azurerm_key_vault.cmk[each.key].id
          key = { name = "cmk" }
        }
      }
    }
  }

  response_export_values = ["properties.systemId"]
}

resource "powerplatform_environment" "retail" {
  for_each = toset(["one", "two"])

  display_name     = "Retail-${each.key}"
  location         = "europe"
  environment_type = "Production"

  dataverse = {
    language_code     = 1033
    currency_code     = "EUR"
    security_group_id = "00000000-0000-0000-0000-000000000000"
  }
}

resource "powerplatform_managed_environment" "retail" {
  for_each = toset(["one", "two"])

  environment_id             = powerplatform_environment.retail[each.key].id
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
  for_each = toset(["one", "two"])

  environment_id = powerplatform_environment.retail[each.key].id
  policy_type    = "Encryption"
  system_id      = azapi_resource.policy[each.key].output.properties.systemId
  depends_on     = [powerplatform_managed_environment.retail]
}
