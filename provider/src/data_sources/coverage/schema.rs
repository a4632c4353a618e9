//! The shape of `ppcmk_coverage`, and what is checked about its arguments.

use ppcmk_coverage::EnvironmentId;
use ppcmk_coverage::estate::Place;
use ppcmk_coverage::geo::RegionGeo;
use tfplugin::schema::validator::{one_of, parses};
use tfplugin::{Attribute, AttributePath, Diagnostic, Diagnostics, Nesting, Schema, Type, Value};

const HOSTING: &[&str] = &["unified", "lifecycle_services", "cloud_hosted"];

const APPS: &[&str] = &[
    "finance",
    "supply_chain_management",
    "commerce",
    "human_resources",
    "project_operations",
    "intelligent_order_management",
    "demand_planning",
    "fraud_protection",
];

pub(super) fn schema() -> Schema {
    Schema::new(
        "Who holds the key to which data of an environment, and why: what a customer-managed key \
         covers, what it does not reach, and what nobody can say. Declare what no API shows, such \
         as where a Commerce Scale Unit is; the tenant is asked for the rest. Nothing is changed.\
         \n\nKey control and residency are two columns: `key_control` says who holds the key, `geo` \
         where the data lives. A key does not move data.\n\nThe environment is read when Terraform \
         plans. To see it as it is after an assignment of the same configuration, let `depends_on` \
         name the assignment.",
    )
    .attributes(arguments())
    .attributes(results())
}

fn arguments() -> [Attribute; 5] {
    [
        Attribute::string("environment_id")
            .describe(
                "The environment: a GUID, or `Default-<tenant id>`. Without it, everything is \
                 computed from what is declared, and whether the environment is under a key is \
                 unknown.",
            )
            .validate(parses(
                "Invalid environment id",
                str::parse::<EnvironmentId>,
            )),
        Attribute::bool("live").describe(
            "Whether to ask the tenant about the environment: its type, geo, Dataverse, policy, \
             finance and operations, and whether it is managed. With `false` nothing is asked, and \
             no credentials are needed. Default: `true`.",
        ),
        finance_and_operations(),
        Attribute::nested(
            "commerce_scale_units",
            Nesting::List,
            [
                Attribute::string("name")
                    .required()
                    .describe("The name; findings use it."),
                region("Where the scale unit is").required(),
            ],
        )
        .describe(
            "The Commerce Scale Units (cloud). One in another geo than finance and operations is \
             not covered (CMK301).",
        ),
        ecommerce(),
    ]
}

fn finance_and_operations() -> Attribute {
    Attribute::nested(
        "finance_and_operations",
        Nesting::Single,
        [
            Attribute::string("hosting")
                .describe(
                    "`unified` (administered in the Power Platform admin center), \
                     `lifecycle_services`, or `cloud_hosted` (virtual machines in an own \
                     subscription, never covered: CMK307). Default: what the tenant shows.",
                )
                .validate(one_of(HOSTING)),
            region("Where it is").describe(
                "Where it is: an Azure region or a geo. Default: the geo of the environment.",
            ),
            Attribute::bool("power_platform_integration").describe(
                "Whether Power Platform integration is enabled. Without it nothing of finance and \
                 operations is covered (CMK305). Always the case for `unified`; otherwise unknown \
                 when it is not set and the tenant does not show it.",
            ),
            Attribute::new("apps", Type::list(Type::String))
                .describe(format!("The apps in use: {}.", list(APPS)))
                .validate(each_one_of(APPS)),
            Attribute::bool("standalone_rcs").describe(
                "Whether configuration is authored in a stand-alone Regulatory Configuration \
                 Service. Its data, Tax Calculation and Electronic Invoicing are not covered then \
                 (CMK308).",
            ),
        ],
    )
    .describe(
        "Finance and operations apps of the environment. What contradicts the tenant is a warning \
         and counts as unknown.",
    )
}

fn ecommerce() -> Attribute {
    Attribute::nested(
        "ecommerce",
        Nesting::Single,
        [
            region("Where e-commerce is"),
            Attribute::bool("content_management")
                .describe("Whether content management is in use. It is not covered (CMK304)."),
            Attribute::bool("recommendations").describe(
                "Whether product recommendations are in use. They are not covered (CMK304).",
            ),
            Attribute::nested(
                "ratings_and_reviews",
                Nesting::Single,
                [region("Where ratings and reviews are")],
            )
            .describe(
                "Ratings and reviews. In another geo than finance and operations they are not \
                 covered (CMK303).",
            ),
        ],
    )
    .describe(
        "E-commerce of Dynamics 365 Commerce. In another geo than finance and operations it is not \
         covered (CMK302).",
    )
}

fn results() -> [Attribute; 3] {
    [
        Attribute::string("status").computed().describe(
            "`full`, `partial`, `none` or `unknown`: whether the environment's own data and every \
             declared workload are covered. What no key ever reaches, such as connection settings, \
             and what nothing shows, such as flows, is listed in `workloads` and does not count.",
        ),
        Attribute::nested("gaps", Nesting::List, row())
            .computed()
            .describe(
                "The workloads that count for `status` and are not `covered`, with the reason.",
            ),
        Attribute::nested("workloads", Nesting::List, row())
            .computed()
            .describe("All workloads, table by table."),
    ]
}

fn row() -> Vec<Attribute> {
    let text =
        |name: &str, description: &str| Attribute::string(name).computed().describe(description);
    vec![
        text("id", "The id, such as `d365-commerce-csu`."),
        text("title", "The name for people."),
        text(
            "instance",
            "The scale unit or component; null where there is only one.",
        ),
        text(
            "part",
            "Why it is in the list: `core` (a part of every environment), `declared`, `conditional` \
             (nothing shows whether it is used), `residual` (never covered, in any environment).",
        ),
        text(
            "key_control",
            "Who holds the key: `covered` (the customer), `conditional` (the customer, if what \
             `reason` says holds), `not_covered` (Microsoft), `unknown`.",
        ),
        text(
            "geo",
            "Where the data lives; null when that is not known. It says nothing about the key.",
        ),
        text("reason", "Why, in one line."),
        text(
            "code",
            "The rule that reports the gap, such as `CMK301`; null without one.",
        ),
        text(
            "source",
            "The page that says so; null where no public source does.",
        ),
    ]
}

fn region(what: &str) -> Attribute {
    Attribute::string("region")
        .describe(format!("{what}: an Azure region or a geo."))
        .validate(known_place)
}

/// A place that no table knows may well exist, so it is no error; what depends on it is unknown.
fn known_place(value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    if Place::new(text).geo() == RegionGeo::Unknown {
        diagnostics.push(
            Diagnostic::warning(
                "Unknown region",
                format!(
                    "{text:?} is neither an Azure region nor a geo that this version knows, so \
                     whether its data is covered is unknown. ppcmk_locations lists the names."
                ),
            )
            .at(path),
        );
    }
}

/// A list of some of several words.
fn each_one_of(
    words: &'static [&'static str],
) -> impl Fn(&Value, &AttributePath, &mut Diagnostics) + Send + Sync {
    let one_of = one_of(words);
    move |value, path, diagnostics| {
        let Value::List(elements) = value else { return };
        for (index, element) in elements.iter().enumerate() {
            tfplugin::schema::validator::Validator::validate(
                &one_of,
                element,
                &path.index(index),
                diagnostics,
            );
        }
    }
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
