//! `same_geo`

use ppcmk_coverage::{AzureRegion, EnvironmentLocation, PolicyLocation, SameGeo};
use tfplugin::{Function, FunctionError, Signature, Type, Value};

pub(super) struct SameGeoOf;

impl Function for SameGeoOf {
    fn name(&self) -> &'static str {
        "same_geo"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Says whether two names mean the same geo".to_owned(),
            description: "Compares a policy location and an environment location, or any other \
                          names of geos and Azure regions, after aliases. Gives null when nobody \
                          can tell: a name that the provider does not know, or a region that two \
                          geos share."
                .to_owned(),
            parameters: vec![
                super::text_parameter("policy", "The location of a policy, or any other name."),
                super::text_parameter(
                    "environment",
                    "The location of an environment, or any other name.",
                ),
            ],
            variadic: None,
            returns: Type::Bool,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let (policy, environment) = (super::text(&arguments, 0)?, super::text(&arguments, 1)?);
        Ok(match compare(policy, environment) {
            SameGeo::Same => Value::Bool(true),
            SameGeo::Different => Value::Bool(false),
            SameGeo::Unknown => Value::Null,
        })
    }
}

fn compare(policy: &str, environment: &str) -> SameGeo {
    let (policy_location, location) = (
        PolicyLocation::new(policy),
        EnvironmentLocation::new(environment),
    );
    match (policy_location.geo(), location.geo()) {
        (Some(geo), None) => AzureRegion::new(environment).is_in(geo),
        (None, Some(geo)) => AzureRegion::new(policy).is_in(geo),
        (Some(_), Some(_)) => policy_location.same_geo(&location),
        (None, None) => match (super::named(policy), super::named(environment)) {
            (super::Named::One(one), super::Named::One(other)) if one == other => SameGeo::Same,
            (super::Named::One(_), super::Named::One(_)) => SameGeo::Different,
            _ => policy_location.same_geo(&location),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::call;
    use super::*;

    #[test]
    fn aliases_and_regions_compare_and_the_unknown_stays_unknown() {
        for (policy, environment, expected) in [
            ("uk", "unitedkingdom", Value::Bool(true)),
            ("europe", "unitedkingdom", Value::Bool(false)),
            ("europe", "westeurope", Value::Bool(true)),
            ("northeurope", "westeurope", Value::Bool(true)),
            ("uksouth", "westeurope", Value::Bool(false)),
            ("europe", "atlantis", Value::Null),
            ("atlantis", "atlantis", Value::Bool(true)),
            ("asia", "southeastasia", Value::Null),
        ] {
            let result = call(&SameGeoOf, &[policy, environment]).unwrap();
            assert_eq!(result, expected, "{policy} {environment}");
        }
    }
}
