//! `count`, `for_each`, `dynamic` and modules.

use super::{addresses, argument, reading, show};

fn check(text: &str, expected: &[&str]) {
    let reading = reading(&[("main.tf", text)]);
    assert_eq!(reading.problems, []);
    assert_eq!(addresses(&reading), expected, "{text}");
}

fn check_value(text: &str, address: &str, expected: &str) {
    let reading = reading(&[("main.tf", text)]);
    assert_eq!(reading.problems, []);
    assert_eq!(show(&argument(&reading, address, "x")), expected, "{text}");
}

#[test]
fn count_and_for_each_make_instances() {
    check(
        r#"
resource "ppcmk_a" "one" {}
resource "ppcmk_a" "none" { count = 0 }
resource "ppcmk_a" "two" { count = 2 }
data "ppcmk_b" "keys" { for_each = toset(["x", "a b"]) }
resource "ppcmk_a" "off" { for_each = {} }
resource "ppcmk_a" "disabled" {
  lifecycle { enabled = false }
}
"#,
        &[
            "data.ppcmk_b.keys[\"a b\"]",
            "data.ppcmk_b.keys[\"x\"]",
            "ppcmk_a.one",
            "ppcmk_a.two[0]",
            "ppcmk_a.two[1]",
        ],
    );
}

#[test]
fn unknown_keys_make_a_possible_instance() {
    check(
        r#"
variable "unset" {}
resource "ppcmk_a" "a" { count = var.unset }
resource "ppcmk_a" "b" { for_each = var.unset }
resource "ppcmk_a" "c" { count = var.unset ? 1 : 0 }
resource "ppcmk_a" "d" { count = var.unset ? 2 : 1 }
resource "ppcmk_a" "e" { for_each = var.unset ? { x = 1, y = 2 } : { y = 2 } }
resource "ppcmk_a" "f" {
  lifecycle { enabled = var.unset }
}
"#,
        &[
            "ppcmk_a.a[*]?",
            "ppcmk_a.b[*]?",
            "ppcmk_a.c[0]?",
            "ppcmk_a.d[0]",
            "ppcmk_a.d[1]?",
            "ppcmk_a.e[\"x\"]?",
            "ppcmk_a.e[\"y\"]",
            "ppcmk_a.f?",
        ],
    );
}

#[test]
fn each_and_count_have_values() {
    let text = r#"
locals { all = { a = { location = "uk" }, b = { location = "us" } } }
resource "ppcmk_a" "each" {
  for_each = local.all
  x        = "${each.key}-${each.value.location}"
}
resource "ppcmk_a" "count" {
  count = 2
  x     = count.index
}
resource "ppcmk_a" "chained" {
  for_each = ppcmk_a.each
  x        = [each.key, each.value.x, each.value.id]
}
resource "ppcmk_a" "filtered" {
  for_each = { for k, v in local.all : k => v if v.location == "uk" }
  x        = ppcmk_a.each[each.key].id
}
"#;
    check_value(text, "ppcmk_a.each[\"a\"]", "\"a-uk\"");
    check_value(text, "ppcmk_a.count[1]", "1");
    check_value(
        text,
        "ppcmk_a.chained[\"b\"]",
        "[\"b\", \"b-us\", <ppcmk_a.each[\"b\"].id>]",
    );
    check_value(text, "ppcmk_a.filtered[\"a\"]", "<ppcmk_a.each[\"a\"].id>");
}

#[test]
fn references_to_possible_instances_keep_their_names() {
    let text = r#"
variable "unset" {}
resource "ppcmk_a" "maybe" {
  count = var.unset ? 1 : 0
  y     = "known"
}
resource "ppcmk_a" "some" {
  for_each = var.unset
  y        = "known"
}
resource "ppcmk_a" "zero" { x = [ppcmk_a.maybe[0].id, ppcmk_a.maybe[0].y] }
resource "ppcmk_a" "all" { x = ppcmk_a.maybe[*].id }
resource "ppcmk_a" "chained" {
  for_each = ppcmk_a.some
  x        = [each.value.id, each.value.y]
}
resource "ppcmk_a" "key" { x = [ppcmk_a.some["k"].id, ppcmk_a.some["l"].id] }
resource "ppcmk_a" "same" {
  for_each = var.unset
  x        = [ppcmk_a.some[each.key].id, each.value.z]
}
"#;
    check_value(text, "ppcmk_a.zero", "[<ppcmk_a.maybe[0].id>, \"known\"]");
    check_value(text, "ppcmk_a.all", "<ppcmk_a.maybe[*].id>");
    check_value(
        text,
        "ppcmk_a.chained[*]",
        "[<ppcmk_a.some[*].id>, \"known\"]",
    );
    check_value(
        text,
        "ppcmk_a.key",
        "[<ppcmk_a.some[\"k\"].id>, <ppcmk_a.some[\"l\"].id>]",
    );
    check_value(
        text,
        "ppcmk_a.same[*]",
        "[<ppcmk_a.some[*].id>, <var.unset[*].z>]",
    );
}

#[test]
fn dynamic_blocks_become_lists() {
    let text = r#"
variable "unset" {}
resource "ppcmk_a" "a" {
  x { y = 1 }
  dynamic "x" {
    for_each = [2, 3]
    content {
      y = x.value
      dynamic "z" {
        for_each = { k = "v" }
        iterator = inner
        content { w = "${inner.key}${inner.value}${x.value}" }
      }
    }
  }
}
resource "ppcmk_a" "b" {
  dynamic "x" {
    for_each = var.unset
    content { y = x.value }
  }
}
"#;
    check_value(
        text,
        "ppcmk_a.a",
        "[{y = 1, ...}, {y = 2, z = [{w = \"kv2\", ...}], ...}, {y = 3, z = [{w = \"kv3\", ...}], ...}]",
    );
    check_value(text, "ppcmk_a.b", "<variable `unset` has no value>");
}

#[test]
fn imports_name_what_exists() {
    let text = r#"
locals { ids = { a = "id-a", b = "id-b" } }
resource "ppcmk_a" "one" {}
resource "ppcmk_a" "each" { for_each = local.ids }
import {
  to = ppcmk_a.one
  id = "id-one"
}
import {
  for_each = local.ids
  to       = ppcmk_a.each[each.key]
  id       = each.value
}
import { to = ppcmk_a.gone[var.unset] }
"#;
    let reading = reading(&[("main.tf", text)]);
    let ids = reading
        .instances
        .iter()
        .map(|it| it.import_id.as_ref().map(show));
    let ids: Vec<_> = ids.map(Option::unwrap_or_default).collect();
    assert_eq!(ids, ["\"id-a\"", "\"id-b\"", "\"id-one\""]);
}
