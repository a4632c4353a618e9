data "ppcmk_environment" "retail" {
  id = "00000000-0000-0000-0000-000000000001"
}

check "retail_can_come_under_a_key" {
  assert {
    condition     = data.ppcmk_environment.retail.managed && data.ppcmk_environment.retail.dataverse
    error_message = "Retail has to be a Managed Environment with Dataverse."
  }
}
