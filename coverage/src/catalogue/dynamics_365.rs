//! Dynamics 365 apps on Dataverse (CMK facts 2.4). None of them can be declared yet, so none is in
//! an environment's list.

use super::sources::{
    customer_insights, inferred, key, key_2023, key_inferred, key_preview, sales, sales_2022,
    sales_conversations,
};
use super::{Decided, Entry, Published};

const UNDER_KEY: &str = "the environment is under the key";

pub(super) static SALES: Entry = Entry {
    title: "Sales",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::NotListed,
    sources: &[
        key("Sales is in the list of supported services"),
        sales("data of Sales in Dataverse is encrypted with the key"),
    ],
    note: "",
};

pub(super) static SALES_FORECASTING: Entry = Entry {
    title: "Sales: forecasting",
    published: Published::Unknown,
    condition: "documents contradict each other",
    decided: Decided::NotListed,
    sources: &[
        sales("forecasting is not supported"),
        sales_2022("forecasting is supported"),
    ],
    note: "Supported in the text of 2022-07, not supported in that of 2023-03.",
};

pub(super) static SALES_SCORING: Entry = Entry {
    title: "Sales: predictive scoring",
    published: Published::NotCovered,
    condition: "not supported as of 2023-03",
    decided: Decided::NotListed,
    sources: &[sales(
        "predictive scoring of leads and opportunities is not supported",
    )],
    note: "No newer statement was found.",
};

pub(super) static SALES_RELATIONSHIPS: Entry = Entry {
    title: "Sales: relationship intelligence",
    published: Published::NotCovered,
    condition: "not supported as of 2023-03",
    decided: Decided::NotListed,
    sources: &[sales(
        "relationship analytics and \"who knows whom\" are not supported",
    )],
    note: "No newer statement was found.",
};

pub(super) static SALES_CONVERSATIONS: Entry = Entry {
    title: "Sales: conversation intelligence",
    published: Published::Conditional,
    condition: "the data was moved to Dataverse in 2024; older calls and a storage account of one's own stay outside",
    decided: Decided::NotListed,
    sources: &[
        sales_conversations(
            "conversation data moves to Dataverse; calls older than 90 days do not",
        ),
        sales("conversation intelligence is not supported"),
    ],
    note: "Not supported in the text of 2023-03; since the move to Dataverse in 2024 the key applies.",
};

pub(super) static CUSTOMER_SERVICE: Entry = Entry {
    title: "Customer Service",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::NotListed,
    sources: &[key("Customer Service is in the list of supported services")],
    note: "",
};

pub(super) static CHAT: Entry = Entry {
    title: "Chat for Dynamics 365",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::NotListed,
    sources: &[key(
        "Chat for Dynamics 365 is in the list of supported services",
    )],
    note: "",
};

pub(super) static OMNICHANNEL: Entry = Entry {
    title: "Omnichannel and Contact Center",
    published: Published::Unknown,
    condition: "named in the list of the preview, not in later ones",
    decided: Decided::NotListed,
    sources: &[
        key_preview("Omnichannel is in the list"),
        key("Omnichannel is not in the list"),
    ],
    note: "In the list of the preview (2023-01), not in later ones.",
};

pub(super) static NUANCE: Entry = Entry {
    title: "Nuance Conversational IVR",
    published: Published::NotCovered,
    condition: "it stays on Microsoft's key",
    decided: Decided::NotListed,
    sources: &[key("Nuance Conversational IVR stays on Microsoft's key")],
    note: "",
};

pub(super) static FIELD_SERVICE: Entry = Entry {
    title: "Field Service",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::NotListed,
    sources: &[key("Field Service is in the list of supported services")],
    note: "",
};

pub(super) static CUSTOMER_INSIGHTS_DATA: Entry = Entry {
    title: "Customer Insights - Data",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::NotListed,
    sources: &[
        key("Customer Insights - Data is in the list of supported services"),
        customer_insights("data is encrypted with the key of the environment"),
    ],
    note: "",
};

pub(super) static CUSTOMER_INSIGHTS_SECRETS: Entry = Entry {
    title: "Customer Insights - Data: secrets of connections",
    published: Published::NotCovered,
    condition: "they stay on Microsoft's key; a key vault of one's own can hold those of supported exports",
    decided: Decided::NotListed,
    sources: &[customer_insights(
        "authentication data of exports and enrichments is not encrypted with the key",
    )],
    note: "",
};

pub(super) static CUSTOMER_INSIGHTS_OWN_LAKE: Entry = Entry {
    title: "Customer Insights - Data on an own data lake",
    published: Published::Conditional,
    condition: "the storage account has a customer-managed key of its own",
    decided: Decided::NotListed,
    sources: &[customer_insights(
        "an own data lake is encrypted by whoever owns it",
    )],
    note: "",
};

pub(super) static CUSTOMER_INSIGHTS_JOURNEYS: Entry = Entry {
    title: "Customer Insights - Journeys",
    published: Published::Unknown,
    condition: "the lists of 2023 say \"Customer Insights\", that of 2025 \"Customer Insights - Data\"",
    decided: Decided::NotListed,
    sources: &[
        key_2023("\"Customer Insights\" is in the list"),
        key("\"Customer Insights - Data\" is in the list"),
    ],
    note: "The lists of 2023 do not tell Data from Journeys; the one of 2025 names Data only.",
};

pub(super) static PROJECT_OPERATIONS_LITE: Entry = Entry {
    title: "Project Operations on Dataverse only",
    published: Published::Conditional,
    condition: "rows follow Dataverse; the list names Project Operations with finance and operations",
    decided: Decided::NotListed,
    sources: &[inferred(key(
        "Project Operations is in the list, with finance and operations",
    ))],
    note: "",
};

pub(super) static BUSINESS_CENTRAL: Entry = Entry {
    title: "Business Central",
    published: Published::NotCovered,
    condition: "it is not in a Power Platform environment and not in the list",
    decided: Decided::NotListed,
    sources: &[key_inferred(
        "Business Central is not in the list of supported services",
    )],
    note: "",
};

pub(super) static MIXED_REALITY: Entry = Entry {
    title: "Guides and Remote Assist",
    published: Published::Unknown,
    condition: "not in Microsoft's list of supported services",
    decided: Decided::NotListed,
    sources: &[key("they are not in the list of supported services")],
    note: "",
};
