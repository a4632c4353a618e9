//! Which types of resources and data sources mean something to this program.

/// Starts of the names of types that are understood, or that lead from one such to another.
const UNDERSTOOD: &[&str] = &[
    "ppcmk_",
    "powerplatform_",
    "azapi_",
    "azurerm_client_config",
    "azurerm_key_vault",
    "azurerm_resource_provider_registration",
    "azurerm_role_",
    "azurerm_subscription",
];

/// Whether instances of this type are kept. Plans are full of others, which are skipped unread.
pub fn is_understood(type_name: &str) -> bool {
    UNDERSTOOD.iter().any(|start| type_name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_keys_are_made_of() {
        for name in [
            "ppcmk_coverage",
            "powerplatform_enterprise_policy",
            "azapi_resource",
            "azurerm_key_vault",
            "azurerm_key_vault_managed_hardware_security_module_key",
            "azurerm_role_assignment",
            "azurerm_role_definition",
        ] {
            assert!(is_understood(name), "{name}");
        }
        for name in ["azurerm_storage_account", "aws_kms_key", "azurerm_key", ""] {
            assert!(!is_understood(name), "{name}");
        }
    }
}
