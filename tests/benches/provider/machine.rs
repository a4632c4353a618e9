//! Where and when figures were measured.

use std::process::Command;

use time::OffsetDateTime;

/// Date, processor, and the versions of what takes part, in one line.
pub(crate) fn describe() -> String {
    let parts = [
        OffsetDateTime::now_utc().date().to_string(),
        processor(),
        first_line("rustc", &["--version"]),
        first_line("terraform", &["version"]),
    ];
    parts.join(" · ")
}

/// The model, and how many of them this process may use.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model.trim());
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{count} × {model}")
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env("CHECKPOINT_DISABLE", "1")
        .env_remove("TF_CLI_CONFIG_FILE")
        .output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let text = text.unwrap_or_default();
    let line = text.lines().next().unwrap_or("unknown");
    line.to_owned()
}
