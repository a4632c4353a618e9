import {
  to = ppcmk_environment_assignment.retail
  identity = {
    environment_id = "00000000-0000-0000-0000-000000000001"
  }
}
