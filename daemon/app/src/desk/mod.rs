//! The running desk: the engine on its thread, the journal's writer on another, and the handle by
//! which every door and driver reaches them. Everything that others do with the desk goes through
//! [`Desk`]; nobody else holds State.

mod chores;
mod engine_thread;
mod readers;
mod snapshots;
mod watermark;
mod writer_thread;

pub use chores::{Chore, Turn};
pub use readers::{Readers, Unread};

use crate::clock::Clock;
use crate::engine::{Engine, Input, News, Output, Thunk, Typing, Wake};
use crate::figures::Figures;
use crate::keys::Keys;
use crate::links::Links;
use crate::metrics::Counted;
use crate::waits::Waits;
use desk_core::name::{ChatId, CommandId};
use desk_core::policy::Policy;
use desk_core::{Actor, Answer, Author, Command, Refusal, Stamp, State};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, broadcast, oneshot, watch};
use watermark::Watermark;

/// Most publications that a slow subscriber may be behind before it is told to start anew.
const PUBLISHED_MAX: usize = 4096;

/// Why the desk gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The command was refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too many commands wait for the engine; nothing was done.
    #[error("the desk has more to do than it may keep waiting; try again in a moment")]
    Overloaded,
    /// The daemon ends. Whether the command was carried out shows after its next start.
    #[error("deskd is stopping; try again once it runs")]
    Stopping,
}

impl Unanswered {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Overloaded => "overloaded",
            Self::Stopping => "stopping",
        }
    }
}

pub(crate) enum Message<P> {
    Input(Stamp, Input<P>),
    /// The journal got further.
    Nudge,
    Stop,
}

/// The handle to the running desk.
pub struct Desk<P> {
    shared: Arc<Shared<P>>,
}

impl<P> Clone for Desk<P> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

struct Shared<P> {
    inbox: SyncSender<Message<P>>,
    clock: Arc<dyn Clock + Sync>,
    published: broadcast::Sender<News>,
    waits: watch::Sender<Arc<Waits>>,
    figures: Arc<Mutex<Figures>>,
    lookups: Notify,
    outbox: Notify,
    deliveries: Notify,
    watermark: Arc<Watermark>,
    chores: chores::Chores,
    snapshots: snapshots::Kept,
    dir: PathBuf,
    erasing: tokio::sync::Mutex<()>,
    readers: Readers,
    keys: Keys,
    links: Links,
    epoch: u64,
    started_ms: i64,
    counted: Counted,
}

/// What the desk is built from.
pub struct Parts<P> {
    /// The engine, over the State that the journal tells.
    pub engine: Engine<P>,
    /// The clocks.
    pub clock: Arc<dyn Clock + Sync>,
    /// The journal's writing side.
    pub journal: Box<dyn WritableJournal>,
    /// Its reading side.
    pub readers: Readers,
    /// Where snapshots go.
    pub snapshots: desk_journal::Snapshots,
    /// The folder of the journal.
    pub dir: PathBuf,
    /// The key beside the journal.
    pub keys: Keys,
    /// Addresses of records.
    pub links: Links,
    /// This start's epoch.
    pub epoch: u64,
    /// Whether the journal waits for the record of an accepted loss.
    pub loss: bool,
    /// The config's bounds for the engine and the journal.
    pub engine_bounds: crate::config::Engine,
    /// The config's values for the journal.
    pub journal_bounds: crate::config::Journal,
}

/// A journal's writing side that may go to another thread.
pub trait WritableJournal: desk_journal::Journal + Send {}
impl<J: desk_journal::Journal + Send> WritableJournal for J {}

/// The desk's threads; joined at a stop.
pub struct Threads {
    engine: std::thread::JoinHandle<()>,
    writer: std::thread::JoinHandle<()>,
}

impl Threads {
    /// Waits until everything that was decided is durable and told.
    pub fn join(self) {
        let _ = self.engine.join();
        let _ = self.writer.join();
    }
}

impl<P: Policy + Send + 'static> Desk<P> {
    /// Starts the threads.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(parts: Parts<P>) -> std::io::Result<(Self, Threads)> {
        let (inbox, messages) = sync_channel(parts.engine_bounds.inbox as usize);
        let watermark = Arc::new(Watermark::new(parts.engine.state().seq));
        let counted = Counted::default();
        let (chores, kept) = (chores::Chores::default(), snapshots::Kept::new(parts.snapshots));
        let shared = Arc::new(Shared {
            inbox: inbox.clone(),
            clock: Arc::clone(&parts.clock),
            published: broadcast::channel(PUBLISHED_MAX).0,
            waits: watch::channel(Arc::default()).0,
            figures: Arc::default(),
            lookups: Notify::new(),
            outbox: Notify::new(),
            deliveries: Notify::new(),
            watermark: Arc::clone(&watermark),
            chores: chores.clone(),
            snapshots: kept.clone(),
            dir: parts.dir,
            erasing: tokio::sync::Mutex::default(),
            readers: parts.readers.clone(),
            keys: parts.keys,
            links: parts.links,
            epoch: parts.epoch,
            started_ms: crate::clock::wall_ms(),
            counted: counted.clone(),
        });
        let batch = parts.engine_bounds.batch as usize;
        let ahead_max = batch * parts.engine_bounds.batches_ahead as usize;
        // The engine waits before it is further ahead than this, so it never waits on the channel.
        let (records, to_write) = sync_channel(ahead_max + engine_thread::STEP_RECORDS_MAX);
        let snapshots = snapshots::Maker::new(kept, parts.readers, parts.journal_bounds);
        let writer = writer_thread::spawn(writer_thread::Writer {
            journal: parts.journal,
            records: to_write,
            watermark: Arc::clone(&watermark),
            nudge: Box::new(move || drop(inbox.try_send(Message::Nudge))),
            clock: Arc::clone(&parts.clock),
            epoch: parts.epoch,
            batch,
            loss: parts.loss,
            snapshots,
            chores,
            counted: counted.clone(),
        })?;
        let engine = engine_thread::spawn(
            engine_thread::EngineThread {
                engine: parts.engine,
                messages,
                records,
                watermark,
                clock: parts.clock,
                ahead_max: ahead_max as u64,
                outputs: Arc::clone(&shared) as Arc<dyn Outputs>,
                counted,
            },
            parts.engine_bounds.stack_mib as usize * 1024 * 1024,
        )?;
        Ok((Self { shared }, Threads { engine, writer }))
    }
}

impl<P: 'static> Desk<P> {
    /// Gives a command, stamped now, and waits until its answer is durable.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn command(
        &self,
        who: Actor,
        id: Option<CommandId>,
        command: Command,
    ) -> Result<Answer, Unanswered> {
        let (sender, answer) = oneshot::channel();
        let reply = Box::new(move |answer| drop(sender.send(answer)));
        self.send(Input::Command { who, id, command, reply })?;
        let answer = answer.await.map_err(|_| Unanswered::Stopping)?;
        Ok(answer.inspect_err(|refusal| self.shared.counted.refused(refusal.code()))?)
    }

    /// Looks at State. What is seen is durable by the time that it is given back.
    ///
    /// # Errors
    /// [`Unanswered::Overloaded`] and [`Unanswered::Stopping`].
    pub async fn view<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State, Stamp) -> T + Send + 'static,
    ) -> Result<T, Unanswered> {
        let (sender, seen) = oneshot::channel();
        self.send(Input::View(Box::new(move |state, now| {
            let value = look(state, now);
            Box::new(move || drop(sender.send(value))) as Thunk
        })))?;
        seen.await.map_err(|_| Unanswered::Stopping)
    }

    /// Looks at the rules, or replaces them, between two decisions.
    ///
    /// # Errors
    /// As [`view`](Self::view).
    pub async fn rules<T: Send + 'static>(
        &self,
        on_rules: impl FnOnce(&mut P) -> T + Send + 'static,
    ) -> Result<T, Unanswered> {
        let (sender, seen) = oneshot::channel();
        self.send(Input::Rules(Box::new(move |rules| {
            let value = on_rules(rules);
            Box::new(move || drop(sender.send(value))) as Thunk
        })))?;
        seen.await.map_err(|_| Unanswered::Stopping)
    }

    /// Tells whoever follows a chat that somebody types in it, behind all that was decided before. It
    /// is kept nowhere.
    ///
    /// # Errors
    /// Those of a message of theirs, and those of [`view`](Self::view).
    pub async fn typing(&self, chat: ChatId, from: Author) -> Result<(), Unanswered> {
        let (sender, told) = oneshot::channel();
        let followers = self.shared.published.clone();
        self.send(Input::View(Box::new(move |state, now| {
            let typing = Typing::new(state, now, chat, from);
            Box::new(move || {
                // Without a follower nobody needs to be told.
                let tell = |typing| drop(followers.send(News::Typing(Arc::new(typing))));
                drop(sender.send(typing.map(tell)));
            }) as Thunk
        })))?;
        Ok(told.await.map_err(|_| Unanswered::Stopping)??)
    }

    fn send(&self, input: Input<P>) -> Result<(), Unanswered> {
        let message = Message::Input(self.shared.clock.now(), input);
        let counted = &self.shared.counted;
        counted.comes();
        let error = match self.shared.inbox.try_send(message) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Full(_)) => Unanswered::Overloaded,
            Err(TrySendError::Disconnected(_)) => Unanswered::Stopping,
        };
        counted.goes();
        counted.refused(error.code());
        Err(error)
    }

    /// Everything that is published from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<News> {
        self.shared.published.subscribe()
    }

    /// How long customers may expect to wait, as it changes.
    #[must_use]
    pub fn waits(&self) -> watch::Receiver<Arc<Waits>> {
        self.shared.waits.subscribe()
    }

    /// What was counted so far of what happens in the queues.
    pub(crate) fn figures(&self) -> &Arc<Mutex<Figures>> {
        &self.shared.figures
    }

    pub(crate) fn put_waits(&self, waits: Arc<Waits>) {
        self.shared.waits.send_replace(waits);
    }

    /// Waits until a driver may find something due. It may be woken for nothing.
    pub async fn woken(&self, wake: Wake) {
        match wake {
            Wake::Lookups => self.shared.lookups.notified().await,
            Wake::Outbox => self.shared.outbox.notified().await,
            Wake::Deliveries => self.shared.deliveries.notified().await,
        }
    }

    /// Has the journal's writer do a chore, between its commits, and waits until it is done.
    ///
    /// # Errors
    /// [`Unanswered::Overloaded`] and [`Unanswered::Stopping`].
    pub async fn on_journal(&self, chore: Chore) -> Result<(), Unanswered> {
        let done = self.shared.chores.add(chore).ok_or(Unanswered::Overloaded)?;
        done.await.map_err(|_| Unanswered::Stopping)
    }

    /// The journal's snapshots, while none is made; waits for one that is.
    pub(crate) fn snapshots_held<T>(&self, with: impl FnOnce(&desk_journal::Snapshots) -> T) -> T {
        self.shared.snapshots.hold(with)
    }

    /// The folder of the journal.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.shared.dir
    }

    /// Held by the one erasure that is carried out.
    pub(crate) fn erasing(&self) -> &tokio::sync::Mutex<()> {
        &self.shared.erasing
    }

    /// The journal's reading side.
    #[must_use]
    pub fn readers(&self) -> &Readers {
        &self.shared.readers
    }

    /// The key beside the journal.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.shared.keys
    }

    /// Addresses of records.
    #[must_use]
    pub fn links(&self) -> &Links {
        &self.shared.links
    }

    /// This start's epoch.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.shared.epoch
    }

    /// What is counted as it happens.
    pub(crate) fn counted(&self) -> &Counted {
        &self.shared.counted
    }

    /// The last record that is durable.
    #[must_use]
    pub fn durable(&self) -> u64 {
        self.shared.watermark.get()
    }

    /// When the daemon started, in wall milliseconds.
    #[must_use]
    pub fn started_ms(&self) -> i64 {
        self.shared.started_ms
    }

    /// This moment.
    #[must_use]
    pub fn now(&self) -> Stamp {
        self.shared.clock.now()
    }

    /// Ends the engine once everything that it was given is decided and durable. To be called from
    /// a thread that may wait.
    pub fn stop(&self) {
        let _ = self.shared.inbox.send(Message::Stop);
    }
}

/// Where outputs go.
pub(crate) trait Outputs: Send + Sync {
    fn put(&self, output: Output);
}

impl<P: Send> Outputs for Shared<P> {
    fn put(&self, output: Output) {
        match output {
            Output::Run(thunk) => thunk(),
            // Without a subscriber nobody needs to be told.
            Output::Publish(published) => drop(self.published.send(News::Record(published))),
            Output::Wake(Wake::Lookups) => self.lookups.notify_one(),
            Output::Wake(Wake::Outbox) => self.outbox.notify_one(),
            Output::Wake(Wake::Deliveries) => self.deliveries.notify_one(),
        }
    }
}
