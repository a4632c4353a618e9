//! What every provider has to do, with little and with much in the configuration.

use super::*;

static CLOUD: LazyLock<Cloud> = LazyLock::new(Cloud::new);

fn full_config() -> Json {
    json!({
        "name": "Full",
        "kind": "solid",
        "note": "caf\u{e9}",
        "size": 3,
        "weight": 0.5,
        "password_version": 1,
        "tags": { "a.b": "1", "\"": "2", "": "3" },
        "settings": { "list": ["a", 1, true] },
        "owner": { "name": "o" },
        "disks": [{ "size": 1 }, { "size": 2 }],
        "ports": [{ "number": 80 }, { "number": 53, "protocol": "udp" }],
        "labels": { "x": { "value": "v" } },
        "rule": [{ "port": 1 }, { "port": 1, "note": "n" }],
        "member": [{ "name": "a" }, { "name": "a", "role": "r" }],
        "limits": { "most": 7 },
        "timeouts": { "create": "5m" },
    })
}

mod minimal {
    use super::*;

    fn minimal() -> Subject {
        subject(json!({ "name": "thing" }))
            .configured(CLOUD.provider())
            .applied()
    }

    tfplugin_conformance::conformance_suite!(minimal);
}

mod full {
    use super::*;

    fn full() -> Subject {
        subject(full_config())
            .configured(CLOUD.provider())
            .applied()
    }

    tfplugin_conformance::conformance_suite!(full);
}

mod unconfigured {
    use super::*;

    fn unconfigured() -> Subject {
        subject(full_config())
    }

    tfplugin_conformance::conformance_suite!(unconfigured);
}
