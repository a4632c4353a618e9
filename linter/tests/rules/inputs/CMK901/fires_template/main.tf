locals {
  name = "kv-${
}
#^ error CMK901: `main.tf` does not parse: invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
