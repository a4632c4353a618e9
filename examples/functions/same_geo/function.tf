# true: a policy says "uk" where an environment says "unitedkingdom"
output "same" {
  value = provider::ppcmk::same_geo("uk", "unitedkingdom")
}

# null: two geos share the region, so nobody can tell
output "not_known" {
  value = provider::ppcmk::same_geo("asia", "southeastasia")
}
