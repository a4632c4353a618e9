//! The catalogue: every workload and data class that documents say something about, with what they
//! say and where they contradict each other.
//!
//! The rows are those of the project's collected facts on customer-managed keys, section 2. Each
//! says how it is published ([`Workload::published`]) and carries the decision how an environment's
//! answer is found, so that a new workload does not compile until somebody decides its coverage.
//! The answers themselves are made in [`crate::assessment`].

mod dataverse;
mod decided;
mod dynamics_365;
mod finance_and_operations;
mod power_platform;
mod sources;

use std::fmt;

use crate::rule::Source;

pub(crate) use decided::{Decided, Lives, UseOf};

/// One row of the catalogue.
pub(crate) struct Entry {
    /// The name for people.
    pub(crate) title: &'static str,
    /// The published status.
    pub(crate) published: Published,
    /// When it is covered, or why it is not.
    pub(crate) condition: &'static str,
    /// How an environment's answer is found.
    pub(crate) decided: Decided,
    /// Where that is known from, the best source first.
    pub(crate) sources: &'static [Source],
    /// Where sources contradict each other; mostly empty.
    pub(crate) note: &'static str,
}

/// What documents say about a workload, before any environment is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Published {
    /// The key protects it, if the environment is under a key.
    Covered,
    /// The key protects it under a condition of its own.
    Conditional,
    /// It stays under Microsoft's key.
    NotCovered,
    /// No source says, or sources contradict each other.
    Unknown,
    /// A key changes what works, not what is protected.
    FunctionOnly,
}

/// A table of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// Dataverse and its stores.
    Dataverse,
    /// Power Platform's apps, flows and makers' metadata.
    PowerPlatform,
    /// Dynamics 365 apps on Dataverse.
    Dynamics365,
    /// Finance and operations apps and what belongs to them.
    FinanceAndOperations,
}

macro_rules! workloads {
    ($($table:ident $module:ident { $($workload:ident $entry:ident $id:literal,)* })*) => {
        /// An app, service or class of data that keeps customer data.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Workload {
            $($(#[doc = concat!("`", $id, "`")] $workload,)*)*
        }

        const ALL: &[Workload] = &[$($(Workload::$workload,)*)*];

        impl Workload {
            /// The id, such as `d365-commerce-csu`.
            pub fn id(self) -> &'static str {
                match self {
                    $($(Self::$workload => $id,)*)*
                }
            }

            /// The table that it is in.
            pub fn table(self) -> Table {
                match self {
                    $($(Self::$workload => Table::$table,)*)*
                }
            }

            fn entry(self) -> &'static Entry {
                match self {
                    $($(Self::$workload => &$module::$entry,)*)*
                }
            }
        }
    };
}

workloads! {
    Dataverse dataverse {
        DataverseDatabase DATABASE "dataverse-database",
        DataverseFiles FILES "dataverse-files",
        DataverseAuditLog AUDIT_LOG "dataverse-audit-log",
        DataverseSearchIndex SEARCH_INDEX "dataverse-search-index",
        DataverseDataLake DATA_LAKE "dataverse-data-lake",
        DataverseElasticTables ELASTIC_TABLES "dataverse-elastic-tables",
        DataverseLongTermRetention LONG_TERM_RETENTION "dataverse-long-term-retention",
        DataverseAuditRetentionSetting AUDIT_RETENTION_SETTING "dataverse-audit-retention-setting",
        DataverseBackups BACKUPS "dataverse-backups",
        ModelDrivenCopilot MODEL_DRIVEN_COPILOT "model-driven-copilot",
        CopilotOther COPILOT_OTHER "copilot-other",
        NonDataverseEnvironment NON_DATAVERSE_ENVIRONMENT "non-dataverse-environment",
        ExternalSourceData EXTERNAL_SOURCE_DATA "external-source-data",
        ExportedData EXPORTED_DATA "exported-data",
        MobileOffline MOBILE_OFFLINE "mobile-offline",
        ServerSideSync SERVER_SIDE_SYNC "server-side-sync",
        PurviewActivityLog PURVIEW_ACTIVITY_LOG "purview-activity-log",
    }
    PowerPlatform power_platform {
        ConnectorConnectionSettings CONNECTION_SETTINGS "connector-connection-settings",
        ConnectionNonOauth CONNECTION_NON_OAUTH "connection-non-oauth",
        ConnectionOauth CONNECTION_OAUTH "connection-oauth",
        EnvironmentSettings ENVIRONMENT_SETTINGS "environment-settings",
        PowerAppsDisplayNames APP_DISPLAY_NAMES "powerapps-display-names",
        PowerAppsConnectionMetadata APP_CONNECTION_METADATA "powerapps-connection-metadata",
        PowerAppsCanvasAppPackage CANVAS_APP_PACKAGE "powerapps-canvas-app-package",
        PlatformAppsData PLATFORM_APPS_DATA "platform-apps-data",
        MakerWelcomeContent MAKER_WELCOME_CONTENT "maker-welcome-content",
        SolutionCheckerResults SOLUTION_CHECKER_RESULTS "solution-checker-results",
        FlowDefinitions FLOW_DEFINITIONS "flow-definitions",
        FlowRunHistory FLOW_RUN_HISTORY "flow-run-history",
        FlowPreexisting FLOW_PREEXISTING "flow-preexisting",
        FlowTriggerPowerAppsV1 FLOW_TRIGGER_V1 "flow-trigger-powerapps-v1-nonsolution",
        FlowTriggerHttpOrTeams FLOW_TRIGGER_HTTP "flow-trigger-http-or-teams",
        FlowParentOfUnmigrated FLOW_PARENT "flow-parent-of-unmigrated",
        FlowListFlowsAsAdminV1 FLOW_LIST_AS_ADMIN "flow-list-flows-as-admin-v1",
        FlowEnvironmentQuota FLOW_QUOTA "flow-environment-quota",
        FlowNonsolutionFromApp FLOW_FROM_APP "flow-nonsolution-from-app",
        HostedMachineGroupDisks HOSTED_GROUP_DISKS "hosted-machine-group-disks",
        HostedMachineDisks HOSTED_MACHINE_DISKS "hosted-machine-disks",
        FlowAnalyticsPipeline FLOW_ANALYTICS "flow-analytics-pipeline",
        CopilotStudioAgents AGENTS "copilot-studio-agents",
        CopilotStudioPriorData AGENTS_PRIOR_DATA "copilot-studio-prior-data",
        CopilotStudioEarlyCmk AGENTS_EARLY_KEY "copilot-studio-early-cmk",
        CopilotStudioFileInput AGENTS_FILE_INPUT "copilot-studio-file-input",
        PowerPages POWER_PAGES "power-pages",
        PowerBi POWER_BI "power-bi",
        AiBuilder AI_BUILDER "ai-builder",
        Dataflows DATAFLOWS "dataflows",
        DataverseForTeams DATAVERSE_FOR_TEAMS "dataverse-for-teams",
        TelemetryServiceLogs TELEMETRY "telemetry-service-logs",
        PlatformMetadataTenant TENANT_METADATA "platform-metadata-tenant",
        DisplayNamesEnvironment ENVIRONMENT_NAMES "display-names-environment",
    }
    Dynamics365 dynamics_365 {
        Sales SALES "d365-sales",
        SalesForecasting SALES_FORECASTING "d365-sales-forecasting",
        SalesPredictiveScoring SALES_SCORING "d365-sales-predictive-scoring",
        SalesRelationshipIntelligence SALES_RELATIONSHIPS "d365-sales-relationship-intelligence",
        SalesConversationIntelligence SALES_CONVERSATIONS "d365-sales-conversation-intelligence",
        CustomerService CUSTOMER_SERVICE "d365-customer-service",
        Chat CHAT "d365-chat",
        Omnichannel OMNICHANNEL "d365-omnichannel",
        NuanceConversationalIvr NUANCE "nuance-conversational-ivr",
        FieldService FIELD_SERVICE "d365-field-service",
        CustomerInsightsData CUSTOMER_INSIGHTS_DATA "d365-customer-insights-data",
        CustomerInsightsConnectionSecrets CUSTOMER_INSIGHTS_SECRETS "d365-ci-data-connection-secrets",
        CustomerInsightsOwnLake CUSTOMER_INSIGHTS_OWN_LAKE "d365-ci-data-own-lake",
        CustomerInsightsJourneys CUSTOMER_INSIGHTS_JOURNEYS "d365-customer-insights-journeys",
        ProjectOperationsLite PROJECT_OPERATIONS_LITE "d365-project-operations-lite",
        BusinessCentral BUSINESS_CENTRAL "d365-business-central",
        MixedReality MIXED_REALITY "d365-mixed-reality",
    }
    FinanceAndOperations finance_and_operations {
        FinanceAndOperationsResources RESOURCES "fo-environment-resources",
        FinanceAndOperationsWithoutIntegration WITHOUT_INTEGRATION "fo-without-integration",
        FinanceAndOperationsCloudHosted CLOUD_HOSTED "fo-cloud-hosted",
        FinanceAndOperationsUnifiedDeveloper UNIFIED_DEVELOPER "fo-unified-developer",
        FinanceAndOperationsRegionRollout REGION_ROLLOUT "fo-region-rollout",
        FinanceAndOperationsKeyBeforeIntegration KEY_BEFORE_INTEGRATION "fo-cmk-before-integration",
        Finance FINANCE "d365-finance",
        FinanceRegulatoryData REGULATORY_DATA "d365-finance-rcs-data",
        SupplyChainManagement SUPPLY_CHAIN "d365-scm",
        DemandPlanning DEMAND_PLANNING "d365-demand-planning",
        PlanningOptimization PLANNING_OPTIMIZATION "d365-planning-optimization",
        CommerceHeadquarters COMMERCE_HEADQUARTERS "d365-commerce-hq",
        CommerceContentManagement CONTENT_MANAGEMENT "d365-commerce-ecommerce-cms",
        CommerceRecommendations RECOMMENDATIONS "d365-commerce-recommendations",
        CommerceScaleUnit SCALE_UNIT "d365-commerce-csu",
        CommerceScaleUnitSelfHosted SCALE_UNIT_SELF_HOSTED "d365-commerce-csu-selfhosted",
        CommerceEcommerce ECOMMERCE "d365-commerce-ecommerce",
        CommerceRatingsAndReviews RATINGS_AND_REVIEWS "d365-commerce-ratings-reviews",
        CommerceNoScaleUnitRegion NO_SCALE_UNIT_REGION "d365-commerce-csu-no-local-region",
        Retail RETAIL "d365-retail",
        HumanResources HUMAN_RESOURCES "d365-human-resources-fo",
        HumanResourcesStandalone HUMAN_RESOURCES_STANDALONE "d365-human-resources-standalone",
        ProjectOperations PROJECT_OPERATIONS "d365-project-operations-fo",
        IntelligentOrderManagement ORDER_MANAGEMENT "d365-intelligent-order-management",
        FraudProtection FRAUD_PROTECTION "d365-fraud-protection",
        TaxCalculation TAX_CALCULATION "fo-addin-tax-calculation",
        ElectronicInvoicing ELECTRONIC_INVOICING "fo-addin-electronic-invoicing",
        OtherAddIns OTHER_ADD_INS "fo-addin-other",
        LifecycleServicesMetadata LIFECYCLE_SERVICES_METADATA "lcs-metadata",
        DualWriteStaging DUAL_WRITE_STAGING "fo-dual-write-staging",
    }
}

/// All rows, table by table.
///
/// ```
/// use ppcmk_coverage::catalogue::{Published, catalogue};
///
/// let ids: Vec<_> = catalogue()
///     .filter(|workload| workload.published() == Published::Conditional)
///     .map(|workload| workload.id())
///     .collect();
/// assert!(ids.contains(&"d365-commerce-csu"));
/// ```
pub fn catalogue() -> impl ExactSizeIterator<Item = Workload> {
    ALL.iter().copied()
}

impl Workload {
    /// The workload with this id.
    pub fn find(id: &str) -> Option<Self> {
        catalogue().find(|workload| workload.id() == id)
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        self.entry().title
    }

    /// What documents say, before any environment is looked at.
    pub fn published(self) -> Published {
        self.entry().published
    }

    /// When it is covered, or why it is not: lowercase, no full stop. "Under the key" means linked
    /// to an encryption policy of the environment's own geo, managed, not of type Trial or Teams,
    /// with Dataverse.
    pub fn condition(self) -> &'static str {
        self.entry().condition
    }

    /// Where that is known from, the best source first. Empty: no source says anything.
    pub fn sources(self) -> &'static [Source] {
        self.entry().sources
    }

    /// Where sources contradict each other, or leave something open.
    pub fn note(self) -> Option<&'static str> {
        Some(self.entry().note).filter(|note| !note.is_empty())
    }

    pub(crate) fn decided(self) -> &'static Decided {
        &self.entry().decided
    }
}

impl fmt::Debug for Workload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}

impl Published {
    /// `covered`, `conditional`, `not covered`, `unknown`, `function only`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Conditional => "conditional",
            Self::NotCovered => "not covered",
            Self::Unknown => "unknown",
            Self::FunctionOnly => "function only",
        }
    }
}

impl Table {
    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Dataverse => "Dataverse",
            Self::PowerPlatform => "Power Platform apps, flows and makers' metadata",
            Self::Dynamics365 => "Dynamics 365 apps on Dataverse",
            Self::FinanceAndOperations => "Finance and operations",
        }
    }
}

#[cfg(test)]
mod tests;
