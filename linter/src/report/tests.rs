//! Every format on the same analysis, as files beside this one. `UPDATE_EXPECT=1 cargo test -p
//! ppcmk-lint` writes them anew.

use std::path::Path;

use clap::ValueEnum;

use super::{CoverageFormat, Format, Style};
use crate::analysis::Analysis;
use crate::testing;

#[track_caller]
fn expect(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/report/expected")
        .join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == text,
        "{name} differs; UPDATE_EXPECT=1 writes it anew. It is now:\n{text}"
    );
}

fn print(format: Format, analysis: &Analysis, style: Style) -> String {
    let mut out = Vec::new();
    format.write(analysis, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_on_everything() {
    let analysis = testing::analysis();
    for format in Format::value_variants() {
        let value = format.to_possible_value().unwrap();
        let text = print(*format, &analysis, Style::default());
        expect(&format!("check.{}", value.get_name()), &text);
    }
}

#[test]
fn every_format_of_the_coverage() {
    let analysis = testing::analysis();
    for format in CoverageFormat::value_variants() {
        let value = format.to_possible_value().unwrap();
        let mut out = Vec::new();
        format.write(&analysis, Style::default(), &mut out).unwrap();
        expect(
            &format!("coverage.{}", value.get_name()),
            &String::from_utf8(out).unwrap(),
        );
    }
}

#[test]
fn nothing_found() {
    assert_eq!(
        print(Format::Human, &Analysis::default(), Style::default()),
        "no findings\n"
    );
}

#[test]
fn a_person_may_ask_for_more() {
    let style = Style {
        color: true,
        ascii: true,
        show_undecided: true,
        ..Style::default()
    };
    expect(
        "check.human-color",
        &print(Format::Human, &testing::analysis(), style),
    );
}

#[test]
fn hostile_texts_cannot_reach_the_screen() {
    let text = print(Format::Human, &testing::hostile(3), Style::default());
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text}");
}

#[test]
fn sources_cannot_reach_the_screen_either() {
    let mut analysis = testing::analysis();
    let source = testing::MAIN.replace("europe", "\u{1b}[31m") + "\u{202e}";
    analysis.sources.add("main.tf", source);
    let text = print(Format::Human, &analysis, Style::default());
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
}

#[test]
fn places_outside_of_the_text_are_only_named() {
    let mut analysis = testing::analysis();
    analysis.sources.add("prod.tfvars", "");
    let text = print(Format::Human, &analysis, Style::default());
    assert!(text.contains("--> prod.tfvars:1:8"), "{text}");
    analysis
        .sources
        .add("prod.tfvars", format!("apac = \"{}\"", "x".repeat(100_000)));
    let text = print(Format::Human, &analysis, Style::default());
    assert!(
        text.contains("--> prod.tfvars:1:8") && text.len() < 10_000,
        "{text}"
    );
}

#[test]
fn a_long_reason_of_many_workloads_is_written_once() {
    let mut analysis = testing::analysis();
    let reason =
        "whether the environment is managed is not known: variable `is_managed` has no value";
    let environment = &mut analysis.coverage[1];
    environment.workloads[0].reason = reason.into();
    let workload = environment.workloads[0].clone();
    let print = |analysis: &Analysis| {
        let mut out = Vec::new();
        CoverageFormat::Human
            .write(analysis, Style::default(), &mut out)
            .unwrap();
        String::from_utf8(out).unwrap()
    };
    environment.workloads = vec![workload; 4];
    let text = print(&analysis);
    assert_eq!(text.matches(reason).count(), 1, "{text}");
    assert_eq!(text.matches("see (1)").count(), 4, "{text}");
    analysis.coverage[1].workloads.pop();
    let text = print(&analysis);
    assert_eq!(text.matches(reason).count(), 3, "{text}");
}
