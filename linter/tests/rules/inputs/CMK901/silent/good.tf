locals {
  region = "westeurope"
}
