variable "wait_for" {
  description = "How far an apply waits for each environment: `accepted`, `linked` or `encrypted`. Re-encryption can take days, so a pipeline should not wait for it."
  type        = string
  default     = "accepted"
}

variable "deletion_policy" {
  description = "What destroying an assignment does: `PREVENT`, `UNLINK` or `ABANDON`."
  type        = string
  default     = "PREVENT"
}
