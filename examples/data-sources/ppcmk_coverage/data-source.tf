data "ppcmk_coverage" "retail" {
  environment_id = "00000000-0000-0000-0000-000000000008"

  finance_and_operations = {
    hosting                    = "lifecycle_services"
    region                     = "westeurope"
    power_platform_integration = true
    apps                       = ["finance", "commerce"]
    standalone_rcs             = false
  }
  commerce_scale_units = [
    { name = "csu-emea", region = "westeurope" },
    { name = "csu-apac", region = "southeastasia" }, # another geo: not covered
  ]
  ecommerce = {
    region              = "westeurope"
    content_management  = true # not covered, in any geo
    recommendations     = false
    ratings_and_reviews = { region = "westeurope" }
  }
}

# A warning in every plan, as long as there is something that the key does not reach.
check "retail_is_covered" {
  assert {
    condition = data.ppcmk_coverage.retail.status == "full"
    error_message = join("\n", concat(["Not under the key:"], [
      for gap in data.ppcmk_coverage.retail.gaps :
      "- ${gap.title}${gap.instance == null ? "" : " ${gap.instance}"}: ${gap.reason}"
    ]))
  }
}

# Key control and residency are two things.
output "outside_of_europe" {
  value = [
    for workload in data.ppcmk_coverage.retail.workloads :
    coalesce(workload.instance, workload.id)
    if workload.geo != null && workload.geo != "europe"
  ]
}
