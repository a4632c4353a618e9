//! Which rules are compared, and why the others cannot be.
//!
//! The table names every rule of the register, so that a new one fails the test until somebody
//! decides where it belongs.

/// A rule that only one door can see, or that the doors see in different objects.
pub(crate) struct LeftOut {
    /// The rules.
    pub(crate) codes: &'static [&'static str],
    /// Which door cannot see them, and why.
    pub(crate) why: &'static str,
}

const fn left_out(codes: &'static [&'static str], why: &'static str) -> LeftOut {
    LeftOut { codes, why }
}

pub(crate) const LEFT_OUT: &[LeftOut] = &[
    left_out(
        &["CMK106", "CMK119"],
        "the provider: Terraform does not tell it what a resource depends on",
    ),
    left_out(
        &["CMK107"],
        "the linter needs the vault in the configuration, and a plan with a vault needs azurerm; the \
         provider reads the rights of an identity that exists, at the assignment that is planned, and \
         only warns, because another resource of the run may grant it. \
         `a_missing_right_is_seen_where_each_door_looks` holds both to that",
    ),
    left_out(
        &["CMK108", "CMK121", "CMK118"],
        "the provider: it plans one assignment and does not see the others of the configuration",
    ),
    left_out(
        &["CMK109", "CMK110", "CMK111"],
        "the linter speaks of raw bodies, which azapi plans; `ppcmk_enterprise_policy` is always of \
         the right kind, takes any name of a geo, and refuses the name of a region when it is \
         validated, before any check. The provider asks CMK109 about policies that it reads, which \
         sources do not show",
    ),
    left_out(
        &["CMK112", "CMK210"],
        "sources: they show no changes. The provider refuses to change or delete a linked policy, so \
         that there is no plan for the linter either",
    ),
    left_out(
        &["CMK120"],
        "sources: they show no changes. The provider gives a notice without a code, because a plan \
         that takes an environment off its key on request is not wrong, and it does not see whether \
         a replacement follows",
    ),
    left_out(
        &["CMK114"],
        "the linter counts the assignments of the configuration, the provider those of the tenant",
    ),
    left_out(
        &[
            "CMK201", "CMK202", "CMK203", "CMK204", "CMK205", "CMK206", "CMK208", "CMK212",
            "CMK214", "CMK216",
        ],
        "the linter reads the resources that make vault and key, which azurerm or azapi plan; the \
         provider reads vaults and keys that exist, and says so at the policy",
    ),
    left_out(
        &["CMK209"],
        "the provider: the rights of an identity are nothing that it plans",
    ),
    left_out(
        &["CMK211"],
        "the provider: `lifecycle` is Terraform's own, as it is missing in plans",
    ),
    left_out(
        &["CMK316"],
        "the provider shows it as a doubt about scale units, in `workloads`, and not as a gap: which \
         geo a published region belongs to is our conclusion",
    ),
    left_out(
        &["CMK401"],
        "the provider: which geos are allowed is in the configuration of the linter",
    ),
    left_out(
        &["CMK901", "CMK902", "CMK903", "CMK904", "CMK905"],
        "the provider: they are about what the linter is given to read",
    ),
];
