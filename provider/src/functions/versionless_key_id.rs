//! `versionless_key_id`

use ppcmk_coverage::KeyIdentifier;
use tfplugin::{Function, FunctionError, Signature, Type, Value};

pub(super) struct VersionlessKeyId;

impl Function for VersionlessKeyId {
    fn name(&self) -> &'static str {
        "versionless_key_id"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Drops the version from the identifier of a key".to_owned(),
            description: "A policy without a key version follows the newest one, which is how \
                          keys are rotated. This gives the identifier that does the same."
                .to_owned(),
            parameters: vec![super::text_parameter(
                "key_id",
                "`https://<vault>.vault.azure.net/keys/<name>[/<version>]`.",
            )],
            variadic: None,
            returns: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let id: KeyIdentifier = super::parse(&arguments, 0)?;
        Ok(Value::from(id.versionless()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::call;
    use super::*;

    #[test]
    fn a_version_and_a_port_are_dropped() {
        let id = "https://kv.vault.azure.net:443/keys/cmk/0123456789abcdef0123456789abcdef";
        let result = call(&VersionlessKeyId, &[id]).unwrap();
        assert_eq!(result.as_str(), Some("https://kv.vault.azure.net/keys/cmk"));
        assert!(call(&VersionlessKeyId, &["cmk"]).is_err());
    }
}
