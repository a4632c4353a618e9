//! JSON syntax, comments, files that do not parse.

use ppcmk_coverage::estate::Ordered;

use super::{addresses, argument, reading, show, trail};

#[test]
fn json_gives_the_same_as_hcl() {
    let reading = reading(&[
        (
            "main.tf.json",
            r#"{
  "//": "a comment",
  "variable": { "region": { "type": "string", "default": "uk" } },
  "locals": [{ "a": "${var.region}-x" }, { "b": ["${local.a}", 1, true, null] }],
  "resource": {
    "ppcmk_a": {
      "one": {
        "x": "${local.b}",
        "y": "plain \"quoted\" $${not}",
        "block": [{ "n": 1 }, { "n": "${upper(var.region)}" }],
        "lifecycle": { "prevent_destroy": true },
        "dynamic": { "more": { "for_each": [1, 2], "content": { "v": "${more.value}" } } },
        "depends_on": ["ppcmk_a.two"]
      },
      "two": [{ "for_each": { "k": "v" }, "x": "${each.value}" }]
    }
  },
  "data": { "ppcmk_b": { "d": null } },
  "module": { "m": { "source": "./m" } }
}"#,
        ),
        ("m/a.tf", "resource \"ppcmk_a\" \"in\" {}"),
    ]);
    assert_eq!(reading.problems, []);
    assert_eq!(
        addresses(&reading),
        ["module.m.ppcmk_a.in", "ppcmk_a.one", "ppcmk_a.two[\"k\"]"]
    );
    let value = |name| argument(&reading, "ppcmk_a.one", name);
    assert_eq!(show(&value("x")), "[\"uk-x\", 1, true, null]");
    assert_eq!(show(&value("y")), "\"plain \\\"quoted\\\" ${not}\"");
    assert_eq!(show(&value("block")), "[{n = 1}, {n = \"UK\"}]");
    assert_eq!(show(&value("more")), "[{v = 1, ...}, {v = 2, ...}]");
    assert_eq!(
        show(&argument(&reading, "ppcmk_a.two[\"k\"]", "x")),
        "\"v\""
    );
    let one = &reading.instances[1];
    assert_eq!(one.prevent_destroy.value(), Some(&true));
    let place = one.location.as_ref().unwrap();
    assert_eq!((place.start.line, place.start.column), (7, 7));
    let name = value("block").as_list().unwrap()[1].get("n").unwrap();
    assert_eq!(trail(&name), "main.tf.json:3:58 <- var.region");
    assert_eq!(
        reading.order.is_after("ppcmk_a.one", "ppcmk_a.two"),
        Ordered::Yes
    );
}

#[test]
fn files_that_do_not_parse_are_problems_and_the_rest_is_read() {
    for (name, text, line, column) in [
        (
            "bad.tf",
            "resource \"ppcmk_a\" \"x\" {\n  a = = 1\n}\n",
            2,
            7,
        ),
        ("bad.tf", "a = \"unterminated\nb = 2\n", 1, 5),
        ("bad.tf", "a {\n", 1, 4),
        ("bad.tf.json", "{\n  \"a\": ,\n}", 2, 8),
        ("bad.tf.json", "", 1, 1),
        ("bad.tf.json", "1", 1, 1),
        ("bad.tf", "a = 1\0\n", 1, 6),
        ("terraform.tfvars", "a = [\n", 1, 6),
    ] {
        let reading = reading(&[
            (name, text),
            ("good.tf", "resource \"ppcmk_a\" \"good\" {}"),
        ]);
        assert_eq!(addresses(&reading), ["ppcmk_a.good"], "{text}");
        let [problem] = &reading.problems[..] else {
            panic!("{text}: {:?}", reading.problems);
        };
        let start = problem.location.as_ref().unwrap().start;
        assert_eq!(
            (start.line, start.column),
            (line, column),
            "{text}: {problem:?}"
        );
        assert!(problem.message.contains(name), "{problem:?}");
    }
}

#[test]
fn blocks_beside_a_broken_one_are_read() {
    let text = "resource \"ppcmk_a\" \"a\" {}\nresource \"ppcmk_a\" \"b\" {\n  x = = 1\n}\nresource \"ppcmk_a\" \"c\" {}\n";
    let reading = reading(&[("main.tf", text)]);
    assert_eq!(addresses(&reading), ["ppcmk_a.a", "ppcmk_a.c"]);
    assert_eq!(reading.problems.len(), 1);
    let place = reading.instances[1].location.as_ref().unwrap();
    assert_eq!(place.start.line, 5);
}

#[test]
fn line_ends_and_marks_make_no_difference() {
    let text =
        "\u{feff}resource \"ppcmk_a\" \"a\" {\r\n  x = <<-EOT\r\n    a\r\n    b\r\n  EOT\r\n}\r\n";
    let reading = reading(&[("main.tf", text)]);
    assert_eq!(reading.problems, []);
    let value = argument(&reading, "ppcmk_a.a", "x");
    assert!(matches!(
        show(&value).as_str(),
        "\"a\\r\\nb\\r\\n\"" | "\"a\\nb\\n\""
    ));
}

/// The comments: their text, the first and the last line that they cover, and the module.
fn comments(files: &[(&str, &str)]) -> Vec<String> {
    let reading = reading(files);
    assert_eq!(reading.problems, []);
    let comment = |comment: &crate::source::Comment| {
        let covers = match &comment.covers {
            Some(place) => format!(
                "{}:{}-{}",
                place.start.line, place.start.column, place.end.line
            ),
            None => "nothing".to_owned(),
        };
        let module = comment.module.as_deref().unwrap_or("");
        format!("{} {covers} {module}", comment.text)
            .trim()
            .to_owned()
    };
    reading.comments.iter().map(comment).collect()
}

#[test]
fn comments_cover_what_they_stand_at() {
    let text = r##"# ppcmk-lint: block
# another comment

resource "ppcmk_a" "a" {
  // ppcmk-lint: attribute
  x = 1
  y = 2 # ppcmk-lint: end of line
  z = "# ppcmk-lint: in a text"
  list = [
    # ppcmk-lint: element
    { name = "a", region = "x" },
    { name = "b", region = "y" }, /* ppcmk-lint: element's end */
    {
      name   = "c" # ppcmk-lint: item
      region = "z"
    }
  ]
  h = <<EOT
# ppcmk-lint: in a heredoc
EOT
  # ppcmk-lint: nothing
}
resource "ppcmk_a" "b" { # ppcmk-lint: header
}
# ppcmk-lint: call
module "m" {
  source = "./m"
}
"##;
    assert_eq!(
        comments(&[("main.tf", text), ("m/a.tf", "")]),
        [
            "block 4:1-22",
            "attribute 6:3-6",
            "end of line 7:3-7",
            "element 11:5-11",
            "element's end 12:5-12",
            "item 14:7-14",
            "nothing nothing",
            "header 23:1-24",
            "call 26:1-28 module.m",
        ]
    );
}

#[test]
fn comments_of_variable_files_and_documents_count() {
    let main = r#"
variable "x" {}
locals { all = yamldecode(file("${path.module}/all.yaml")) }
resource "ppcmk_a" "a" { x = local.all }
"#;
    let yaml = r#"environments:
  # ppcmk-lint: entry
  - name: "a # ppcmk-lint: no"
    location: uk # ppcmk-lint: value
  - name: b#c
    note: |
      # ppcmk-lint: in a text
"#;
    assert_eq!(
        comments(&[
            ("main.tf", main),
            ("all.yaml", yaml),
            ("terraform.tfvars", "x = 1 # ppcmk-lint: variable\n"),
        ]),
        ["entry 3:5-4", "value 4:5-4", "variable 1:1-1",]
    );
}

#[test]
fn documents_have_places_inside() {
    let main = r#"
locals {
  yaml = yamldecode(file("${path.module}/all.yaml"))
  json = jsondecode(file("all.json"))
  csv  = csvdecode(file("all.csv"))
  text = yamldecode("a: [1, x]")
}
resource "ppcmk_a" "a" {
  for_each = { for e in local.yaml.environments : e.name => e }
  x        = each.value.location
  y        = local.json.list[1].a
  z        = local.csv[0].b
  w        = local.text.a[1]
  v        = templatefile("t.tftpl", { name = each.key })
}
"#;
    let reading = reading(&[
        ("main.tf", main),
        (
            "all.yaml",
            "environments:\n  - name: one\n    location: uk\n  - {name: two, location: us}\n",
        ),
        ("all.json", "{\"list\": [1,\n {\"a\": \"b\"}]}"),
        ("all.csv", "a,b\n1,2\n"),
        ("t.tftpl", "hello ${name}"),
    ]);
    assert_eq!(reading.problems, []);
    let check = |key: &str, name: &str, value: &str, way: &str| {
        let found = argument(&reading, &format!("ppcmk_a.a[\"{key}\"]"), name);
        assert_eq!((show(&found), trail(&found)), (value.into(), way.into()));
    };
    check("one", "x", "\"uk\"", "all.yaml:3:15 <- each.value");
    check("two", "x", "\"us\"", "all.yaml:4:27 <- each.value");
    check("one", "y", "\"b\"", "all.json:2:8 <- local.json");
    check("one", "z", "\"2\"", "all.csv:1:1 <- local.csv");
    check("one", "w", "\"x\"", "main.tf:6:21 <- local.text");
    check("one", "v", "\"hello one\"", "t.tftpl:1:1");
    assert!(reading.sources.get("all.yaml").is_some());
}

#[test]
fn json_texts_stay_together() {
    let main = r#"
resource "azapi_resource" "p" {
  body = jsonencode({ properties = { id = azurerm_key_vault.kv.id, kind = "Encryption" } })
}
resource "azurerm_key_vault" "kv" {}
resource "ppcmk_a" "a" {
  x = jsondecode(azapi_resource.p.body).properties
  y = jsondecode(azapi_resource.p.output).properties.systemId
  z = azapi_resource.p.output.properties.systemId
}
"#;
    let reading = reading(&[("main.tf", main)]);
    let value = |address, name| show(&argument(&reading, address, name));
    assert_eq!(
        value("azapi_resource.p", "body"),
        "json({properties = {id = <azurerm_key_vault.kv.id>, kind = \"Encryption\"}})"
    );
    assert_eq!(
        value("ppcmk_a.a", "x"),
        "{id = <azurerm_key_vault.kv.id>, kind = \"Encryption\"}"
    );
    let symbol = "<azapi_resource.p.output.properties.systemId>";
    assert_eq!(value("ppcmk_a.a", "y"), symbol);
    assert_eq!(value("ppcmk_a.a", "z"), symbol);
}
