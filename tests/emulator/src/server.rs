//! The network side: TLS connections, HTTP/1.1 and HTTP/2, and the faults that concern them.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::response::Response as HttpResponse;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::faults::{self, Effect, Plane};
use crate::http::{Reply, Request};
use crate::modes::HeaderCasing;
use crate::request_log::{LogEntry, kept_body, kept_headers};
use crate::world::World;
use crate::{entra, router};

/// Bigger bodies than this are not sent by any client.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// What connections share.
pub(crate) struct Shared {
    pub(crate) world: Mutex<World>,
    pub(crate) stop: CancellationToken,
}

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accepts connections until told to stop.
pub(crate) async fn serve(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(connection(stream, acceptor.clone(), Arc::clone(&shared)));
                }
            }
        }
    }
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    // Small answers otherwise wait for the client's acknowledgements.
    let _ = stream.set_nodelay(true);
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let reset = CancellationToken::new();
    let app = Router::new()
        .fallback(handle)
        .with_state((Arc::clone(&shared), reset.clone()));
    let mut builder = Builder::new(TokioExecutor::new());
    let title = shared.world().modes.header_casing == HeaderCasing::Title;
    builder.http1().title_case_headers(title);
    let serving = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    // Dropping the connection closes the socket without a word, as a broken network does.
    tokio::select! {
        _ = serving => (),
        () = reset.cancelled() => (),
        () = shared.stop.cancelled() => (),
    }
}

/// What happens to an answer on its way.
#[derive(Default)]
struct Delivery {
    reset: bool,
    hold: bool,
    truncate: bool,
}

async fn handle(
    State((shared, reset)): State<(Arc<Shared>, CancellationToken)>,
    incoming: HttpRequest,
) -> HttpResponse {
    let Some(request) = read(incoming).await else {
        return HttpResponse::default();
    };
    let plane = router::plane_of(&request);
    let effects = {
        let mut world = shared.world();
        if plane != Plane::Control {
            world.clock.request_arrived();
        }
        world.faults.hitting(plane, &request)
    };
    for effect in &effects {
        match effect {
            Effect::Delay { milliseconds } => {
                tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
            }
            Effect::Hang => {
                // Recorded now, so that a test knows that it is held.
                hold(&mut shared.world(), plane, &request);
                return std::future::pending().await;
            }
            _ => (),
        }
    }
    let (reply, delivery) = process(&mut shared.world(), plane, &request, &effects);
    if delivery.reset {
        reset.cancel();
        return std::future::pending().await;
    }
    if delivery.hold {
        return std::future::pending().await;
    }
    respond(reply, delivery.truncate)
}

async fn read(incoming: HttpRequest) -> Option<Request> {
    let (parts, body) = incoming.into_parts();
    let body = axum::body::to_bytes(body, BODY_LIMIT).await.ok()?;
    let mut headers: BTreeMap<String, String> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    if let Some(authority) = parts.uri.authority() {
        headers
            .entry("host".into())
            .or_insert_with(|| authority.to_string());
    }
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    Some(Request::new(
        parts.method.as_str(),
        target,
        headers,
        body.to_vec(),
    ))
}

/// Answers a request by the rules and the faults, and records it.
fn process(
    world: &mut World,
    plane: Plane,
    request: &Request,
    effects: &[Effect],
) -> (Reply, Delivery) {
    // Asked before the rules, which may revoke tokens or reset the tenant.
    let entry = entry(world, plane, request);
    let (mut reply, delivery) = apply(world, plane, request, effects);
    router::identify(&mut reply, plane, request);
    let is_answered = !delivery.reset && !delivery.hold;
    record(
        world,
        LogEntry {
            status: if is_answered { reply.status } else { 0 },
            faulted: !effects.is_empty(),
            ..entry
        },
    );
    (reply, delivery)
}

/// A request that has not been answered.
fn entry(world: &World, plane: Plane, request: &Request) -> LogEntry {
    let token =
        entra::token_of(world, request).map(|token| (token.audience.clone(), token.client.clone()));
    let (audience, client) = token.unzip();
    LogEntry {
        sequence: 0,
        time: world.now(),
        plane,
        method: request.method.clone(),
        path: request.path.clone(),
        query: request.raw_query.clone(),
        headers: kept_headers(request),
        audience,
        client,
        body: kept_body(request),
        status: 0,
        faulted: true,
    }
}

fn hold(world: &mut World, plane: Plane, request: &Request) {
    let entry = entry(world, plane, request);
    record(world, entry);
}

fn record(world: &mut World, entry: LogEntry) {
    if entry.plane != Plane::Control {
        world.log.push(entry);
    }
}

fn apply(
    world: &mut World,
    plane: Plane,
    request: &Request,
    effects: &[Effect],
) -> (Reply, Delivery) {
    let mut delivery = Delivery::default();
    for effect in effects {
        match effect {
            Effect::ResetBefore => {
                delivery.reset = true;
                return (Reply::empty(500), delivery);
            }
            Effect::Respond(response) => return (response.reply(plane), delivery),
            _ => (),
        }
    }
    let mut reply = router::answer(world, request);
    for effect in effects {
        match effect {
            Effect::RespondAfterProcessing(response) => reply = response.reply(plane),
            Effect::ResetAfterProcessing => delivery.reset = true,
            Effect::HangAfterProcessing => delivery.hold = true,
            Effect::TruncateBody => delivery.truncate = true,
            Effect::SetHeader { name, value } => reply.set_header(name, value.clone()),
            Effect::PatchBody(members) if reply.status < 300 => {
                if let Ok(mut body) = serde_json::from_str::<Value>(&reply.body) {
                    faults::patch(&mut body, members);
                    reply.body = body.to_string();
                }
            }
            _ => (),
        }
    }
    (reply, delivery)
}

fn respond(reply: Reply, truncate: bool) -> HttpResponse {
    let mut response = HttpResponse::builder().status(reply.status);
    for (name, value) in reply
        .headers
        .iter()
        .filter(|(_, value)| !value.contains(['\r', '\n']))
    {
        response = response.header(name, value);
    }
    let body = if truncate {
        response = response.header("content-length", reply.body.len());
        let half = Bytes::from(reply.body.as_bytes()[..reply.body.len() / 2].to_vec());
        let broken = io::Error::other("scripted end of the body");
        Body::from_stream(futures::stream::iter([Ok(half), Err(broken)]))
    } else {
        Body::from(reply.body)
    };
    response.body(body).unwrap_or_else(|_| {
        // A fault can ask for a header or status that HTTP does not have.
        let mut response = HttpResponse::default();
        *response.status_mut() = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}
