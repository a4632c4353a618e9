//! `parse_key_id`

use ppcmk_coverage::KeyIdentifier;
use tfplugin::{Function, FunctionError, Signature, Type, Value};

pub(super) struct ParseKeyId;

impl Function for ParseKeyId {
    fn name(&self) -> &'static str {
        "parse_key_id"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Takes the identifier of a key apart".to_owned(),
            description: "Gives `vault_uri`, `vault_name`, `name`, `version` (null without one), \
                          `versionless_id` and `managed_hsm` of a key in a Key Vault or Managed \
                          HSM."
                .to_owned(),
            parameters: vec![super::text_parameter(
                "key_id",
                "`https://<vault>.vault.azure.net/keys/<name>[/<version>]`.",
            )],
            variadic: None,
            returns: Type::object([
                ("vault_uri", Type::String),
                ("vault_name", Type::String),
                ("name", Type::String),
                ("version", Type::String),
                ("versionless_id", Type::String),
                ("managed_hsm", Type::Bool),
            ]),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let id: KeyIdentifier = super::parse(&arguments, 0)?;
        Ok(Value::object([
            ("vault_uri", Value::from(id.vault_uri())),
            ("vault_name", Value::from(id.vault_name())),
            ("name", Value::from(id.name().as_str())),
            (
                "version",
                Value::from(id.version().map(ppcmk_coverage::KeyVersion::as_str)),
            ),
            ("versionless_id", Value::from(id.versionless())),
            ("managed_hsm", Value::from(id.is_managed_hsm())),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::call;
    use super::*;

    #[test]
    fn a_version_is_optional() {
        let parts = call(&ParseKeyId, &["https://kv.vault.azure.net/keys/cmk"]).unwrap();
        assert!(parts.attribute("version").is_null());
        assert_eq!(
            parts.attribute("vault_uri").as_str(),
            Some("https://kv.vault.azure.net/")
        );
        let version = "0123456789abcdef0123456789abcdef";
        let id = format!("https://kv.vault.azure.net/keys/cmk/{version}");
        let parts = call(&ParseKeyId, &[&id]).unwrap();
        assert_eq!(parts.attribute("version").as_str(), Some(version));
    }
}
