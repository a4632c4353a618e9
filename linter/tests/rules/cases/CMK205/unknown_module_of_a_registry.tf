# not planned: the module comes from a registry
module "vault" {
  source  = "Azure/avm-res-keyvault-vault/azurerm"
  version = "0.9.1"

  name = "kv-cmk"
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = module.vault.resource_id
#                       ^^^^^^^^^^^^^^^^^^^^^^^^ undecided CMK205: the source of `module.vault` is not local
  key_name            = "cmk"
}
