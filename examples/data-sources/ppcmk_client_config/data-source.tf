data "ppcmk_client_config" "current" {}

check "roles" {
  assert {
    condition     = length(data.ppcmk_client_config.current.problems) == 0
    error_message = join("\n", [for problem in data.ppcmk_client_config.current.problems : "${problem.summary}: ${problem.detail}"])
  }
}
