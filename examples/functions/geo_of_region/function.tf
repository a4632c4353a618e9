# "europe"
output "geo" {
  value = provider::ppcmk::geo_of_region("westeurope")
}
