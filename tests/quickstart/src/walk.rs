//! The walk through the story, inside `ppcmk-emulator run`.

use serde_json::Value;

use crate::Problem;
use crate::arguments::Walking;
use crate::fix;
use crate::requests::Kind;
use crate::shell::{Shell, step};

/// What an apply asks for: one policy, one right on the key, one environment.
const APPLIED: [(Kind, usize); 3] = [(Kind::PutPolicy, 1), (Kind::GrantKey, 1), (Kind::Link, 1)];
/// And what has been asked for after the destroy. The grant stays: see `retain_on_destroy`.
const DESTROYED: [(Kind, usize); 5] = [
    (Kind::PutPolicy, 1),
    (Kind::GrantKey, 1),
    (Kind::Link, 1),
    (Kind::Unlink, 1),
    (Kind::DeletePolicy, 1),
];

/// Exit codes of Terraform and of the linter.
const DONE: i32 = 0;
const REFUSED: i32 = 1;

pub(crate) fn walk(walking: &Walking) -> Result<(), Problem> {
    let shell = Shell::new(walking);
    review(&shell)?;
    plan_with_the_gap(&shell)?;
    fix(walking)?;
    review_of_the_plan(&shell)?;
    let seen = apply(&shell)?;
    plan_again(&shell)?;
    coverage(&shell, walking)?;
    destroy(&shell, seen)
}

fn review(shell: &Shell<'_>) -> Result<(), Problem> {
    step(
        1,
        "Review the configuration. It needs no tenant, no credentials and no Terraform",
    );
    shell.linter(&["check"], REFUSED)?;
    println!(
        "\nExit code 1: a pipeline stops here. What only a plan knows is counted as undecided."
    );
    Ok(())
}

/// A refusal can only be about the gap: with the fix, the same plan is made.
fn plan_with_the_gap(shell: &Shell<'_>) -> Result<(), Problem> {
    step(
        2,
        "Plan it all the same. The provider has the same rules, and the plan is refused",
    );
    shell.terraform_quietly(&["init", "-input=false"])?;
    shell.terraform(&["validate"], DONE)?;
    if !shell.requests()?.is_empty() {
        return Err("`validate` asked a service; that is a bug of the provider".to_owned());
    }
    shell.terraform(&["plan", "-input=false"], REFUSED)?;
    shell.requests()?.expect(&[])
}

fn fix(walking: &Walking) -> Result<(), Problem> {
    step(
        3,
        "Fix it where the linter points, as if the scale unit had been redeployed",
    );
    println!(
        "{}\n\n{}",
        fix::FILE,
        fix::apply(&walking.directory)?.trim_end()
    );
    Ok(())
}

fn review_of_the_plan(shell: &Shell<'_>) -> Result<(), Problem> {
    step(
        4,
        "Plan again, and review the plan: it knows the environment, so nothing is undecided",
    );
    shell.terraform(&["plan", "-input=false", "-out=tfplan"], DONE)?;
    shell.show_plan("tfplan", "tfplan.json")?;
    let review = ["check", "--plan", "tfplan.json", "--undecided=deny"];
    shell.linter(&review, DONE)
}

/// Gives how many changes the emulator has seen.
fn apply(shell: &Shell<'_>) -> Result<usize, Problem> {
    step(
        5,
        "Create the policy, give it the right on the key, put the environment under it",
    );
    shell.terraform(&["apply", "-input=false", "tfplan"], DONE)?;
    let requests = shell.requests()?;
    println!(
        "\nWhat the emulator saw, apart from {} reads:\n",
        requests.reads()
    );
    for line in requests.lines(0) {
        println!("  {line}");
    }
    if requests.has_refusals() {
        println!(
            "\n404: the new policy was not visible to the Power Platform yet. Nothing happened, and \
             the provider\nasked again."
        );
    }
    println!(
        "\nOne accepted link (202). A link takes the environment offline, so none that may have been \
         taken is\nsent again."
    );
    requests.expect(&APPLIED)?;
    Ok(requests.count())
}

fn plan_again(shell: &Shell<'_>) -> Result<(), Problem> {
    step(6, "Plan once more. Exit code 0 means that nothing differs");
    shell.terraform(
        &["plan", "-input=false", "-detailed-exitcode", "-out=after"],
        DONE,
    )?;
    shell.requests()?.expect(&APPLIED)
}

fn coverage(shell: &Shell<'_>, walking: &Walking) -> Result<(), Problem> {
    step(
        7,
        "Who holds the key to which data? The linter's table and map, and the provider's word",
    );
    if let Some(folder) = walking.map.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{} could not be made: {error}", folder.display()))?;
    }
    shell.show_plan("after", "after.json")?;
    let map = format!("html={}", walking.map.display());
    let plan = ["coverage", "--plan", "after.json"];
    let formats = ["--format", "human", "--format", &map];
    shell.linter(&[plan.as_slice(), &formats].concat(), DONE)?;
    println!(
        "\nThe same in the plan of step 6, from the provider: data.ppcmk_coverage.retail.status = \
         \"{}\"\n\nThe map for people, open it in a browser: {}",
        status(shell, "after.json")?,
        walking.map.display()
    );
    Ok(())
}

/// What `ppcmk_coverage` says in this plan, which has to be that all is covered.
fn status(shell: &Shell<'_>, plan: &str) -> Result<String, Problem> {
    let text = std::fs::read_to_string(shell.path(plan))
        .map_err(|error| format!("{plan} could not be read: {error}"))?;
    let plan: Value = serde_json::from_str(&text)
        .map_err(|error| format!("Terraform's plan is no JSON: {error}"))?;
    let resources = &plan["prior_state"]["values"]["root_module"]["resources"];
    let status = resources
        .as_array()
        .into_iter()
        .flatten()
        .find(|resource| resource["address"] == "data.ppcmk_coverage.retail")
        .and_then(|resource| resource["values"]["status"].as_str());
    match status {
        Some(status @ "full") => Ok(status.to_owned()),
        other => Err(format!(
            "the provider says {other:?} of what the linter calls full"
        )),
    }
}

fn destroy(shell: &Shell<'_>, seen: usize) -> Result<(), Problem> {
    step(
        8,
        "Take the environment off, and delete the policy. Look at the warnings of the plan",
    );
    shell.terraform(&["destroy", "-input=false", "-auto-approve"], DONE)?;
    let requests = shell.requests()?;
    println!("\nWhat the emulator saw:\n");
    for line in requests.lines(seen) {
        println!("  {line}");
    }
    requests.expect(&DESTROYED)?;
    println!(
        "\nThe grant on the key was kept, because backups need the key for 30 days. In a tenant of \
         your own,\nkeep the policy as long, too: the grant is its identity's."
    );
    println!(
        "\nDone: {} changes and {} reads, all of them in the emulator. No tenant was touched.\n\n\
         Next: `ppcmk-lint` on a configuration of yours, and README.md for a real tenant. The \
         configuration is\nexamples/retail/main.tf, and `cargo quickstart --keep` leaves everything \
         in place to try more.",
        requests.accepted(),
        requests.reads(),
    );
    Ok(())
}
