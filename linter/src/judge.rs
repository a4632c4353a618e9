//! From what the rules answered to what counts: levels, ignores and the baseline.

use ppcmk_coverage::assessment::EnvironmentCoverage;
use ppcmk_coverage::estate::Date;
use ppcmk_coverage::{Finding, Undecided};

use crate::analysis::Analysis;
use crate::baseline::Baseline;
use crate::config::Config;
use crate::ignore::{self, Seen};
use crate::source::{Comment, Instance, Problem, Sources};

/// What the rules answered about an input, and what is needed to judge it.
#[derive(Clone, Debug, Default)]
pub struct Answers<'a> {
    /// The findings, with the rules' levels.
    pub findings: Vec<Finding>,
    /// What the rules could not decide.
    pub undecided: Vec<Undecided>,
    /// Who holds the key.
    pub coverage: Vec<EnvironmentCoverage>,
    /// What could not be read (CMK901).
    pub problems: Vec<Problem>,
    /// The comments `# ppcmk-lint: ...`.
    pub comments: Vec<Comment>,
    /// The texts that were read.
    pub sources: Sources,
    /// The instances, for what comments cover.
    pub instances: &'a [Instance],
    /// The input has parts that could not be seen, such as modules whose source is not local.
    pub has_unseen: bool,
    /// The input has a plan.
    pub has_changes: bool,
    /// The input has sources.
    pub has_sources: bool,
}

/// Judges the answers.
pub fn judge(
    answers: Answers<'_>,
    config: &Config,
    baseline: Option<&Baseline>,
    today: Date,
) -> Analysis {
    let mut sources = answers.sources;
    if let Some(file) = &config.file {
        sources.add(file.name.clone(), file.text.clone());
    }
    let seen = Seen {
        changes: answers.has_changes,
        sources: answers.has_sources,
        everything: answers.problems.is_empty(),
        unseen: answers.has_unseen,
        instances: answers.instances,
    };
    let (ignores, mistakes) = ignore::read(&answers.comments, &sources, config);
    let findings = answers
        .findings
        .into_iter()
        .chain(unreadable(answers.problems));
    let findings = findings
        .filter(|finding| config.is_on(finding.rule))
        .collect();
    let undecided = answers
        .undecided
        .into_iter()
        .filter(|one| config.is_on(one.rule));
    let parts = (&sources, answers.instances);
    let outcome = ignore::apply(&ignores, findings, undecided.collect(), parts, today);

    let mut findings = outcome.findings;
    findings.extend(
        ignore::malformed(mistakes)
            .chain(ignore::expired(&ignores, today))
            .chain(ignore::unused(
                &ignores,
                &outcome.used,
                config,
                (seen, today),
            ))
            .filter(|finding| config.is_on(finding.rule)),
    );
    let mut analysis = Analysis {
        findings,
        suppressed: outcome.suppressed,
        undecided: outcome.undecided,
        coverage: answers.coverage,
        sources,
        ..Analysis::default()
    };
    finish(&mut analysis, config, baseline, answers.instances);
    analysis
}

fn finish(
    analysis: &mut Analysis,
    config: &Config,
    baseline: Option<&Baseline>,
    instances: &[Instance],
) {
    let suppressed = analysis.suppressed.iter_mut().map(|one| &mut one.finding);
    for finding in analysis.findings.iter_mut().chain(suppressed) {
        config.apply_level(finding);
    }
    if let Some(baseline) = baseline {
        baseline.apply(analysis, instances);
    }
    analysis.sort();
}

fn unreadable(problems: Vec<Problem>) -> impl Iterator<Item = Finding> {
    problems.into_iter().filter_map(|problem| {
        let mut finding = ignore::finding("CMK901", problem.message, problem.location)?;
        if let Some(help) = problem.help {
            finding.help = help;
        }
        Some(finding)
    })
}
