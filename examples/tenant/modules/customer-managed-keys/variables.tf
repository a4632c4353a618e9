variable "resource_group_name" {
  description = "The resource group that holds the policies. It has to exist."
  type        = string
}

variable "keys" {
  description = "The key of each geo. The name of an entry is any name of the geo, such as `uk`, `unitedkingdom` or `uksouth`. Every geo that an environment is in needs one."
  type = map(object({
    key_vault_id = string
    key_name     = string
  }))
}

variable "environments" {
  description = "The environments by a name of yours. `location` is the one that the service shows: policies and environments have to be in the same geo."
  type = map(object({
    id       = string
    location = string
  }))
}

variable "name_prefix" {
  description = "How the names of the policies begin; the geo follows."
  type        = string
  default     = "ep-cmk"
}

variable "tags" {
  description = "Azure tags of the policies. They cannot change while environments are linked."
  type        = map(string)
  default     = {}
}

variable "wait_for" {
  description = "How far an apply waits for each environment: `accepted`, `linked` or `encrypted`."
  type        = string
  default     = "accepted"
}

variable "deletion_policy" {
  description = "What destroying an assignment does: `PREVENT`, `UNLINK` or `ABANDON`."
  type        = string
  default     = "PREVENT"
}
