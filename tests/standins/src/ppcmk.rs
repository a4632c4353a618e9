//! Our own provider with its own schemas, for plans that need no services and no credentials.
//!
//! What the real one refuses while it plans, it would refuse in configurations that tests of the
//! linter need a plan of.

use ppcmk_provider::PpcmkProvider;
use tfplugin::Provider;

use crate::family::Family;
use crate::invent::Answer::{Json, Nothing, Text};
use crate::invent::Answers;
use crate::kind::Kind;
use crate::source::Source;

macro_rules! policy {
    () => {
        "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/{=resource_group_name}/providers/Microsoft.PowerPlatform/enterprisePolicies/{=name}"
    };
}

const RESOURCES: [(&str, Answers); 3] = [
    (
        "ppcmk_enterprise_policy",
        &[
            ("id", Text(policy!())),
            (
                "system_id",
                Text(
                    "/regions/{=location}/providers/Microsoft.PowerPlatform/enterprisePolicies/{=guid}",
                ),
            ),
            (
                "subscription_id",
                Text("22222222-2222-2222-2222-222222222222"),
            ),
            ("tenant_id", Text("11111111-1111-1111-1111-111111111111")),
            ("health_status", Text("Healthy")),
        ],
    ),
    (
        "ppcmk_environment_assignment",
        &[
            ("id", Text("{=environment_id}")),
            ("link_status", Text("Linked")),
            ("encryption_status", Text("Encrypted")),
            ("key_managed_by", Text("Customer")),
            ("operation", Nothing),
        ],
    ),
    (
        "ppcmk_key_access",
        &[(
            "id",
            Text("{=key_vault_id}/providers/Microsoft.Authorization/roleAssignments/{=guid}"),
        )],
    ),
];

const SOURCES: [(&str, Answers); 3] = [
    (
        "ppcmk_environment",
        &[
            ("location", Text("europe")),
            ("type", Text("Production")),
            ("managed", Json("true")),
            ("dataverse", Json("true")),
            ("encryption", Nothing),
        ],
    ),
    ("ppcmk_enterprise_policy", &[("location", Text("europe"))]),
    ("ppcmk_coverage", &[("status", Text("unknown"))]),
];

pub(crate) fn family() -> Family {
    let provider = PpcmkProvider;
    let kinds = provider.resources();
    let sources = provider.data_sources();
    let kinds = RESOURCES.iter().filter_map(|(name, answers)| {
        let kind = kinds.iter().find(|kind| kind.type_name() == *name)?;
        Some(Kind {
            name,
            schema: kind.schema().clone(),
            answers,
        })
    });
    let sources = SOURCES.iter().filter_map(|(name, answers)| {
        let source = sources.iter().find(|source| source.type_name() == *name)?;
        Some(Source {
            name,
            schema: source.schema().clone(),
            answers,
        })
    });
    Family {
        address: "registry.terraform.io/ppcmk/ppcmk",
        block: provider.schema(),
        resources: kinds.collect(),
        sources: sources.collect(),
    }
}
