//! `policy_location`

use tfplugin::{Function, FunctionError, Signature, Type, Value};

pub(super) struct PolicyLocationOf;

impl Function for PolicyLocationOf {
    fn name(&self) -> &'static str {
        "policy_location"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Finds the location of a policy for a geo or an Azure region".to_owned(),
            description: "Takes what names a geo anywhere, the location of an environment \
                          (`unitedkingdom`), a display name, an alias or an Azure region \
                          (`uksouth`), and gives what the `location` of an enterprise policy has \
                          to be (`uk`). A name that the provider does not know, and a region that \
                          two geos share, are errors."
                .to_owned(),
            parameters: vec![super::text_parameter("name", "A geo or an Azure region.")],
            variadic: None,
            returns: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        super::one_geo(&arguments, 0).map(|geo| Value::from(geo.policy_location()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::call;
    use super::*;

    #[test]
    fn every_name_of_a_geo_leads_to_its_policy_location() {
        for (name, location) in [
            ("unitedkingdom", "uk"),
            ("United Kingdom", "uk"),
            ("uksouth", "uk"),
            ("europe", "europe"),
            ("West Europe", "europe"),
            ("southamerica", "brazil"),
        ] {
            let result = call(&PolicyLocationOf, &[name]).unwrap();
            assert_eq!(result.as_str(), Some(location), "{name}");
        }
    }

    #[test]
    fn shared_regions_and_unknown_names_are_errors() {
        let shared = call(&PolicyLocationOf, &["southeastasia"]).unwrap_err();
        assert!(shared.text.contains("several geos"), "{}", shared.text);
        assert!(
            call(&PolicyLocationOf, &["atlantis"])
                .unwrap_err()
                .text
                .contains("atlantis")
        );
    }
}
