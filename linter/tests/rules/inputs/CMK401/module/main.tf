module "retail" {
#^^^^^^^^^^^^^^ module.retail calls it
  source   = "./retail"
  location = "unitedkingdom"
#            ^^^^^^^^^^^^^^^ error CMK401: the environment is in `unitedkingdom`, outside of the allowed geo `europe`
# in module.retail.powerplatform_environment.retail
}
