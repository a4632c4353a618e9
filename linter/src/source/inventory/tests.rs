use super::*;

fn read(name: &str, text: &str) -> Result<Inventory, InputError> {
    read_inventory(text.as_bytes(), name, &mut Sources::default())
}

const YAML: &str = "\
environments:
  - name: retail
    location: europe
    type: Production
    managed: yes
    assigned: true
    finance_and_operations: { hosting: unified, apps: [commerce] }
    commerce_scale_units: [{ name: csu-apac, region: southeastasia }]
    ecommerce:
      ratings_and_reviews: { region: westeurope }
";

const JSON: &str = r#"{"environments": [{"name": "retail", "location": "europe", "type": "Production",
  "managed": true, "assigned": true,
  "finance_and_operations": {"hosting": "unified", "apps": ["commerce"]},
  "commerce_scale_units": [{"name": "csu-apac", "region": "southeastasia"}],
  "ecommerce": {"ratings_and_reviews": {"region": "westeurope"}}}]}"#;

const HCL: &str = r#"
environments = [{
  name     = "retail"
  location = "europe"
  type     = "Production"
  managed  = true
  assigned = true
  finance_and_operations = { hosting = "unified", apps = ["commerce"] }
  commerce_scale_units   = [{ name = "csu-apac", region = "southeastasia" }]
  ecommerce              = { ratings_and_reviews = { region = "westeurope" } }
}]
"#;

const BLOCKS: &str = r#"
environment "retail" {
  location = "europe"
  type     = "Production"
  managed  = true
  assigned = (true)
  finance_and_operations {
    hosting = "unified"
    apps    = ["commerce"]
  }
  commerce_scale_unit "csu-apac" {
    region = "southeastasia"
  }
  ecommerce {
    ratings_and_reviews {
      region = "westeurope"
    }
  }
}
"#;

/// Without places.
fn shown(value: &Value) -> String {
    match &value.kind {
        Kind::Object(object) => {
            let entries = object.entries.iter();
            let entries: Vec<String> = entries
                .map(|(name, value)| format!("{name}={}", shown(value)))
                .collect();
            format!("{{{}}}", entries.join(" "))
        }
        Kind::List(values) => format!("{:?}", values.iter().map(shown).collect::<Vec<_>>()),
        kind => format!("{kind:?}"),
    }
}

#[test]
fn all_formats_say_the_same() {
    let expected = shown(&read("a.yaml", YAML).unwrap().environments[0]);
    assert!(expected.contains("name=String(\"retail\")"));
    for (name, text) in [
        ("a.json", JSON),
        ("a.hcl", HCL),
        ("-", BLOCKS),
        ("-", HCL),
        ("-", YAML),
    ] {
        let inventory = read(name, text).unwrap();
        assert_eq!(inventory.environments.len(), 1);
        assert_eq!(shown(&inventory.environments[0]), expected, "{text}");
        assert_eq!(&*inventory.file, name);
    }
}

#[test]
fn values_have_places() {
    for (name, text) in [
        ("a.yaml", YAML),
        ("a.json", JSON),
        ("a.hcl", HCL),
        ("b.hcl", BLOCKS),
    ] {
        let mut sources = Sources::default();
        let inventory = read_inventory(text.as_bytes(), name, &mut sources).unwrap();
        let units = inventory.environments[0]
            .get("commerce_scale_units")
            .unwrap();
        let region = units.as_list().unwrap()[0].get("region").unwrap();
        let place = region.trail.location().unwrap();
        let file = sources.get(name).unwrap();
        let range = place.start.offset as usize..place.end.offset as usize;
        assert_eq!(file.text[range].trim_matches('"'), "southeastasia");
        assert!(inventory.environments[0].trail.location().is_some());
    }
}

#[test]
fn a_map_names_its_environments() {
    let text = "environments:\n  retail: { location: uk }\n  uat: { name: other }\n";
    let inventory = read("a.yaml", text).unwrap();
    let names: Vec<String> = inventory
        .environments
        .iter()
        .map(|environment| {
            environment
                .get("name")
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(names, ["retail", "other"]);
    let name = inventory.environments[0].get("name").unwrap();
    assert_eq!(name.trail.location().unwrap().start.line, 2);
}

#[test]
fn an_id_is_name_enough() {
    let inventory = read(
        "a.yaml",
        "environments: [{id: 00000000-0000-0000-0000-000000000001}]",
    )
    .unwrap();
    let name = inventory.environments[0].get("name").unwrap();
    assert_eq!(name.as_str(), Some("00000000-0000-0000-0000-000000000001"));
}

#[test]
fn anchors_have_a_place_of_their_own() {
    let text = "x-defaults: &d { location: uk }\nenvironments:\n  - { <<: *d, name: a }\n  - { <<: *d, name: b, location: europe }\n";
    let inventory = read("a.yaml", text).unwrap();
    let location = |at: usize| inventory.environments[at].get("location").unwrap();
    assert_eq!(location(0).as_str(), Some("uk"));
    assert_eq!(location(0).trail.location().unwrap().start.line, 1);
    assert_eq!(location(1).as_str(), Some("europe"));
}

#[test]
fn nothing_to_declare_is_no_mistake() {
    for text in ["environments: []", "environments:", "environments: {}"] {
        assert!(read("a.yaml", text).unwrap().environments.is_empty());
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn mistakes_are_shown_where_they_are() {
    for (text, message, help, place) in [
        (
            "environment:\n  - name: a",
            "an inventory has no `environment`",
            "did you mean `environments`?",
            (1, 1),
        ),
        (
            "x-a: 1",
            "it has no `environments`",
            "list the environments under `environments`",
            (1, 1),
        ),
        (
            "environments:\n  - name: a\n    loaction: uk",
            "an environment has no `loaction`",
            "did you mean `location`?",
            (3, 5),
        ),
        (
            "environments:\n  - colour: a",
            "an environment has no `colour`",
            "known are `name`, ",
            (2, 5),
        ),
        (
            "environments:\n  - name: a\n    managed: 'yes'",
            "`managed` is a text, not true or false",
            "write `true` or `false`, without quotes",
            (3, 14),
        ),
        (
            "environments:\n  - name: 1",
            "`name` is a number, not a text",
            "put it in quotes",
            (2, 11),
        ),
        (
            "environments:\n  - a",
            "an environment is a text, not an object",
            "",
            (2, 5),
        ),
        (
            "environments: a",
            "`environments` is a text, not a list or map of environments",
            "",
            (1, 15),
        ),
        (
            "environments:\n  - {name: a, ecommerce: true}",
            "`ecommerce` is true or false, not an object",
            "",
            (2, 26),
        ),
        (
            "environments:\n  - {name: a, commerce_scale_units: {name: x}}",
            "`commerce_scale_units` is an object, not a list of objects",
            "",
            (2, 37),
        ),
        (
            "environments:\n  - {name: a, commerce_scale_units: [x]}",
            "a Commerce Scale Unit is a text, not an object",
            "",
            (2, 38),
        ),
        (
            "environments:\n  - {name: a, finance_and_operations: {hosting: unifed}}",
            "`hosting` cannot be `unifed`",
            "did you mean `unified`?",
            (2, 49),
        ),
        (
            "environments:\n  - {name: a, finance_and_operations: {apps: [x]}}",
            "`apps` cannot be `x`",
            "known are `finance`, ",
            (2, 47),
        ),
        (
            "environments:\n  - {name: a, finance_and_operations: {apps: finance}}",
            "`apps` is a text, not a list of texts",
            "",
            (2, 46),
        ),
        (
            "environments:\n  - name: a\n  - name: a",
            "the environment with the name `a` is there twice, also in line 2",
            "",
            (3, 11),
        ),
        (
            "environments:\n  - {name: a, id: X}\n  - {name: b, id: x}",
            "the environment with the id `x` is there twice, also in line 2",
            "",
            (3, 19),
        ),
        (
            "environments:\n  - name: a\n    name: b",
            "`name` is there twice, also in line 2",
            "",
            (3, 5),
        ),
        (
            "environments:\n  - location: uk",
            "an environment has neither `name` nor `id`",
            "add a `name`",
            (2, 5),
        ),
        ("[]", "an inventory is a list, not an object", "", (1, 1)),
        ("", "the file is empty", "", (1, 1)),
    ] {
        let error = read("a.yaml", text).unwrap_err();
        assert_eq!(
            error.message,
            format!("could not read inventory a.yaml: {message}"),
            "{text}"
        );
        let start = error.location.clone().unwrap().start;
        assert_eq!((start.line, start.column), place, "{text}");
        assert!(
            error.help.clone().unwrap_or_default().starts_with(help),
            "{error:?}"
        );
    }
}

#[test]
fn mistakes_of_hcl_are_shown_where_they_are() {
    for (text, message, place) in [
        (
            "environments = [{ name = var.x }]",
            "an inventory has literal values only",
            (1, 26),
        ),
        (
            "environments = [{ name = \"a-${1}\" }]",
            "an inventory has literal values only",
            (1, 26),
        ),
        (
            "environment \"a\" \"b\" {}",
            "a block has one label at most",
            (1, 17),
        ),
        (
            "environment \"a\" {\n  name = \"b\"\n}",
            "`name` is there twice, also in line 1",
            (2, 3),
        ),
        (
            "environment \"a\" {}\nenvironments = []",
            "`environments` is there twice, also in line 2",
            (1, 1),
        ),
        (
            "environment \"a\" {\n  ecommerce {}\n  ecommerce {}\n}",
            "`ecommerce` is there twice, also in line 2",
            (3, 3),
        ),
    ] {
        let error = read("a.hcl", text).unwrap_err();
        assert_eq!(
            error.message,
            format!("could not read inventory a.hcl: {message}"),
            "{text}"
        );
        let start = error.location.clone().unwrap().start;
        assert_eq!((start.line, start.column), place, "{text}");
    }
    for text in ["environments = [", "environment {", "\u{0}"] {
        let error = read("a.hcl", text).unwrap_err();
        assert!(error.location.is_some(), "{text}");
    }
}

#[test]
fn a_file_that_ends_anywhere_is_read_or_an_error_with_a_place() {
    for (name, text) in [
        ("a.yaml", YAML),
        ("a.json", JSON),
        ("a.hcl", HCL),
        ("b.hcl", BLOCKS),
    ] {
        for length in 0..text.len() {
            if let Err(error) = read(name, &text[..length]) {
                assert!(error.location.is_some(), "{name} {length}: {error}");
                assert!(
                    error.message.starts_with("could not read inventory"),
                    "{error}"
                );
            }
        }
    }
}
