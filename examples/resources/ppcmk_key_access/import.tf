import {
  to = ppcmk_key_access.europe
  id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu/keys/cmk/providers/Microsoft.Authorization/roleAssignments/33333333-3333-3333-3333-333333333333"
}
