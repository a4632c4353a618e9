//! Debug mode: the provider runs on its own and Terraform attaches to it.

use serde_json::json;

use super::{About, handshake::Address};

/// The variable that makes Terraform use this process, as an assignment for a POSIX shell.
///
/// `Test` tells Terraform to leave the process alone when a command ends.
pub(crate) fn assignment(about: &About, address: &Address) -> String {
    let value = json!({
        about.address: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": {
                "Network": address.network.as_str(),
                "String": address.address,
            },
        },
    });
    let quoted = value.to_string().replace('\'', r"'\''");
    format!("TF_REATTACH_PROVIDERS='{quoted}'")
}

/// What to do with the assignment.
pub(crate) fn instructions(about: &About) -> String {
    format!(
        "Provider {} {} is running. Set this variable in the shell where you run Terraform or \
         OpenTofu (`terraform init` is not needed for this provider then); press Ctrl-C here to \
         end the provider.\n",
        about.address, about.version
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Network;

    #[test]
    fn the_assignment_is_what_terraform_parses() {
        let about = About {
            name: "own",
            version: "1.0.0",
            address: "example.com/acme/own",
        };
        let address = Address {
            network: Network::Unix,
            address: "/tmp/it's/s".into(),
        };
        let pid = std::process::id();
        assert_eq!(
            assignment(&about, &address),
            format!(
                r#"TF_REATTACH_PROVIDERS='{{"example.com/acme/own":{{"Addr":{{"Network":"unix","String":"/tmp/it'\''s/s"}},"Pid":{pid},"Protocol":"grpc","ProtocolVersion":6,"Test":true}}}}'"#
            )
        );
    }
}
