//! What is created after what.

use ppcmk_coverage::estate::Ordered;

use super::reading;

#[test]
fn references_and_depends_on_order_blocks_across_modules() {
    let reading = reading(&[
        (
            "main.tf",
            r#"
locals { id = module.vault.id }
resource "ppcmk_grant" "g" { vault = local.id }
resource "ppcmk_policy" "p" {
  block { id = ppcmk_grant.g.id }
}
resource "ppcmk_assignment" "a" {
  policy     = "x"
  depends_on = [ppcmk_policy.p]
}
module "vault" {
  source = "./vault"
  name   = data.ppcmk_name.n.value
}
data "ppcmk_name" "n" {}
module "after" {
  source     = "./vault"
  name       = "x"
  depends_on = [ppcmk_assignment.a]
}
resource "ppcmk_late" "l" { depends_on = [module.after] }
resource "ppcmk_alone" "x" {
  for_each = { for ppcmk_grant in [] : ppcmk_grant.g => 1 }
}
module "remote" {
  source     = "registry/x/y"
  depends_on = [ppcmk_grant.g]
}
resource "ppcmk_beside" "r" { x = module.remote.y }
"#,
        ),
        (
            "vault/main.tf",
            r#"
variable "name" {}
resource "azurerm_key_vault" "kv" { name = var.name }
output "id" { value = azurerm_key_vault.kv.id }
"#,
        ),
    ]);
    assert_eq!(reading.problems, []);
    let vault = "module.vault.azurerm_key_vault.kv";
    for (later, earlier, expected) in [
        ("ppcmk_grant.g", vault, Ordered::Yes),
        ("ppcmk_policy.p", vault, Ordered::Yes),
        ("ppcmk_assignment.a", "ppcmk_grant.g", Ordered::Yes),
        ("ppcmk_assignment.a", "data.ppcmk_name.n", Ordered::Yes),
        (vault, "ppcmk_grant.g", Ordered::No),
        (
            "module.after.azurerm_key_vault.kv",
            "ppcmk_assignment.a",
            Ordered::Yes,
        ),
        (
            "ppcmk_late.l",
            "module.after.azurerm_key_vault.kv",
            Ordered::Yes,
        ),
        ("ppcmk_alone.x", "ppcmk_grant.g", Ordered::No),
        ("ppcmk_beside.r", "ppcmk_policy.p", Ordered::Unknown),
        ("ppcmk_beside.r", "ppcmk_grant.g", Ordered::Yes),
    ] {
        assert_eq!(
            reading.order.is_after(later, earlier),
            expected,
            "{later} {earlier}"
        );
    }
}
