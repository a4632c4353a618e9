//! The functions: pure and offline, one file each.

mod geo_of_region;
mod parse_key_id;
mod parse_policy_id;
mod parse_system_id;
mod policy_location;
mod same_geo;
mod versionless_key_id;

use ppcmk_coverage::geo::RegionGeo;
use ppcmk_coverage::{AzureRegion, Geo, PolicyLocation};
use tfplugin::schema::validator::sentence;
use tfplugin::{Function, FunctionError, Parameter, Type, Value};

/// All functions.
pub(crate) fn all() -> Vec<Box<dyn Function>> {
    vec![
        Box::new(geo_of_region::GeoOfRegion),
        Box::new(parse_key_id::ParseKeyId),
        Box::new(parse_policy_id::ParsePolicyId),
        Box::new(parse_system_id::ParseSystemId),
        Box::new(policy_location::PolicyLocationOf),
        Box::new(same_geo::SameGeoOf),
        Box::new(versionless_key_id::VersionlessKeyId),
    ]
}

fn text_parameter(name: &str, description: &str) -> Parameter {
    Parameter::new(name, Type::String, description)
}

/// The text of an argument. The SDK has made sure that it is known and not null.
fn text(arguments: &[Value], index: usize) -> Result<&str, FunctionError> {
    arguments
        .get(index)
        .and_then(Value::as_str)
        .ok_or_else(|| FunctionError::at(index, "A string is required."))
}

/// Parses an argument.
fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
    arguments: &[Value],
    index: usize,
) -> Result<T, FunctionError> {
    text(arguments, index)?
        .parse()
        .map_err(|error: T::Err| FunctionError::at(index, sentence(&error.to_string())))
}

/// What a text names, as far as the table knows.
enum Named {
    One(Geo),
    Several(Vec<Geo>),
    Unknown,
}

/// The geo that a policy location, an environment location, an alias or an Azure region names.
fn named(text: &str) -> Named {
    if let Some(geo) = PolicyLocation::new(text).geo() {
        return Named::One(geo);
    }
    match AzureRegion::new(text).geo() {
        RegionGeo::One(geo) => Named::One(geo),
        RegionGeo::Several(geos) => Named::Several(geos),
        RegionGeo::Unknown => Named::Unknown,
    }
}

/// The one geo that an argument names, or why there is none.
fn one_geo(arguments: &[Value], index: usize) -> Result<Geo, FunctionError> {
    let text = text(arguments, index)?;
    match named(text) {
        Named::One(geo) => Ok(geo),
        Named::Several(geos) => {
            let names: Vec<_> = geos.iter().map(|geo| geo.id()).collect();
            Err(FunctionError::at(
                index,
                format!(
                    "{text:?} lies in several geos ({}), so its name alone decides nothing. Use \
                     the name of the geo.",
                    names.join(", ")
                ),
            ))
        }
        Named::Unknown => Err(FunctionError::at(
            index,
            format!("{text:?} is not in the provider's table of geos and Azure regions."),
        )),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// Calls a function with texts.
    pub(crate) fn call(
        function: &impl Function,
        arguments: &[&str],
    ) -> Result<Value, FunctionError> {
        function.call(arguments.iter().map(|text| Value::from(*text)).collect())
    }
}
