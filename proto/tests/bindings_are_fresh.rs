//! Generates the bindings from `proto/*.proto` and compares them with the checked-in ones.
//!
//! They are checked in so that nobody who builds the crate needs a protobuf compiler, and so that
//! a change of the protocol is visible in review. `UPDATE_GENERATED=1` rewrites them.

use std::{fs, path::Path};

#[test]
fn bindings_are_fresh() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let protos = [
        "tfplugin6.proto",
        "grpc_broker.proto",
        "grpc_controller.proto",
        "grpc_stdio.proto",
    ];
    let descriptors = protox::compile(protos, [crate_dir.join("proto")]).expect("the files parse");

    let generated = tempfile::tempdir().expect("a temporary directory");
    tonic_prost_build::configure()
        .out_dir(generated.path())
        .emit_rerun_if_changed(false)
        // The client code then needs nothing but `tonic::codegen`.
        .build_transport(false)
        .client_mod_attribute(".", "#[cfg(feature = \"client\")]")
        .generate_default_stubs(true)
        // Ordered maps make the answers, the schema among them, the same in every run.
        .btree_map(".")
        .extern_path(".google.protobuf.Timestamp", "crate::wire::Timestamp")
        // These carry configuration and state; `wire` shows their lengths only.
        .skip_debug([".tfplugin6.DynamicValue", ".tfplugin6.RawState"])
        .compile_fds(descriptors)
        .expect("the bindings are generated");

    let checked_in = crate_dir.join("src/generated");
    for file in ["tfplugin6.rs", "plugin.rs"] {
        let fresh = fs::read_to_string(generated.path().join(file)).expect("a generated file");
        let path = checked_in.join(file);
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            fs::write(&path, &fresh).expect("the checked-in file can be written");
        }
        // Not `assert_eq!`: the difference would be thousands of lines.
        assert!(
            fs::read_to_string(&path).is_ok_and(|old| old == fresh),
            "src/generated/{file} is stale: run this test with UPDATE_GENERATED=1"
        );
    }
}
