region = 
#        ^ error CMK901: `terraform.tfvars` does not parse: invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
