//! State: what is open. Closed chats have left it; what it holds is what start-up rebuilds from a
//! snapshot and the events since.

use crate::actor::Actor;
use crate::agent::Agent;
use crate::answer::Answer;
use crate::chat::{Chat, Pop, Segment};
use crate::config::{AgentConfig, Config, QueueConfig};
use crate::delivery::Deliveries;
use crate::grant::Grant;
use crate::hours::Hours;
use crate::kv::Kv;
use crate::name::{AgentId, ChatId, CommandId, GrantId, Hash, PopId, QueueId, SegmentId};
use crate::outbox::Outbox;
use crate::private::Private;
use crate::queue::{Affinity, Level, Routing};
use crate::refusal::Refusal;
use crate::scripts::Sets;
use crate::time::{Deadlines, Stamp, Timer};
use crate::work::Work;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that decisions depend on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// The shard that this machine is.
    pub shard: u32,
    /// The start of the daemon that is running.
    pub epoch: u64,
    /// The last record applied.
    pub seq: u64,
    /// Its time.
    pub at: Stamp,
    /// The config in force.
    pub config: Config,
    /// Its hash; `None` until the first config arrived.
    pub config_hash: Option<Hash>,
    /// The script set that is live.
    pub scripts: Option<Hash>,
    /// The script sets that were in force last.
    #[serde(default, skip_serializing_if = "Sets::is_empty")]
    pub sets: Sets,
    /// Queues that the config no longer knows and that still have open chats, by their old values.
    pub retired_queues: BTreeMap<QueueId, QueueConfig>,
    /// Agents that the config no longer knows and that still have something open.
    pub retired_agents: BTreeMap<AgentId, AgentConfig>,
    /// The agents.
    pub agents: BTreeMap<AgentId, Agent>,
    /// The open chats.
    pub chats: BTreeMap<ChatId, Chat>,
    /// The incidents that are not settled.
    pub outbox: Outbox,
    /// The deliveries that are not settled.
    #[serde(default, skip_serializing_if = "Deliveries::is_empty")]
    pub deliveries: Deliveries,
    /// Up to which record `on_event` was asked; `None`: no rule follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followed: Option<u64>,
    /// How many records `on_event` was never asked about: too many came, or they were cut off.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub unfollowed: u64,
    /// The pops that may still open by themselves.
    pub pops: BTreeMap<PopId, Pop>,
    /// Chats that their customers abandoned, until somebody took note, by the record of it.
    pub abandoned: BTreeMap<u64, (ChatId, QueueId)>,
    /// The record at which acknowledged records were last given up: what may have been done for
    /// chats opened before it is looked for before it is done.
    pub doubt_to: u64,
    /// Whether new chats are turned away.
    pub draining: bool,
    /// Queues whose new chats are turned away.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub drained_queues: BTreeSet<QueueId>,
    /// How queues stand that go by hours, or that somebody opened or closed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hours: BTreeMap<QueueId, Hours>,
    /// Customers' last agents.
    #[serde(default, skip_serializing_if = "Affinity::is_empty")]
    pub affinity: Affinity,
    /// How the last chats of queues with a service level fared.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<QueueId, Level>,
    /// What rules remember.
    #[serde(default, skip_serializing_if = "Kv::is_empty")]
    pub kv: Kv,
    /// Tokens and sessions in force.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub grants: BTreeMap<GrantId, Grant>,
    /// Whether the disk is nearly full.
    pub low_disk: bool,
    /// Deadlines in desk time.
    pub desk: Deadlines<u64>,
    /// Deadlines in wall time.
    pub wall: Deadlines<i64>,
    /// Follow-ups.
    pub work: BTreeSet<Work>,
    /// Answers kept for repeats.
    pub answers: Answers,
    /// Lookups that a driver may take, by when (desk time).
    pub lookups: BTreeSet<(u64, ChatId)>,
    /// Who waits and who is ready, in order. Derived.
    #[serde(skip)]
    pub routing: Routing,
}

/// Routing is derived, so states are equal when all else is.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

/// Answers kept for repeats: the oldest go first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    by_seq: BTreeMap<u64, (Actor, CommandId, Kept)>,
    #[serde(skip)]
    seqs: BTreeMap<(Actor, CommandId), u64>,
}

/// What a command came to: a refusal is kept where a rule was asked.
type Kept = Result<Answer, Private<Refusal>>;

impl Answers {
    pub(crate) fn keep(&mut self, seq: u64, actor: Actor, id: CommandId, answer: Kept, most: u32) {
        self.seqs.insert((actor.clone(), id.clone()), seq);
        self.by_seq.insert(seq, (actor, id, answer));
        while self.by_seq.len() > most as usize {
            let Some((_, (actor, id, _))) = self.by_seq.pop_first() else { break };
            self.seqs.remove(&(actor, id));
        }
    }

    /// Erases what is kept for repeats about these chats. Which chat a refusal quotes is not known, so
    /// the words of all of them go: the rule is asked anew.
    pub(crate) fn forget(&mut self, chats: &BTreeSet<ChatId>) {
        for (_, _, kept) in self.by_seq.values_mut() {
            match kept {
                Ok(Answer::TurnedAway { chat, message: Some(message), .. })
                    if chats.contains(chat) =>
                {
                    *message = Private::Erased;
                }
                Ok(_) => {}
                Err(refusal) => *refusal = Private::Erased,
            }
        }
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_seq.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_seq.is_empty()
    }

    fn index(&mut self) {
        let keys = |(seq, (actor, id, _)): (&u64, &(Actor, CommandId, Kept))| {
            ((actor.clone(), id.clone()), *seq)
        };
        self.seqs = self.by_seq.iter().map(keys).collect();
    }
}

impl State {
    /// An empty desk.
    #[must_use]
    pub fn new(shard: u32) -> Self {
        Self { shard, ..Self::default() }
    }

    /// Rebuilds what is derived, after a snapshot was read.
    pub fn rebuild(&mut self) {
        self.answers.index();
        self.affinity.index();
        self.kv.index();
        self.deliveries.index();
        // The follow-ups are those of the snapshot: an order alone never makes one.
        let work = self.work.clone();
        self.rebuild_routing();
        self.work = work;
        let chats: Vec<ChatId> = self.outbox.incidents.keys().copied().collect();
        for chat in chats {
            crate::outbox::touch(self, chat);
        }
    }

    /// A digest of everything that is not derived.
    #[must_use]
    pub fn digest(&self) -> Hash {
        crate::digest::of_json(self)
    }

    /// The queue's values: in force, or, once retired, its last.
    #[must_use]
    pub fn queue(&self, id: &QueueId) -> Option<&QueueConfig> {
        self.config.queues.get(id).or_else(|| self.retired_queues.get(id))
    }

    /// The agent's values: in force, or, once retired, their last.
    #[must_use]
    pub fn agent_config(&self, id: &AgentId) -> Option<&AgentConfig> {
        self.config.agents.get(id).or_else(|| self.retired_agents.get(id))
    }

    /// An open segment, or one that is wrapped up while its chat is open.
    #[must_use]
    pub fn segment(&self, id: SegmentId) -> Option<&Segment> {
        self.chats.get(&id.chat)?.segments.get(usize::from(id.n).checked_sub(1)?)
    }

    /// What this command was answered before, if that is kept.
    #[must_use]
    pub fn answer_of(
        &self,
        who: &Actor,
        id: Option<&CommandId>,
    ) -> Option<Result<Answer, Refusal>> {
        let seq = self.answers.seqs.get(&(who.clone(), id?.clone()))?;
        match &self.answers.by_seq.get(seq)?.2 {
            Ok(answer) => Some(Ok(answer.clone())),
            Err(refusal) => refusal.known().cloned().map(Err),
        }
    }

    /// Whether this deadline is set, on either clock.
    #[must_use]
    pub fn is_set(&self, timer: &Timer) -> bool {
        self.desk.at(timer).is_some() || self.wall.at(timer).is_some()
    }

    /// The first deadline that is due at this moment.
    #[must_use]
    pub fn due(&self, now: Stamp) -> Option<&Timer> {
        let desk = self.desk.first().filter(|(at, _)| *at <= now.desk_ms).map(|(_, timer)| timer);
        desk.or_else(|| self.wall.first().filter(|(at, _)| *at <= now.wall_ms).map(|(_, t)| t))
    }

    /// How late a deadline in desk time is at this moment, in milliseconds. Those in wall time are not
    /// told of: they may have passed while nobody ran.
    #[must_use]
    pub fn late_ms(&self, timer: &Timer, now: Stamp) -> Option<u64> {
        self.desk.at(timer).map(|at| now.desk_ms.saturating_sub(at))
    }

    /// In how many milliseconds from this moment the next deadline is due.
    #[must_use]
    pub fn next_due_ms(&self, now: Stamp) -> Option<u64> {
        let desk = self.desk.first().map(|(at, _)| at.saturating_sub(now.desk_ms));
        let wall = self.wall.first().map(|(at, _)| u64::try_from(at - now.wall_ms).unwrap_or(0));
        desk.into_iter().chain(wall).min()
    }
}
