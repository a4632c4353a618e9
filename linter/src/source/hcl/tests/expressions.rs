//! Expressions.

use super::{argument, check, check_error, reading, show, trail};

#[test]
fn literals() {
    check("null", "null");
    check("true", "true");
    check("1.50", "1.5");
    check("1e3", "1000");
    check("-5", "-5");
    check("18446744073709551615", "18446744073709552000");
    check(r#""a\n\u00e9""#, r#""a\né""#);
    check("[1, \"a\", null]", "[1, \"a\", null]");
    check(
        "{ a = 1, \"b\" : 2, (local.list[2]) = 3 }",
        "{a = 1, b = 2, c = 3}",
    );
    check("{ \"${var.region}-x\" = 1 }", "{europe-x = 1}");
}

#[test]
fn operators() {
    check("1 + 2 * 3", "7");
    check("(1 + 2) * 3", "9");
    check("7 / 2", "3.5");
    check("6 / 2", "3");
    check("-7 % 3", "-1");
    check("\"1\" + 2", "3");
    check("1 < 2 && 2 <= 2", "true");
    check("!(1 > 2) || false", "true");
    check("\"a\" == \"a\"", "true");
    check("1 == \"1\"", "false");
    check("null == null", "true");
    check("[1, { a = 2 }] == [1, { a = 2 }]", "true");
    check("{ a = 1 } != { a = 2 }", "true");
    check("false && var.unset", "false");
    check("true || var.unset", "true");
    check("var.unset == var.unset", "true");
    check("var.unset == var.other", "<variable `unset` has no value>");
    check_error("1 / 0", "not a number");
    check_error("null + 1", "null");
    check_error("[] + 1", "a number is needed");
}

#[test]
fn conditionals() {
    check("true ? 1 : 2", "1");
    check("\"false\" ? 1 : 2", "2");
    check("var.unset ? \"x\" : \"x\"", "\"x\"");
    check(
        "var.unset ? \"x\" : \"y\"",
        "<variable `unset` has no value>",
    );
    check(
        "var.unset ? { a = 1, b = 2 } : { a = 1, b = 3 }",
        "{a = 1, b = <variable `unset` has no value>}",
    );
    check("true ? 1 : \"a\"", "\"1\"");
    check_error("null ? 1 : 2", "null");
}

#[test]
fn references() {
    check("var.region", "\"europe\"");
    check("var.unset", "<var.unset>");
    check("local.map.b", "2");
    check("local.map[\"b\"]", "2");
    check("local.list[1]", "\"b\"");
    check("local.list.1", "\"b\"");
    check("local.nested.list[*].name", "[\"x\", \"y\"]");
    check("local.nested.list.*.name", "[\"x\", \"y\"]");
    check("local.nested.list.*.name[0]", "\"x\"");
    check(
        "local.nested.list[*].name[0]",
        "[<a list or an object is needed>, <a list or an object is needed>]",
    );
    check("null[*]", "[]");
    check("\"a\"[*]", "[\"a\"]");
    check("path.module", "\".\"");
    check("terraform.workspace", "\"default\"");
    check_error("local.nope", "`nope` is not declared");
    check_error("var.nope", "`nope` is not declared");
    check_error("local.map.z", "no attribute `z`");
    check_error("local.list[7]", "no element 7");
    check("azurerm_key_vault.nope.id", "<azurerm_key_vault.nope.id>");
    check_error("each.key", "cannot be used here");
}

#[test]
fn resources_are_open() {
    check("azurerm_key_vault.kv.name", "\"kv-europe\"");
    check("azurerm_key_vault.kv.id", "<azurerm_key_vault.kv.id>");
    check(
        "azurerm_key_vault.kv.location",
        "<azurerm_key_vault.kv.location>",
    );
    check(
        "azurerm_key_vault.kv.network_acls[0].bypass",
        "\"AzureServices\"",
    );
    check(
        "azurerm_key_vault.kv.network_acls[0].default_action",
        "<azurerm_key_vault.kv.network_acls[0].default_action>",
    );
    check(
        "azurerm_key_vault.kv.identity[0].principal_id",
        "<azurerm_key_vault.kv.identity[0].principal_id>",
    );
    check("azurerm_key_vault.kv[\"id\"]", "<azurerm_key_vault.kv.id>");
    check(
        "data.azurerm_client_config.me.tenant_id",
        "<data.azurerm_client_config.me.tenant_id>",
    );
    check(
        "\"${azurerm_key_vault.kv.id}/keys/cmk\"",
        "<${azurerm_key_vault.kv.id}/keys/cmk>",
    );
}

#[test]
fn templates() {
    check("\"a${1}b${true}\"", "\"a1btrue\"");
    check("\"${1}\"", "1");
    check("\"$${x} %%{y}\"", "\"${x} %{y}\"");
    check("\"%{ if true }a%{ else }b%{ endif }!\"", "\"a!\"");
    check("\"%{ for x in local.list }${x},%{ endfor }\"", "\"a,b,c,\"");
    check(
        "\"%{ for k, v in local.map ~}\n ${k}=${v} %{ endfor }\"",
        "\"a=1 b=2 \"",
    );
    check("\"a  ${~ 1 ~}  b\"", "\"a1b\"");
    check("<<EOT\nx ${1}\n y\nEOT\n", "\"x 1\\n y\\n\"");
    check("<<-EOT\n    x ${1}\n      y\n  EOT\n", "\"x 1\\n  y\\n\"");
    check_error("\"a${null}\"", "null");
    check_error("\"a${[]}\"", "a text is needed");
}

#[test]
fn for_expressions() {
    check(
        "[for x in local.list : \"${x}!\"]",
        "[\"a!\", \"b!\", \"c!\"]",
    );
    check("[for i, x in local.list : i if x != \"b\"]", "[0, 2]");
    check(
        "{ for k, v in local.map : v => k }",
        "{1 = \"a\", 2 = \"b\"}",
    );
    check(
        "{ for x in [\"a\", \"b\", \"ab\"] : x == \"b\" ? \"b\" : \"a\" => x... }",
        "{a = [\"a\", \"ab\"], b = [\"b\"]}",
    );
    check(
        "[for x in [1, 2] : [for y in [3, 4] : x * y]]",
        "[[3, 4], [6, 8]]",
    );
    check(
        "[for x in var.unset : x]",
        "<variable `unset` has no value>",
    );
    check(
        "[for x in [1, 2] : x if var.unset]",
        "<variable `unset` has no value>",
    );
    check("[for x in [var.unset] : { y = x }]", "[{y = <var.unset>}]");
    check_error(
        "{ for x in [1, 2] : \"k\" => x }",
        "two values have the key",
    );
    check_error("[for x in 1 : x]", "a collection is needed");
}

#[test]
fn values_remember_the_literal_and_the_way() {
    let text = r#"
variable "region" {
  default = "europe"
}
locals {
  config = {
    region = var.region
    kind   = "x"
  }
}
resource "ppcmk_test" "t" {
  a = "direct"
  b = var.region
  c = local.config.region
  d = local.config.kind
  e = true ? local.config.kind : ""
  f = [for k in [local.config.kind] : k][0]
  g = "${var.region}-x"
  h = azurerm_key_vault.kv.id
}
resource "azurerm_key_vault" "kv" {}
"#;
    let reading = reading(&[("main.tf", text)]);
    let check = |name: &str, expected: &str| {
        let value = argument(&reading, "ppcmk_test.t", name);
        assert_eq!(trail(&value), expected, "{name} = {}", show(&value));
    };
    check("a", "main.tf:12:7");
    check("b", "main.tf:3:13 <- var.region");
    check("c", "main.tf:3:13 <- var.region <- local.config");
    check("d", "main.tf:8:14 <- local.config");
    check("e", "main.tf:8:14 <- local.config");
    check("f", "main.tf:8:14 <- local.config");
    check("g", "main.tf:18:7");
    check("h", "main.tf:19:7");
}
