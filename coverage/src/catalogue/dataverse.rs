//! Dataverse and its stores (CMK facts 2.2).

use super::sources::{
    auditing, customer_insights, encryption, inferred, key, key_inferred, key_preview, migration,
    own_key, sovereignty,
};
use super::{Decided, Entry, Lives, Published};

const UNDER_KEY: &str = "the environment is under the key";

pub(super) static DATABASE: Entry = Entry {
    title: "Dataverse tables",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::WithEnvironment,
    sources: &[
        key(
            "customer data in Dataverse, in custom and in Microsoft's solutions, is encrypted with the key",
        ),
        encryption("the databases of Dataverse can be encrypted with the key"),
    ],
    note: "",
};

pub(super) static FILES: Entry = Entry {
    title: "Dataverse files, images and attachments",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::WithEnvironment,
    sources: &[
        migration("files are kept in file storage that uses the key"),
        encryption("all stores of Dataverse can be encrypted with the key"),
    ],
    note: "",
};

pub(super) static AUDIT_LOG: Entry = Entry {
    title: "Dataverse audit log",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::WithEnvironment,
    sources: &[
        migration(
            "audit rows are kept in log storage that uses the key; storage that is made later is encrypted when it is made",
        ),
        encryption("all stores of Dataverse can be encrypted with the key"),
    ],
    note: "",
};

pub(super) static SEARCH_INDEX: Entry = Entry {
    title: "Dataverse search index",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::WithEnvironment,
    sources: &[
        migration(
            "the search index uses the key; an index that is made later is encrypted when it is made",
        ),
        key_preview("search is named among the encrypted stores"),
    ],
    note: "",
};

pub(super) static DATA_LAKE: Entry = Entry {
    title: "Dataverse managed data lake",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::WithEnvironment,
    sources: &[
        migration("the managed data lake uses the key"),
        encryption("all stores of Dataverse can be encrypted with the key"),
    ],
    note: "",
};

pub(super) static ELASTIC_TABLES: Entry = Entry {
    title: "Dataverse elastic tables",
    published: Published::Conditional,
    condition: "the environment is under the key, and \"all stores\" includes elastic tables",
    decided: Decided::If(
        "Microsoft's \"all stores of Dataverse\" includes elastic tables, which no document says in words",
    ),
    sources: &[
        migration("elastic tables become available after moving to customer-managed keys"),
        inferred(encryption(
            "all stores of Dataverse can be encrypted with the key",
        )),
    ],
    note: "No document says in words that rows of elastic tables are under the key.",
};

pub(super) static LONG_TERM_RETENTION: Entry = Entry {
    title: "Dataverse long-term retention",
    published: Published::Conditional,
    condition: "the environment is under the key, and \"all stores\" includes long-term retention",
    decided: Decided::If(
        "Microsoft's \"all stores of Dataverse\" includes long-term retention, which no document says in words",
    ),
    sources: &[
        migration("long-term retention becomes available after moving to customer-managed keys"),
        inferred(encryption(
            "all stores of Dataverse can be encrypted with the key",
        )),
    ],
    note: "No document says in words that retained rows are under the key.",
};

pub(super) static AUDIT_RETENTION_SETTING: Entry = Entry {
    title: "Retention period of the audit log",
    published: Published::Unknown,
    condition: "documents contradict each other about whether the period can be set under a customer's key",
    decided: Decided::Unsettled(
        Lives::Inside,
        "documents contradict each other about whether the period can be set under a customer's key",
    ),
    sources: &[
        auditing("the period cannot be set where a customer's own key encrypts the environment"),
        migration("the audit retention becomes available after moving to customer-managed keys"),
    ],
    note: "The first page (2024) uses the words of bring-your-own-key, the older feature; the second (2025) says the opposite for customer-managed keys.",
};

pub(super) static BACKUPS: Entry = Entry {
    title: "Dataverse backups",
    published: Published::Covered,
    condition: "the environment is under the key; old keys and versions stay usable while backups exist (28 days at least, 30 after an environment was taken off a key)",
    decided: Decided::WithEnvironment,
    sources: &[
        key("backups stay under the key that they were made with, which has to be kept"),
        key_inferred("system and manual backups are encrypted like the database"),
    ],
    note: "",
};

pub(super) static MODEL_DRIVEN_COPILOT: Entry = Entry {
    title: "Copilot for model-driven apps",
    published: Published::Covered,
    condition: UNDER_KEY,
    decided: Decided::WithEnvironment,
    sources: &[key(
        "Copilot for model-driven apps is in the list of supported services",
    )],
    note: "",
};

pub(super) static COPILOT_OTHER: Entry = Entry {
    title: "Other Copilot and generative features",
    published: Published::Unknown,
    condition: "for what is not in Microsoft's list, Microsoft asks to contact a representative",
    decided: Decided::Unsettled(
        Lives::Inside,
        "they are not in Microsoft's list of supported services",
    ),
    sources: &[key(
        "for services that are not listed, contact a representative",
    )],
    note: "",
};

pub(super) static NON_DATAVERSE_ENVIRONMENT: Entry = Entry {
    title: "Environment without Dataverse",
    published: Published::NotCovered,
    condition: "the key is described for environments with Dataverse only",
    decided: Decided::WithoutDataverse,
    sources: &[
        key("the feature is described for environments with Dataverse"),
        sovereignty("the key protects data in Dataverse"),
    ],
    note: "No document says what linking an environment without Dataverse does.",
};

pub(super) static EXTERNAL_SOURCE_DATA: Entry = Entry {
    title: "Data of other sources, through connectors and virtual tables",
    published: Published::NotCovered,
    condition: "the data stays in its source",
    decided: Decided::NeverIfUsed(
        Lives::Outside,
        "the data stays in its source, outside of Dataverse",
    ),
    sources: &[sovereignty(
        "data outside of Dataverse is not encrypted with the key",
    )],
    note: "",
};

pub(super) static EXPORTED_DATA: Entry = Entry {
    title: "Exported data: Synapse, Fabric, Application Insights, own data lake",
    published: Published::NotCovered,
    condition: "the target needs a key of its own",
    decided: Decided::NeverIfUsed(
        Lives::Outside,
        "the target of an export needs a key of its own",
    ),
    sources: &[
        customer_insights("an own data lake is encrypted by whoever owns it"),
        inferred(sovereignty(
            "data outside of Dataverse is not encrypted with the key",
        )),
    ],
    note: "",
};

pub(super) static MOBILE_OFFLINE: Entry = Entry {
    title: "Mobile offline data",
    published: Published::Unknown,
    condition: "excluded under bring-your-own-key, not mentioned for customer-managed keys",
    decided: Decided::Unsettled(
        Lives::Inside,
        "it was excluded under bring-your-own-key and is not mentioned for customer-managed keys",
    ),
    sources: &[own_key("excluded under bring-your-own-key")],
    note: "",
};

pub(super) static SERVER_SIDE_SYNC: Entry = Entry {
    title: "Server-side synchronisation with Exchange",
    published: Published::Unknown,
    condition: "excluded under bring-your-own-key, not mentioned for customer-managed keys",
    decided: Decided::Unsettled(
        Lives::Outside,
        "it was excluded under bring-your-own-key and is not mentioned for customer-managed keys",
    ),
    sources: &[own_key("excluded under bring-your-own-key")],
    note: "",
};

pub(super) static PURVIEW_ACTIVITY_LOG: Entry = Entry {
    title: "Activity log in Microsoft Purview",
    published: Published::NotCovered,
    condition: "it lives outside of the environment",
    decided: Decided::Never(
        Lives::Outside,
        "it lives in Microsoft 365, outside of the environment",
    ),
    sources: &[inferred(own_key(
        "excluded under bring-your-own-key; it lives outside of the environment",
    ))],
    note: "No document mentions it for customer-managed keys.",
};
