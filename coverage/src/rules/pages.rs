//! Microsoft's pages that several rules stand on.

/// The main page on customer-managed keys (CMK facts S01, read as of 2025-06-09).
pub(super) const CMK: &str =
    "https://learn.microsoft.com/power-platform/admin/customer-managed-key";
/// How environments become managed ones (CMK facts S19, 2025-07-01).
pub(super) const MANAGED: &str =
    "https://learn.microsoft.com/power-platform/admin/managed-environment-enable";
/// Groups of environments (read as of 2024-10-03, the page's own date).
pub(super) const GROUPS: &str =
    "https://learn.microsoft.com/power-platform/admin/environment-groups";
/// Microsoft's own provider, its documentation and examples (CMK facts S36, 2026-08-21).
pub(super) const PROVIDER: &str = "https://github.com/microsoft/terraform-provider-power-platform";
/// Local roles of a Managed HSM (CMK facts S41, 2024-01-25).
pub(super) const HSM_ROLES: &str =
    "https://learn.microsoft.com/azure/key-vault/managed-hsm/built-in-roles";
/// The published specification of the resource type (CMK facts S37, api-version 2020-10-30-preview).
pub(super) const SPECIFICATION: &str = "https://github.com/Azure/azure-rest-api-specs/tree/main/specification/powerplatform/resource-manager/Microsoft.PowerPlatform/PowerPlatform";
/// Lock and unlock (CMK facts S05, 2025-07-14).
pub(super) const LOCK: &str = "https://learn.microsoft.com/power-platform/admin/cmk-lock-unlock";
/// Finance and operations (CMK facts S09, 2026-03-13).
pub(super) const FINANCE_AND_OPERATIONS: &str =
    "https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/sysadmin/customer-managed-keys";
/// How Power Platform encrypts (CMK facts S15, 2025-01-21).
pub(super) const ENCRYPTION: &str =
    "https://learn.microsoft.com/power-platform/admin/about-encryption";
/// Soft delete of vaults (CMK facts S39, 2024-02-20).
pub(super) const SOFT_DELETE: &str =
    "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview";
/// Rotation of keys (CMK facts S40, 2025-05-08).
pub(super) const ROTATION: &str =
    "https://learn.microsoft.com/azure/key-vault/keys/how-to-configure-key-rotation";
/// Networks of vaults and their trusted services (CMK facts S38, 2025-02-25).
pub(super) const VAULT_NETWORK: &str =
    "https://learn.microsoft.com/azure/key-vault/general/overview-vnet-service-endpoints";
/// Regions of Commerce Scale Units (CMK facts S24, 2024-09-13).
pub(super) const SCALE_UNITS: &str = "https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/deployment/Initialize-Retail-Channels";
/// Power Platform integration (CMK facts S26, 2023-02-07).
pub(super) const INTEGRATION: &str = "https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/power-platform/enable-power-platform-integration";
/// The Regulatory Configuration Service (CMK facts S50, 2021-06-04).
pub(super) const REGULATORY_CONFIGURATION: &str =
    "https://learn.microsoft.com/dynamics365/finance/localizations/rcs-overview";
/// Cloud flows under customer-managed keys (CMK facts S07, 2025-05-21).
pub(super) const POWER_AUTOMATE: &str =
    "https://learn.microsoft.com/power-automate/customer-managed-keys";
/// Microsoft's PowerShell module for enterprise policies (CMK facts S35, 2026-05-13).
pub(super) const SCRIPTS: &str = "https://github.com/microsoft/PowerPlatform-EnterprisePolicies";
