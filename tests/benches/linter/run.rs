//! Whole runs of the program.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ppcmk_tests::figures::Figure;
use ppcmk_tests::linter_binary;

/// How often a process is looked at.
const INTERVAL: Duration = Duration::from_millis(1);

/// Runs of one command.
pub(crate) struct Runs {
    pub(crate) times: Vec<Duration>,
    processor: Vec<Duration>,
    peaks: Vec<u64>,
}

impl Runs {
    /// Runs it so many times in a folder, whose configuration counts if it has one.
    pub(crate) fn of(count: usize, folder: &Path, arguments: &[&OsStr]) -> Self {
        let mut runs = Self {
            times: Vec::new(),
            processor: Vec::new(),
            peaks: Vec::new(),
        };
        for _ in 0..count {
            let begun = Instant::now();
            let status = start(folder, arguments).wait().unwrap();
            runs.times.push(begun.elapsed());
            assert!(status.code().is_some_and(|code| code < 2), "{arguments:?}");
            // Looking at a process costs it time on the clock, so this is a run of its own.
            let (processor, peak) = look(start(folder, arguments));
            runs.processor.extend(processor);
            runs.peaks.extend(peak);
        }
        runs
    }

    /// Time on the clock and of the processor, and memory at most.
    pub(crate) fn figures(&self, what: &str, time: &str, memory: &str) -> Vec<Figure> {
        vec![
            Figure::durations(what, &self.times).target(time),
            Figure::durations("  processor time of it", &self.processor),
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

/// The processor time of a process, and its high-water mark. Linux tells; elsewhere there is neither.
fn look(mut child: Child) -> (Option<Duration>, Option<u64>) {
    let file = |name: &str| {
        let path = format!("/proc/{}/{name}", child.id());
        std::fs::read_to_string(path).unwrap_or_default()
    };
    let mut peak = None;
    loop {
        let status = file("status");
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
        // One that has ended is there until somebody waits for it.
        if field("State:").is_none_or(|state| state.trim_start().starts_with('Z')) {
            break;
        }
        let number = field("VmHWM:").and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes = number.and_then(|number| number.parse::<u64>().ok());
        peak = kilobytes.map(|kilobytes| kilobytes * 1024).or(peak);
        std::thread::sleep(INTERVAL);
    }
    let statistics = file("schedstat");
    let nanoseconds = statistics.split(' ').next().unwrap_or_default();
    let processor = nanoseconds.parse().ok().map(Duration::from_nanos);
    child.wait().unwrap();
    (processor, peak)
}
