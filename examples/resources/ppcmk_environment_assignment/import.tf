import {
  to = ppcmk_environment_assignment.retail
  id = "00000000-0000-0000-0000-000000000001"
}
