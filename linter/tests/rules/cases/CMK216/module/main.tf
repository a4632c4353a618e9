module "unit" {
#^^^^^^^^^^^^ module.unit calls it
  source = "./unit"
}
