//! The rules: one file each, which tells the rule's whole story, and the registry.
//!
//! A rule is a pure function from an estate to findings. It never guesses: an unknown input gives
//! an undecided result. To add one, see `CONTRIBUTING.md`.

mod assigned;
mod cmk101;
mod cmk102;
mod cmk103;
mod cmk104;
mod cmk105;
mod cmk106;
mod cmk107;
mod cmk108;
mod cmk109;
mod cmk110;
mod cmk111;
mod cmk112;
mod cmk114;
mod cmk118;
mod cmk119;
mod cmk120;
mod cmk121;
mod cmk201;
mod cmk202;
mod cmk203;
mod cmk204;
mod cmk205;
mod cmk206;
mod cmk207;
mod cmk208;
mod cmk209;
mod cmk210;
mod cmk211;
mod cmk212;
mod cmk214;
mod cmk216;
mod cmk301;
mod cmk302;
mod cmk303;
mod cmk304;
mod cmk305;
mod cmk306;
mod cmk307;
mod cmk308;
mod cmk309;
mod cmk316;
mod cmk401;
mod cmk901;
mod cmk902;
mod cmk903;
mod cmk904;
mod cmk905;
mod custody;
mod declared;
mod example;
mod home;
mod ordering;
mod rights;
mod run;

use crate::estate::Estate;
use crate::finding::{Findings, Level};

pub use run::{check, merge, run, without_keys};

/// A rule of the register.
pub struct Rule {
    /// `CMK` and three digits, never used again for anything else.
    pub code: &'static str,
    /// In kebab-case; completes "allow ...".
    pub name: &'static str,
    /// How bad a finding is, unless the configuration says otherwise.
    pub level: Level,
    /// What it reports: one line, lowercase, no full stop.
    pub summary: &'static str,
    /// What it looks at and why that is bad, in Markdown.
    pub explanation: &'static str,
    /// What to do: one line, in the imperative.
    pub fix: &'static str,
    /// A configuration with the problem, and without.
    pub example: Example,
    /// Where the facts come from.
    pub sources: &'static [Source],
    /// What other tools advise to the contrary, in Markdown. Mostly empty.
    pub conflicts: &'static str,
    /// The rule itself. Rules about the input (CMK9xx) have none: the linter reports them.
    pub check: Option<fn(&Estate, &mut Findings)>,
}

/// A configuration before and after the fix. The language is HCL unless it starts with `# yaml`.
pub struct Example {
    /// With the problem.
    pub before: &'static str,
    /// Without.
    pub after: &'static str,
}

/// Where a fact comes from.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The page.
    pub url: &'static str,
    /// What it says, in our words.
    pub says: &'static str,
    /// The date of the page that was read.
    pub date: &'static str,
    /// How good the evidence is.
    pub evidence: Evidence,
}

/// How good the evidence for a fact is. The letters are those of the project's collected facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// D: Microsoft's documentation.
    Documented,
    /// C: code or specification that Microsoft published.
    Code,
    /// T: a third party.
    ThirdParty,
    /// I: our inference; the explanation gives the reasoning.
    Inferred,
}

/// All rules, by code.
pub fn all() -> &'static [&'static Rule] {
    &[
        &cmk101::RULE,
        &cmk102::RULE,
        &cmk103::RULE,
        &cmk104::RULE,
        &cmk105::RULE,
        &cmk106::RULE,
        &cmk107::RULE,
        &cmk108::RULE,
        &cmk109::RULE,
        &cmk110::RULE,
        &cmk111::RULE,
        &cmk112::RULE,
        &cmk114::RULE,
        &cmk118::RULE,
        &cmk119::RULE,
        &cmk120::RULE,
        &cmk121::RULE,
        &cmk201::RULE,
        &cmk202::RULE,
        &cmk203::RULE,
        &cmk204::RULE,
        &cmk205::RULE,
        &cmk206::RULE,
        &cmk207::RULE,
        &cmk208::RULE,
        &cmk209::RULE,
        &cmk210::RULE,
        &cmk211::RULE,
        &cmk212::RULE,
        &cmk214::RULE,
        &cmk216::RULE,
        &cmk301::RULE,
        &cmk302::RULE,
        &cmk303::RULE,
        &cmk304::RULE,
        &cmk305::RULE,
        &cmk306::RULE,
        &cmk307::RULE,
        &cmk308::RULE,
        &cmk309::RULE,
        &cmk316::RULE,
        &cmk401::RULE,
        &cmk901::RULE,
        &cmk902::RULE,
        &cmk903::RULE,
        &cmk904::RULE,
        &cmk905::RULE,
    ]
}

/// The rule with this code (in any case) or name.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    all()
        .iter()
        .copied()
        .find(|rule| rule.code.eq_ignore_ascii_case(code_or_name) || rule.name == code_or_name)
}

impl Evidence {
    /// The letter.
    pub fn letter(self) -> char {
        match self {
            Self::Documented => 'D',
            Self::Code => 'C',
            Self::ThirdParty => 'T',
            Self::Inferred => 'I',
        }
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.code, self.name)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}

/// Microsoft's pages that several rules stand on.
mod pages {
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
    pub(super) const PROVIDER: &str =
        "https://github.com/microsoft/terraform-provider-power-platform";
    /// Local roles of a Managed HSM (CMK facts S41, 2024-01-25).
    pub(super) const HSM_ROLES: &str =
        "https://learn.microsoft.com/azure/key-vault/managed-hsm/built-in-roles";
    /// The published specification of the resource type (CMK facts S37, api-version 2020-10-30-preview).
    pub(super) const SPECIFICATION: &str = "https://github.com/Azure/azure-rest-api-specs/tree/main/specification/powerplatform/resource-manager/Microsoft.PowerPlatform/PowerPlatform";
    /// Lock and unlock (CMK facts S05, 2025-07-14).
    pub(super) const LOCK: &str =
        "https://learn.microsoft.com/power-platform/admin/cmk-lock-unlock";
    /// Finance and operations (CMK facts S09, 2026-03-13).
    pub(super) const FINANCE_AND_OPERATIONS: &str = "https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/sysadmin/customer-managed-keys";
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
    pub(super) const SCRIPTS: &str =
        "https://github.com/microsoft/PowerPlatform-EnterprisePolicies";
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
