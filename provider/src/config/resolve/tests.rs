use tfplugin::{Field, Value};

use super::*;
use crate::credentials::Method;

const TENANT: &str = "11111111-1111-1111-1111-111111111111";
const OTHER: &str = "99999999-9999-9999-9999-999999999999";

fn config(members: impl IntoIterator<Item = (&'static str, Value)>) -> Config {
    let Value::Object(mut all) = Config::default().into_value() else {
        panic!("a model is an object")
    };
    all.extend(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    Config::from_value(Value::Object(all)).unwrap()
}

fn environment(name: &str) -> Option<String> {
    let value = match name {
        "ARM_TENANT_ID" => TENANT,
        "ARM_CLIENT_ID" => "55555555-5555-5555-5555-555555555555",
        "POWER_PLATFORM_CLIENT_SECRET" => "hidden",
        "ARM_CLIENT_SECRET" => "",
        _ => return None,
    };
    Some(value.to_owned())
}

fn list(ids: &[&str]) -> Value {
    Value::Set(ids.iter().map(|id| Value::from(*id)).collect())
}

fn problem(config: &Config) -> (String, String) {
    let problems = resolve(config, &environment).unwrap_err();
    let first = problems.iter().next().unwrap();
    let path = first.path.as_ref().unwrap().to_string();
    (first.summary.clone(), path)
}

#[test]
fn the_environment_completes_the_block_and_the_block_wins() {
    let config = config([("client_id", "mine".into())]);
    let settings = resolve(&config, &environment).unwrap();
    assert_eq!(settings.azure.method, Method::ClientSecret);
    assert_eq!(settings.default_deletion_policy, DeletionPolicy::Prevent);
    let text = format!("{settings:?}");
    assert!(text.contains("mine") && !text.contains("hidden"), "{text}");
}

#[test]
fn a_custom_cloud_needs_its_endpoints() {
    let config = config([("cloud", "custom".into())]);
    assert_eq!(
        problem(&config),
        ("Unusable cloud".into(), "endpoints.authority_host".into())
    );
}

#[test]
fn the_cloud_comes_from_the_nearest_variable() {
    let check = |variables: &[(&str, &str)], expected: Option<&str>| {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(own, _)| *own == name);
            found
                .map(|(_, value)| (*value).to_owned())
                .or_else(|| environment(name))
        };
        let settings = resolve(&Config::default(), &lookup);
        let cloud = settings.map(|settings| settings.cloud.name().as_str());
        assert_eq!(cloud.ok(), expected, "{variables:?}");
    };
    check(&[], Some("public"));
    check(&[("POWER_PLATFORM_CLOUD", "gcc")], Some("gcc"));
    check(
        &[("PPCMK_CLOUD", "dod"), ("POWER_PLATFORM_CLOUD", "gcc")],
        Some("dod"),
    );
    check(&[("ARM_ENVIRONMENT", "public")], Some("public"));
    check(&[("ARM_ENVIRONMENT", "china")], Some("china"));
    check(&[("ARM_ENVIRONMENT", "usgovernment")], None);
    check(&[("ARM_ENVIRONMENT", "german")], None);
    check(
        &[("ARM_ENVIRONMENT", "usgovernment"), ("PPCMK_CLOUD", "dod")],
        Some("dod"),
    );
}

#[test]
fn a_tenant_outside_the_list_is_refused() {
    let allowed = config([("allowed_tenant_ids", list(&[OTHER, TENANT]))]);
    assert!(resolve(&allowed, &environment).is_ok());
    let refused = config([("allowed_tenant_ids", list(&[OTHER]))]);
    assert_eq!(
        problem(&refused),
        ("Tenant not allowed".into(), "allowed_tenant_ids".into())
    );
}

#[test]
fn an_unknown_tenant_is_refused_when_there_is_a_list() {
    let config = config([("allowed_tenant_ids", list(&[TENANT]))]);
    let problems = resolve(&config, &|_| None).unwrap_err();
    let first = problems.iter().next().unwrap();
    assert_eq!(first.summary, "Tenant not known");
}

#[test]
fn a_default_subscription_outside_the_list_is_refused() {
    let config = config([
        ("subscription_id", OTHER.into()),
        ("allowed_subscription_ids", list(&[TENANT])),
    ]);
    assert_eq!(
        problem(&config),
        ("Subscription not allowed".into(), "subscription_id".into())
    );
}
