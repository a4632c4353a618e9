//! `geo_of_region`

use ppcmk_coverage::AzureRegion;
use ppcmk_coverage::geo::RegionGeo;
use tfplugin::{Function, FunctionError, Signature, Type, Value};

pub(super) struct GeoOfRegion;

impl Function for GeoOfRegion {
    fn name(&self) -> &'static str {
        "geo_of_region"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Finds the geo of an Azure region".to_owned(),
            description: "Gives the Power Platform geo that an Azure region belongs to, such as \
                          `europe` for `westeurope`. A region that is not in the provider's table, \
                          and one that two geos share, are errors."
                .to_owned(),
            parameters: vec![super::text_parameter("region", "An Azure region.")],
            variadic: None,
            returns: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let region = super::text(&arguments, 0)?;
        if let RegionGeo::Unknown = AzureRegion::new(region).geo() {
            return Err(FunctionError::at(
                0,
                format!("{region:?} is not an Azure region of the provider's table."),
            ));
        }
        super::one_geo(&arguments, 0).map(|geo| Value::from(geo.id()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::call;
    use super::*;

    #[test]
    fn a_region_has_a_geo_and_a_geo_is_no_region() {
        let result = call(&GeoOfRegion, &["North Europe"]).unwrap();
        assert_eq!(result.as_str(), Some("europe"));
        assert!(call(&GeoOfRegion, &["europe"]).is_err());
        assert!(call(&GeoOfRegion, &["southeastasia"]).is_err());
    }
}
