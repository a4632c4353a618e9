//! From what a run prints to the transcript of the README: some lines of each step, with `[...]` for
//! those that are left out. Nothing is added, and of what is kept only the path of the target
//! directory is changed.

/// Between these the README has the transcript.
const START: &str = "<!-- The transcript: UPDATE_README=1 cargo test -p ppcmk-quickstart -->\n";
const END: &str = "<!-- The end of the transcript. -->\n";

/// What stands for lines that are left out.
const LEFT_OUT: &str = "[...]\n";

/// What is kept of a step beside its headline and its commands.
enum Kept {
    All,
    LinesWith(&'static [&'static str]),
}

/// The steps in their order.
const STEPS: [Kept; 8] = [
    Kept::All,
    Kept::LinesWith(&[
        "Error: Resource precondition failed",
        "The key would not reach everything:",
        "- CMK301",
        "`southeastasia`, finance and operations in",
    ]),
    Kept::All,
    Kept::LinesWith(&["Plan: ", "no findings", "coverage: "]),
    Kept::LinesWith(&["Apply complete!", "  PUT ", "  POST "]),
    Kept::LinesWith(&["No changes."]),
    Kept::LinesWith(&[
        ", in europe",
        "  workload  ",
        "Dataverse tables",
        "Commerce headquarters",
        "Commerce Scale Unit",
        "Connection settings of",
        "of 1 environment",
        "from the provider:",
        "open it in a browser:",
    ]),
    Kept::LinesWith(&["Destroy complete!"]),
];

/// The README with this transcript in the place of the one that it has.
pub(crate) fn put_into(readme: &str, transcript: &str) -> String {
    let (before, rest) = readme.split_once(START).expect("the README has the start");
    let (_, after) = rest.split_once(END).expect("the README has the end");
    format!("{before}{START}\n```text\n{transcript}```\n\n{END}{after}")
}

/// What is kept of a run, from its first step on.
pub(crate) fn abridge(story: &str) -> String {
    let start = story.find("== 1/").expect("the story has steps");
    let steps: Vec<&str> = story[start..].split("\n== ").collect();
    assert_eq!(steps.len(), STEPS.len(), "{story}");
    let abridged: Vec<String> = steps
        .iter()
        .zip(&STEPS)
        .map(|(step, kept)| kept.of(step.trim_end()))
        .collect();
    abridged.join("\n== ")
}

impl Kept {
    /// What is kept of the text of a step.
    fn of(&self, step: &str) -> String {
        let mut text = String::new();
        let mut left_out = false;
        for (number, line) in step.lines().enumerate() {
            if number == 0 || line.starts_with("$ ") || self.keeps(line) {
                if left_out {
                    text.push_str(LEFT_OUT);
                }
                left_out = false;
                text.push_str(&portable(line));
                text.push('\n');
            } else {
                left_out |= !line.is_empty();
            }
        }
        if left_out {
            text.push_str(LEFT_OUT);
        }
        text
    }

    fn keeps(&self, line: &str) -> bool {
        match self {
            Self::All => true,
            Self::LinesWith(parts) => parts.iter().any(|part| line.contains(part)),
        }
    }
}

/// The line as it is on every machine.
fn portable(line: &str) -> String {
    let target = "/quickstart/coverage.html";
    let Some((before, after)) = line.split_once(target) else {
        return line.trim_end().to_owned();
    };
    let start = before.find('/').unwrap_or(before.len());
    format!("{}target{target}{after}", &before[..start])
}

#[test]
fn what_is_left_out_is_marked() {
    let kept = Kept::LinesWith(&["good"]);
    assert_eq!(
        kept.of("1/8  Headline\n$ command\nnoise\n\nnoise\ngood\nnoise"),
        "1/8  Headline\n$ command\n[...]\ngood\n[...]\n"
    );
    assert_eq!(Kept::All.of("1/8\na\n\nb"), "1/8\na\n\nb\n");
}

#[test]
fn paths_are_those_of_a_checkout() {
    assert_eq!(
        portable("open html=/home/me/target/quickstart/coverage.html now"),
        "open html=target/quickstart/coverage.html now"
    );
}
