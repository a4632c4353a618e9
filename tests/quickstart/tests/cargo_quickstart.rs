//! Runs the quickstart as a newcomer does, on a machine whose Terraform configuration is broken.

use std::process::Command;

#[test]
fn a_stranger_sees_the_whole_life_of_a_policy() {
    let output = Command::new(env!("CARGO_BIN_EXE_ppcmk-quickstart"))
        .arg("--fast")
        .env("TF_CLI_CONFIG_FILE", "/nowhere/terraformrc")
        .env("TF_CLI_ARGS_plan", "-no-such-option")
        .env("ARM_TENANT_ID", "somebody else's")
        .output()
        .unwrap();
    let text = format!(
        "{}\n--- stderr\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{text}");
    for shown in [
        "Apply complete! Resources: 4 added",
        "No changes",
        "Destroy complete! Resources: 4 destroyed",
        "No tenant was touched",
    ] {
        assert!(text.contains(shown), "{shown:?} is missing in\n{text}");
    }
}

#[test]
fn without_terraform_it_says_how_to_get_one() {
    let output = Command::new(env!("CARGO_BIN_EXE_ppcmk-quickstart"))
        .env("PATH", "")
        .env_remove("PPCMK_TERRAFORM")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("https://developer.hashicorp.com/terraform/install"),
        "{said}"
    );
}
