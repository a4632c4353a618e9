//! Whole commands of Terraform over `examples/policy`.

use ppcmk_emulator::Emulator;
use ppcmk_tests::Workspace;
use ppcmk_tests::figures::Figure;

use crate::{Effort, times};

const POLICY: &str = include_str!("../../../examples/policy/main.tf");

/// `validate` and `plan`, and the same without any provider, which is Terraform's own share.
pub(crate) fn figures(effort: Effort) -> Vec<Figure> {
    let emulator = Emulator::start().unwrap();
    let workspace = Workspace::new(&emulator);
    workspace.write("provider.tf", "");
    workspace.write("main.tf", POLICY);
    let validate = times(effort.runs, || {
        workspace.validate().succeeds();
    });
    let requests = emulator.requests().count();
    workspace.apply().succeeds();
    let planned = times(effort.runs, || plan(&workspace, &[]));

    workspace.remove("terraform.tfstate");
    workspace.write("main.tf", "");
    let bare_validate = times(effort.runs, || {
        workspace.validate().succeeds();
    });
    let bare_plan = times(effort.runs, || plan(&workspace, &[]));
    vec![
        Figure::durations("terraform validate", &validate),
        Figure::durations("  the same without a provider", &bare_validate),
        Figure::counts("  its requests", &[requests]).target("none"),
        Figure::durations("terraform plan, four resources", &planned),
        Figure::durations("  the same without a provider", &bare_plan),
    ]
}

/// A plan that finds nothing to do.
pub(crate) fn plan(workspace: &Workspace, arguments: &[&str]) {
    let mut all = vec!["plan", "-input=false", "-detailed-exitcode"];
    all.extend(arguments);
    workspace.terraform(&all).succeeds();
}
