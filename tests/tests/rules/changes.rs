//! What only a plan with a state can tell: replacements, removals, moves.
//!
//! A case is what was applied (`before.tf`), and what is planned now (`after.tf`, with blocks `import`
//! in `imports.tf`). In the folder `traps` all rules count. The first lines
//! of the latter say what the rule of its folder has to answer: `# silent`, or a line such as
//! `# finding ppcmk_environment_assignment.retail` per answer.

use std::path::{Path, PathBuf};

use ppcmk_tests::Workspace;

use crate::answers::Answers;
use crate::batch::{self, Batch, Case, IMPORTS};
use crate::slice;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules/changes")
}

/// The cases, with one of their two files as the configuration.
fn cases(file: &str) -> Batch {
    let mut batch = Batch::of_folders(&folder());
    for case in &mut batch.cases {
        let text = case.files.remove(Path::new(file)).unwrap();
        let imports = case.files.remove(Path::new(IMPORTS));
        case.files = [("main.tf".into(), text)].into();
        if let Some(imports) = imports.filter(|_| file == "after.tf") {
            case.files.insert(IMPORTS.into(), imports);
        }
    }
    batch
}

fn expected(case: &Case) -> Answers {
    let text = &case.files[Path::new("main.tf")];
    let lines = text.lines().map_while(|line| line.strip_prefix("# "));
    let mut expected = Answers::default();
    for line in lines {
        match line.split_once(' ') {
            Some(("finding", address)) => {
                expected.findings.insert(format!("{} {address}", case.code))
            }
            Some(("undecided", address)) => expected
                .undecided
                .insert(format!("{} {address}", case.code)),
            None if line == "silent" => continue,
            _ => panic!("{}: {line:?} expects nothing", case.module),
        };
    }
    expected
}

#[test]
fn plans_tell_what_happens_to_what_exists() {
    let workspace = Workspace::with_stand_ins();
    cases("before.tf").write(&workspace);
    workspace.apply().succeeds();
    let batch = cases("after.tf");
    batch.write(&workspace);
    let plan = batch::plan(&workspace);
    let mut wrong = Vec::new();
    for case in &batch.cases {
        let expected = expected(case);
        let answers = Answers::of_plan(&slice::of(&plan, &case.module), &case.code);
        if !answers.agrees(&expected) {
            let module = &case.module;
            wrong.push(format!("{module}\nexpected: {expected}\nplan: {answers}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}
