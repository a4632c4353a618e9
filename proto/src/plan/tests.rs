//! The pipeline as a table: kind of attribute, configuration, prior state, expected plan.

use super::*;
use crate::schema::{Attribute, Nesting};

fn schema() -> Schema {
    Schema::new("").attributes([
        Attribute::string("required").required().requires_replace(),
        Attribute::string("optional"),
        Attribute::string("computed").computed(),
        Attribute::string("stable").computed().use_prior(),
        Attribute::string("either").optional_computed(),
        Attribute::string("default").default_value("d"),
        Attribute::string("secret").write_only(),
        Attribute::string("caseless").same_when(|left, right| {
            matches!((left.as_str(), right.as_str()), (Some(l), Some(r)) if l.eq_ignore_ascii_case(r))
        }),
        Attribute::nested(
            "items",
            Nesting::List,
            [Attribute::string("name").required(), Attribute::string("id").computed()],
        ),
    ])
}

const NAMES: [&str; 9] = [
    "required", "optional", "computed", "stable", "either", "default", "secret", "caseless",
    "items",
];

fn object(members: &[(&str, Value)]) -> Value {
    let find = |name: &str| {
        members
            .iter()
            .find(|(member, _)| *member == name)
            .map_or(Value::Null, |(_, value)| value.clone())
    };
    Value::object(NAMES.map(|name| (name, find(name))))
}

fn stored() -> Value {
    object(&[
        ("required", "r".into()),
        ("computed", "c".into()),
        ("stable", "s".into()),
        ("either", "e".into()),
        ("default", "d".into()),
        ("caseless", "abc".into()),
    ])
}

fn run(config: &Value, prior: &Value, proposed: Value) -> Draft {
    let draft = draft(&schema(), config, prior, proposed);
    assert_eq!(
        check::plan(&schema(), config, prior, &draft.planned),
        Ok(())
    );
    draft
}

#[test]
fn a_create_knows_what_is_configured_and_nothing_else() {
    let config = object(&[("required", "r".into()), ("secret", "x".into())]);
    let draft = run(&config, &Value::Null, config.clone());
    let expected = object(&[
        ("required", "r".into()),
        ("computed", Value::Unknown),
        ("stable", Value::Unknown),
        ("either", Value::Unknown),
        ("default", "d".into()),
    ]);
    assert_eq!(draft.planned, expected);
    assert!(draft.requires_replace.is_empty());
}

#[test]
fn nothing_changes_when_nothing_changed() {
    let config = object(&[("required", "r".into()), ("caseless", "ABC".into())]);
    let mut proposed = stored();
    if let Value::Object(members) = &mut proposed {
        members.insert("caseless".into(), "ABC".into());
        members.insert("default".into(), Value::Null);
    }
    let draft = run(&config, &stored(), proposed);
    assert_eq!(draft.planned, stored());
}

#[test]
fn an_update_keeps_what_is_stable_and_forgets_the_rest() {
    let config = object(&[
        ("required", "r".into()),
        ("optional", "new".into()),
        ("caseless", "abc".into()),
    ]);
    let mut proposed = stored();
    if let Value::Object(members) = &mut proposed {
        members.insert("optional".into(), "new".into());
    }
    let draft = run(&config, &stored(), proposed);
    assert_eq!(
        draft.planned.attribute("computed").as_ref(),
        &Value::Unknown
    );
    assert_eq!(
        draft.planned.attribute("stable").as_ref(),
        &Value::from("s")
    );
    assert_eq!(draft.planned.attribute("either").as_ref(), &Value::Unknown);
    assert!(draft.requires_replace.is_empty());
}

#[test]
fn an_immutable_attribute_that_is_unknown_replaces() {
    let config = object(&[("required", Value::Unknown), ("caseless", "abc".into())]);
    let mut proposed = stored();
    if let Value::Object(members) = &mut proposed {
        members.insert("required".into(), Value::Unknown);
    }
    let draft = run(&config, &stored(), proposed);
    assert_eq!(draft.requires_replace, [AttributePath::from("required")]);
}

#[test]
fn computed_parts_of_configured_elements_are_unknown() {
    let item = |id: Value| Value::object([("name", "n".into()), ("id", id)]);
    let config = object(&[
        ("required", "r".into()),
        ("items", Value::List(vec![item(Value::Null)])),
    ]);
    let draft = run(&config, &Value::Null, config.clone());
    assert_eq!(
        draft.planned.attribute("items").as_ref(),
        &Value::List(vec![item(Value::Unknown)])
    );
}

#[test]
fn violations_are_found() {
    let check = |config: &Value, planned: &Value, path: &str| {
        let found = check::plan(&schema(), config, &Value::Null, planned).unwrap_err();
        assert_eq!(found.path.to_string(), path);
    };
    let config = object(&[("required", "r".into())]);
    check(
        &config,
        &object(&[("required", "other".into())]),
        "required",
    );
    check(
        &config,
        &object(&[("required", "r".into()), ("optional", "x".into())]),
        "optional",
    );
    check(
        &config,
        &object(&[("required", "r".into()), ("secret", "x".into())]),
        "secret",
    );
    check(&config, &Value::Null, "");
}

#[test]
fn an_apply_may_fill_in_but_not_change() {
    let planned = object(&[("required", "r".into()), ("computed", Value::Unknown)]);
    let actual = object(&[("required", "r".into()), ("computed", "c".into())]);
    assert_eq!(check::applied(&planned, &actual), Ok(()));
    let wrong = object(&[("required", "x".into()), ("computed", "c".into())]);
    assert_eq!(
        check::applied(&planned, &wrong)
            .unwrap_err()
            .path
            .to_string(),
        "required"
    );
    assert_eq!(check::forced(&planned, wrong), actual);
}

mod sets {
    use super::*;
    use crate::schema::Block;

    fn schema() -> Schema {
        Schema::new("").block(Block::set(
            "rule",
            [
                Attribute::string("name").required(),
                Attribute::string("port").optional_computed(),
            ],
        ))
    }

    fn rules(rules: &[(&str, Value)]) -> Value {
        let rules = rules
            .iter()
            .map(|(name, port)| {
                Value::object([("name", Value::from(*name)), ("port", port.clone())])
            })
            .collect();
        Value::object([("rule", Value::Set(rules))])
    }

    #[test]
    fn a_configured_value_is_not_mistaken_for_the_provider_s() {
        let config = rules(&[("a", Value::Null), ("a", "80".into())]);
        let draft = draft(&schema(), &config, &Value::Null, config.clone());
        let expected = rules(&[("a", Value::Unknown), ("a", "80".into())]);
        assert_eq!(draft.planned, expected);
    }

    #[test]
    fn the_same_set_in_another_order_is_no_change() {
        let prior = rules(&[("a", "1".into()), ("b", "2".into())]);
        let config = rules(&[("b", Value::Null), ("a", Value::Null)]);
        let proposed = rules(&[("b", "2".into()), ("a", "1".into())]);
        let draft = draft(&schema(), &config, &prior, proposed);
        assert_eq!(draft.planned, prior);
    }
}

#[test]
fn what_leaves_has_no_write_only_value_and_no_null_list_of_blocks() {
    let schema = Schema::new("")
        .attribute(Attribute::nested(
            "login",
            Nesting::List,
            [
                Attribute::string("user"),
                Attribute::string("password").write_only(),
            ],
        ))
        .block(crate::schema::Block::list("rule", []))
        .block(crate::schema::Block::single("one", []));
    let login = |password: Value| {
        Value::List(vec![Value::object([
            ("user", "u".into()),
            ("password", password),
        ])])
    };
    let mut value = Value::object([("login", login("p".into())), ("one", Value::Null)]);
    tidy(&schema, &mut value);
    let expected = Value::object([
        ("login", login(Value::Null)),
        ("one", Value::Null),
        ("rule", Value::List(Vec::new())),
    ]);
    assert_eq!(value, expected);
}
