//! Counts the requests in flight, so that the process does not end in the middle of one.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use futures::future::{BoxFuture, FutureExt};
use tonic::{
    body::Body,
    codegen::{Service, http},
    server::NamedService,
};

use crate::stop::StopSource;

/// A gRPC service each of whose requests is an operation of a [`StopSource`].
#[derive(Clone)]
pub(crate) struct Counted<S> {
    pub(crate) service: S,
    pub(crate) stop: StopSource,
}

impl<S: NamedService> NamedService for Counted<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<http::Request<Body>> for Counted<S>
where
    S: Service<http::Request<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<S::Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let operation = self.stop.operation();
        let answer = self.service.call(request);
        async move {
            let answer = answer.await;
            drop(operation);
            answer
        }
        .boxed()
    }
}
