# One encryption policy per geo that has environments, its right on the geo's key, and the
# environments under it.

locals {
  # Both sides get the one name that policies use, so that "unitedkingdom" finds the key of "uk".
  keys = {
    for name, key in var.keys : provider::ppcmk::policy_location(name) => key
  }
  environments = {
    for name, environment in var.environments : name => {
      id  = environment.id
      geo = provider::ppcmk::policy_location(environment.location)
    }
  }
  geos = toset([for environment in local.environments : environment.geo])
}

# ppcmk-lint: ignore CMK211 reason="a geo that has no environments left may lose its policy; the provider refuses before"
resource "ppcmk_enterprise_policy" "this" {
  for_each = local.geos

  name                = "${var.name_prefix}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = each.key
  key_vault_id        = local.keys[each.key].key_vault_id
  key_name            = local.keys[each.key].key_name
  tags                = var.tags
}

resource "ppcmk_key_access" "this" {
  for_each = local.geos

  policy_id    = ppcmk_enterprise_policy.this[each.key].id
  key_vault_id = ppcmk_enterprise_policy.this[each.key].key_vault_id
}

resource "ppcmk_environment_assignment" "this" {
  for_each = local.environments

  environment_id  = each.value.id
  policy_id       = ppcmk_enterprise_policy.this[each.value.geo].id
  wait_for        = var.wait_for
  deletion_policy = var.deletion_policy

  # A policy cannot use its key before it has the right to.
  depends_on = [ppcmk_key_access.this]
}

# What the service shows, next to what the inventory says. A check warns and never blocks. The data
# source stands outside of it, because every plan would announce that it is read again.
data "ppcmk_environments" "seen" {}

check "inventory" {
  assert {
    condition = alltrue([
      for environment in data.ppcmk_environments.seen.environments :
      # Null means that nobody can tell, and that is no contradiction.
      provider::ppcmk::same_geo(local.geo_by_id[lower(environment.id)], environment.location) != false
      if contains(keys(local.geo_by_id), lower(environment.id))
    ])
    error_message = "An environment is in another geo than the inventory says."
  }

  assert {
    condition = alltrue([
      for environment in data.ppcmk_environments.seen.environments :
      environment.managed && environment.dataverse
      if contains(keys(local.geo_by_id), lower(environment.id))
    ])
    error_message = "An environment of the inventory is not a Managed Environment with Dataverse."
  }
}

locals {
  geo_by_id = {
    for environment in local.environments : lower(environment.id) => environment.geo
  }
}
