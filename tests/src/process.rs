//! A `terraform` that is still running, for tests that interrupt it.

use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

use crate::run::Run;
use crate::wait::{PATIENCE, wait_until};

/// A command in a process group of its own. What is left of it is killed on drop.
#[derive(Debug)]
pub struct Running {
    child: Child,
    arguments: String,
    stdout: PathBuf,
    stderr: PathBuf,
    ended: Option<ExitStatus>,
}

impl Running {
    /// Starts a command whose outputs go to files, so that nobody has to read along.
    pub(crate) fn start(mut command: Command, arguments: String, outputs: &Path) -> Self {
        let (stdout, stderr) = (outputs.with_extension("out"), outputs.with_extension("err"));
        let create = |path: &Path| File::create(path).expect("the workspace should be writable");
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(create(&stdout))
            .stderr(create(&stderr))
            .spawn()
            .expect("terraform was there a moment ago");
        Self {
            child,
            arguments,
            stdout,
            stderr,
            ended: None,
        }
    }

    /// The process id, which is also the id of the group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to Terraform and all its providers, as Ctrl-C in a terminal does.
    pub fn signal_group(&self, signal: &str) {
        send(signal, &format!("-{}", self.id()));
    }

    /// Sends a signal to Terraform alone.
    pub fn signal(&self, signal: &str) {
        send(signal, &self.id().to_string());
    }

    /// The processes of our provider that this Terraform has started and that still run.
    pub fn provider_ids(&self) -> Vec<u32> {
        children_of(self.id())
            .into_iter()
            .filter(|id| {
                let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&line).contains("terraform-provider-ppcmk")
            })
            .collect()
    }

    /// Kills the provider without any warning. Panics if none runs.
    #[track_caller]
    pub fn kill_provider(&self) {
        let ids = self.provider_ids();
        assert!(
            !ids.is_empty(),
            "no provider is running: {}",
            self.so_far().transcript()
        );
        for id in ids {
            send("KILL", &id.to_string());
        }
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().expect("the child should be ours");
        }
        self.ended.is_some()
    }

    /// What it has printed until now; without an exit code.
    pub fn so_far(&self) -> Run {
        let read = |path: &Path| {
            let bytes = std::fs::read(path).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Run {
            arguments: self.arguments.clone(),
            code: None,
            stdout: read(&self.stdout),
            stderr: read(&self.stderr),
        }
    }

    /// Waits until it says this, for at most [`PATIENCE`].
    #[track_caller]
    pub fn wait_until_it_says(&mut self, text: &str) {
        let started = Instant::now();
        while !self.so_far().text().contains(text) {
            let ended = self.has_ended();
            assert!(
                !ended && started.elapsed() < PATIENCE,
                "waited in vain for {text:?}: {}",
                self.so_far().transcript()
            );
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// Waits for its end, for at most [`PATIENCE`].
    #[track_caller]
    pub fn wait(mut self) -> Run {
        wait_until("terraform has ended", || self.has_ended());
        let mut run = self.so_far();
        run.code = self.ended.and_then(|status| status.code());
        if let Some(signal) = self.ended.and_then(|status| status.signal()) {
            let ended = format!("(ended by signal {signal})");
            run.stderr.push_str(&ended);
        }
        run
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.signal_group("KILL");
            // It was killed; whatever waiting says does not matter to a test that is over.
            let _ = self.child.wait();
        }
    }
}

/// Children in any generation.
fn children_of(parent: u32) -> Vec<u32> {
    let mut found = vec![parent];
    let mut next = 0;
    while let Some(parent) = found.get(next) {
        let tasks = std::fs::read_dir(format!("/proc/{parent}/task"));
        let children: Vec<u32> = tasks
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
            .flat_map(|ids| {
                ids.split_whitespace()
                    .filter_map(|id| id.parse().ok())
                    .collect::<Vec<_>>()
            })
            .collect();
        found.extend(children);
        next += 1;
    }
    found.remove(0);
    found
}

/// Sends a signal such as `INT` to a process, or to a group when the id is negative.
fn send(signal: &str, id: &str) {
    // A process that has just ended is as good as signalled.
    let _ = Command::new("kill")
        .args(["-s", signal, "--", id])
        .stderr(Stdio::null())
        .status();
}
