//! `microsoft/power-platform`: environments, managed environments and links.

use tfplugin::{Attribute, Nesting, Schema, Type};

use crate::family::Family;
use crate::invent::Answer::{Nothing, Text};
use crate::kind::Kind;
use crate::shapes::{computed, either, fixed, flag, needed, optional, or_computed, texts};
use crate::source::Source;

pub(crate) fn family() -> Family {
    Family {
        address: "registry.terraform.io/microsoft/power-platform",
        block: Schema::new("Stands in for power-platform.").attributes([
            flag("use_cli"),
            optional("tenant_id"),
            optional("client_id"),
        ]),
        resources: vec![
            environment(),
            environment_group(),
            managed_environment(),
            enterprise_policy(),
        ],
        sources: vec![environments()],
    }
}

fn timeouts() -> Attribute {
    Attribute::nested(
        "timeouts",
        Nesting::Single,
        ["create", "read", "update", "delete"].map(optional),
    )
}

fn dataverse() -> Attribute {
    Attribute::nested(
        "dataverse",
        Nesting::Single,
        [
            computed("unique_name"),
            flag("administration_mode_enabled").default_value(false),
            flag("background_operation_enabled").default_value(true),
            fixed("currency_code"),
            Attribute::number("language_code")
                .required()
                .requires_replace(),
            either("security_group_id"),
            either("domain"),
            computed("url"),
            computed("organization_id"),
            computed("version"),
            or_computed(texts("templates")),
            optional("template_metadata"),
            computed("linked_app_type"),
            computed("linked_app_id"),
            computed("linked_app_url"),
        ],
    )
    .optional_computed()
}

fn environment() -> Kind {
    let policies = Attribute::nested(
        "enterprise_policies",
        Nesting::Set,
        ["type", "id", "location", "system_id", "status"]
            .map(|name| Attribute::string(name).computed()),
    );
    Kind {
        name: "powerplatform_environment",
        schema: Schema::new("").attributes([
            computed("id"),
            either("environment_group_id"),
            optional("description").default_value(""),
            optional("cadence").default_value("Moderate"),
            either("release_cycle").requires_replace(),
            fixed("location"),
            either("azure_region").requires_replace(),
            needed("environment_type"),
            optional("owner_id").requires_replace(),
            or_computed(flag("allow_bing_search")),
            or_computed(flag("allow_moving_data_across_regions")),
            needed("display_name"),
            optional("billing_policy_id").default_value("00000000-0000-0000-0000-000000000000"),
            policies.computed().use_prior(),
            dataverse(),
            timeouts(),
        ]),
        answers: &[
            ("dataverse", Nothing),
            (
                "environment_group_id",
                Text("00000000-0000-0000-0000-000000000000"),
            ),
            ("azure_region", Text("westeurope")),
        ],
    }
}

fn environment_group() -> Kind {
    Kind {
        name: "powerplatform_environment_group",
        schema: Schema::new("").attributes([
            computed("id"),
            needed("display_name"),
            needed("description"),
            timeouts(),
        ]),
        answers: &[],
    }
}

fn managed_environment() -> Kind {
    Kind {
        name: "powerplatform_managed_environment",
        schema: Schema::new("").attributes([
            computed("id"),
            fixed("environment_id"),
            computed("protection_level"),
            flag("is_usage_insights_disabled").required(),
            flag("is_group_sharing_disabled").required(),
            needed("limit_sharing_mode"),
            Attribute::number("max_limit_user_sharing").required(),
            needed("solution_checker_mode"),
            flag("suppress_validation_emails").required(),
            Attribute::new("solution_checker_rule_overrides", Type::set(Type::String)),
            needed("maker_onboarding_markdown"),
            needed("maker_onboarding_url"),
            timeouts(),
        ]),
        answers: &[
            ("id", Text("{=environment_id}")),
            ("protection_level", Text("Standard")),
        ],
    }
}

/// Despite its name, the link of an environment to a policy.
fn enterprise_policy() -> Kind {
    Kind {
        name: "powerplatform_enterprise_policy",
        schema: Schema::new("").attributes([
            Attribute::string("id").computed(),
            fixed("environment_id"),
            fixed("system_id"),
            fixed("policy_type"),
            timeouts(),
        ]),
        answers: &[("id", Text("{=environment_id}_{=policy_type}"))],
    }
}

fn environments() -> Source {
    Source {
        name: "powerplatform_environments",
        schema: Schema::new("").attributes([
            Attribute::nested(
                "environments",
                Nesting::List,
                ["id", "display_name", "location", "environment_type"]
                    .map(|name| Attribute::string(name).computed()),
            )
            .computed(),
            timeouts(),
        ]),
        answers: &[],
    }
}
