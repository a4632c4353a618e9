# "uk", whichever name of the geo, or Azure region in it, is given
output "location" {
  value = provider::ppcmk::policy_location("unitedkingdom")
}
