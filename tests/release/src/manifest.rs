//! The registry's manifest: which protocol the provider speaks.
//!
//! Without it the registry assumes 5.0, and Terraform would refuse the provider.

use std::path::Path;

use serde::Deserialize;

use crate::ReleaseError;

/// The manifest in the root of the repository, where the registry looks for it, too.
pub(crate) const FILE: &str = "terraform-registry-manifest.json";

#[derive(Deserialize)]
struct Manifest {
    version: u32,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    protocol_versions: Vec<String>,
}

/// Copies the manifest to its place in the release, if it is one.
pub(crate) fn copy(root: &Path, to: &Path) -> Result<(), ReleaseError> {
    let path = root.join(FILE);
    let text = std::fs::read_to_string(&path).map_err(ReleaseError::file("read", &path))?;
    check(&text).map_err(|problem| ReleaseError::Manifest { path, problem })?;
    std::fs::write(to, text).map_err(ReleaseError::file("write", to))
}

fn check(text: &str) -> Result<(), String> {
    let manifest: Manifest = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if manifest.version != 1 {
        return Err(format!("version {} is not known", manifest.version));
    }
    if manifest.metadata.protocol_versions.is_empty() {
        return Err("it names no protocol version".to_owned());
    }
    match manifest
        .metadata
        .protocol_versions
        .iter()
        .find(|version| !is_protocol_version(version))
    {
        Some(version) => Err(format!("{version:?} is not major and minor version")),
        None => Ok(()),
    }
}

fn is_protocol_version(text: &str) -> bool {
    text.split_once('.').is_some_and(|(major, minor)| {
        [major, minor]
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_manifest_is_one() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(FILE);
        assert_eq!(check(&std::fs::read_to_string(path).unwrap()), Ok(()));
    }

    #[test]
    fn what_the_registry_cannot_use_is_refused() {
        for text in [
            "{}",
            r#"{"version": 2, "metadata": {"protocol_versions": ["6.0"]}}"#,
            r#"{"version": 1, "metadata": {"protocol_versions": []}}"#,
            r#"{"version": 1, "metadata": {"protocol_versions": ["6"]}}"#,
            r#"{"version": 1, "metadata": {"protocol_versions": ["6."]}}"#,
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
