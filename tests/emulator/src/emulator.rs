//! Starting, scripting and stopping an emulator.
//!
//! It runs on a thread of its own with its own runtime, so that it serves plain tests, async tests
//! and the command line alike.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tempfile::TempDir;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::faults::{Fault, Faults, OperationFault};
use crate::modes::Modes;
use crate::request_log::{RequestLog, Requests};
use crate::seed::{Seed, SeedError};
use crate::server::{self, Shared};
use crate::state::Tenant;
use crate::timings::Timings;
use crate::tls::{self, TlsError};
use crate::world::World;
use crate::{changes, saved};

/// Why an emulator does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The seed is not usable.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The saved state is not usable.
    #[error(transparent)]
    State(#[from] saved::StateError),
    /// No certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The port is taken, or there is no network.
    #[error("could not listen on 127.0.0.1:{port}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file or thread could not be made.
    #[error("could not set up the emulator")]
    Setup(#[from] std::io::Error),
}

/// How fast things go: a clock and timings that fit together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// Time moves two seconds with each request and not otherwise, and `Retry-After` is 0: nobody
    /// sleeps, and yet every wait takes a number of requests.
    #[default]
    Instant,
    /// Real time, with seconds instead of minutes.
    Demo,
    /// Real time, and as long as the documentation says.
    Real,
}

impl Speed {
    fn clock(self) -> Clock {
        match self {
            Self::Instant => Clock::stepping(Duration::from_secs(2)),
            Self::Demo | Self::Real => Clock::system(),
        }
    }

    fn timings(self) -> Timings {
        match self {
            Self::Instant => Timings::default(),
            Self::Demo => Timings::demo(),
            Self::Real => Timings::real(),
        }
    }
}

/// Choices before the start.
#[derive(Default)]
#[must_use]
pub struct EmulatorBuilder {
    seed: Option<Seed>,
    modes: Modes,
    speed: Speed,
    timings: Option<Timings>,
    clock: Option<Clock>,
    port: u16,
    log: Option<PathBuf>,
    state: Option<PathBuf>,
}

impl EmulatorBuilder {
    /// The tenant to start with.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Behaviours whose real variant is not known.
    pub fn modes(mut self, modes: Modes) -> Self {
        self.modes = modes;
        self
    }

    /// Clock and timings together.
    pub fn speed(mut self, speed: Speed) -> Self {
        self.speed = speed;
        self
    }

    /// Timings alone.
    pub fn timings(mut self, timings: Timings) -> Self {
        self.timings = Some(timings);
        self
    }

    /// A clock; keep a clone to move it.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// A fixed port; 0 takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Writes each request as a line of JSON to a file.
    pub fn log_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.log = Some(path.into());
        self
    }

    /// Loads the tenant from this file if it exists, and saves it there at the end.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state = Some(path.into());
        self
    }

    /// Starts it.
    pub fn start(self) -> Result<Emulator, StartError> {
        let seed = self.seed.unwrap_or_default().tenant()?;
        let clock = self.clock.unwrap_or_else(|| self.speed.clock());
        let mut tenant = seed.clone();
        if let Some(saved) = self
            .state
            .as_deref()
            .map(saved::load)
            .transpose()?
            .flatten()
        {
            clock.catch_up_with(saved.time);
            tenant = saved.tenant;
        }
        let log = match &self.log {
            Some(path) => RequestLog::to_file(std::fs::File::create(path)?),
            None => RequestLog::default(),
        };
        let listener =
            std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).map_err(|source| {
                StartError::Listen {
                    port: self.port,
                    source,
                }
            })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let world = World {
            tenant,
            clock,
            modes: self.modes,
            timings: self.timings.unwrap_or_else(|| self.speed.timings()),
            faults: Faults::default(),
            log,
            base_url: format!("https://{address}"),
            tokens: HashMap::new(),
            throttles: HashMap::new(),
            seed,
            epoch: 0,
        };
        Emulator::launch(world, listener, address, self.state)
    }
}

/// A running emulator; it stops when dropped.
pub struct Emulator {
    pub(crate) shared: Arc<Shared>,
    address: SocketAddr,
    directory: TempDir,
    state: Option<PathBuf>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Choices before the start.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// Starts one with the built-in tenant on a free port; see [`Speed::Instant`].
    pub fn start() -> Result<Self, StartError> {
        Self::builder().start()
    }

    fn launch(
        mut world: World,
        listener: std::net::TcpListener,
        address: SocketAddr,
        state: Option<PathBuf>,
    ) -> Result<Self, StartError> {
        let (tls, pem) = tls::configure()?;
        let directory = tempfile::Builder::new()
            .prefix("ppcmk-emulator-")
            .tempdir()?;
        std::fs::write(directory.path().join("ca.pem"), pem)?;
        crate::arm::resource_graph::record_all(&mut world);
        let shared = Arc::new(Shared {
            world: Mutex::new(world),
            stop: CancellationToken::new(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let for_thread = Arc::clone(&shared);
        let acceptor = TlsAcceptor::from(tls);
        let thread = std::thread::Builder::new()
            .name("ppcmk-emulator".into())
            .spawn(move || {
                runtime.block_on(async {
                    if let Ok(listener) = TcpListener::from_std(listener) {
                        server::serve(listener, acceptor, for_thread).await;
                    }
                });
                runtime.shutdown_background();
            })?;
        Ok(Self {
            shared,
            address,
            directory,
            state,
            thread: Some(thread),
        })
    }

    /// `https://127.0.0.1:{port}`, the same for all services.
    pub fn base_url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate authority's PEM file; it lives as long as the emulator.
    pub fn ca_certificate_file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// A directory for files of this run.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The variables that tell the provider about the emulator and its first application.
    pub fn environment_variables(&self) -> Vec<(String, String)> {
        let base = self.base_url();
        let ca = self.ca_certificate_file().display().to_string();
        let world = self.shared.world();
        let application = world.tenant.applications.first();
        let subscription = world.tenant.subscriptions.values().next();
        let of = |value: Option<&String>| value.cloned().unwrap_or_default();
        [
            ("PPCMK_CLOUD", "custom".to_owned()),
            ("PPCMK_AUTHORITY_HOST", base.clone()),
            ("PPCMK_RESOURCE_MANAGER_ENDPOINT", base.clone()),
            ("PPCMK_BAP_ENDPOINT", base),
            ("PPCMK_CA_CERTIFICATE_FILE", ca),
            ("ARM_TENANT_ID", world.tenant.tenant_id.clone()),
            (
                "ARM_CLIENT_ID",
                of(application.map(|application| &application.client_id)),
            ),
            (
                "ARM_CLIENT_SECRET",
                of(application.and_then(|first| first.secrets.first())),
            ),
            (
                "ARM_SUBSCRIPTION_ID",
                of(subscription.map(|subscription| &subscription.id)),
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The clock; clones move together.
    pub fn clock(&self) -> Clock {
        self.shared.world().clock.clone()
    }

    /// Moves time forward.
    pub fn advance(&self, duration: Duration) {
        self.clock().advance(duration);
    }

    /// Changes modes while running.
    pub fn set_modes(&self, change: impl FnOnce(&mut Modes)) {
        let mut world = self.shared.world();
        change(&mut world.modes);
        world.epoch += 1;
    }

    /// Changes timings while running; operations that have started keep theirs.
    pub fn set_timings(&self, change: impl FnOnce(&mut Timings)) {
        change(&mut self.shared.world().timings);
    }

    /// Scripts how requests are answered.
    pub fn fault(&self, fault: Fault) {
        self.shared.world().faults.requests.push(fault);
    }

    /// Scripts how operations go.
    pub fn operation_fault(&self, fault: OperationFault) {
        self.shared.world().faults.operations.push(fault);
    }

    /// Forgets all scripts.
    pub fn clear_faults(&self) {
        self.shared.world().faults = Faults::default();
    }

    /// What was asked so far.
    pub fn requests(&self) -> Requests {
        Requests(self.shared.world().log.entries().to_vec())
    }

    /// Forgets what was asked.
    pub fn clear_requests(&self) {
        self.shared.world().log.clear();
    }

    /// Makes all tokens invalid, as a revocation does.
    pub fn revoke_tokens(&self) {
        self.shared.world().tokens.clear();
    }

    /// Back to the seed; scripts, modes and time stay.
    pub fn reset(&self) {
        changes::reset(&mut self.shared.world());
    }

    /// Saves the tenant, if there is a state file, and stops.
    pub fn stop(mut self) -> Result<(), saved::StateError> {
        self.halt()
    }

    fn halt(&mut self) -> Result<(), saved::StateError> {
        self.shared.stop.cancel();
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        // A panic of the server was reported by its thread; nothing is left to do about it.
        let _ = thread.join();
        let Some(path) = &self.state else {
            return Ok(());
        };
        let mut world = self.shared.world();
        world.catch_up();
        let (time, tenant): (_, &Tenant) = (world.now(), &world.tenant);
        saved::save(path, time, tenant)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Whoever wants to know about a failed save calls `stop`.
        let _ = self.halt();
    }
}
