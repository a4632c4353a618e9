//! What the linter costs: start, configurations, plans, both together, and how that grows.
//! `cargo bench-linter` prints a table; nothing fails for being slow.
//!
//! The program is measured as it is released, as whole processes. Run by `cargo test`, it goes once
//! around with the debug build and small inputs, to see that it still works.

#![expect(clippy::print_stdout, reason = "a benchmark speaks to its user")]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]

mod configuration;
mod plan;
mod run;

use std::path::Path;

use ppcmk_tests::figures::{Figure, Table};
use ppcmk_tests::linter_binary;

use run::Runs;

/// How much is done.
#[derive(Clone, Copy, Debug)]
struct Effort {
    runs: usize,
    starts: usize,
    /// Resources of the configurations, in 100 files.
    configurations: &'static [usize],
    /// Resources of the plans.
    plans: &'static [usize],
}

impl Effort {
    /// Large inputs take long, and vary less.
    fn runs_of(self, count: usize) -> usize {
        if count < 100_000 {
            self.runs
        } else {
            self.runs.min(3)
        }
    }
}

const MEASURE: Effort = Effort {
    runs: 7,
    starts: 50,
    configurations: &[1_000, 5_000, 10_000, 100_000],
    plans: &[1_000, 10_000, 100_000],
};

const TRY: Effort = Effort {
    runs: 1,
    starts: 1,
    configurations: &[70],
    plans: &[70],
};

fn main() {
    // Cargo says so to what it runs as a benchmark.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let effort = if is_bench { MEASURE } else { TRY };
    println!("{}\n", linter_binary().display());
    let mut figures = vec![size()];
    figures.extend(start(effort));
    for &count in effort.configurations {
        figures.extend(configurations(effort, count));
    }
    for &count in effort.plans {
        figures.extend(plans(effort, count));
    }
    println!("{}", Table(figures));
}

fn size() -> Figure {
    let size = std::fs::metadata(linter_binary()).unwrap().len();
    Figure::sizes("size of the program", &[size])
}

/// A cold start: one file with one environment.
fn start(effort: Effort) -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    configuration::write(folder.path(), 1, 1);
    let runs = Runs::of(effort.starts, folder.path(), &[]);
    runs.figures("start, one file", "5 ms", "")
}

fn configurations(effort: Effort, count: usize) -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    configuration::write(folder.path(), count, 100);
    let runs = Runs::of(effort.runs_of(count), folder.path(), &[]);
    let what = format!("{count} resources in 100 files");
    let target = match count {
        1_000 => "50 ms",
        5_000 => "250 ms",
        _ => "",
    };
    runs.figures(&what, target, "")
}

fn plans(effort: Effort, count: usize) -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.json");
    let size = plan::write(&plan, count);
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let alone = Runs::of(
        effort.runs_of(count),
        &empty,
        &["--plan".as_ref(), plan.as_os_str()],
    );
    #[expect(clippy::cast_precision_loss, reason = "sizes are below 2^53")]
    let what = format!("plan of {count} resources, {:.0} MB", size as f64 / 1e6);
    let (time, memory) = if count == 10_000 {
        ("250 ms", "105 MB")
    } else {
        ("", "")
    };
    let mut figures = alone.figures(&what, time, memory);
    figures.extend(with_sources(effort, count, &plan));
    figures
}

fn with_sources(effort: Effort, count: usize, plan: &Path) -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    configuration::write(folder.path(), count, 100);
    let both = Runs::of(
        effort.runs_of(count),
        folder.path(),
        &["--plan".as_ref(), plan.as_os_str()],
    );
    let target = if count == 10_000 { "500 ms" } else { "" };
    both.figures("  with its sources", target, "")
}
