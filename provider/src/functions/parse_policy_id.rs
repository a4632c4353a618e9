//! `parse_policy_id`

use ppcmk_coverage::PolicyId;
use tfplugin::{Function, FunctionError, Signature, Type, Value};

pub(super) struct ParsePolicyId;

impl Function for ParsePolicyId {
    fn name(&self) -> &'static str {
        "parse_policy_id"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Takes the Azure resource id of an enterprise policy apart".to_owned(),
            description: "Gives `subscription_id`, `resource_group_name` and `name`. An id of \
                          another kind of resource is an error that says what it is."
                .to_owned(),
            parameters: vec![super::text_parameter("policy_id", "The Azure resource id.")],
            variadic: None,
            returns: Type::object([
                ("subscription_id", Type::String),
                ("resource_group_name", Type::String),
                ("name", Type::String),
            ]),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let id: PolicyId = super::parse(&arguments, 0)?;
        Ok(Value::object([
            ("subscription_id", Value::from(id.subscription().as_str())),
            (
                "resource_group_name",
                Value::from(id.resource_group().as_str()),
            ),
            ("name", Value::from(id.name().as_str())),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::call;
    use super::*;

    const ID: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg/providers/Microsoft.PowerPlatform/enterprisePolicies/ep";

    #[test]
    fn takes_an_id_apart_in_any_case() {
        let parts = call(&ParsePolicyId, &[&ID.to_uppercase()]).unwrap();
        assert_eq!(parts.attribute("name").as_str(), Some("EP"));
        assert_eq!(parts.attribute("resource_group_name").as_str(), Some("RG"));
    }

    #[test]
    fn says_what_another_id_is() {
        let error = call(
            &ParsePolicyId,
            &[&ID.replace("enterprisePolicies", "accounts")],
        )
        .unwrap_err();
        assert_eq!(error.argument, Some(0));
        assert!(error.text.contains("accounts"), "{}", error.text);
    }
}
