//! Both doors open on the same crate, and not on each other.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// What a package of the workspace depends on, without what only its tests need.
fn dependencies(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|one| one["name"] == package).unwrap();
    let dependencies = package["dependencies"].as_array().unwrap();
    dependencies
        .iter()
        .filter(|dependency| dependency["kind"].is_null())
        .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn both_doors_open_on_the_same_crate_and_not_on_each_other() {
    let rules = "ppcmk-coverage";
    let doors = ["terraform-provider-ppcmk", "ppcmk-lint"];
    for door in doors {
        let dependencies = dependencies(door);
        assert!(dependencies.contains(rules), "{door}");
        assert!(
            doors.iter().all(|other| !dependencies.contains(*other)),
            "{door}"
        );
    }
    let own = dependencies(rules);
    assert!(doors.iter().all(|door| !own.contains(*door)), "{own:?}");
}
