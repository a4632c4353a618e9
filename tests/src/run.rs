//! What a run of `terraform` has said.

use std::process::Output;

use serde_json::Value;

/// A finished command. Failing assertions print all of it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Run {
    /// The arguments.
    pub arguments: String,
    /// The exit code; absent when a signal has ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    pub(crate) fn of(arguments: &[&str], output: &Output) -> Self {
        Self {
            arguments: arguments.join(" "),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Panics unless the exit code is 0.
    #[track_caller]
    pub fn succeeds(&self) -> &Self {
        self.has(self.code == Some(0), "should succeed");
        self
    }

    /// Panics unless the exit code is 1.
    #[track_caller]
    pub fn fails(&self) -> &Self {
        self.has(self.code == Some(1), "should fail");
        self.has(
            !self.text().contains("This is a bug in the provider"),
            "should fail for a reason of the user's",
        );
        self
    }

    /// Panics unless this is the exit code.
    #[track_caller]
    pub fn has_code(&self, code: i32) -> &Self {
        self.has(self.code == Some(code), &format!("should end with {code}"));
        self
    }

    /// Panics unless this is somewhere in the output, however Terraform has wrapped it.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        self.has(
            self.text().contains(&flat(text)),
            &format!("should say {text:?}"),
        );
        self
    }

    /// Panics if this is somewhere in the output.
    #[track_caller]
    pub fn does_not_say(&self, text: &str) -> &Self {
        self.has(
            !self.text().contains(&flat(text)),
            &format!("should not say {text:?}"),
        );
        self
    }

    /// Both outputs in one line: without the frame around diagnostics and without line breaks.
    pub fn text(&self) -> String {
        flat(&format!("{}\n{}", self.stdout, self.stderr))
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.stderr.matches("Error: ").count()
    }

    /// Standard output as JSON. Panics if it is not.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("not JSON ({error}): {}", self.transcript()),
        }
    }

    /// The command and all that it has printed.
    pub fn transcript(&self) -> String {
        let Self {
            arguments,
            code,
            stdout,
            stderr,
        } = self;
        format!(
            "terraform {arguments} (exit code {code:?})\n--- stdout\n{stdout}\n--- stderr\n{stderr}"
        )
    }

    #[track_caller]
    pub(crate) fn has(&self, condition: bool, claim: &str) {
        assert!(condition, "{claim}: {}", self.transcript());
    }
}

/// Text without the frame that Terraform draws around a diagnostic, and without line breaks.
fn flat(text: &str) -> String {
    text.replace(['│', '╷', '╵'], " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// A plan with its run.
#[derive(Clone, Debug)]
#[must_use]
pub struct Plan {
    /// How planning went.
    pub run: Run,
    /// `terraform show -json` of the plan; null when planning failed.
    pub json: Value,
}

impl Plan {
    /// Panics unless the plan has no changes, neither of resources nor of outputs.
    #[track_caller]
    pub fn is_empty(&self) -> &Self {
        self.run
            .has(self.run.code == Some(0), "the plan should be empty");
        self
    }

    /// Panics unless the plan has changes.
    #[track_caller]
    pub fn has_changes(&self) -> &Self {
        self.run
            .has(self.run.code == Some(2), "the plan should have changes");
        self
    }

    /// What is planned for an instance: its actions joined by a slash, such as `update`, `no-op`
    /// or `delete/create`; nothing if the plan does not mention it.
    pub fn action(&self, address: &str) -> Option<String> {
        let actions = self.change(address)?["change"]["actions"].as_array()?;
        let words: Vec<_> = actions.iter().filter_map(Value::as_str).collect();
        Some(words.join("/"))
    }

    /// Panics unless this is what is planned for an instance; see [`Plan::action`].
    #[track_caller]
    pub fn plans(&self, address: &str, action: &str) -> &Self {
        let planned = self.action(address);
        let claim = format!("{address} is planned as {planned:?}, and should be as {action:?}");
        self.run.has(planned.as_deref() == Some(action), &claim);
        self
    }

    /// The attributes that force a replacement of an instance, as dotted paths.
    pub fn replace_paths(&self, address: &str) -> Vec<String> {
        let paths = self
            .change(address)
            .map(|change| &change["change"]["replace_paths"]);
        let paths = paths.and_then(Value::as_array);
        let step = |step: &Value| {
            step.as_str()
                .map_or_else(|| step.to_string(), str::to_owned)
        };
        let dotted = |path: &Value| {
            let steps = path.as_array().map_or(&[][..], Vec::as_slice);
            steps.iter().map(step).collect::<Vec<_>>().join(".")
        };
        paths.into_iter().flatten().map(dotted).collect()
    }

    /// The attributes of an instance that differ between before and after, sorted.
    pub fn changed(&self, address: &str) -> Vec<String> {
        let Some(change) = self.change(address).map(|change| &change["change"]) else {
            return Vec::new();
        };
        let empty = serde_json::Map::new();
        let object = |name: &str| change[name].as_object().unwrap_or(&empty);
        let (before, after) = (object("before"), object("after"));
        let unknown = object("after_unknown");
        let mut names: Vec<String> = before
            .keys()
            .chain(after.keys())
            .chain(unknown.keys())
            .filter(|name| {
                before.get(*name) != after.get(*name)
                    || unknown.get(*name).is_some_and(|unknown| unknown == true)
            })
            .cloned()
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The entry of an instance in `resource_changes`.
    pub fn change(&self, address: &str) -> Option<&Value> {
        let changes = self.json["resource_changes"].as_array()?;
        changes.iter().find(|change| change["address"] == address)
    }
}
