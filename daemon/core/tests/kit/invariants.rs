//! What must hold of State, said a second time and by brute force.

use desk_core::config::{Authority, ClosingThen, MissedStatus, Strategy};
use desk_core::name::{AgentId, ChatId, SegmentId, StepId};
use desk_core::policy::{Hook, Verdict};
use desk_core::{
    Agent, Chat, DeliveryPhase, Event, IntentKind, LookupPhase, OfferMade, OfferOutcome, Phase,
    Presence, Record, SegmentState, State, Status, StepPhase, SubStatus, Timer, WhyNot, WrapTimer,
    can_take, load, status, why_not,
};
use std::collections::{BTreeMap, BTreeSet};

/// What must hold of a decision before it is applied.
pub(crate) fn before(state: &State, record: &Record) {
    missed(state, record);
    let mut firsts = BTreeSet::new();
    for event in &record.events {
        if let Event::MessageKept { chat, .. } = event
            && record.kind == "post_message"
        {
            let open = state.chats.get(chat).is_some_and(|chat| chat.ended().is_none());
            assert!(open, "{chat} takes a message after its end");
        }
        if let Event::OfferMade(made) = event {
            let queue = &state.chats[&made.chat].queue;
            assert!(can_take(state, &made.agent, queue), "offered to {} who cannot", made.agent);
            if record.kind == "follow" {
                // Among those who could take it, a rule may have chosen.
                let ruled = record.hooks.iter().any(|asked| asked.hook == Hook::OnRoute);
                in_order(state, made, firsts.insert(made.chat) && !ruled);
            }
        }
    }
}

/// Who missed or rejected an offer, and still wants chats, gets the status that the queue, or a rule,
/// says.
fn missed(state: &State, record: &Record) {
    let ruled = record.hooks.iter().find_map(|asked| match asked.verdict.as_ref()?.known()? {
        Verdict::Missed { status, .. } => *status,
        _ => None,
    });
    for event in &record.events {
        let Event::OfferEnded { chat, agent, outcome, .. } = event else { continue };
        if !matches!(outcome, OfferOutcome::TimedOut | OfferOutcome::Rejected)
            || state.agents[agent].intent.kind != IntentKind::Available
        {
            continue;
        }
        let queue = state.queue(&state.chats[chat].queue).expect("a chat's queue is known");
        let wanted = match ruled.unwrap_or(queue.routing.missed_status) {
            MissedStatus::OnBreak => Some(IntentKind::OnBreak),
            MissedStatus::WorkOffline => Some(IntentKind::WorkOffline),
            MissedStatus::Available => None,
        };
        let set = record.events.iter().find_map(|event| match event {
            Event::IntentSet { agent: whose, to, .. } if whose == agent => Some(*to),
            _ => None,
        });
        assert_eq!(set, wanted, "what {agent} is after a miss");
    }
}

/// No chat that stands before this one and that the agent could take is passed over, and no agent
/// who stands before this one by the queue's strategy is, where this one is asked first and by no
/// rule.
fn in_order(state: &State, made: &OfferMade, first: bool) {
    let chat = &state.chats[&made.chat];
    let place = |chat: &Chat| (-chat.priority, chat.opened.desk_ms, chat.opened_seq);
    for other in state.chats.values().filter(|c| matches!(c.phase, Phase::Waiting { .. })) {
        let overtaken = place(other) < place(chat) && fits(state, &made.agent, other);
        assert!(!overtaken, "{} overtakes {} at {}", chat.id, other.id, made.agent);
    }
    let rank = |id: &AgentId| rank(state, chat, id);
    for other in state.agents.keys().filter(|other| first && fits(state, other, chat)) {
        assert!(rank(&made.agent) <= rank(other), "{} stands before {}", other, made.agent);
    }
}

/// Where an agent stands for this chat: the customer's last one first, then by level, what the
/// queue's strategy goes by, longest idle.
fn rank(state: &State, chat: &Chat, id: &AgentId) -> (bool, i16, f64, (u64, u64)) {
    let (agent, config) = (&state.agents[id], &state.config.agents[id]);
    let routing = &state.config.queues[&chat.queue].routing;
    let by = match routing.strategy {
        Strategy::LongestIdle | Strategy::Broadcast => 0.0,
        Strategy::RoundRobin => agent.last_offered as f64,
        Strategy::LeastBusy => f64::from(load(state, agent)) / f64::from(config.capacity),
        Strategy::FewestChats => f64::from(agent.accepted),
        Strategy::TopDown => {
            let named = routing.order.iter().position(|named| named == id);
            named.map_or(f64::INFINITY, |n| n as f64)
        }
    };
    let level = match routing.strategy {
        Strategy::TopDown => 0,
        _ => -i16::from(config.queues[&chat.queue]),
    };
    let last = chat.email_key.as_ref().and_then(|key| state.affinity.last(key));
    let fresh = |at: u64| state.at.desk_ms - at < u64::from(routing.affinity_secs) * 1000;
    let known = last.is_some_and(|(last, at)| last == id && fresh(at));
    (!known, level, by, agent.idle_since)
}

/// Whether a chat that waits could be offered to this agent now.
fn fits(state: &State, agent: &AgentId, chat: &Chat) -> bool {
    let (Some(config), Some(queue)) =
        (state.config.agents.get(agent), state.config.queues.get(&chat.queue))
    else {
        return false;
    };
    let now = state.at.desk_ms;
    let skilled = chat.skills.iter().chain(&queue.skills).all(|(skill, least)| {
        config.skills.get(skill).is_some_and(|level| chat.relaxed || level >= least)
    });
    let cool = chat.missed.iter().all(|missed| missed.agent != *agent || missed.until <= now);
    let local = config.authority == Authority::Local && chat.authority == Authority::Local;
    can_take(state, agent, &chat.queue) && skilled && cool && local && !chat.held()
}

/// What must hold after every record.
pub(crate) fn after(state: &State, record: &Record) {
    let kind = &record.kind;
    for event in &record.events {
        if let Event::OfferMade(made) = event {
            let load = load(state, &state.agents[&made.agent]);
            let capacity = state.config.agents[&made.agent].capacity;
            assert!(load <= capacity, "an offer takes {} to {load} of {capacity}", made.agent);
        }
    }
    places(state, kind);
    reasons(state, kind);
    statuses(state, kind);
    timers(state, kind);
    outbox(state, kind);
    deliveries(state, kind);
    for chat in state.chats.values() {
        assert!(guarded(state, chat), "no deadline for {chat:?} after {kind}");
    }
}

/// Whoever could not be offered a chat that waits is told a reason, and nobody else is.
fn reasons(state: &State, kind: &str) {
    for chat in state.chats.values().filter(|chat| matches!(chat.phase, Phase::Waiting { .. })) {
        for agent in state.config.agents.keys() {
            let why = why_not(state, chat, agent);
            let could = matches!(why, None | Some(WhyNot::Behind(_)));
            let fits = fits(state, agent, chat);
            assert_eq!(could, fits, "{agent} and {}: {why:?} after {kind}", chat.id);
        }
    }
}

/// Each chat is in one place, and agents and chats agree about it.
fn places(state: &State, kind: &str) {
    let mut open: BTreeMap<&AgentId, BTreeSet<SegmentId>> = BTreeMap::new();
    for (id, chat) in &state.chats {
        let active: Vec<u16> = chat
            .segments
            .iter()
            .filter(|segment| segment.state == SegmentState::Active)
            .map(|segment| segment.n)
            .collect();
        let last = chat.segments.last().map(|segment| segment.n);
        match &chat.phase {
            Phase::Active => assert_eq!(active, Vec::from_iter(last), "{id} after {kind}"),
            _ => assert!(active.is_empty(), "{id} is active and {:?} after {kind}", chat.phase),
        }
        for offer in chat.offers() {
            assert_eq!(state.agents[&offer.agent].offer, Some(*id), "{id} after {kind}");
        }
        let asked: BTreeSet<&AgentId> = chat.offers().map(|offer| &offer.agent).collect();
        assert_eq!(asked.len(), chat.offers().count(), "{id} is offered twice after {kind}");
        assert!(asked.len() <= Chat::ASKED_MAX, "{id} is offered to too many after {kind}");
        for segment in chat.segments.iter().filter(|segment| segment.is_open()) {
            open.entry(&segment.agent).or_default().insert(SegmentId { chat: *id, n: segment.n });
        }
        let done = chat.segments.iter().all(|segment| !segment.is_open());
        let awaited = chat.matched.lookup.is_some();
        assert!(
            chat.ended().is_none() || !done || awaited,
            "{id} has no business in memory after {kind}"
        );
    }
    for (id, agent) in &state.agents {
        assert_eq!(agent.segments, open.remove(id).unwrap_or_default(), "{id} after {kind}");
        if let Some(chat) = agent.offer {
            assert!(state.chats[&chat].offer_to(id).is_some(), "{id} after {kind}");
        }
        let keeps = !agent.retired || !agent.is_idle();
        assert!(keeps, "{id} is retired, has nothing open and is still there after {kind}");
    }
    assert!(open.is_empty(), "segments of nobody after {kind}: {open:?}");
}

/// The status is what the table of the design derives.
fn statuses(state: &State, kind: &str) {
    for (id, agent) in &state.agents {
        assert_eq!(status(state, agent), derived(state, agent), "{id} after {kind}");
    }
}

fn derived(state: &State, agent: &Agent) -> (Status, SubStatus) {
    let mine = |segment: &&desk_core::Segment| {
        state.agents.iter().any(|(id, a)| std::ptr::eq(a, agent) && *id == segment.agent)
    };
    let segments: Vec<_> =
        state.chats.values().flat_map(|chat| &chat.segments).filter(mine).collect();
    let active = segments.iter().any(|segment| segment.state == SegmentState::Active);
    let post = |running: bool| {
        segments.iter().any(|segment| match segment.state {
            SegmentState::PostProcessing { timer, .. } => !running || timer.runs(),
            _ => false,
        })
    };
    let intent = agent.intent.kind;
    if intent == IntentKind::LoggedOut && agent.offer.is_none() && !active && !post(false) {
        return (Status::LoggedOut, SubStatus::None);
    }
    if active {
        let stop = intent != IntentKind::Available;
        return (Status::Busy, if stop { SubStatus::StopNew } else { SubStatus::None });
    }
    if agent.offer.is_some() {
        return (Status::Offered, SubStatus::None);
    }
    if post(false) && (intent != IntentKind::WorkOffline || post(true)) {
        return (Status::PostProcessing, SubStatus::None);
    }
    let status = match intent {
        IntentKind::Available => Status::Available,
        IntentKind::OnBreak => Status::OnBreak,
        IntentKind::WorkOffline => Status::WorkOffline,
        IntentKind::LoggedOut => Status::LoggedOut,
    };
    (status, SubStatus::None)
}

/// The deadlines that are set are those that the facts ask for.
fn timers(state: &State, kind: &str) {
    for (timer, at) in wanted_timers(state) {
        let set = state.desk.at(&timer).map(|at| at as i64).or(state.wall.at(&timer));
        assert!(set.is_some(), "{timer:?} is not set after {kind}");
        assert!(at.is_none() || at == set, "{timer:?} stands at {set:?}, not {at:?}, after {kind}");
    }
    let wanted: BTreeSet<Timer> =
        wanted_timers(state).into_iter().map(|(timer, _)| timer).collect();
    let all = state.desk.iter().map(|(_, timer)| timer).chain(state.wall.iter().map(|(_, t)| t));
    for timer in all.filter(|timer| !wanted.contains(*timer)) {
        let harmless = match timer {
            // Not renewed while offered, where it may also have come.
            Timer::WaitMax(chat) => state.chats[chat].offers().next().is_some(),
            // Comes once for an agent who stays away.
            Timer::AwayLong(agent) => state.agents[agent].presence == Presence::Away,
            // Due, and not decided yet.
            Timer::Cooldown(chat) => state.chats.contains_key(chat),
            Timer::Relax(chat) => {
                let chat = &state.chats[chat];
                matches!(chat.phase, Phase::Waiting { .. }) && !chat.relaxed
            }
            Timer::IdleRemind(chat) | Timer::IdleClose(chat) => {
                let chat = &state.chats[chat];
                chat.phase == Phase::Active && chat.unanswered_since.is_none()
            }
            Timer::ReplyRemind(chat) => {
                let chat = &state.chats[chat];
                chat.phase == Phase::Active && chat.unanswered_since.is_some()
            }
            Timer::CustomerGone(chat) => {
                let chat = &state.chats[chat];
                chat.streams == 0 && chat.ended().is_none()
            }
            Timer::Hold(chat) => state.chats[chat].held(),
            Timer::Work(_) => true,
            _ => false,
        };
        assert!(harmless, "{timer:?} is set for nothing after {kind}");
    }
}

fn wanted_timers(state: &State) -> Vec<(Timer, Option<i64>)> {
    let mut wanted = Vec::new();
    let desk = |at: u64| Some(at as i64);
    for (id, chat) in &state.chats {
        let local = chat.authority == Authority::Local;
        match &chat.phase {
            Phase::Waiting { .. } if local => wanted.push((Timer::WaitMax(*id), None)),
            Phase::Offered(round) => {
                wanted.push((Timer::Offer(*id), desk(round.first.deadline)));
            }
            Phase::Active if local => wanted.push((Timer::Silence(*id), None)),
            _ => {}
        }
        if !local && chat.ended().is_none() {
            wanted.push((Timer::Observed(*id), None));
        }
        let now = state.at.desk_ms;
        let hot = chat.missed.iter().map(|missed| missed.until).filter(|until| *until > now);
        if matches!(chat.phase, Phase::Waiting { .. }) && hot.clone().next().is_some() {
            wanted.push((Timer::Cooldown(*id), None));
        }
        for segment in &chat.segments {
            let id = SegmentId { chat: *id, n: segment.n };
            if let SegmentState::PostProcessing { timer, .. } = segment.state {
                wanted.push((Timer::WrapupMax(id), None));
                if let WrapTimer::Running { deadline } = timer {
                    wanted.push((Timer::Wrapup(id), desk(deadline)));
                }
            }
        }
        if chat.matched.lookup.is_some() {
            wanted.push((Timer::LookupMax(*id), None));
        }
    }
    for (id, grant) in &state.grants {
        wanted.push((Timer::Grant(*id), Some(grant.expires_ms)));
    }
    for (id, agent) in &state.agents {
        if agent.presence == Presence::Grace {
            wanted.push((Timer::Grace(id.clone()), None));
        }
        if let Some(at) = agent.return_at {
            wanted.push((Timer::Return(id.clone()), desk(at)));
        }
    }
    for (id, hours) in &state.hours {
        if !hours.by_hand || hours.until_ms.is_some() {
            wanted.push((Timer::Hours(id.clone()), hours.until_ms));
        }
    }
    for (id, pop) in &state.pops {
        wanted.push((Timer::Pop(*id), Some(pop.until_ms)));
    }
    for (chat, incident) in &state.outbox.incidents {
        for (kind, step) in &incident.steps {
            if step.phase == StepPhase::Taken {
                wanted.push((Timer::Step(StepId { chat: *chat, kind: *kind }), None));
            }
        }
    }
    for (id, delivery) in &state.deliveries.open {
        if delivery.phase == DeliveryPhase::Taken {
            wanted.push((Timer::Delivery(*id), None));
        }
    }
    wanted
}

/// What drivers may take of deliveries is what the facts say, within their bound.
fn deliveries(state: &State, kind: &str) {
    let mut due = BTreeSet::new();
    let mut count = BTreeMap::<_, u32>::new();
    for (id, delivery) in &state.deliveries.open {
        *count.entry(&delivery.sink).or_default() += 1;
        if let DeliveryPhase::Due { at } = delivery.phase {
            due.insert((&delivery.sink, at, *id));
        }
    }
    let listed = state.deliveries.due();
    let listed = listed.flat_map(|(sink, due)| due.map(move |(at, id)| (sink, at, id)));
    assert_eq!(listed.collect::<BTreeSet<_>>(), due, "after {kind}");
    for (sink, count) in count {
        assert_eq!(state.deliveries.count(sink), count, "after {kind}");
    }
}

/// What drivers may take is what the facts say, and no incident stays that is settled.
fn outbox(state: &State, kind: &str) {
    let due = |(id, chat): (&ChatId, &Chat)| match chat.matched.lookup.as_ref()?.phase {
        LookupPhase::Due { at } => Some((at, *id)),
        LookupPhase::Taken => None,
    };
    let lookups: BTreeSet<_> = state.chats.iter().filter_map(due).collect();
    assert_eq!(state.lookups, lookups, "after {kind}");
    let mut steps = BTreeSet::new();
    for (chat, incident) in &state.outbox.incidents {
        let open = !incident.settled() || state.chats.contains_key(chat);
        assert!(open, "the settled incident of {chat} stays after {kind}");
        let taken = incident.steps.values().filter(|s| s.phase == StepPhase::Taken).count();
        assert!(taken <= 1, "two steps of {chat} at once after {kind}");
        let created = incident.steps.get(&desk_core::name::StepKind::Create);
        let created = created.is_none_or(|create| create.phase == StepPhase::Done);
        if let Some((kind, step)) = incident.next().filter(|_| !incident.skipped) {
            assert!(created || kind == desk_core::name::StepKind::Create, "{kind} before create");
            if let StepPhase::Due { at } = step.phase {
                steps.insert((at, StepId { chat: *chat, kind }));
            }
        }
    }
    assert_eq!(state.outbox.due().collect::<BTreeSet<_>>(), steps, "after {kind}");
}

/// Every state that is not final has a deadline and somebody who acts on it.
fn guarded(state: &State, chat: &Chat) -> bool {
    let of_chat = match &chat.phase {
        Phase::Waiting { .. } => Timer::WaitMax(chat.id),
        Phase::Offered(_) => Timer::Offer(chat.id),
        Phase::Active => Timer::Silence(chat.id),
        Phase::Ended { .. } => return true,
    };
    state.is_set(&of_chat) || state.is_set(&Timer::Observed(chat.id))
}

/// What must hold once no follow-up is left.
pub(crate) fn at_rest(state: &State, row: &str) {
    assert!(state.work.is_empty(), "work is left\n{row}");
    for chat in state.chats.values().filter(|chat| matches!(chat.phase, Phase::Waiting { .. })) {
        let taker = state.agents.keys().find(|agent| fits(state, agent, chat));
        assert!(taker.is_none(), "{} waits though {taker:?} could take it\n{row}", chat.id);
        let closed = !state.config.queues.contains_key(&chat.queue) && !chat.held();
        assert!(!closed, "{} waits in a retired queue\n{row}", chat.id);
        let hours = state.config.queues.get(&chat.queue).and_then(|queue| queue.hours.as_ref());
        let to_form = hours.is_some_and(|hours| hours.then == ClosingThen::Form);
        let closed = state.closed(&chat.queue).is_some() && !chat.held();
        let local = chat.authority == Authority::Local;
        assert!(!(to_form && closed && local), "{} waits in a closed queue\n{row}", chat.id);
    }
    if state.chats.is_empty() && state.outbox.incidents.is_empty() {
        assert!(state.retired_queues.is_empty(), "retired queues stay\n{row}");
        assert!(state.retired_agents.is_empty(), "retired agents stay\n{row}");
        assert!(state.lookups.is_empty(), "lookups stay\n{row}");
    }
}
