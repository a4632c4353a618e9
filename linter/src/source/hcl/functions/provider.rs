//! Functions of our own provider. Those of other providers are unknown.

use std::fmt::Display;
use std::str::FromStr;

use ppcmk_coverage::estate::Reason;
use ppcmk_coverage::geo::RegionGeo;
use ppcmk_coverage::{
    AzureRegion, EnvironmentLocation, Geo, KeyIdentifier, KeyVersion, PolicyId, PolicyLocation,
    SameGeo, SystemId,
};

use super::super::eval::fault::{Fault, Outcome};
use super::{Arguments, text, truth};
use crate::value::{Object, Value};

/// The value of a call of `provider::<name>`.
pub(super) fn call(name: &str, args: &Arguments) -> Outcome<Value> {
    match name.strip_prefix("ppcmk::") {
        Some("geo_of_region") => geo_of_region(args),
        Some("policy_location") => text(one_geo(&args.text(0)?)?.policy_location()),
        Some("same_geo") => same_geo(args),
        Some("versionless_key_id") => text(parse::<KeyIdentifier>(args)?.versionless()),
        Some("parse_key_id") => parse_key_id(args),
        Some("parse_policy_id") => parse_policy_id(args),
        Some("parse_system_id") => parse_system_id(args),
        _ => Ok(Value::unknown(Reason::Function(
            format!("provider::{name}").into(),
        ))),
    }
}

fn parse<T: FromStr<Err: Display>>(args: &Arguments) -> Outcome<T> {
    args.text(0)?
        .parse()
        .map_err(|error: T::Err| Fault::error(error.to_string()))
}

/// What a text names: geos of policies and environments, and Azure regions.
fn named(text: &str) -> Option<Geo> {
    if let Some(geo) = PolicyLocation::new(text).geo() {
        return Some(geo);
    }
    match AzureRegion::new(text).geo() {
        RegionGeo::One(geo) => Some(geo),
        RegionGeo::Several(_) | RegionGeo::Unknown => None,
    }
}

fn one_geo(text: &str) -> Outcome<Geo> {
    named(text).ok_or_else(|| Fault::error(format!("{text:?} names no geo, or several")))
}

fn geo_of_region(args: &Arguments) -> Outcome<Value> {
    let region = args.text(0)?;
    match AzureRegion::new(&region).geo() {
        RegionGeo::Unknown => Err(Fault::error(format!("{region:?} is not an Azure region"))),
        _ => text(one_geo(&region)?.id()),
    }
}

fn same_geo(args: &Arguments) -> Outcome<Value> {
    Ok(match compare(&args.text(0)?, &args.text(1)?) {
        SameGeo::Same => truth(true),
        SameGeo::Different => truth(false),
        SameGeo::Unknown => Value::null(),
    })
}

/// As the provider's function compares them.
fn compare(policy: &str, environment: &str) -> SameGeo {
    let location = PolicyLocation::new(policy);
    let other = EnvironmentLocation::new(environment);
    match (location.geo(), other.geo()) {
        (Some(geo), None) => AzureRegion::new(environment).is_in(geo),
        (None, Some(geo)) => AzureRegion::new(policy).is_in(geo),
        (Some(_), Some(_)) => location.same_geo(&other),
        (None, None) => match (named(policy), named(environment)) {
            (Some(one), Some(other)) if one == other => SameGeo::Same,
            (Some(_), Some(_)) => SameGeo::Different,
            _ => location.same_geo(&other),
        },
    }
}

fn parse_key_id(args: &Arguments) -> Outcome<Value> {
    let id: KeyIdentifier = parse(args)?;
    let version = id.version().map(KeyVersion::as_str);
    Ok(Value::object(Object::from_iter([
        ("vault_uri", Value::string(id.vault_uri())),
        ("vault_name", Value::string(id.vault_name())),
        ("name", Value::string(id.name().as_str())),
        ("version", version.map_or_else(Value::null, Value::string)),
        ("versionless_id", Value::string(id.versionless())),
        ("managed_hsm", truth(id.is_managed_hsm())),
    ])))
}

fn parse_policy_id(args: &Arguments) -> Outcome<Value> {
    let id: PolicyId = parse(args)?;
    Ok(Value::object(Object::from_iter([
        ("subscription_id", Value::string(id.subscription().as_str())),
        (
            "resource_group_name",
            Value::string(id.resource_group().as_str()),
        ),
        ("name", Value::string(id.name().as_str())),
    ])))
}

fn parse_system_id(args: &Arguments) -> Outcome<Value> {
    let id: SystemId = parse(args)?;
    Ok(Value::object(Object::from_iter([
        ("location", Value::string(id.location().as_str())),
        ("policy_guid", Value::string(id.policy_guid())),
    ])))
}
