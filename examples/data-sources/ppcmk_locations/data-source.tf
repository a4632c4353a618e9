data "ppcmk_locations" "all" {
  live = true # ask Azure which locations it offers
}

output "policy_locations" {
  value = [
    for location in data.ppcmk_locations.all.locations : location.policy_location
    if location.available
  ]
}
