//! The catalogue against the collected facts, spelled out a second time.

use super::*;

/// Every row of section 2 of the facts, in their order, with the published status.
const FACTS: &[(&str, Published)] = &[
    ("dataverse-database", Published::Covered),
    ("dataverse-files", Published::Covered),
    ("dataverse-audit-log", Published::Covered),
    ("dataverse-search-index", Published::Covered),
    ("dataverse-data-lake", Published::Covered),
    ("dataverse-elastic-tables", Published::Conditional),
    ("dataverse-long-term-retention", Published::Conditional),
    ("dataverse-audit-retention-setting", Published::Unknown),
    ("dataverse-backups", Published::Covered),
    ("model-driven-copilot", Published::Covered),
    ("copilot-other", Published::Unknown),
    ("non-dataverse-environment", Published::NotCovered),
    ("external-source-data", Published::NotCovered),
    ("exported-data", Published::NotCovered),
    ("mobile-offline", Published::Unknown),
    ("server-side-sync", Published::Unknown),
    ("purview-activity-log", Published::NotCovered),
    ("connector-connection-settings", Published::NotCovered),
    ("connection-non-oauth", Published::NotCovered),
    ("connection-oauth", Published::Unknown),
    ("environment-settings", Published::NotCovered),
    ("powerapps-display-names", Published::NotCovered),
    ("powerapps-connection-metadata", Published::NotCovered),
    ("powerapps-canvas-app-package", Published::Unknown),
    ("platform-apps-data", Published::Unknown),
    ("maker-welcome-content", Published::NotCovered),
    ("solution-checker-results", Published::NotCovered),
    ("flow-definitions", Published::Covered),
    ("flow-run-history", Published::Conditional),
    ("flow-preexisting", Published::Conditional),
    (
        "flow-trigger-powerapps-v1-nonsolution",
        Published::NotCovered,
    ),
    ("flow-trigger-http-or-teams", Published::NotCovered),
    ("flow-parent-of-unmigrated", Published::NotCovered),
    ("flow-list-flows-as-admin-v1", Published::NotCovered),
    ("flow-environment-quota", Published::Conditional),
    ("flow-nonsolution-from-app", Published::FunctionOnly),
    ("hosted-machine-group-disks", Published::Conditional),
    ("hosted-machine-disks", Published::NotCovered),
    ("flow-analytics-pipeline", Published::Unknown),
    ("copilot-studio-agents", Published::Covered),
    ("copilot-studio-prior-data", Published::NotCovered),
    ("copilot-studio-early-cmk", Published::NotCovered),
    ("copilot-studio-file-input", Published::FunctionOnly),
    ("power-pages", Published::Unknown),
    ("power-bi", Published::NotCovered),
    ("ai-builder", Published::Unknown),
    ("dataflows", Published::Unknown),
    ("dataverse-for-teams", Published::NotCovered),
    ("telemetry-service-logs", Published::NotCovered),
    ("platform-metadata-tenant", Published::NotCovered),
    ("display-names-environment", Published::NotCovered),
    ("d365-sales", Published::Covered),
    ("d365-sales-forecasting", Published::Unknown),
    ("d365-sales-predictive-scoring", Published::NotCovered),
    (
        "d365-sales-relationship-intelligence",
        Published::NotCovered,
    ),
    (
        "d365-sales-conversation-intelligence",
        Published::Conditional,
    ),
    ("d365-customer-service", Published::Covered),
    ("d365-chat", Published::Covered),
    ("d365-omnichannel", Published::Unknown),
    ("nuance-conversational-ivr", Published::NotCovered),
    ("d365-field-service", Published::Covered),
    ("d365-customer-insights-data", Published::Covered),
    ("d365-ci-data-connection-secrets", Published::NotCovered),
    ("d365-ci-data-own-lake", Published::Conditional),
    ("d365-customer-insights-journeys", Published::Unknown),
    ("d365-project-operations-lite", Published::Conditional),
    ("d365-business-central", Published::NotCovered),
    ("d365-mixed-reality", Published::Unknown),
    ("fo-environment-resources", Published::Covered),
    ("fo-without-integration", Published::NotCovered),
    ("fo-cloud-hosted", Published::NotCovered),
    ("fo-unified-developer", Published::Covered),
    ("fo-region-rollout", Published::Unknown),
    ("fo-cmk-before-integration", Published::NotCovered),
    ("d365-finance", Published::Covered),
    ("d365-finance-rcs-data", Published::NotCovered),
    ("d365-scm", Published::Covered),
    ("d365-demand-planning", Published::NotCovered),
    ("d365-planning-optimization", Published::Covered),
    ("d365-commerce-hq", Published::Covered),
    ("d365-commerce-ecommerce-cms", Published::NotCovered),
    ("d365-commerce-recommendations", Published::NotCovered),
    ("d365-commerce-csu", Published::Conditional),
    ("d365-commerce-csu-selfhosted", Published::NotCovered),
    ("d365-commerce-ecommerce", Published::Conditional),
    ("d365-commerce-ratings-reviews", Published::Conditional),
    ("d365-commerce-csu-no-local-region", Published::NotCovered),
    ("d365-retail", Published::Covered),
    ("d365-human-resources-fo", Published::Covered),
    ("d365-human-resources-standalone", Published::NotCovered),
    ("d365-project-operations-fo", Published::Covered),
    ("d365-intelligent-order-management", Published::Covered),
    ("d365-fraud-protection", Published::Covered),
    ("fo-addin-tax-calculation", Published::Conditional),
    ("fo-addin-electronic-invoicing", Published::Conditional),
    ("fo-addin-other", Published::Covered),
    ("lcs-metadata", Published::NotCovered),
    ("fo-dual-write-staging", Published::Unknown),
];

#[test]
fn has_every_row_of_the_facts_with_its_status() {
    let rows: Vec<_> = catalogue()
        .map(|workload| (workload.id(), workload.published()))
        .collect();
    assert_eq!(rows, FACTS);
}

#[test]
fn every_row_can_be_read_by_people() {
    let mut titles: Vec<_> = catalogue().map(Workload::title).collect();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), catalogue().len(), "titles are unique");
    for workload in catalogue() {
        assert!(!workload.title().ends_with('.'), "{workload:?}");
        assert!(workload.condition().len() > 10, "{workload:?}");
        assert!(!workload.condition().ends_with('.'), "{workload:?}");
        let note = workload.note().unwrap_or("Nothing to say.");
        assert!(note.ends_with('.'), "{workload:?}: a note is sentences");
    }
}

#[test]
fn every_row_has_sources_but_those_that_no_source_knows() {
    let without: Vec<_> = catalogue()
        .filter(|workload| workload.sources().is_empty())
        .map(Workload::id)
        .collect();
    assert_eq!(without, ["dataflows", "fo-dual-write-staging"]);
    for source in catalogue().flat_map(Workload::sources) {
        assert!(source.url.starts_with("https://"), "{source:?}");
        assert!(source.date.starts_with("20"), "{source:?}");
        assert!(
            !source.says.is_empty() && !source.says.ends_with('.'),
            "{source:?}"
        );
    }
}

#[test]
fn is_found_by_id() {
    for workload in catalogue() {
        assert_eq!(Workload::find(workload.id()), Some(workload));
    }
    assert_eq!(Workload::find("d365-atlantis"), None);
}

#[test]
fn contradictions_stay_visible() {
    for id in [
        "dataverse-audit-retention-setting",
        "flow-preexisting",
        "d365-sales-forecasting",
        "d365-commerce-recommendations",
        "fo-addin-tax-calculation",
    ] {
        let workload = Workload::find(id).unwrap();
        assert!(workload.note().is_some(), "{id}");
    }
}
