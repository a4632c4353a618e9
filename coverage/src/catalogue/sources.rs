//! The documents that the catalogue stands on. `S..` are the codes of the project's collected facts.

use crate::rule::{Evidence, Source};

macro_rules! documents {
    ($($(#[$meta:meta])* $name:ident $evidence:ident $date:literal $url:literal;)*) => {
        $(
            $(#[$meta])*
            pub(super) const fn $name(says: &'static str) -> Source {
                Source {
                    url: $url,
                    says,
                    date: $date,
                    evidence: Evidence::$evidence,
                }
            }
        )*
    };
}

documents! {
    /// S01: the main page.
    key Documented "2025-06-09" "https://learn.microsoft.com/power-platform/admin/customer-managed-key";
    /// S02: the main page of 2023.
    key_2023 Documented "2023-08-24" "https://learn.microsoft.com/power-platform/admin/customer-managed-key";
    /// S03: the main page of the preview.
    key_preview Documented "2023-01-25" "https://learn.microsoft.com/power-platform/admin/customer-managed-key";
    /// S04: the main page of 2026, as a third party quotes it.
    key_2026 ThirdParty "2026-05-18" "https://learn.microsoft.com/power-platform/admin/customer-managed-key";
    /// S06: migration from bring-your-own-key.
    migration Documented "2025-01-13" "https://learn.microsoft.com/power-platform/admin/cmk-migrate-from-byok";
    /// S07: Power Automate.
    flows Documented "2025-05-21" "https://learn.microsoft.com/power-automate/customer-managed-keys";
    /// S08: Power Automate, a year earlier.
    flows_2024 Documented "2024-08-06" "https://learn.microsoft.com/power-automate/customer-managed-keys";
    /// S09: finance and operations.
    finance Documented "2026-03-13" "https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/sysadmin/customer-managed-keys";
    /// S10: finance and operations, three years earlier.
    finance_2023 Documented "2023-02-01" "https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/sysadmin/customer-managed-keys";
    /// S11: Copilot Studio.
    agents Documented "2025-05-20" "https://learn.microsoft.com/microsoft-copilot-studio/admin-customer-managed-keys";
    /// S12: Customer Insights - Data.
    customer_insights Documented "2024-02-06" "https://learn.microsoft.com/dynamics365/customer-insights/data/customer-managed-keys";
    /// S13: Sales.
    sales Documented "2023-03-01" "https://learn.microsoft.com/dynamics365/sales/sales-gdpr-faqs";
    /// S13: Sales, half a year earlier.
    sales_2022 Documented "2022-07-06" "https://learn.microsoft.com/dynamics365/sales/sales-gdpr-faqs";
    /// S14: "Prepare your organization to store conversation intelligence data in Dataverse", whose
    /// exact address was not kept.
    sales_conversations Documented "2024-01-16" "https://learn.microsoft.com/dynamics365/sales/";
    /// S15: encryption in general.
    encryption Documented "2025-01-21" "https://learn.microsoft.com/power-platform/admin/about-encryption";
    /// S16: Well-Architected.
    well_architected Inferred "2024-09-11" "https://learn.microsoft.com/power-platform/well-architected/security/encryption";
    /// S17: sovereignty.
    sovereignty Documented "2025-03-24" "https://learn.microsoft.com/azure/azure-sovereign-clouds/public/access-controls-dataverse-power-platform";
    /// S22: unified environments.
    unified Inferred "2026-04-06" "https://learn.microsoft.com/power-platform/admin/unified-experience/unified-environment-types-and-templates";
    /// S24: Commerce channels.
    channels Inferred "2024-09-13" "https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/deployment/initialize-retail-channels";
    /// S32: auditing.
    auditing Documented "2024-11-27" "https://learn.microsoft.com/power-platform/admin/manage-dataverse-auditing";
    /// S33: bring-your-own-key, the older and retired feature; the stored copy is of after that day.
    own_key Documented "2023-06-02" "https://learn.microsoft.com/power-platform/admin/manage-encryption-key";
    /// S35: Microsoft's PowerShell module.
    scripts Code "2026-05-13" "https://github.com/microsoft/PowerPlatform-EnterprisePolicies";
    /// S45: image input of Copilot Studio, as a third party quotes it.
    image_input ThirdParty "2026" "https://learn.microsoft.com/microsoft-copilot-studio/image-input-analysis";
}

/// A conclusion of ours from the main page (S01).
pub(super) const fn key_inferred(says: &'static str) -> Source {
    inferred(key(says))
}

/// A conclusion of ours from a document.
pub(super) const fn inferred(source: Source) -> Source {
    Source {
        evidence: Evidence::Inferred,
        ..source
    }
}
