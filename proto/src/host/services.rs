//! The services that go-plugin puts beside the plugin's own.
//!
//! Only the controller matters: without it every process costs two seconds and ends by SIGKILL.
//! The other two exist so that the parent need not log that they are missing. Health and
//! reflection are left out; Terraform calls neither.

use futures::StreamExt;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming, codegen::BoxStream};

use crate::wire::plugin::{
    ConnInfo, Empty, StdioData, grpc_broker_server::GrpcBroker,
    grpc_controller_server::GrpcController, grpc_stdio_server::GrpcStdio,
};

/// `plugin.GRPCController`: ends the process.
pub(crate) struct Controller {
    pub(crate) shutdown: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        // The server ends gracefully, so this answer still goes out.
        self.shutdown.cancel();
        Ok(Response::new(Empty {}))
    }
}

/// `plugin.GRPCStdio`: would mirror stdout and stderr, which the parent reads from the pipes.
pub(crate) struct Stdio {
    pub(crate) ending: CancellationToken,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(silence_until(self.ending.clone(), ())))
    }
}

/// `plugin.GRPCBroker`: would open further connections, for which Terraform has no use.
pub(crate) struct Broker {
    pub(crate) ending: CancellationToken,
}

#[tonic::async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        Ok(Response::new(silence_until(
            self.ending.clone(),
            request.into_inner(),
        )))
    }
}

/// A stream without items that ends with the process, and keeps `held` until then. One that ended
/// at once, or never, would make the parent log an error or the server wait for it.
fn silence_until<T: Send + 'static>(
    ending: CancellationToken,
    held: impl Send + 'static,
) -> BoxStream<T> {
    let end = async move {
        ending.cancelled().await;
        drop(held);
        None
    };
    Box::pin(futures::stream::once(end).filter_map(std::future::ready))
}
