//! Whole runs of the program.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ppcmk_tests::figures::Figure;
use ppcmk_tests::linter_binary;

/// Runs of one command.
pub(crate) struct Runs {
    pub(crate) times: Vec<Duration>,
    peaks: Vec<u64>,
}

impl Runs {
    /// Runs it so many times in a folder, whose configuration counts if it has one.
    pub(crate) fn of(count: usize, folder: &Path, arguments: &[&OsStr]) -> Self {
        let mut runs = Self {
            times: Vec::new(),
            peaks: Vec::new(),
        };
        for _ in 0..count {
            let begun = Instant::now();
            let status = start(folder, arguments).wait().unwrap();
            runs.times.push(begun.elapsed());
            assert!(status.code().is_some_and(|code| code < 2), "{arguments:?}");
        }
        // Looking at a process costs it time, so memory has a run of its own.
        runs.peaks.extend(peak(start(folder, arguments)));
        runs
    }

    /// Time, and memory at most.
    pub(crate) fn figures(&self, what: &str, time: &str, memory: &str) -> Vec<Figure> {
        vec![
            Figure::durations(what, &self.times).target(time),
            Figure::sizes("  memory at most", &self.peaks).target(memory),
        ]
    }
}

fn start(folder: &Path, arguments: &[&OsStr]) -> Child {
    Command::new(linter_binary())
        .args(["--format", "json", "--today", "2026-11-25"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// The high-water mark of a process, looked at until it ends.
fn peak(mut child: Child) -> Option<u64> {
    let path = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
        peak = number
            .and_then(|number| number.parse::<u64>().ok())
            .map(|kilobytes| kilobytes * 1024)
            .or(peak);
    }
    peak
}
