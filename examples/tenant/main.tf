# The tenant's environments under customer-managed keys, as inventory.yaml lists them.

terraform {
  required_version = ">= 1.8" # functions of providers

  required_providers {
    ppcmk = {
      source = "ppcmk/ppcmk"
    }
  }
}

# Tenant, subscription and credentials come from the environment.
provider "ppcmk" {}

locals {
  inventory = yamldecode(file("${path.module}/inventory.yaml"))
}

module "customer_managed_keys" {
  source = "./modules/customer-managed-keys"

  resource_group_name = local.inventory.resource_group_name
  keys                = local.inventory.keys
  environments        = local.inventory.environments
  tags                = local.inventory.tags
  wait_for            = var.wait_for
  deletion_policy     = var.deletion_policy
}
