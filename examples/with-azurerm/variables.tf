variable "subscription_id" {
  description = "The Azure subscription of vault and policy."
  type        = string
}

variable "location" {
  description = "The location of the environment, as the Power Platform names it, such as `europe` or `unitedkingdom`."
  type        = string
  default     = "europe"
}

variable "azure_region" {
  description = "The Azure region of the vault. It should lie in the geo of the environment."
  type        = string
  default     = "westeurope"

  validation {
    condition     = provider::ppcmk::same_geo(var.location, var.azure_region) != false
    error_message = "The region of the vault is in another geo than the environment."
  }
}

variable "key_vault_name" {
  description = "The name of the vault, unique in Azure."
  type        = string
}

variable "administrator_addresses" {
  description = "Addresses or ranges from which Terraform reaches the vault to make the key."
  type        = list(string)
  default     = []
}

variable "security_group_id" {
  description = "The Entra group whose members may use the environment."
  type        = string
}
