# A role assignment, by its id.
terraform import ppcmk_key_access.europe '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu/providers/Microsoft.Authorization/roleAssignments/33333333-3333-3333-3333-333333333333'

# An access policy, by the vault and the object id of the policy's identity.
terraform import ppcmk_key_access.europe '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-ap/objectId/44444444-4444-4444-4444-444444444444'
