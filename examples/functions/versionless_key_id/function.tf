# "https://kv-cmk-eu.vault.azure.net/keys/cmk"
output "key" {
  value = provider::ppcmk::versionless_key_id("https://kv-cmk-eu.vault.azure.net/keys/cmk/0123456789abcdef0123456789abcdef")
}
