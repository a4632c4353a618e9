terraform {
  required_providers {
    ppcmk = {
      source = "ppcmk/ppcmk"
    }
  }
}

# Credentials come from the environment, for example ARM_CLIENT_ID and ARM_CLIENT_SECRET.
provider "ppcmk" {
  tenant_id       = "11111111-1111-1111-1111-111111111111"
  subscription_id = "22222222-2222-2222-2222-222222222222"
}
