terraform {
  required_version = ">= 1.8"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.42"
    }
    powerplatform = {
      source  = "microsoft/power-platform"
      version = "~> 4.0"
    }
    ppcmk = {
      source = "ppcmk/ppcmk"
    }
  }
}

provider "azurerm" {
  subscription_id                 = var.subscription_id
  resource_provider_registrations = "none"

  features {
    key_vault {
      # A vault that is purged takes the data of its environments along.
      purge_soft_delete_on_destroy = false
    }
  }
}

provider "powerplatform" {
  use_cli = true
}

provider "ppcmk" {
  subscription_id = var.subscription_id
}
