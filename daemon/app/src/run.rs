//! The daemon as a whole: opens the journal, brings State back, starts the desk, the drivers and the
//! doors, and ends them in the opposite order.

use crate::clock::{SystemClock, wall_ms};
use crate::config::Loaded;
use crate::desk::{Desk, Parts, Readers, Threads};
use crate::drivers;
use crate::engine::{Engine, replay};
use crate::events;
use crate::keys::Keys;
use crate::links::Links;
use crate::rules::Rules;
use crate::signals::{Asked, Signals};
use crate::site::{self, By, Front, Site};
use crate::{alive, http, ipc, person, retention, waits};
use anyhow::{Context, Result, anyhow};
use desk_core::{Actor, Command, Holder, Lost};
use desk_journal::{Opened, Options, Store, free_bytes};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often the disk's free space is looked at.
const SPACE_EVERY: Duration = Duration::from_secs(5);

/// A daemon that runs.
pub struct Running {
    /// Where the HTTP door is.
    pub http: SocketAddr,
    /// Where the local socket is.
    pub socket: PathBuf,
    /// The desk.
    pub desk: Desk<Rules>,
    /// The site's files.
    pub site: Arc<Site>,
    clients: Arc<ipc::Clients<Rules>>,
    tls: Option<Arc<http::Tls>>,
    shutdown: CancellationToken,
    tasks: JoinSet<()>,
    threads: Threads,
    stop_secs: u32,
}

/// Starts the daemon. `path` is where the config came from, for reloads.
///
/// # Errors
/// What is in the way, and what to do about it.
pub async fn start(loaded: Loaded, path: Option<PathBuf>) -> Result<Running> {
    let settings = loaded.settings.clone();
    let instance = drivers::Instance::from_settings(&settings).context("[servicenow]")?;
    let tls = http::Tls::of(&settings)?.map(Arc::new);
    let (desk, threads, lost) = open(&loaded)?;
    let shutdown = CancellationToken::new();
    let site = Arc::new(Site::new(desk.clone(), path, &loaded));
    let epoch = desk.epoch();
    desk.command(Actor::Daemon, None, Command::Start { epoch, lost }).await?;
    if let Err(error) = site.put_config(&loaded).await {
        tracing::error!(%error, "the config that is in the file is not in force");
    }
    // A set that is refused is said in the log and in every status view; the desk goes on.
    let _ = site.reload_scripts(&By::daemon()).await;

    let listener = tokio::net::TcpListener::bind(settings.http.listen).await;
    let listener = listener.with_context(|| format!("http.listen {}", settings.http.listen))?;
    let http = listener.local_addr()?;
    let door = ipc::bind(&settings.socket, settings.ipc.mode.0).context("[ipc]")?;

    let mut tasks = JoinSet::new();
    tasks.spawn(drivers::lookup(desk.clone(), instance.clone(), site.settings(), shutdown.clone()));
    tasks.spawn(drivers::outbox(desk.clone(), instance.clone(), site.settings(), shutdown.clone()));
    tasks.spawn(drivers::deliver(
        desk.clone(),
        instance.clone(),
        site.settings(),
        shutdown.clone(),
    ));
    tasks.spawn(events::follow(desk.clone(), site.settings(), shutdown.clone()));
    tasks.spawn(drivers::follow(instance.clone(), site.settings(), shutdown.clone()));
    let every = Duration::from_secs(settings.http.places_secs.into());
    tasks.spawn(alive::keep(desk.clone(), shutdown.clone()));
    tasks.spawn(waits::keep(desk.clone(), every, shutdown.clone()));
    let front = Front::new(Arc::clone(&site), instance, tls.clone(), shutdown.clone());
    let public = settings.http.public_url.as_ref().map(ToString::to_string);
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = public.unwrap_or_else(|| format!("{scheme}://{http}"));
    let url = url.trim_end_matches('/').to_owned();
    let front = Arc::new(front);
    let clients = ipc::Clients::new(site.settings(), desk.clone(), front, url, shutdown.clone());
    let clients = Arc::new(clients);
    if let Some(tls) = &tls {
        tasks.spawn(http::follow(Arc::clone(tls), shutdown.clone()));
    }
    let (at_http, for_http) = (settings.http.clone(), Arc::clone(&clients));
    let serving =
        http::serve(listener, desk.clone(), at_http, tls.clone(), for_http, shutdown.clone());
    tasks.spawn(serving);
    tasks.spawn(ipc::serve(door, Arc::clone(&clients)));
    tasks.spawn(site::watch(Arc::clone(&site), shutdown.clone()));
    tasks.spawn(retention::keep(desk.clone(), settings.journal.clone(), shutdown.clone()));
    let reserve = settings.journal.reserve_bytes();
    tasks.spawn(space(desk.clone(), settings.data_dir.clone(), reserve, shutdown.clone()));
    tracing::info!(%http, socket = %settings.socket.display(), epoch, "deskd is ready");
    Ok(Running {
        http,
        socket: settings.socket,
        desk,
        site,
        clients,
        tls,
        shutdown,
        tasks,
        threads,
        stop_secs: settings.desk.stop_secs,
    })
}

fn open(loaded: &Loaded) -> Result<(Desk<Rules>, Threads, Option<Lost>)> {
    let settings = &loaded.settings;
    let dir = &settings.data_dir;
    let wall_seconds = u64::try_from(wall_ms() / 1000).unwrap_or(0);
    let opened = Store::open(dir, &Options { wall_seconds });
    let Opened { mut writer, readers, snapshots, mut start, .. } =
        opened.with_context(|| format!("the journal in {}", dir.display()))?;
    match person::catch_up(&mut writer, &readers.open()?, &snapshots, dir) {
        Ok(0) => {}
        Ok(erasures) => {
            tracing::warn!(erasures, "carried out what was not erased to the end");
            start.snapshot = snapshots.latest()?;
        }
        // The desk goes on, and the next start tries again.
        Err(error) => tracing::error!(error = %format!("{error:#}"), "what is to be erased is not"),
    }
    let readers = Readers::new(settings.journal.readers, move || readers.open());
    let replayed = readers.read_now(|journal| -> Result<_> {
        Ok(replay(journal, start.snapshot.as_ref(), u64::MAX)?)
    })?;
    tracing::info!(records = replayed.records, seq = replayed.state.seq, "state is back");
    let lost = start.loss.as_ref().map(|loss| Lost { to: loss.to, known: loss.known });
    let links = Links::default();
    let rules = Rules::open(dir).with_context(|| format!("{}", dir.join("asking").display()))?;
    let follow_ups = settings.engine.follow_ups;
    let engine = Engine::new(replayed.state, rules, links.clone(), start.epoch, follow_ups, random);
    let (desk, threads) = Desk::start(Parts {
        engine,
        clock: Arc::new(SystemClock::from(start.desk_ms)),
        journal: Box::new(writer),
        readers,
        snapshots,
        dir: dir.clone(),
        keys: Keys::open(dir).context("the key beside the journal")?,
        links,
        epoch: start.epoch,
        loss: lost.is_some(),
        engine_bounds: settings.engine.clone(),
        journal_bounds: settings.journal.clone(),
    })?;
    Ok((desk, threads, lost))
}

/// Random bytes.
///
/// # Panics
/// Where the system has none to give: no id could be told from another then.
fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Turns new chats away while the disk is nearly full.
async fn space(desk: Desk<Rules>, dir: PathBuf, reserve: u64, shutdown: CancellationToken) {
    let mut low = None;
    loop {
        let now = free_bytes(&dir).is_ok_and(|free| free < reserve);
        if low != Some(now)
            && desk.command(Actor::Daemon, None, Command::LowDisk { on: now }).await.is_ok()
        {
            low = Some(now);
            if now {
                tracing::error!(dir = %dir.display(), reserve, "the disk is nearly full: new chats are turned away");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(SPACE_EVERY) => {}
        }
    }
}

impl Running {
    /// The address of a page that signs in as this one, once, for so long.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub fn invite(&self, page: &str, holder: Holder, long: Duration) -> Result<String> {
        let ticket = ipc::Ticket::SignIn(holder, Actor::Daemon);
        let word = self.clients.tickets().give_for(long, ticket);
        let word = word.map_err(|error| anyhow!("no random bytes: {error}"))?;
        Ok(format!("{}/{page}#ticket={word}", self.clients.url()))
    }

    /// Ends once somebody asks for it: a signal, or `deskctl daemon stop`.
    pub async fn until_asked(&self, signals: &mut Signals) {
        loop {
            let asked = tokio::select! {
                asked = signals.next() => asked,
                () = self.shutdown.cancelled() => Asked::Stop,
            };
            match asked {
                Asked::Stop => return,
                Asked::Reload => {
                    // Refusals stand in the log and in every status view.
                    let _ = self.site.reload_config().await;
                    let _ = self.site.reload_scripts(&By::daemon()).await;
                    if let Some(tls) = &self.tls {
                        tls.look();
                    }
                }
            }
        }
    }

    /// Ends the doors and drivers, then the engine once everything is durable.
    pub async fn stop(mut self) {
        tracing::info!("stopping");
        self.shutdown.cancel();
        let wait = Duration::from_secs(self.stop_secs.into());
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(wait, ended).await.is_err() {
            tracing::warn!("something did not end in time; it is left behind");
            self.tasks.abort_all();
        }
        let (desk, threads) = (self.desk, self.threads);
        let joined = tokio::task::spawn_blocking(move || {
            desk.stop();
            threads.join();
        });
        let _ = joined.await;
        tracing::info!("stopped; everything that was acknowledged is on disk");
    }
}
