# A policy that exists, with its grant and its environments, comes under Terraform. Nothing in the
# tenant changes.

terraform {
  required_version = ">= 1.7" # import blocks with for_each

  required_providers {
    ppcmk = {
      source = "ppcmk/ppcmk"
    }
  }
}

# Tenant, subscription and credentials come from the environment.
provider "ppcmk" {}

# What there is.
data "ppcmk_enterprise_policy" "existing" {
  id = var.policy_id

  lifecycle {
    postcondition {
      condition     = self.linked_environment_ids != null
      error_message = "The application sees no environment. Is it registered as a management application?"
    }
  }
}

locals {
  linked = data.ppcmk_enterprise_policy.existing.linked_environment_ids
}

import {
  to = ppcmk_enterprise_policy.this
  id = var.policy_id
}

import {
  to = ppcmk_key_access.this
  id = var.key_access_id
}

import {
  for_each = toset(local.linked)
  to       = ppcmk_environment_assignment.this[each.key]
  id       = each.key
}

# ppcmk-lint: ignore CMK211 reason="no environment can lose it: the provider refuses to delete a policy in use"
resource "ppcmk_enterprise_policy" "this" {
  name                = data.ppcmk_enterprise_policy.existing.name
  resource_group_name = data.ppcmk_enterprise_policy.existing.resource_group_name
  location            = data.ppcmk_enterprise_policy.existing.location
  key_vault_id        = var.key_vault_id
  key_name            = var.key_name
  tags                = data.ppcmk_enterprise_policy.existing.tags
}

resource "ppcmk_key_access" "this" {
  # An imported grant knows its identity and not its policy.
  principal_id = data.ppcmk_enterprise_policy.existing.principal_id
  key_vault_id = var.key_vault_id
}

resource "ppcmk_environment_assignment" "this" {
  for_each = toset(local.linked)

  environment_id  = each.key
  policy_id       = ppcmk_enterprise_policy.this.id
  deletion_policy = var.deletion_policy

  depends_on = [ppcmk_key_access.this]
}

output "environments" {
  description = "The environments that were taken over."
  value = {
    for id, assignment in ppcmk_environment_assignment.this : id => assignment.environment.name
  }
}
