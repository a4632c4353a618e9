terraform {
  required_version = ">= 1.8"

  required_providers {
    ppcmk = {
      source = "ppcmk/ppcmk"
    }
  }
}
