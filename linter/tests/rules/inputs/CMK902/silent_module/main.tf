# ppcmk-lint: ignore CMK201 reason="kept on purpose"
module "keys" {
  source = "./keys"
}
