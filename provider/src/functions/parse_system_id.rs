//! `parse_system_id`

use ppcmk_coverage::SystemId;
use tfplugin::{Function, FunctionError, Signature, Type, Value};

pub(super) struct ParseSystemId;

impl Function for ParseSystemId {
    fn name(&self) -> &'static str {
        "parse_system_id"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Takes the system id of an enterprise policy apart".to_owned(),
            description: "Gives `location`, the policy's location as the id spells it, and \
                          `policy_guid`, which environments show as their policy's id."
                .to_owned(),
            parameters: vec![super::text_parameter(
                "system_id",
                "`/regions/<location>/providers/Microsoft.PowerPlatform/enterprisePolicies/<guid>`.",
            )],
            variadic: None,
            returns: Type::object([("location", Type::String), ("policy_guid", Type::String)]),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let id: SystemId = super::parse(&arguments, 0)?;
        Ok(Value::object([
            ("location", Value::from(id.location().as_str())),
            ("policy_guid", Value::from(id.policy_guid())),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::call;
    use super::*;

    #[test]
    fn takes_an_id_apart() {
        let id = "/regions/uk/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333";
        let parts = call(&ParseSystemId, &[id]).unwrap();
        assert_eq!(parts.attribute("location").as_str(), Some("uk"));
        assert_eq!(
            parts.attribute("policy_guid").as_str(),
            Some("33333333-3333-3333-3333-333333333333")
        );
        assert_eq!(call(&ParseSystemId, &["x"]).unwrap_err().argument, Some(0));
    }
}
