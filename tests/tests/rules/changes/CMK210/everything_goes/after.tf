# finding azurerm_key_vault.cmk
# finding azurerm_role_assignment.cmk
# finding ppcmk_enterprise_policy.europe

