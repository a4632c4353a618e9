//! Ids of Azure and Power Platform as text, split without judging them.
//!
//! Values come from anywhere, so nothing here fails: a text that is no such id gives `None`.

/// The part of an ARM id up to and with this type and its name, in lower case:
/// `/subscriptions/.../providers/microsoft.keyvault/vaults/kv` of a key's id.
pub(super) fn up_to(id: &str, kind: &str) -> Option<String> {
    let id = id.to_ascii_lowercase();
    let marker = format!("/providers/{kind}/");
    let start = id.find(&marker)? + marker.len();
    let end = id[start..]
        .find('/')
        .map_or(id.len(), |slash| start + slash);
    (end > start).then(|| id[..end].to_owned())
}

/// The name of the vault or Managed HSM in an ARM id or in a URI, in lower case.
pub(super) fn vault_name(id: &str) -> Option<String> {
    let lower = id.to_ascii_lowercase();
    for kind in [
        "microsoft.keyvault/vaults",
        "microsoft.keyvault/managedhsms",
    ] {
        if let Some(vault) = up_to(&lower, kind) {
            return vault.rsplit('/').next().map(str::to_owned);
        }
    }
    let host = lower.strip_prefix("https://")?.split('/').next()?;
    let (name, domain) = host.split_once('.')?;
    (domain.starts_with("vault.") || domain.starts_with("managedhsm.")).then(|| name.to_owned())
}

/// The name of the key in an ARM id or in a URI, in lower case.
pub(super) fn key_name(id: &str) -> Option<String> {
    let lower = id.to_ascii_lowercase();
    let (_, rest) = lower.split_once("/keys/")?;
    let name = rest.split('/').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The last part of a path, in lower case: the GUID of a role definition's id.
pub(super) fn last_segment(id: &str) -> String {
    id.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// Whether an ARM id is wider than any resource: a management group, a subscription, a resource
/// group, or the root.
pub(super) fn is_wide_scope(id: &str) -> bool {
    let lower = id.to_ascii_lowercase();
    lower == "/"
        || lower.starts_with("/providers/microsoft.management/managementgroups/")
        || (lower.starts_with("/subscriptions/") && !lower.contains("/providers/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/KV/keys/Cmk/versions/2";

    #[test]
    fn takes_ids_apart() {
        assert_eq!(
            up_to(KEY, "microsoft.keyvault/vaults").as_deref(),
            Some("/subscriptions/1/resourcegroups/rg/providers/microsoft.keyvault/vaults/kv")
        );
        assert_eq!(vault_name(KEY).as_deref(), Some("kv"));
        assert_eq!(key_name(KEY).as_deref(), Some("cmk"));
        assert_eq!(
            vault_name("https://kv.vault.azure.net/keys/cmk/1").as_deref(),
            Some("kv")
        );
        assert_eq!(vault_name("https://kv.blob.core.windows.net/"), None);
        assert_eq!(vault_name("kv"), None);
        assert_eq!(key_name("/keys/"), None);
        assert_eq!(up_to("", "x"), None);
    }

    #[test]
    fn tells_wide_scopes() {
        assert!(is_wide_scope("/subscriptions/1"));
        assert!(is_wide_scope("/subscriptions/1/resourceGroups/rg"));
        assert!(is_wide_scope(
            "/providers/Microsoft.Management/managementGroups/root"
        ));
        assert!(!is_wide_scope(KEY));
    }
}
