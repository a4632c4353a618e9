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
mod pages;
mod rights;
mod run;

use crate::finding::Level;

pub use crate::rule::{Evidence, Example, Rule, Source};
pub use run::{check, merge, run, without_keys};

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

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
