# By the id of the environment.
terraform import ppcmk_environment_assignment.retail 00000000-0000-0000-0000-000000000001
