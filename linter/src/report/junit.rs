//! JUnit's XML, for test reports of pipelines.
//!
//! A finding that fails the run is a failure, another one a test that passed with its text as output;
//! what is undecided or suppressed is skipped.

use std::io;

use ppcmk_coverage::{Finding, Level};

use super::Style;
use super::text::visible;
use super::words::{place, place_behind, subject};
use crate::analysis::Analysis;

/// Prints what a run found.
pub(super) fn write(analysis: &Analysis, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let fails = |finding: &&Finding| style.fail_on.includes(finding.level);
    let failures = analysis.findings.iter().filter(fails).count();
    let skipped = analysis.undecided.len() + analysis.suppressed.len();
    // A suite without tests looks like one that did not run.
    let is_empty = analysis.findings.is_empty() && skipped == 0;
    let tests = analysis.findings.len() + skipped + usize::from(is_empty);
    let counts = format!(
        "name=\"ppcmk-lint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\""
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites {counts}>\n  <testsuite {counts}>")?;
    if is_empty {
        writeln!(
            out,
            "    <testcase classname=\"ppcmk-lint\" name=\"no findings\"/>"
        )?;
    }
    for finding in &analysis.findings {
        open(finding, out)?;
        if fails(&finding) {
            let kind = if finding.level == Level::Error {
                "error"
            } else {
                finding.level.as_str()
            };
            let message = escape(&finding.message);
            writeln!(
                out,
                "      <failure type=\"{kind}\" message=\"{message}\">{}</failure>",
                details(finding)
            )?;
        } else {
            writeln!(out, "      <system-out>{}</system-out>", details(finding))?;
        }
        writeln!(out, "    </testcase>")?;
    }
    for suppressed in &analysis.suppressed {
        open(&suppressed.finding, out)?;
        let message = escape(&format!("suppressed: {}", suppressed.reason));
        writeln!(
            out,
            "      <skipped message=\"{message}\"/>\n    </testcase>"
        )?;
    }
    for undecided in &analysis.undecided {
        let name = match &undecided.instance {
            Some(instance) => format!("{} ({instance})", undecided.address),
            None => undecided.address.to_string(),
        };
        let class = format!("{}.{}", undecided.rule.code, undecided.rule.name);
        writeln!(
            out,
            "    <testcase classname=\"{class}\" name=\"{}\">",
            escape(&name)
        )?;
        let message = escape(&format!("undecided: {}", undecided.unknown.reason));
        writeln!(
            out,
            "      <skipped message=\"{message}\"/>\n    </testcase>"
        )?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn open(finding: &Finding, out: &mut dyn io::Write) -> io::Result<()> {
    let class = format!("{}.{}", finding.rule.code, finding.rule.name);
    write!(
        out,
        "    <testcase classname=\"{class}\" name=\"{}\"",
        escape(&subject(finding))
    )?;
    if let Some(location) = &finding.location {
        write!(
            out,
            " file=\"{}\" line=\"{}\"",
            escape(&location.file),
            location.start.line
        )?;
    }
    writeln!(out, ">")
}

fn details(finding: &Finding) -> String {
    let mut lines = vec![format!("{}: {}", finding.level.as_str(), finding.message)];
    lines.extend(
        finding
            .location
            .iter()
            .map(|location| format!("at {}", place(location))),
    );
    lines.extend(
        finding
            .instances
            .iter()
            .skip(1)
            .map(|other| format!("also {other}")),
    );
    lines.extend(finding.related.iter().map(|related| {
        let place = place_behind(related.location.as_ref());
        format!("see {}: {}{place}", related.address, related.label)
    }));
    lines.push(format!("help: {}", finding.help));
    lines
        .iter()
        .map(|line| escape(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Characters that XML cannot have are shown by their numbers.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // The two characters beyond the surrogates that XML leaves out.
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FailOn;
    use crate::testing;

    fn print(analysis: &Analysis, fail_on: FailOn) -> String {
        let mut out = Vec::new();
        write(
            analysis,
            Style {
                fail_on,
                ..Style::default()
            },
            &mut out,
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_fails_the_run_is_a_failure() {
        let analysis = testing::analysis();
        for (fail_on, failures) in [(FailOn::Error, 2), (FailOn::Warning, 3), (FailOn::Never, 0)] {
            let text = print(&analysis, fail_on);
            assert!(
                text.contains(&format!("tests=\"5\" failures=\"{failures}\"")),
                "{text}"
            );
            assert_eq!(text.matches("<failure ").count(), failures);
        }
    }

    #[test]
    fn nothing_found_is_a_test_that_passed() {
        let text = print(&Analysis::default(), FailOn::Error);
        assert!(text.contains("tests=\"1\" failures=\"0\""), "{text}");
    }

    #[test]
    fn hostile_texts_stay_text() {
        let text = print(&testing::hostile(3), FailOn::Note);
        assert!(!text.contains("</script>") && !text.contains(['\u{1b}', '\u{202e}']));
        let tags = text.matches('<').count();
        assert_eq!(tags, text.matches('>').count());
        assert_eq!(tags, 1 + 4 + 3 * 4, "{text}");
    }
}
