//! What the page must not do, and that its policy fits its contents. `tests/browser.rs` opens it in
//! a browser.

use base64::Engine;
use sha2::{Digest, Sha256};

use super::{SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH, write, write_coverage};
use crate::analysis::Analysis;
use crate::testing;

fn print(analysis: &Analysis) -> String {
    let mut out = Vec::new();
    write(analysis, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_policy_allows_the_style_and_the_script() {
    let hash = |text: &str| {
        let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text));
        format!("sha256-{digest}")
    };
    assert_eq!(STYLE_HASH, hash(STYLE), "STYLE_HASH is stale");
    assert_eq!(SCRIPT_HASH, hash(SCRIPT), "SCRIPT_HASH is stale");
}

#[test]
fn nothing_is_requested() {
    let page = print(&testing::analysis());
    for forbidden in [
        "src=", "@import", "url(", "<link", "<img", "<iframe", "fetch(", " style=", " onclick",
    ] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn hostile_texts_stay_text() {
    let page = print(&testing::hostile(3));
    assert_eq!(page.matches("<script>").count(), 1);
    assert_eq!(page.matches("</script>").count(), 1);
    assert!(!page.contains("<!-- -->") && !page.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn every_state_has_a_word() {
    let page = print(&testing::analysis());
    for word in ["covered", "conditional", "not covered", "unknown"] {
        assert!(page.contains(&format!("<i>{word}")), "{word}");
    }
    assert!(
        page.contains(
            "<th scope=\"col\">Who holds the key</th><th scope=\"col\">Data lives in</th>"
        )
    );
}

#[test]
fn without_environments_there_is_no_map() {
    let page = print(&Analysis::default());
    assert!(page.contains("there is no map") && !page.contains("<table"));
}

#[test]
fn a_thousand_environments_are_a_page() {
    let mut analysis = testing::analysis();
    let pair = analysis.coverage.clone();
    analysis.coverage = pair.iter().cycle().take(1_000).cloned().collect();
    let mut out = Vec::new();
    write_coverage(&analysis, &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    assert_eq!(page.matches("<tr data-e=").count(), 1_000);
    assert_eq!(page.matches("<details id=").count(), 1_000);
}
