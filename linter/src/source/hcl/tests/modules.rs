//! Modules, and the values that go through them.

use super::{addresses, argument, reading, reading_with, show, trail};
use crate::source::hcl::{Assignment, Options};

const CHILD: &str = r#"
variable "location" { type = string }
variable "size" {
  type    = number
  default = 3
}
resource "ppcmk_a" "this" {
  x = var.location
  y = var.size
}
output "id" { value = ppcmk_a.this.id }
output "location" { value = ppcmk_a.this.x }
"#;

#[test]
fn values_go_in_and_come_out() {
    let reading = reading(&[
        (
            "main.tf",
            r#"
locals { place = "uk" }
module "m" {
  source   = "./modules/child"
  location = local.place
  size     = "4"
}
resource "ppcmk_a" "b" {
  x = module.m.id
  y = module.m.location
}
"#,
        ),
        ("modules/child/main.tf", CHILD),
    ]);
    assert_eq!(reading.problems, []);
    assert_eq!(addresses(&reading), ["module.m.ppcmk_a.this", "ppcmk_a.b"]);
    let check = |address: &str, name: &str, value: &str, way: &str| {
        let found = argument(&reading, address, name);
        assert_eq!((show(&found), trail(&found)), (value.into(), way.into()));
    };
    let literal = "main.tf:2:18 <- local.place <- module.m <- var.location";
    check("module.m.ppcmk_a.this", "x", "\"uk\"", literal);
    check(
        "module.m.ppcmk_a.this",
        "y",
        "4",
        "main.tf:6:14 <- module.m <- var.size",
    );
    check(
        "ppcmk_a.b",
        "x",
        "<module.m.ppcmk_a.this.id>",
        "modules/child/main.tf:11:23 <- module.m.id",
    );
    check(
        "ppcmk_a.b",
        "y",
        "\"uk\"",
        &format!("{literal} <- ppcmk_a.this <- module.m.location"),
    );
    let instance = &reading.instances[0];
    assert_eq!(&*instance.calls[0].label, "module.m");
    assert_eq!(instance.calls[0].location.as_ref().unwrap().start.line, 3);
    assert_eq!(&*instance.block, "module.m.ppcmk_a.this");
    assert_eq!(
        &*instance.location.as_ref().unwrap().file,
        "modules/child/main.tf"
    );
}

#[test]
fn calls_repeat() {
    let reading = reading(&[
        (
            "main.tf",
            r#"
variable "unset" {}
module "each" {
  source   = "./child"
  for_each = { a = "uk", b = "us" }
  location = each.value
}
module "two" {
  source   = "./child"
  count    = 2
  location = count.index
}
module "none" {
  source   = "./child"
  count    = 0
  location = "x"
}
module "maybe" {
  source   = "./child"
  count    = var.unset
  location = "x"
}
resource "ppcmk_a" "b" {
  x = { for k, m in module.each : k => m.location }
  y = module.two[*].id
  z = module.maybe[0].id
  w = [module.each["a"].id, module.none, one(module.none[*].id)]
}
"#,
        ),
        ("child/main.tf", CHILD),
    ]);
    assert_eq!(reading.problems, []);
    assert_eq!(
        addresses(&reading),
        [
            "module.each[\"a\"].ppcmk_a.this",
            "module.each[\"b\"].ppcmk_a.this",
            "module.maybe[*].ppcmk_a.this?",
            "module.two[0].ppcmk_a.this",
            "module.two[1].ppcmk_a.this",
            "ppcmk_a.b",
        ]
    );
    let check = |name: &str, expected: &str| {
        assert_eq!(show(&argument(&reading, "ppcmk_a.b", name)), expected);
    };
    check("x", "{a = \"uk\", b = \"us\"}");
    check(
        "y",
        "[<module.two[0].ppcmk_a.this.id>, <module.two[1].ppcmk_a.this.id>]",
    );
    check("z", "<module.maybe[*].ppcmk_a.this.id>");
    check("w", "[<module.each[\"a\"].ppcmk_a.this.id>, [], null]");
    let number = argument(&reading, "module.two[1].ppcmk_a.this", "x");
    assert_eq!(show(&number), "\"1\"");
}

#[test]
fn modules_that_are_not_here_are_unseen() {
    let reading = reading(&[
        (
            "main.tf",
            r#"
module "remote" {
  source  = "Azure/avm-res-keyvault-vault/azurerm"
  version = "0.9.1"
}
module "downloaded" { source = "registry/x/y" }
module "inner_module" { source = "./inner" }
resource "ppcmk_a" "b" {
  x = module.remote.resource_id
  y = module.downloaded.v
  z = module.remote.keys["cmk"].id
}
"#,
        ),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules":[{"Key":"","Source":"","Dir":"."},
                {"Key":"downloaded","Source":"x","Dir":".terraform/modules/downloaded"},
                {"Key":"inner_module.deep","Source":"x","Dir":".terraform/modules/deep"}]}"#,
        ),
        (
            ".terraform/modules/downloaded/a.tf",
            "output \"v\" { value = 1 }",
        ),
        (
            "inner/a.tf",
            "module \"deep\" { source = \"git::https://x\" }",
        ),
        (
            ".terraform/modules/deep/a.tf",
            "resource \"ppcmk_a\" \"deep\" {}",
        ),
    ]);
    assert_eq!(reading.problems, []);
    assert_eq!(
        addresses(&reading),
        ["module.inner_module.module.deep.ppcmk_a.deep", "ppcmk_a.b"]
    );
    let value = |name| show(&argument(&reading, "ppcmk_a.b", name));
    assert_eq!(value("x"), "<module.remote.resource_id>");
    assert_eq!(value("y"), "1");
    assert_eq!(value("z"), "<module.remote.keys.cmk.id>");
    let unseen: Vec<_> = reading
        .unseen
        .iter()
        .map(|it| it.reason.to_string())
        .collect();
    assert_eq!(unseen, ["the source of `module.remote` is not local"]);
}

#[test]
fn modules_that_are_wrong_are_problems() {
    for (source, expected) in [
        ("./missing", "cannot be read"),
        ("./", "calls a module that it is a part of"),
        ("./loop", "calls a module that it is a part of"),
        ("./empty", "has no configuration"),
    ] {
        let main = format!("module \"m\" {{ source = \"{source}\" }}");
        let reading = reading(&[
            ("main.tf", &main),
            ("loop/a.tf", "module \"back\" { source = \"../\" }"),
            ("empty/README.md", ""),
        ]);
        let messages: Vec<_> = reading
            .problems
            .iter()
            .map(|it| it.message.as_str())
            .collect();
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].contains(expected), "{messages:?}");
        assert!(reading.problems[0].location.is_some());
        assert_eq!(reading.unseen.len(), 1);
    }
}

#[test]
fn names_are_shown_from_where_the_program_was_started() {
    let mut options = Options {
        shown_directory: "infra/prod".into(),
        ..Options::default()
    };
    let files = [
        (
            "main.tf",
            "module \"m\" { source = \"../shared\" }\nresource \"ppcmk_a\" \"a\" {}",
        ),
        ("../shared/x.tf", "resource \"ppcmk_a\" \"b\" {}"),
    ];
    let names = |options: &Options| {
        let reading = reading_with(&files, options);
        let instances = reading.instances.iter();
        let names = instances.map(|it| it.location.as_ref().unwrap().file.to_string());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&options), ["infra/shared/x.tf", "infra/prod/main.tf"]);
    options.shown_directory = ".".into();
    assert_eq!(names(&options), ["../shared/x.tf", "main.tf"]);
}

#[test]
fn later_values_of_variables_win() {
    let main = r#"
variable "a" { default = "default" }
variable "b" {}
variable "c" {}
variable "d" {}
variable "e" {}
variable "f" {}
variable "g" { type = list(number) }
variable "h" {
  type     = string
  nullable = false
  default  = "kept"
}
resource "ppcmk_a" "a" {
  x = [var.a, var.b, var.c, var.d, var.e, var.f, var.g, var.h]
}
"#;
    let files = [
        ("main.tf", main),
        (
            "terraform.tfvars",
            "b = \"fixed\"\nc = \"fixed\"\nd = \"fixed\"\ne = \"fixed\"\nh = null\n",
        ),
        (
            "terraform.tfvars.json",
            "{\"c\": \"json\", \"d\": \"json\", \"e\": \"json\"}",
        ),
        ("x.auto.tfvars", "d = \"auto\"\ne = \"auto\"\n"),
        ("prod.tfvars", "e = \"file\"\nf = \"file\"\n"),
    ];
    let options = Options {
        assignments: vec![
            Assignment::Variable("e".into(), "option".into()),
            Assignment::File("prod.tfvars".into()),
            Assignment::Variable("f".into(), "option".into()),
            Assignment::Variable("g".into(), "[1, \"2\"]".into()),
        ],
        environment: vec![
            ("TF_VAR_b".into(), "environment".into()),
            ("OTHER".into(), "x".into()),
        ],
        ..Options::default()
    };
    let reading = reading_with(&files, &options);
    assert_eq!(reading.problems, []);
    let value = argument(&reading, "ppcmk_a.a", "x");
    assert_eq!(
        show(&value),
        "[\"default\", \"fixed\", \"json\", \"auto\", \"file\", \"option\", [1, 2], \"kept\"]"
    );
    let trails: Vec<_> = value.as_list().unwrap().iter().map(trail).collect();
    assert_eq!(
        trails[..6],
        [
            "main.tf:2:26 <- var.a",
            "terraform.tfvars:1:5 <- terraform.tfvars <- var.b",
            "terraform.tfvars.json:1:7 <- terraform.tfvars.json <- var.c",
            "x.auto.tfvars:1:5 <- x.auto.tfvars <- var.d",
            "prod.tfvars:1:5 <- prod.tfvars <- var.e",
            "main.tf:7:1 <- -var f <- var.f",
        ]
    );
}

#[test]
fn types_convert_and_fill_in() {
    let main = r#"
variable "v" {
  type = object({
    name = string
    geo  = optional(string, "europe")
    tags = optional(map(string))
    csu  = optional(list(object({ region = string, on = optional(bool, true) })), [])
  })
  default = { name = 5, extra = 1, csu = [{ region = "uk" }] }
}
variable "s" {
  type    = set(string)
  default = ["b", "a", "b"]
}
variable "wrong" {
  type    = number
  default = "x"
}
resource "ppcmk_a" "a" {
  x = var.v
  y = var.s
  z = var.wrong
}
"#;
    let reading = reading(&[("main.tf", main)]);
    let value = |name| show(&argument(&reading, "ppcmk_a.a", name));
    assert_eq!(
        value("x"),
        "{csu = [{on = true, region = \"uk\"}], geo = \"europe\", name = \"5\", tags = null}"
    );
    assert_eq!(value("y"), "[\"a\", \"b\"]");
    assert_eq!(value("z"), "<variable `wrong`: \"x\" is not a number>");
}

#[test]
fn override_files_change_what_is_there() {
    let reading = reading(&[
        (
            "main.tf",
            r#"
variable "v" { default = 1 }
locals {
  a = 1
  b = 2
}
resource "ppcmk_a" "a" {
  x = [var.v, local.a, local.b]
  y = "old"
  block { n = 1 }
  block { n = 2 }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [y]
  }
}
"#,
        ),
        (
            "z_override.tf",
            r#"
variable "v" { default = 10 }
locals { b = 20 }
resource "ppcmk_a" "a" {
  y = "new"
  block { n = 3 }
  lifecycle { prevent_destroy = false }
}
resource "ppcmk_a" "nowhere" {}
"#,
        ),
    ]);
    let value = |name| show(&argument(&reading, "ppcmk_a.a", name));
    assert_eq!(value("x"), "[10, 1, 20]");
    assert_eq!(value("y"), "\"new\"");
    assert_eq!(value("block"), "[{n = 3, ...}]");
    assert_eq!(reading.instances[0].prevent_destroy.value(), Some(&false));
    assert_eq!(reading.problems.len(), 1);
    assert!(reading.problems[0].message.contains("does not exist"));
}
