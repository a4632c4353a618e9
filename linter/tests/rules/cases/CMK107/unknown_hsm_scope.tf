variable "scope" {}

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
#                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ undecided CMK107: variable `scope` has no value
  key_name            = azurerm_key_vault_managed_hardware_security_module_key.cmk.name

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_key_vault_managed_hardware_security_module_role_assignment" "cmk" {
  name               = "44444444-4444-4444-4444-444444444444"
  managed_hsm_id     = azurerm_key_vault_managed_hardware_security_module.cmk.id
  scope              = var.scope
  role_definition_id = "/Microsoft.KeyVault/providers/Microsoft.Authorization/roleDefinitions/33413926-3206-4cdd-b39a-83574fe37a17"
  principal_id       = ppcmk_enterprise_policy.europe.principal_id
}
