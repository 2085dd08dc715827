//! Agents.

use super::{Views, words};
use desk_core::config::{AgentConfig, Authority};
use desk_core::name::AgentId;
use desk_core::{Agent, LeftWhy, Presence, Segment, SegmentState, Status, load, status};
use desk_wire::UnixMs;
use desk_wire::view::{self, AgentView};

/// Since when a status is what it is, what caused it, and who.
struct Why {
    since: UnixMs,
    cause: &'static str,
    by: String,
}

impl Views<'_> {
    /// An agent, if the desk knows them. The last missed offer is not part of State but for its
    /// chat; whoever shows one agent adds it from the journal.
    #[must_use]
    pub fn agent(&self, id: &AgentId) -> Option<AgentView> {
        let agent = self.state.agents.get(id)?;
        let config = self.state.agent_config(id);
        let (status, sub) = status(self.state, agent);
        let why = self.why(id, agent, status);
        let intent = words::intent(agent.intent.kind);
        let reason = agent.intent.reason.clone();
        let offered = agent.offer.and_then(|chat| self.state.chats.get(&chat));
        Some(AgentView {
            agent: id.to_string(),
            name: config.map_or_else(|| id.to_string(), |config| config.name.clone()),
            status: words::status(status),
            status_number: status.number(),
            sub_status: words::sub_status(sub, reason.as_deref()),
            intent,
            next: next(status, intent),
            reason,
            since: why.since,
            cause: why.cause.into(),
            by: why.by,
            load: load(self.state, agent).into(),
            capacity: config.map_or(0, |config| config.capacity.into()),
            offer: offered.and_then(|chat| self.offer(chat, id)),
            segments: self.segments_of(agent).map(|(chat, s)| self.segment(chat, s)).collect(),
            return_at: agent.return_at.map(|at| self.wall(at)),
            away: agent.presence == Presence::Away,
            last_missed: None,
            queues: config
                .map(|config| config.queues.keys().map(ToString::to_string).collect())
                .unwrap_or_default(),
            no_offers: (status == Status::Available).then(|| self.no_offers(id, agent)).flatten(),
            retired: agent.retired,
            drained: agent.drained,
        })
    }

    /// Every agent.
    #[must_use]
    pub fn agents(&self, wanted: impl Fn(&AgentId) -> bool) -> Vec<AgentView> {
        let ids = self.state.agents.keys().filter(|id| wanted(id));
        ids.filter_map(|id| self.agent(id)).collect()
    }

    pub(super) fn segments_of<'s>(
        &'s self,
        agent: &'s Agent,
    ) -> impl Iterator<Item = (desk_core::name::ChatId, &'s Segment)> {
        let of = |id: &desk_core::name::SegmentId| Some((id.chat, self.state.segment(*id)?));
        agent.segments.iter().filter_map(of)
    }

    fn why(&self, id: &AgentId, agent: &Agent, status: Status) -> Why {
        let own = || format!("agent:{id}");
        match status {
            Status::Busy => {
                let active = |s: &Segment| s.state == SegmentState::Active;
                let accepted = self
                    .segments_of(agent)
                    .filter(|(_, s)| active(s))
                    .map(|(_, s)| s.accepted.wall_ms);
                let since = accepted.min().unwrap_or(self.now.wall_ms);
                Why { since, cause: "offer_accepted", by: own() }
            }
            Status::Offered => {
                let offer = agent.offer.and_then(|chat| self.state.chats.get(&chat)?.offer_to(id));
                let since = offer.map_or(self.now.wall_ms, |offer| offer.made.wall_ms);
                Why { since, cause: "offer_made", by: "follow_up".into() }
            }
            Status::PostProcessing => {
                let last = self.segments_of(agent).filter_map(|(_, s)| s.left).max();
                let (since, why) =
                    last.map_or((self.now.wall_ms, LeftWhy::Ended), |(at, why)| (at.wall_ms, why));
                let by = self.who_ended(id, agent);
                Why { since, cause: left_cause(why), by }
            }
            _ => self.why_intent(agent),
        }
    }

    /// A status that follows from the intent stands since that was set, or since the last wrap-up.
    fn why_intent(&self, agent: &Agent) -> Why {
        let intent = &agent.intent;
        let wrapped = agent.idle_since.0;
        let since =
            if wrapped > intent.since.desk_ms { self.wall(wrapped) } else { intent.since.wall_ms };
        Why { since, cause: words::cause(intent.cause), by: words::by(&intent.by) }
    }

    fn who_ended(&self, id: &AgentId, agent: &Agent) -> String {
        let last = self.segments_of(agent).max_by_key(|(_, s)| s.left);
        let ended = last.and_then(|(chat, _)| self.state.chats.get(&chat)?.ended());
        match ended.map(|(how, _)| how) {
            Some(desk_core::EndedHow::Agent) => format!("agent:{id}"),
            Some(
                desk_core::EndedHow::Customer
                | desk_core::EndedHow::Abandoned
                | desk_core::EndedHow::Offline,
            ) => "customer".into(),
            Some(desk_core::EndedHow::Admin) => "role:admin".into(),
            Some(desk_core::EndedHow::Idle | desk_core::EndedHow::Expired) | None => {
                "deadline".into()
            }
        }
    }

    /// Why no offers come although the agent is available; `None` where nothing stands in the way
    /// but that no chat waits, or that others come first.
    fn no_offers(&self, id: &AgentId, agent: &Agent) -> Option<String> {
        if agent.presence == Presence::Away {
            return Some("away: no client of this agent is connected".into());
        }
        if agent.drained {
            return Some("drained: an admin keeps offers away".into());
        }
        let Some(config) = self.state.config.agents.get(id) else {
            return Some("the config no longer knows this agent".into());
        };
        if config.authority == Authority::Observed {
            return Some("another system decides about this agent".into());
        }
        let served: Vec<_> = config
            .queues
            .keys()
            .filter_map(|queue| Some((queue, self.state.config.queues.get(queue)?)))
            .collect();
        if served.is_empty() {
            return Some("serves no queue".into());
        }
        let skilled = |queue: &desk_core::config::QueueConfig| has_skills(config, queue);
        if !served.iter().any(|(_, queue)| skilled(queue)) {
            let names: Vec<_> = served.iter().map(|(queue, _)| queue.as_str()).collect();
            return Some(format!("lacks skills that these queues need: {}", names.join(", ")));
        }
        let free = config.capacity.saturating_sub(load(self.state, agent));
        let least = served.iter().filter(|(_, queue)| skilled(queue)).map(|(_, q)| q.weight).min();
        match least {
            Some(weight) if weight > config.capacity => Some(format!(
                "a chat weighs at least {weight}, more than this agent's capacity of {}",
                config.capacity
            )),
            Some(weight) if weight > free => {
                Some(format!("no capacity left: {free} free, a chat weighs at least {weight}"))
            }
            _ => self.cooling_down(id),
        }
    }

    /// Chats wait that the agent missed a moment ago.
    fn cooling_down(&self, id: &AgentId) -> Option<String> {
        let config = self.state.config.agents.get(id)?;
        let mut until = None;
        for queue in config.queues.keys() {
            for key in self.state.routing.chats_of(queue).take(LOOKED_AT_MAX) {
                let chat = self.state.chats.get(&key.chat)?;
                let missed = chat.missed.iter().find(|missed| missed.agent == *id)?;
                until = until.max(Some(missed.until).filter(|at| *at > self.now.desk_ms));
            }
        }
        let secs = self.left(until?).div_ceil(1000);
        Some(format!("missed the chats that wait; asked again in {secs} s at the latest"))
    }
}

/// Most chats of one queue that are looked at to explain why none is offered.
const LOOKED_AT_MAX: usize = 50;

fn has_skills(agent: &AgentConfig, queue: &desk_core::config::QueueConfig) -> bool {
    let has = |(skill, least)| agent.skills.get(skill).is_some_and(|level: &u8| level >= least);
    queue.skills.iter().all(has)
}

/// What comes next, where it is another status than now.
#[must_use]
pub(crate) fn next(status: Status, intent: view::Intent) -> Option<view::Status> {
    let waits = matches!(status, Status::Busy | Status::Offered | Status::PostProcessing);
    waits.then(|| intent.into())
}

/// What made post-processing begin.
pub(crate) const fn left_cause(why: LeftWhy) -> &'static str {
    match why {
        LeftWhy::Ended => "chat_ended",
        LeftWhy::Transferred => "chat_transferred",
        LeftWhy::Requeued => "chat_requeued",
        LeftWhy::Lost => "away",
    }
}
