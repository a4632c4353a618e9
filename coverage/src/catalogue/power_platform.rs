//! Power Platform's apps, flows and makers' metadata (CMK facts 2.3).

use super::sources::{
    agents, flows, flows_2024, image_input, inferred, key, key_2026, key_inferred, migration,
    scripts, sovereignty, well_architected,
};
use super::{Decided, Entry, Lives, Published};

const NOT_FIXED: &str = "such a flow does not move to the key by itself";

pub(super) static CONNECTION_SETTINGS: Entry = Entry {
    title: "Connection settings of connectors",
    published: Published::NotCovered,
    condition: "they stay on Microsoft's key",
    decided: Decided::Never(Lives::Inside, "connection settings stay on Microsoft's key"),
    sources: &[
        key("connection settings of connectors stay on Microsoft's key"),
        key_2026("connection settings of connectors stay on Microsoft's key"),
        sovereignty("connection settings are not encrypted with the key"),
    ],
    note: "",
};

pub(super) static CONNECTION_NON_OAUTH: Entry = Entry {
    title: "Connections without Microsoft Entra sign-in",
    published: Published::NotCovered,
    condition: "connections that are not based on OAuth of Microsoft Entra stay on Microsoft's key",
    decided: Decided::NeverIfUsed(
        Lives::Inside,
        "connections that are not based on OAuth of Microsoft Entra stay on Microsoft's key",
    ),
    sources: &[flows(
        "connections that are not based on OAuth stay on Microsoft's key",
    )],
    note: "",
};

pub(super) static CONNECTION_OAUTH: Entry = Entry {
    title: "Connections with Microsoft Entra sign-in",
    published: Published::Unknown,
    condition: "documents differ in scope: one excludes connections without OAuth only, the other connection settings in general",
    decided: Decided::Unsettled(
        Lives::Inside,
        "one document excludes connections without OAuth only, another excludes connection settings in general",
    ),
    sources: &[
        flows("only connections that are not based on OAuth are excluded"),
        key("connection settings of connectors stay on Microsoft's key"),
    ],
    note: "The page on Power Automate excludes only connections without OAuth; the main page excludes connection settings in general.",
};

pub(super) static ENVIRONMENT_SETTINGS: Entry = Entry {
    title: "Environment settings",
    published: Published::NotCovered,
    condition: "they stay on Microsoft's key",
    decided: Decided::Never(
        Lives::Inside,
        "environment settings stay on Microsoft's key",
    ),
    sources: &[key_2026(
        "Power Platform environment settings stay on Microsoft's key",
    )],
    note: "The main page of 2025-06-09 does not mention them; the one of 2026-05-18, known by quotation, does.",
};

pub(super) static APP_DISPLAY_NAMES: Entry = Entry {
    title: "Display names and descriptions of apps",
    published: Published::NotCovered,
    condition: "they stay on Microsoft's key",
    decided: Decided::Never(
        Lives::Inside,
        "names and descriptions of apps stay on Microsoft's key",
    ),
    sources: &[key(
        "display names and descriptions of Power Apps stay on Microsoft's key",
    )],
    note: "",
};

pub(super) static APP_CONNECTION_METADATA: Entry = Entry {
    title: "Connection metadata of apps",
    published: Published::NotCovered,
    condition: "it stays on Microsoft's key",
    decided: Decided::Never(
        Lives::Inside,
        "connection metadata of apps stays on Microsoft's key",
    ),
    sources: &[key(
        "connection metadata of Power Apps stays on Microsoft's key",
    )],
    note: "",
};

pub(super) static CANVAS_APP_PACKAGE: Entry = Entry {
    title: "Canvas apps: the app itself",
    published: Published::Unknown,
    condition: "not in Microsoft's list of supported services",
    decided: Decided::Unsettled(
        Lives::Inside,
        "the definition of canvas apps is not in Microsoft's list of supported services",
    ),
    sources: &[migration(
        "canvas apps become usable after moving from bring-your-own-key to customer-managed keys, which does not say that they are encrypted",
    )],
    note: "",
};

pub(super) static PLATFORM_APPS_DATA: Entry = Entry {
    title: "Platform apps of the tenant",
    published: Published::Unknown,
    condition: "a policy can be linked to it by an undocumented call",
    decided: Decided::Unsettled(
        Lives::Outside,
        "it belongs to the tenant, and its link to a policy is not documented",
    ),
    sources: &[scripts(
        "a call links a policy to the platform apps of the tenant",
    )],
    note: "",
};

pub(super) static MAKER_WELCOME_CONTENT: Entry = Entry {
    title: "Welcome content for makers",
    published: Published::NotCovered,
    condition: "it stays on Microsoft's key",
    decided: Decided::Never(
        Lives::Inside,
        "welcome content for makers stays on Microsoft's key",
    ),
    sources: &[key(
        "welcome content of managed environments stays on Microsoft's key",
    )],
    note: "",
};

pub(super) static SOLUTION_CHECKER_RESULTS: Entry = Entry {
    title: "Results of solution checker",
    published: Published::NotCovered,
    condition: "they stay on Microsoft's key",
    decided: Decided::Never(
        Lives::Inside,
        "results of solution checker stay on Microsoft's key",
    ),
    sources: &[key(
        "links to results and other data of solution checker enforcement stay on Microsoft's key",
    )],
    note: "",
};

pub(super) static FLOW_DEFINITIONS: Entry = Entry {
    title: "Cloud and desktop flows",
    published: Published::Covered,
    condition: "the environment is under the key; four kinds of flows do not move by themselves and are rows of their own",
    decided: Decided::WithEnvironmentIfUsed,
    sources: &[flows(
        "definitions of cloud and desktop flows are encrypted with the key",
    )],
    note: "",
};

pub(super) static FLOW_RUN_HISTORY: Entry = Entry {
    title: "Run history of flows",
    published: Published::Conditional,
    condition: "runs after the key was applied",
    decided: Decided::If(
        "the run happened after the key was applied; earlier history is not carried over",
    ),
    sources: &[flows("run history from before the key is not carried over")],
    note: "",
};

pub(super) static FLOW_PREEXISTING: Entry = Entry {
    title: "Flows from before the key",
    published: Published::Conditional,
    condition: "the key was applied under the behaviour of 2025, and the flow is of none of the four kinds that do not move",
    decided: Decided::If(
        "the key was applied under the behaviour of 2025, and the flow is of none of the four kinds that do not move by themselves",
    ),
    sources: &[
        flows("flows are moved to the key automatically, with four exceptions"),
        flows_2024("flows that exist already stay on Microsoft's key"),
        sovereignty("flows that exist already stay on Microsoft's key"),
    ],
    note: "Until 2024, and on the sovereignty page of 2025-03, existing flows stay on Microsoft's key; the page of 2025-05 moves them automatically. We follow the newer page for keys applied under it.",
};

pub(super) static FLOW_TRIGGER_V1: Entry = Entry {
    title: "Flows outside of solutions with the Power Apps V1 trigger",
    published: Published::NotCovered,
    condition: "not covered until changed to V2 before, or saved as a new flow after",
    decided: Decided::NeverIfUsed(Lives::Inside, NOT_FIXED),
    sources: &[flows(
        "change to the V2 trigger before, or save as a new flow after",
    )],
    note: "",
};

pub(super) static FLOW_TRIGGER_HTTP: Entry = Entry {
    title: "Flows with an HTTP request or Teams trigger",
    published: Published::NotCovered,
    condition: "not covered until saved as a new flow after the key was applied, with a new URL",
    decided: Decided::NeverIfUsed(Lives::Inside, NOT_FIXED),
    sources: &[flows(
        "save as a new flow after the key was applied; the URL changes",
    )],
    note: "",
};

pub(super) static FLOW_PARENT: Entry = Entry {
    title: "Parents of flows that cannot move",
    published: Published::NotCovered,
    condition: "not covered until the child flow is fixed",
    decided: Decided::NeverIfUsed(Lives::Inside, NOT_FIXED),
    sources: &[flows("a parent moves once its child does")],
    note: "",
};

pub(super) static FLOW_LIST_AS_ADMIN: Entry = Entry {
    title: "Flows with the action \"List flows as Admin (V1)\"",
    published: Published::NotCovered,
    condition: "not covered until changed to the V2 action or deleted",
    decided: Decided::NeverIfUsed(Lives::Inside, NOT_FIXED),
    sources: &[flows("change to the V2 action, or delete the flow")],
    note: "",
};

pub(super) static FLOW_QUOTA: Entry = Entry {
    title: "Flows beyond 25 environments under a key",
    published: Published::Conditional,
    condition: "at most 25 environments of the tenant are under a key, or support raised the quota",
    decided: Decided::If(
        "at most 25 environments of the tenant are under a key, or support raised the quota of Power Automate",
    ),
    sources: &[flows("25 environments per tenant, more through support")],
    note: "",
};

pub(super) static FLOW_FROM_APP: Entry = Entry {
    title: "Flows outside of solutions, made from an app",
    published: Published::FunctionOnly,
    condition: "under a key such a flow cannot be used by an app; use flows in solutions",
    decided: Decided::NotListed,
    sources: &[flows(
        "such flows cannot be referenced by an app; use flows in solutions",
    )],
    note: "",
};

pub(super) static HOSTED_GROUP_DISKS: Entry = Entry {
    title: "Disks of hosted machine groups",
    published: Published::Conditional,
    condition: "the group is provisioned anew after the key was applied",
    decided: Decided::If("the group was provisioned anew after the key was applied"),
    sources: &[flows("hosted machine groups have to be provisioned anew")],
    note: "The page of 2024 marks this as a preview; the one of 2025 does not.",
};

pub(super) static HOSTED_MACHINE_DISKS: Entry = Entry {
    title: "Disks of hosted machines",
    published: Published::NotCovered,
    condition: "not supported",
    decided: Decided::NeverIfUsed(
        Lives::Inside,
        "hosted machines, unlike groups of them, are not supported",
    ),
    sources: &[flows("hosted machines are currently not supported")],
    note: "",
};

pub(super) static FLOW_ANALYTICS: Entry = Entry {
    title: "Analytics and notifications of flows",
    published: Published::Unknown,
    condition: "in 2024 nothing was sent there from environments under a key; the list is gone since",
    decided: Decided::Unsettled(
        Lives::Outside,
        "in 2024 nothing was sent there from environments under a key; newer documents do not say",
    ),
    sources: &[
        flows_2024(
            "reports, exports, notifications and mails get no data from environments under a key",
        ),
        flows("the list is absent"),
    ],
    note: "The list of 2024 is absent in 2025; whether the features work again is not known.",
};

pub(super) static AGENTS: Entry = Entry {
    title: "Copilot Studio agents",
    published: Published::Covered,
    condition: "the environment is under the key, applied on or after 2025-04-07 or applied again since",
    decided: Decided::If("the key was applied on or after 2025-04-07, or applied again since"),
    sources: &[agents(
        "topics, settings, configuration and transcripts are encrypted with the key",
    )],
    note: "",
};

pub(super) static AGENTS_PRIOR_DATA: Entry = Entry {
    title: "Copilot Studio data from before the key",
    published: Published::NotCovered,
    condition: "it stays on Microsoft's key",
    decided: Decided::NeverIfUsed(
        Lives::Inside,
        "data from before the key stays on Microsoft's key",
    ),
    sources: &[agents(
        "data that was persisted before stays on Microsoft's key",
    )],
    note: "",
};

pub(super) static AGENTS_EARLY_KEY: Entry = Entry {
    title: "Copilot Studio under a key from before 2025-04-07",
    published: Published::NotCovered,
    condition: "not covered until the key is removed and applied again",
    decided: Decided::If(
        "the key was not applied before 2025-04-07, or was removed and applied again since",
    ),
    sources: &[agents(
        "environments whose key is older need the key to be removed and applied again",
    )],
    note: "",
};

pub(super) static AGENTS_FILE_INPUT: Entry = Entry {
    title: "Files that users give to an agent",
    published: Published::FunctionOnly,
    condition: "under a key such files are accepted and not processed",
    decided: Decided::NotListed,
    sources: &[image_input(
        "file input is accepted and not processed in environments under a key",
    )],
    note: "",
};

pub(super) static POWER_PAGES: Entry = Entry {
    title: "Power Pages",
    published: Published::Unknown,
    condition: "rows follow Dataverse; hosting, delivery network and caches are not mentioned",
    decided: Decided::Unsettled(
        Lives::Inside,
        "rows follow Dataverse; what the hosting of a site keeps is not mentioned anywhere",
    ),
    sources: &[key_inferred(
        "Power Pages is not in the list of supported services",
    )],
    note: "",
};

pub(super) static POWER_BI: Entry = Entry {
    title: "Power BI",
    published: Published::NotCovered,
    condition: "Power BI has a feature of its own for semantic models",
    decided: Decided::NotListed,
    sources: &[sovereignty(
        "Power BI has a bring-your-own-key feature of its own",
    )],
    note: "",
};

pub(super) static AI_BUILDER: Entry = Entry {
    title: "AI Builder",
    published: Published::Unknown,
    condition: "not in Microsoft's list of supported services",
    decided: Decided::Unsettled(
        Lives::Inside,
        "it is not in Microsoft's list of supported services",
    ),
    sources: &[migration(
        "AI Builder becomes usable after moving from bring-your-own-key, which does not say that it is encrypted",
    )],
    note: "",
};

pub(super) static DATAFLOWS: Entry = Entry {
    title: "Dataflows",
    published: Published::Unknown,
    condition: "no statement found",
    decided: Decided::Unsettled(Lives::Inside, "no public statement was found"),
    sources: &[],
    note: "",
};

pub(super) static DATAVERSE_FOR_TEAMS: Entry = Entry {
    title: "Dataverse for Teams",
    published: Published::NotCovered,
    condition: "environments of this type cannot be added to a policy",
    decided: Decided::OfTypeTeams,
    sources: &[key("environments of type Trial and Teams cannot be added")],
    note: "",
};

pub(super) static TELEMETRY: Entry = Entry {
    title: "Telemetry and service logs",
    published: Published::NotCovered,
    condition: "the key is for customer data of the listed services",
    decided: Decided::Never(
        Lives::Outside,
        "the key is for customer data of the listed services",
    ),
    sources: &[key_inferred(
        "the feature is limited to customer data of the listed services",
    )],
    note: "",
};

pub(super) static TENANT_METADATA: Entry = Entry {
    title: "Metadata of the tenant",
    published: Published::NotCovered,
    condition: "it lives outside of the environment, in the tenant's home geo",
    decided: Decided::Never(
        Lives::Outside,
        "it lives outside of the environment, in the tenant's home geo",
    ),
    sources: &[
        key_inferred("a policy is about environments"),
        well_architected("metadata of the tenant is kept in its home geo"),
    ],
    note: "",
};

pub(super) static ENVIRONMENT_NAMES: Entry = Entry {
    title: "Name and description of the environment",
    published: Published::NotCovered,
    condition: "they are environment settings",
    decided: Decided::Never(
        Lives::Inside,
        "the environment's name and description stay on Microsoft's key",
    ),
    sources: &[inferred(key_2026(
        "environment settings stay on Microsoft's key",
    ))],
    note: "",
};
