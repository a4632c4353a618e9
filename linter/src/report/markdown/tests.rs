//! The limit, and what hostile texts cannot do.

use super::{MARKER, write, write_coverage};
use crate::analysis::Analysis;
use crate::testing;

fn print(analysis: &Analysis) -> String {
    let mut out = Vec::new();
    write(analysis, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn starts_with_the_marker() {
    for analysis in [testing::analysis(), Analysis::default()] {
        assert!(print(&analysis).starts_with(&format!("{MARKER}\n## Customer-managed keys: ")));
    }
}

#[test]
fn stays_under_the_limit_and_says_what_is_left_out() {
    for count in [10, 100, 200, 1_000, 100_000] {
        let text = print(&testing::hostile(count));
        assert!(text.len() < 65_536, "{count}: {}", text.len());
        let rows = text.matches("\n| ").count();
        let says = text.contains("do not fit into a comment");
        assert_eq!(says, count >= 100, "{count} findings, {rows} rows");
        assert_eq!(
            text.matches("<details>").count(),
            text.matches("</details>").count()
        );
    }
}

#[test]
fn the_coverage_of_many_environments_stays_under_the_limit() {
    let mut analysis = testing::analysis();
    let one = analysis.coverage[0].clone();
    analysis.coverage = vec![one; 2_000];
    let mut out = Vec::new();
    write_coverage(&analysis, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.len() < 65_536 && text.contains("more rows do not fit"),
        "{}",
        text.len()
    );
}

#[test]
fn hostile_texts_stay_text() {
    let text = print(&testing::hostile(3));
    assert!(!text.contains("</script>") && !text.contains(['\u{1b}', '\u{202e}']));
    // A row has its separators and no others.
    for row in text.lines().filter(|line| line.starts_with("| error")) {
        assert_eq!(row.matches('|').count(), 5, "{row}");
    }
}
