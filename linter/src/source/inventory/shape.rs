//! What an inventory may say: `data "ppcmk_coverage"`, and what Terraform would know of the
//! environment.

/// What may be said about something.
pub(super) struct Schema {
    /// The thing, in words.
    pub(super) what: &'static str,
    pub(super) keys: &'static [(&'static str, Shape)],
}

/// What a value is.
pub(super) enum Shape {
    Text,
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of these words.
    Words(&'static [&'static str]),
    Object(&'static Schema),
    /// A list of objects.
    Objects(&'static Schema),
}

pub(super) static ENVIRONMENT: Schema = Schema {
    what: "an environment",
    keys: &[
        ("name", Shape::Text),
        ("id", Shape::Text),
        ("location", Shape::Text),
        ("type", Shape::Text),
        ("managed", Shape::Flag),
        ("assigned", Shape::Flag),
        ("dataverse", Shape::Flag),
        ("environment_group", Shape::Text),
        ("policy_location", Shape::Text),
        (
            "finance_and_operations",
            Shape::Object(&FINANCE_AND_OPERATIONS),
        ),
        ("commerce_scale_units", Shape::Objects(&SCALE_UNIT)),
        ("ecommerce", Shape::Object(&ECOMMERCE)),
    ],
};

static FINANCE_AND_OPERATIONS: Schema = Schema {
    what: "`finance_and_operations`",
    keys: &[
        (
            "hosting",
            Shape::Word(&["unified", "lifecycle_services", "cloud_hosted"]),
        ),
        ("region", Shape::Text),
        ("power_platform_integration", Shape::Flag),
        ("apps", Shape::Words(APPS)),
        ("standalone_rcs", Shape::Flag),
    ],
};

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

static SCALE_UNIT: Schema = Schema {
    what: "a Commerce Scale Unit",
    keys: &[("name", Shape::Text), ("region", Shape::Text)],
};

static ECOMMERCE: Schema = Schema {
    what: "`ecommerce`",
    keys: &[
        ("region", Shape::Text),
        ("content_management", Shape::Flag),
        ("recommendations", Shape::Flag),
        ("ratings_and_reviews", Shape::Object(&RATINGS_AND_REVIEWS)),
    ],
};

static RATINGS_AND_REVIEWS: Schema = Schema {
    what: "`ratings_and_reviews`",
    keys: &[("region", Shape::Text)],
};
