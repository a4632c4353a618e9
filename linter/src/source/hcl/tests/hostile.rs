//! Input that nobody writes by hand.

use std::fmt::Write as _;

use super::{addresses, argument, reading, show};

#[test]
fn cycles_end_with_a_problem() {
    let text = r#"
locals {
  a = local.b
  b = local.c
  c = local.a
}
resource "ppcmk_a" "x" { y = local.a }
resource "ppcmk_a" "self" { y = ppcmk_a.self.id }
variable "v" { default = "v" }
output "o" { value = "o" }
"#;
    let reading = reading(&[("main.tf", text)]);
    assert_eq!(reading.problems.len(), 2, "{:?}", reading.problems);
    for problem in &reading.problems {
        assert!(problem.message.contains("refers to itself"));
        assert!(problem.location.is_some());
    }
    assert!(argument(&reading, "ppcmk_a.x", "y").is_unknown());
}

#[test]
fn cycles_that_nothing_needs_are_problems_too() {
    let text = r#"
locals {
  a    = local.b
  b    = "${local.c}x"
  c    = [for x in ["y"] : local.a]
  self = local.self
  fine = local.text
  text = "x"
}
"#;
    let reading = reading(&[("main.tf", text)]);
    let problems: Vec<_> = reading
        .problems
        .iter()
        .map(|problem| {
            let line = problem.location.as_ref().map(|place| place.start.line);
            (line, &*problem.message)
        })
        .collect();
    assert_eq!(
        problems,
        [
            (Some(3), "`local.a` refers to itself"),
            (Some(6), "`local.self` refers to itself"),
        ]
    );
}

#[test]
fn json_of_another_shape_is_a_problem_and_the_rest_is_read() {
    let text = "{\n \"resource\": [1, null, { \"ppcmk_a\": \"x\" },\n  { \"ppcmk_a\": { \"y\": { \"z\": 1 } } }],\n \"locals\": null }";
    let reading = reading(&[("main.tf.json", text)]);
    let problem = &reading.problems[0];
    assert_eq!(
        problem.message,
        "`main.tf.json` has something else where an object for `resource` is meant"
    );
    let place = problem.location.as_ref().unwrap().start;
    assert_eq!((place.line, place.column), (2, 15));
    assert_eq!(reading.problems.len(), 1);
    assert_eq!(addresses(&reading), ["ppcmk_a.y"]);
}

#[test]
fn modules_that_need_each_other_are_no_cycle() {
    let reading = reading(&[
        (
            "main.tf",
            r#"
module "a" {
  source = "./m"
  in1    = "x"
  in2    = module.b.out1
}
module "b" {
  source = "./m"
  in1    = module.a.out1
  in2    = module.a.out2
}
resource "ppcmk_a" "x" { y = module.b.out2 }
"#,
        ),
        (
            "m/main.tf",
            "variable \"in1\" {}\nvariable \"in2\" {}\noutput \"out1\" { value = var.in1 }\noutput \"out2\" { value = var.in2 }\n",
        ),
    ]);
    assert_eq!(reading.problems, []);
    assert_eq!(show(&argument(&reading, "ppcmk_a.x", "y")), "\"x\"");
}

#[test]
fn long_chains_are_followed() {
    let mut text = String::from("locals {\n  a0 = \"end\"\n");
    for at in 1..=10_000 {
        writeln!(text, "  a{at} = local.a{}", at - 1).unwrap();
    }
    text.push_str("}\nresource \"ppcmk_a\" \"x\" { y = local.a10000 }\n");
    let reading = reading(&[("main.tf", &text)]);
    assert_eq!(reading.problems, []);
    let value = argument(&reading, "ppcmk_a.x", "y");
    assert_eq!(show(&value), "\"end\"");
    assert_eq!(value.trail.location().unwrap().start.line, 2);
}

#[test]
fn deep_and_large_values_are_unknown() {
    for (first, step) in [
        ("[]", "[local.aN]"),
        ("{}", "{ x = local.aN }"),
        ("[1]", "[local.aN, local.aN]"),
        ("{ x = 1 }", "{ x = local.aN, y = local.aN }"),
        ("\"0123456789\"", "\"${local.aN}${local.aN}\""),
        ("[1]", "concat(local.aN, local.aN)"),
        ("{}", "jsonencode([local.aN, local.aN])"),
        (
            "[\"a\", \"b\"]",
            "[for x in setproduct(local.aN, local.aN) : join(\"\", x)]",
        ),
    ] {
        let mut text = format!("locals {{\n  a0 = {first}\n");
        for at in 1..=1_000 {
            let step = step.replace("aN", &format!("a{}", at - 1));
            writeln!(text, "  a{at} = {step}").unwrap();
        }
        text.push_str("}\nresource \"ppcmk_a\" \"x\" { y = local.a1000 }\n");
        let reading = reading(&[("main.tf", &text)]);
        assert_eq!(addresses(&reading), ["ppcmk_a.x"]);
        let value = argument(&reading, "ppcmk_a.x", "y");
        assert!(value.is_unknown() || !reading.problems.is_empty(), "{step}");
    }
}

#[test]
fn nesting_does_not_overflow_the_stack() {
    let deep = 100_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a=", "}"),
        ("\"${", "}\""),
        ("!", ""),
        ("-", ""),
        ("f(", ")"),
        ("a[", "]"),
    ] {
        let text = format!(
            "locals {{\n  a = {}1{}\n}}\n",
            open.repeat(deep),
            close.repeat(deep)
        );
        let reading = reading(&[("main.tf", &text)]);
        assert_eq!(reading.problems.len(), 1, "{open}");
    }
    for text in [
        format!("{}{}", "a {\n".repeat(deep), "}\n".repeat(deep)),
        format!("a = {}1", "1 + ".repeat(deep)),
        format!("a = x{}", ".y".repeat(200)),
        format!("a = {}1", "x ? 1 : ".repeat(deep)),
        format!("a = \"{}\"", "%{ if true }".repeat(1_000)),
        "[".repeat(deep),
        "\"${".repeat(deep),
        "<<A\n${".repeat(1_000),
        "/*".repeat(deep),
    ] {
        let reading = reading(&[("main.tf", &text), ("a.tf.json", &text)]);
        assert!(!reading.problems.is_empty());
    }
    let json = format!(
        "{{\"locals\":{{\"a\":{}1{}}}}}",
        "[".repeat(deep),
        "]".repeat(deep)
    );
    assert_eq!(reading(&[("main.tf.json", &json)]).problems.len(), 1);
    let text = "resource \"ppcmk_a\" \"x\" {\n  y = yamldecode(file(\"a.yaml\"))\n  z = jsondecode(file(\"a.json\"))\n}\n";
    let reading = reading(&[
        ("main.tf", text),
        ("a.yaml", &"[".repeat(10_000)),
        ("a.json", &"[".repeat(10_000)),
    ]);
    assert_eq!(reading.problems.len(), 2);
}

#[test]
fn expensive_expressions_end() {
    for expression in [
        "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : a]]]",
        "format(\"%999999999s\", \"x\")",
        "indent(999999999, \"a\\nb\")",
        "range(0, 1e18)",
        "setproduct(range(1000), range(1000), range(1000))",
        "pow(10, 1000000)",
        "replace(join(\"\", [for a in range(1000) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]), \"a\", join(\"\", [for a in range(1000) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]))",
        "regex(\"(a*)*b\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\")",
        "regex(\"((a{100}){100}){100}\", \"a\")",
    ] {
        let text = format!("resource \"ppcmk_a\" \"x\" {{\n  y = {expression}\n}}\n");
        let reading = reading(&[("main.tf", &text)]);
        let value = argument(&reading, "ppcmk_a.x", "y");
        let ended = value.is_unknown() || !reading.problems.is_empty();
        assert!(ended, "{expression}");
    }
}

#[test]
fn instances_are_bounded() {
    let text = r#"
resource "ppcmk_a" "many" { count = 1000000000 }
resource "ppcmk_a" "negative" { count = -1 }
resource "ppcmk_a" "null" { count = null }
resource "ppcmk_a" "text" { for_each = "x" }
resource "ppcmk_a" "nulls" { for_each = toset([null]) }
"#;
    let reading = reading(&[("main.tf", text)]);
    assert_eq!(
        addresses(&reading),
        [
            "ppcmk_a.many[*]?",
            "ppcmk_a.negative[*]?",
            "ppcmk_a.null[*]?",
            "ppcmk_a.nulls[*]?",
            "ppcmk_a.text[*]?",
        ]
    );
    assert_eq!(reading.problems.len(), 1);
}

#[test]
fn modules_that_double_are_bounded() {
    let mut files = vec![("main.tf".to_owned(), calls("./m0"))];
    for at in 0..40 {
        files.push((format!("m{at}/main.tf"), calls(&format!("../m{}", at + 1))));
    }
    files.push(("m40/main.tf".to_owned(), String::new()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    assert!(!reading(&files).problems.is_empty());
}

fn calls(source: &str) -> String {
    format!("module \"a\" {{ source = \"{source}\" }}\nmodule \"b\" {{ source = \"{source}\" }}\n")
}

#[test]
fn null_is_possible_everywhere() {
    let text = r#"
variable "v" {
  type    = null
  default = null
}
locals { a = null }
resource "ppcmk_a" "x" {
  y = [null.a, null[0], null[*], var.v, local.a.b, [for x in null : x], "${null}", -null, !null, null ? 1 : 2, merge(null, null), flatten([null]), toset(null), try(null.a, null)]
  dynamic "z" {
    for_each = null
    content {}
  }
  dynamic "w" {}
  lifecycle { prevent_destroy = null }
}
output "o" { value = null }
module "m" { source = null }
module "n" {}
"#;
    let reading = reading(&[
        ("main.tf", text),
        (
            "null.tf.json",
            r#"{"resource": {"ppcmk_a": {"j": {"lifecycle": null, "dynamic": null, "x": null}, "k": null}, "y": null}, "variable": null, "locals": null, "module": {"o": null}}"#,
        ),
        ("terraform.tfvars.json", "null"),
    ]);
    assert_eq!(addresses(&reading), ["ppcmk_a.j", "ppcmk_a.x"]);
    assert_eq!(reading.unseen.len(), 2);
}

#[test]
fn any_bytes_are_read() {
    use crate::source::Memory;
    let seeds: [&[u8]; 6] = [
        b"resource \"ppcmk_a\" \"b\" {\n  x = \"${var.y}\" # c\n}\n",
        b"locals { a = <<-E\n ${[for k, v in {a=1} : k if v > 0]}\n E\n}\n",
        b"{\"resource\": {\"a\": {\"b\": {\"c\": \"${d}\"}}}}",
        b"module \"m\" { source = \"./m\" }\n/* ppcmk-lint: x */",
        b"a = \"%{ for x in y ~}\\u00e9%{ endfor }\"\n",
        b"\xEF\xBB\xBFa = 1\r\n\xC3\xA9 = [1, 2,]\n",
    ];
    for seed in seeds {
        for at in 0..seed.len() {
            for byte in [0_u8, b'"', b'{', b'}', b'\n', b'$', 0xC3, 0xFF] {
                let mut changed = seed.to_vec();
                changed[at] = byte;
                for bytes in [&changed[..], &changed[..at]] {
                    let tree = Memory::default()
                        .with("a.tf", bytes)
                        .with("b.tf.json", bytes)
                        .with("terraform.tfvars", bytes);
                    let folder = std::path::Path::new("");
                    let reading = crate::source::hcl::read(
                        &tree,
                        folder,
                        &crate::source::hcl::Options::default(),
                    );
                    assert!(reading.is_ok());
                }
            }
        }
    }
}
