//! A provider that does next to nothing, for tests of the transport.
//!
//! `ReadResource` does what its type name says: `wait` waits for a stop, `log` writes a log line,
//! `caught` and `crash` panic with and without a guard, and anything else is echoed.

use std::process::ExitCode;

use tfplugin::{
    host::{self, About},
    stop::StopSource,
    wire::tfplugin6::{
        Schema, ServerCapabilities, get_provider_schema, provider_server::Provider, read_resource,
        schema, stop_provider,
    },
};
use tonic::{Request, Response, Status, async_trait};

fn main() -> ExitCode {
    let about = About {
        name: "minimal",
        version: env!("CARGO_PKG_VERSION"),
        address: "example.com/tfplugin/minimal",
    };
    host::main(&about, |stop| Minimal { stop })
}

struct Minimal {
    stop: StopSource,
}

#[async_trait]
impl Provider for Minimal {
    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        Ok(Response::new(get_provider_schema::Response {
            provider: Some(Schema {
                version: 0,
                block: Some(schema::Block::default()),
            }),
            server_capabilities: Some(ServerCapabilities {
                plan_destroy: true,
                get_provider_schema_optional: true,
                ..Default::default()
            }),
            ..Default::default()
        }))
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        let request = request.into_inner();
        match request.type_name.as_str() {
            "wait" => {
                let operation = self.stop.operation();
                tracing::info!(target: "tfplugin_minimal", "waiting");
                operation.token().cancelled().await;
            }
            "log" => tracing::info!(
                target: "tfplugin_minimal",
                private = &request.private[..],
                "quote \" and\nnewline"
            ),
            "caught" => {
                let panic = host::panic::catch(async { panic!("inside a guard") }).await;
                let Err(panic) = panic;
                return Err(Status::internal(panic.to_string()));
            }
            "crash" => panic!("outside of any guard"),
            _ => (),
        }
        Ok(Response::new(read_resource::Response {
            new_state: request.current_state,
            private: request.private,
            ..Default::default()
        }))
    }

    async fn stop_provider(
        &self,
        _: Request<stop_provider::Request>,
    ) -> Result<Response<stop_provider::Response>, Status> {
        self.stop.stop();
        Ok(Response::new(stop_provider::Response::default()))
    }
}
