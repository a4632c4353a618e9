locals {
  region =
#         ^ error CMK901: `broken.tf` does not parse: invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
}

resource "azurerm_key_vault" "other" {
  name = "kv-other"
}
