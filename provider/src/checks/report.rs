//! From what rules answer to messages of Terraform.
//!
//! Summary: the rule's name as a few words, always the same. Detail: what was seen, why it matters,
//! the way out, the code and the source. Findings about objects that the plan is not about are
//! dropped; notes, too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};
use ppcmk_coverage::rules::Rule;
use ppcmk_coverage::{Certainty, Finding, Level, Undecided};
use tfplugin::schema::validator::sentence;
use tfplugin::{Diagnostic, Diagnostics};

use super::Mode;

/// What rules have answered.
#[derive(Debug)]
pub(crate) struct Answers {
    /// What they found.
    pub(crate) findings: Vec<Finding>,
    /// What they could not decide.
    pub(crate) undecided: Vec<Undecided>,
    /// Those that were not asked, because the user wants that.
    pub(crate) skipped: Vec<&'static Rule>,
}

/// Where messages about an object of the estate go.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The object's address in the estate.
    pub(crate) address: Arc<str>,
    /// What people call it, such as "the environment Retail (…)".
    pub(crate) name: String,
    /// The argument of the planned resource that names it.
    pub(crate) argument: &'static str,
}

/// Messages about one planned object.
#[derive(Debug)]
pub(crate) struct Report {
    mode: Mode,
    diagnostics: Diagnostics,
    refuses: bool,
    undecided: Vec<(&'static Rule, Unknown)>,
    skipped: Vec<&'static Rule>,
}

impl Report {
    pub(super) fn new(mode: Mode) -> Self {
        Self {
            mode,
            diagnostics: Diagnostics::new(),
            refuses: false,
            undecided: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Takes the answers about these places. `hint` adds to the way out of a rule, by its code.
    pub(crate) fn take(
        &mut self,
        answers: Answers,
        places: &[Place],
        hint: impl Fn(&str) -> Option<&'static str>,
    ) {
        let place_of = |address: &str| places.iter().find(|place| *place.address == *address);
        for finding in &answers.findings {
            if let Some(place) = place_of(&finding.address)
                && let Some(diagnostic) = diagnostic(finding, place, hint(finding.rule.code))
            {
                self.push(diagnostic);
            }
        }
        let open = answers.undecided.into_iter().filter(|undecided| {
            place_of(&undecided.address).is_some() && !is_of_the_plan(&undecided.unknown)
        });
        self.undecided
            .extend(open.map(|undecided| (undecided.rule, undecided.unknown)));
        self.skipped.extend(answers.skipped);
    }

    /// Adds a message; errors as warnings where the user wants that.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.refuses |= diagnostic.is_error();
        let diagnostic = if self.mode == Mode::Enforce {
            diagnostic
        } else {
            Diagnostic {
                severity: tfplugin::Severity::Warning,
                ..diagnostic
            }
        };
        self.diagnostics.push(diagnostic);
    }

    /// Whether there is an error, or a warning that would be one.
    pub(crate) fn refuses(&self) -> bool {
        self.refuses
    }

    /// All messages, with one about what was not decided for the object of this name.
    pub(crate) fn finish(mut self, name: &str) -> Diagnostics {
        if let Some(text) = self.left_out() {
            self.diagnostics.push(Diagnostic::warning(
                "Plan-time checks incomplete",
                format!("About {name}: {text}"),
            ));
        }
        self.diagnostics
    }

    /// What was not decided and what was skipped, counted.
    fn left_out(&self) -> Option<String> {
        let mut text = String::new();
        let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (rule, unknown) in &self.undecided {
            let rules = by_reason.entry(unknown.reason.to_string()).or_default();
            let name = named(rule);
            if !rules.contains(&name) {
                rules.push(name);
            }
        }
        let count: usize = by_reason.values().map(Vec::len).sum();
        if count > 0 {
            let reasons: Vec<String> = by_reason
                .iter()
                .map(|(reason, rules)| format!("{} ({reason})", rules.join(", ")))
                .collect();
            // Writing to a string does not fail.
            let _ = write!(
                text,
                "{} could not decide: {}. Terraform asks again right before it applies.",
                checks(count),
                reasons.join("; ")
            );
        }
        if !self.skipped.is_empty() {
            let names: Vec<String> = self.skipped.iter().map(|rule| named(rule)).collect();
            let separator = if text.is_empty() { "" } else { " " };
            let was = if names.len() == 1 { "was" } else { "were" };
            let _ = write!(
                text,
                "{separator}{} {was} skipped (skip_plan_checks): {}.",
                checks(names.len()),
                names.join(", ")
            );
        }
        (!text.is_empty()).then_some(text)
    }
}

fn checks(count: usize) -> String {
    let word = if count == 1 { "check" } else { "checks" };
    format!("{count} plan-time {word}")
}

/// Whether the plan itself does not know it yet: Terraform plans the object again when it does.
fn is_of_the_plan(unknown: &Unknown) -> bool {
    matches!(unknown.reason, Reason::KnownAfterApply(_))
}

/// `CMK102 (policy-in-other-geo)`.
fn named(rule: &Rule) -> String {
    format!("{} ({})", rule.code, rule.name)
}

/// A finding as a message; none for a note.
fn diagnostic(finding: &Finding, place: &Place, hint: Option<&str>) -> Option<Diagnostic> {
    let rule = finding.rule;
    let mut detail = format!(
        "{}: {}.\n\n{}\n\n{}",
        sentence_start(&place.name),
        finding.message,
        first_sentences(rule.explanation),
        sentence(&finding.help)
    );
    if let Some(hint) = hint {
        detail.push(' ');
        detail.push_str(hint);
    }
    let _ = write!(detail, "\n\n{}", named(rule));
    if let Some(source) = rule.sources.first() {
        let _ = write!(detail, ", {}", source.url);
    }
    let build = match (finding.level, finding.certainty) {
        (Level::Note, _) => return None,
        (Level::Error, Certainty::Definite) => Diagnostic::error,
        (Level::Error, Certainty::Possible) | (Level::Warning, _) => Diagnostic::warning,
    };
    let argument = finding.attribute.as_deref().unwrap_or(place.argument);
    Some(build(summary(rule), detail).at(argument))
}

/// The rule's name as words: `policy-in-other-geo` is "Policy in other geo".
fn summary(rule: &Rule) -> String {
    let words = rule
        .name
        .replace('-', " ")
        .replace("dataverse", "Dataverse")
        .replace("power platform", "Power Platform")
        .replace("power automate", "Power Automate");
    sentence_start(&words)
}

fn sentence_start(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// The first two sentences of an explanation, without Markdown's emphasis.
fn first_sentences(explanation: &str) -> String {
    let paragraph = explanation.split("\n\n").next().unwrap_or_default();
    let end = paragraph
        .match_indices(". ")
        .nth(1)
        .map_or(paragraph.len(), |(at, _)| at + 1);
    paragraph[..end].replace("**", "").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use ppcmk_coverage::Findings;
    use ppcmk_coverage::estate::{Header, Origin};
    use ppcmk_coverage::rules::{all, find};

    use super::*;

    fn place() -> Place {
        Place {
            address: "assignment".into(),
            name: "environment Retail".to_owned(),
            argument: "environment_id",
        }
    }

    /// What a report in this mode says about one answer of a rule.
    fn said(mode: Mode, code: &str, answer: impl Fn(&mut Findings)) -> Diagnostics {
        let mut findings = Findings::new(find(code).unwrap());
        answer(&mut findings);
        let mut report = Report::new(mode);
        let answers = Answers {
            findings: findings.findings,
            undecided: findings.undecided,
            skipped: Vec::new(),
        };
        report.take(answers, &[place()], |code| {
            (code == "CMK103").then_some("Or else.")
        });
        report.finish("the environment Retail")
    }

    fn found(mode: Mode, code: &str) -> Diagnostic {
        let said = said(mode, code, |out| {
            out.report(&Header::new("assignment"), "it is `so`")
                .at(&Origin::at_path("policy_id"));
        });
        assert_eq!(said.iter().count(), 1);
        said.into_iter().next().unwrap()
    }

    #[test]
    fn a_finding_says_what_why_and_the_way_out_at_its_attribute() {
        let diagnostic = found(Mode::Enforce, "CMK103");
        assert!(diagnostic.is_error());
        assert_eq!(diagnostic.summary, "Unmanaged environment");
        assert_eq!(diagnostic.path.unwrap().to_string(), "policy_id");
        assert_eq!(
            diagnostic.detail,
            "Environment Retail: it is `so`.\n\nOnly managed environments can be added to an \
             encryption policy, and the policy is enforced only on them. The link of any other \
             environment is refused, with a message that does not say so.\n\nAdd a \
             `powerplatform_managed_environment` for the environment, and let the assignment \
             depend on it. Or else.\n\nCMK103 (unmanaged-environment), \
             https://learn.microsoft.com/power-platform/admin/customer-managed-key"
        );
    }

    #[test]
    fn warnings_stay_warnings_and_errors_become_some() {
        assert!(!found(Mode::Warn, "CMK103").is_error());
        assert!(!found(Mode::Enforce, "CMK202").is_error());
        let possible = said(Mode::Enforce, "CMK103", |out| {
            out.report(&Header::new("assignment"), "perhaps").possible();
        });
        assert!(!possible.has_errors() && !possible.is_empty());
        assert_eq!(
            possible.iter().next().unwrap().path,
            Some("environment_id".into())
        );
    }

    #[test]
    fn others_and_notes_are_not_for_this_plan() {
        let others = said(Mode::Enforce, "CMK103", |out| {
            out.report(&Header::new("another"), "it is so");
        });
        assert!(others.is_empty());
        let note = said(Mode::Enforce, "CMK212", |out| {
            out.report(&Header::new("assignment"), "it is so");
        });
        assert!(note.is_empty());
    }

    #[test]
    fn what_is_not_decided_is_counted_once() {
        let because = |text: &str| Unknown::new(Reason::Elsewhere(text.into()));
        let said = said(Mode::Enforce, "CMK203", |out| {
            out.undecided(
                &Header::new("assignment"),
                &because("the key does not exist yet"),
            );
            out.undecided(
                &Header::new("assignment"),
                &because("the key does not exist yet"),
            );
            out.undecided(&Header::new("another"), &because("of others"));
            let plan = Unknown::new(Reason::KnownAfterApply("key_name".into()));
            out.undecided(&Header::new("assignment"), &plan);
        });
        let all: Vec<_> = said.into_iter().collect();
        assert_eq!(all.len(), 1);
        assert_eq!(
            all[0].detail,
            "About the environment Retail: 1 plan-time check could not decide: CMK203 \
             (unsupported-key-type) (the key does not exist yet). Terraform asks again right before \
             it applies."
        );
    }

    #[test]
    fn every_rule_has_a_summary_of_few_words() {
        for rule in all() {
            let words = summary(rule).split(' ').count();
            assert!((2..=6).contains(&words), "{}: {}", rule.code, summary(rule));
            assert!(
                !first_sentences(rule.explanation).is_empty(),
                "{}",
                rule.code
            );
        }
    }
}
