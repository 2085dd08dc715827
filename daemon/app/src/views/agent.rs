//! Agents.

use super::{Views, words};
use desk_core::config::{ReasonList, Reasons};
use desk_core::name::AgentId;
use desk_core::{Agent, LeftWhy, Presence, Segment, SegmentState, Status, load, status};
use desk_wire::UnixMs;
use desk_wire::view::{self, AgentView, ReasonListView, ReasonsView};

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
            no_offers: (status == Status::Available).then(|| self.no_offers(id)).flatten(),
            retired: agent.retired,
            drained: agent.drained,
            reasons: None,
            search: Vec::new(),
        })
    }

    /// The reasons that a change of status or a rejection may or must have, where there are any.
    #[must_use]
    pub fn reasons(&self) -> Option<ReasonsView> {
        let Reasons { on_break, work_offline, logged_out, reject } = &self.state.config.reasons;
        let list = |list: &ReasonList| ReasonListView {
            codes: list.codes.clone(),
            required: list.required,
        };
        let view = ReasonsView {
            on_break: list(on_break),
            work_offline: list(work_offline),
            logged_out: list(logged_out),
            reject: list(reject),
        };
        (view != ReasonsView::default()).then_some(view)
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
