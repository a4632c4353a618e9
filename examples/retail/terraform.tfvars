scale_units = {
  csu-apac = "southeastasia"
  csu-emea = "westeurope"
}
