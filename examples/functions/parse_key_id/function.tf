# "cmk", and null because the identifier has no version
output "key" {
  value = provider::ppcmk::parse_key_id("https://kv-cmk-eu.vault.azure.net/keys/cmk").name
}

output "version" {
  value = provider::ppcmk::parse_key_id("https://kv-cmk-eu.vault.azure.net/keys/cmk").version
}
