//! Finance and operations apps and what belongs to them (CMK facts 2.5).

use super::sources::{channels, finance, finance_2023, inferred, key, unified};
use super::{Decided, Entry, Published, UseOf};
use crate::estate::App;

const UNDER_KEY: &str =
    "the environment is under the key and has Power Platform integration, and is not cloud-hosted";

pub(super) static RESOURCES: Entry = Entry {
    title: "Finance and operations: databases and storage",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::FinanceAndOperations(UseOf::Resources),
    sources: &[finance(
        "databases and storage accounts of the environment are encrypted with the key of the linked Power Platform environment",
    )],
    note: "",
};

pub(super) static WITHOUT_INTEGRATION: Entry = Entry {
    title: "Finance and operations without Power Platform integration",
    published: Published::NotCovered,
    condition: "without the integration, all of it stays on Microsoft's key",
    decided: Decided::FinanceAndOperations(UseOf::NoIntegration),
    sources: &[
        finance("the key is delivered by Power Platform and needs the integration"),
        key("finance and operations apps need Power Platform integration"),
    ],
    note: "",
};

pub(super) static CLOUD_HOSTED: Entry = Entry {
    title: "Cloud-hosted finance and operations",
    published: Published::NotCovered,
    condition: "secure the virtual machines in the own subscription",
    decided: Decided::FinanceAndOperations(UseOf::CloudHosting),
    sources: &[finance(
        "cloud-hosted environments are outside of the policy; secure them in the own subscription",
    )],
    note: "",
};

pub(super) static UNIFIED_DEVELOPER: Entry = Entry {
    title: "Unified developer environments",
    published: Published::Covered,
    condition: "as other unified environments; their type is Sandbox",
    decided: Decided::NotListed,
    sources: &[
        unified("a unified developer environment is an environment of type Sandbox"),
        inferred(finance(
            "databases and storage accounts of the environment are encrypted with the key",
        )),
    ],
    note: "",
};

pub(super) static REGION_ROLLOUT: Entry = Entry {
    title: "Regions where finance and operations takes a key",
    published: Published::Unknown,
    condition: "rolled out region by region, without a published list",
    decided: Decided::FinanceAndOperations(UseOf::Unsettled(
        "it is rolled out region by region, and no list of regions is published",
    )),
    sources: &[finance("the feature is rolled out region by region")],
    note: "",
};

pub(super) static KEY_BEFORE_INTEGRATION: Entry = Entry {
    title: "A key from before the integration",
    published: Published::NotCovered,
    condition: "integration first, key second; the other order is not supported",
    decided: Decided::FinanceAndOperations(UseOf::KeyBeforeIntegration),
    sources: &[finance(
        "do not apply a key to an existing environment before the integration",
    )],
    note: "",
};

pub(super) static FINANCE: Entry = Entry {
    title: "Finance",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::FinanceAndOperations(UseOf::App(App::Finance)),
    sources: &[
        finance("Finance is covered, but for data in stand-alone Regulatory Configuration Service"),
        key("Finance is in the list of supported services"),
    ],
    note: "",
};

pub(super) static REGULATORY_DATA: Entry = Entry {
    title: "Finance data in Regulatory Configuration Service",
    published: Published::NotCovered,
    condition: "data of the stand-alone service stays on Microsoft's key",
    decided: Decided::FinanceAndOperations(UseOf::RegulatoryData),
    sources: &[finance(
        "data in Regulatory Configuration Service is not covered",
    )],
    note: "",
};

pub(super) static SUPPLY_CHAIN: Entry = Entry {
    title: "Supply Chain Management",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::FinanceAndOperations(UseOf::App(App::SupplyChainManagement)),
    sources: &[
        finance("Supply Chain Management is covered"),
        key("Supply Chain Management is in the list of supported services"),
    ],
    note: "",
};

pub(super) static DEMAND_PLANNING: Entry = Entry {
    title: "Demand planning",
    published: Published::NotCovered,
    condition: "Microsoft calls it not fully covered, without saying what is missing",
    decided: Decided::FinanceAndOperations(UseOf::AppInPart(
        App::DemandPlanning,
        "Microsoft calls demand planning not fully covered, without saying what is missing",
    )),
    sources: &[finance("demand planning is not fully covered")],
    note: "Partly covered by the document's own words; what stays outside is not said.",
};

pub(super) static PLANNING_OPTIMIZATION: Entry = Entry {
    title: "Planning Optimization",
    published: Published::Covered,
    condition: "it counts among \"all other add-ins\"",
    decided: Decided::FinanceAndOperations(UseOf::ServiceOf(App::SupplyChainManagement)),
    sources: &[inferred(finance("all other add-ins are covered"))],
    note: "",
};

pub(super) static COMMERCE_HEADQUARTERS: Entry = Entry {
    title: "Commerce headquarters",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::FinanceAndOperations(UseOf::App(App::Commerce)),
    sources: &[finance("Commerce is covered, with exceptions")],
    note: "",
};

pub(super) static CONTENT_MANAGEMENT: Entry = Entry {
    title: "Commerce content management",
    published: Published::NotCovered,
    condition: "not supported; announced without a date",
    decided: Decided::FinanceAndOperations(UseOf::ContentManagement),
    sources: &[finance(
        "the content management system of e-commerce is not covered; support is announced",
    )],
    note: "",
};

pub(super) static RECOMMENDATIONS: Entry = Entry {
    title: "Commerce product recommendations",
    published: Published::NotCovered,
    condition: "not supported",
    decided: Decided::FinanceAndOperations(UseOf::Recommendations),
    sources: &[
        finance("product recommendations are not covered"),
        finance_2023("support is announced"),
    ],
    note: "The page of 2023 announced support; the one of 2026 does not any more.",
};

pub(super) static SCALE_UNIT: Entry = Entry {
    title: "Commerce Scale Unit",
    published: Published::Conditional,
    condition: "the environment is under the key and integrated, and the scale unit is in the geo of its finance and operations environment",
    decided: Decided::FinanceAndOperations(UseOf::ScaleUnits),
    sources: &[
        finance("scale units in another geo than the environment are not covered"),
        finance_2023("scale units are not among the exceptions"),
    ],
    note: "That scale units of the same geo are covered is implied, not said; what \"geo\" means there is not said either. The page of 2023 does not know the rule.",
};

pub(super) static SCALE_UNIT_SELF_HOSTED: Entry = Entry {
    title: "Self-hosted Commerce Scale Unit and store systems",
    published: Published::NotCovered,
    condition: "the data is on the customer's own machines",
    decided: Decided::NotListed,
    sources: &[inferred(finance(
        "the policy protects resources in Microsoft's cloud",
    ))],
    note: "",
};

pub(super) static ECOMMERCE: Entry = Entry {
    title: "E-commerce",
    published: Published::Conditional,
    condition: "the environment is under the key and integrated, and e-commerce is in the geo of its finance and operations environment",
    decided: Decided::FinanceAndOperations(UseOf::Ecommerce),
    sources: &[finance(
        "e-commerce in another geo than the environment is not covered",
    )],
    note: "That e-commerce of the same geo is covered is implied, not said.",
};

pub(super) static RATINGS_AND_REVIEWS: Entry = Entry {
    title: "Commerce ratings and reviews",
    published: Published::Conditional,
    condition: "the environment is under the key and integrated, and ratings and reviews are in the geo of its finance and operations environment",
    decided: Decided::FinanceAndOperations(UseOf::RatingsAndReviews),
    sources: &[finance(
        "ratings and reviews in another geo than the environment are not covered",
    )],
    note: "That ratings and reviews of the same geo are covered is implied, not said.",
};

pub(super) static NO_SCALE_UNIT_REGION: Entry = Entry {
    title: "Geo without a region for scale units",
    published: Published::NotCovered,
    condition: "no published region for scale units is in the geo of the environment",
    decided: Decided::FinanceAndOperations(UseOf::NoScaleUnitRegion),
    sources: &[
        channels("the regions where scale units can be initialised"),
        inferred(finance(
            "scale units in another geo than the environment are not covered",
        )),
    ],
    note: "The regions are published by continent; which geo each belongs to is our conclusion.",
};

pub(super) static RETAIL: Entry = Entry {
    title: "Retail",
    published: Published::Covered,
    condition: "listed without further text",
    decided: Decided::NotListed,
    sources: &[key(
        "\"Dynamics 365 Retail\" is in the list of supported services",
    )],
    note: "The list names Retail and not Commerce; the page on finance and operations names Commerce and not Retail. We follow the latter for Commerce.",
};

pub(super) static HUMAN_RESOURCES: Entry = Entry {
    title: "Human Resources",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::FinanceAndOperations(UseOf::App(App::HumanResources)),
    sources: &[finance(
        "Human Resources on the infrastructure of finance and operations is covered",
    )],
    note: "",
};

pub(super) static HUMAN_RESOURCES_STANDALONE: Entry = Entry {
    title: "Stand-alone Human Resources",
    published: Published::NotCovered,
    condition: "migrate to the infrastructure of finance and operations first",
    decided: Decided::NotListed,
    sources: &[finance("stand-alone Human Resources is not covered")],
    note: "",
};

pub(super) static PROJECT_OPERATIONS: Entry = Entry {
    title: "Project Operations",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::FinanceAndOperations(UseOf::App(App::ProjectOperations)),
    sources: &[key(
        "Project Operations is in the list of supported services",
    )],
    note: "",
};

pub(super) static ORDER_MANAGEMENT: Entry = Entry {
    title: "Intelligent Order Management",
    published: Published::Covered,
    condition: "the environment is under the key",
    decided: Decided::FinanceAndOperations(UseOf::AppOnDataverse(App::IntelligentOrderManagement)),
    sources: &[key(
        "Intelligent Order Management is in the list of supported services",
    )],
    note: "The list names it with finance and operations, although it is an app on Dataverse.",
};

pub(super) static FRAUD_PROTECTION: Entry = Entry {
    title: "Fraud Protection",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::FinanceAndOperations(UseOf::App(App::FraudProtection)),
    sources: &[key("Fraud Protection is in the list of supported services")],
    note: "The product's own documentation says nothing about customer-managed keys.",
};

pub(super) static TAX_CALCULATION: Entry = Entry {
    title: "Tax Calculation",
    published: Published::Conditional,
    condition: "the environment is under the key and integrated, and configuration is not authored in a stand-alone Regulatory Configuration Service",
    decided: Decided::FinanceAndOperations(UseOf::RegulatoryAddIn),
    sources: &[finance(
        "not covered with stand-alone Regulatory Configuration Service",
    )],
    note: "Support was announced for late 2023; the page of 2026 repeats the announcement. We take it as not supported.",
};

pub(super) static ELECTRONIC_INVOICING: Entry = Entry {
    title: "Electronic Invoicing",
    published: Published::Conditional,
    condition: "the environment is under the key and integrated, and configuration is not authored in a stand-alone Regulatory Configuration Service",
    decided: Decided::FinanceAndOperations(UseOf::RegulatoryAddIn),
    sources: &[finance(
        "not covered with stand-alone Regulatory Configuration Service",
    )],
    note: "Support was announced for late 2023; the page of 2026 repeats the announcement. We take it as not supported.",
};

pub(super) static OTHER_ADD_INS: Entry = Entry {
    title: "Other add-ins of finance and operations",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::FinanceAndOperations(UseOf::AddIns),
    sources: &[finance("all other add-ins are covered")],
    note: "",
};

pub(super) static LIFECYCLE_SERVICES_METADATA: Entry = Entry {
    title: "Lifecycle Services: assets, methodologies, task recordings",
    published: Published::NotCovered,
    condition: "metadata of Lifecycle Services stays on Microsoft's key",
    decided: Decided::FinanceAndOperations(UseOf::LifecycleServices),
    sources: &[finance(
        "assets, methodologies, task recordings and other project metadata are not covered",
    )],
    note: "",
};

pub(super) static DUAL_WRITE_STAGING: Entry = Entry {
    title: "Dual-write data in transit",
    published: Published::Unknown,
    condition: "no statement found",
    decided: Decided::FinanceAndOperations(UseOf::Unsettled("no public statement was found")),
    sources: &[],
    note: "",
};
