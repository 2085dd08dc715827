//! What a step made, in words that a table can name.

use super::Desk;
use desk_core::{
    Answer, Content, DeliveryPhase, Event, IntentKind, Parked, Phase, Presence, Refusal,
    SegmentState, StepEvent, StepPhase, SubStatus, TurnedAway, WhyNot, WrapTimer, status, why_idle,
    why_not, why_waits,
};
use serde::Serialize;
use std::collections::BTreeSet;

impl Desk {
    /// What is so now, and what happened since this many records.
    pub(crate) fn tokens(
        &self,
        answer: &Result<Answer, Refusal>,
        since: usize,
    ) -> BTreeSet<String> {
        let mut told = BTreeSet::new();
        match answer {
            Ok(answer) => {
                told.insert("done".into());
                told.insert(format!("answer {}", answer_word(answer)));
            }
            Err(refusal) => {
                told.insert(format!("refused {}", refusal.code()));
            }
        }
        if self.records.len() == since {
            told.insert("nothing new".into());
        }
        if let Ok(Answer::TurnedAway { opens_ms, form, .. }) = answer {
            told.extend(opens_ms.map(|at| format!("opens in {}", (at - self.now.wall_ms) / 1000)));
            told.extend(form.then(|| "form offered".to_owned()));
        }
        for (id, grant) in &self.state.grants {
            let left = (grant.expires_ms - self.now.wall_ms) / 1000;
            told.insert(format!("{} {} for {left}", word(&grant.kind), id.0.as_u128()));
        }
        told.insert(format!("grants {}", self.state.grants.len()));
        for (queue, hours) in &self.state.hours {
            told.insert(format!("{queue} {}", if hours.open { "open" } else { "closed" }));
            let left = |at: i64| (at - self.now.wall_ms) / 1000;
            told.extend(hours.until_ms.map(|at| format!("{queue} for {}", left(at))));
            told.extend(hours.opens_ms.map(|at| format!("{queue} opens in {}", left(at))));
            told.extend(hours.by_hand.then(|| format!("{queue} by hand")));
        }
        self.tell_agents(&mut told);
        self.tell_chats(&mut told);
        self.tell_outbox(&mut told);
        self.tell_deliveries(&mut told);
        for event in self.events_since(since) {
            told.extend(event_words(event));
        }
        for asked in self.records[since..].iter().flat_map(|record| &record.hooks) {
            told.insert(format!("asked {}", asked.hook));
            if asked.default_taken {
                told.insert(format!("default {}", asked.hook));
            }
        }
        if let Ok(Answer::Lookup(work)) = answer {
            told.extend(work.asks.iter().map(|ask| format!("looked for in {}", ask.table)));
        }
        told
    }

    /// Deliveries go by `d1`, `d2` …, in the order in which they were wanted.
    fn tell_deliveries(&self, told: &mut BTreeSet<String>) {
        for (id, n) in self.wanted_deliveries().into_iter().zip(1..) {
            let Some(held) = self.state.deliveries.open.get(&id) else {
                told.insert(format!("d{n} gone"));
                continue;
            };
            let phase = match held.phase {
                DeliveryPhase::Due { at } if at > self.now.desk_ms => "waits".into(),
                DeliveryPhase::Parked { why } => format!("parked {}", why.name()),
                phase => phase.name().to_owned(),
            };
            told.insert(format!("d{n} {phase}"));
            told.insert(format!("d{n} to {} of {}", held.sink, held.origin.hook));
        }
        told.insert(format!("deliveries {}", self.state.deliveries.open.len()));
        told.insert(format!("followed {:?}", self.state.followed));
    }

    fn tell_agents(&self, told: &mut BTreeSet<String>) {
        for (id, agent) in &self.state.agents {
            let (status, sub) = status(&self.state, agent);
            told.insert(format!("{id} {}", status.name()));
            if sub == SubStatus::StopNew {
                told.insert(format!("{id} stopnew"));
            }
            told.insert(format!("{id} wants {}", agent.intent.kind.name()));
            told.insert(format!("{id} because {}", word(&agent.intent.cause)));
            let presence = match agent.presence {
                Presence::Assumed => "assumed",
                Presence::Streaming { .. } => "streaming",
                Presence::Grace => "in grace",
                Presence::Away => "away",
            };
            told.insert(format!("{id} {presence}"));
            if agent.offer.is_some() {
                told.insert(format!("{id} has an offer"));
            }
            if agent.retired {
                told.insert(format!("{id} retired"));
            }
            let idle = why_idle(&self.state, id, None);
            told.insert(format!("{id} idle: {}", idle.as_ref().map_or("nothing", WhyNot::name)));
        }
        for id in ["alice", "bob", "carol"] {
            if !self.state.agents.contains_key(&id.into()) {
                told.insert(format!("{id} gone"));
            }
        }
    }

    fn tell_chats(&self, told: &mut BTreeSet<String>) {
        for (id, chat) in &self.state.chats {
            let c = format!("c{}", id.0.as_u128());
            match &chat.phase {
                Phase::Waiting { .. } => told.insert(format!("{c} waiting")),
                Phase::Offered(round) => {
                    let asked: Vec<&str> = round.offers().map(|o| o.agent.as_str()).collect();
                    told.insert(format!("{c} offered {}", asked.join("+")))
                }
                Phase::Active => told.insert(format!("{c} active")),
                Phase::Ended { how, .. } => told.insert(format!("{c} ended {}", how.name())),
            };
            told.extend(why_waits(&self.state, chat).map(|why| format!("{c} {}", why.name())));
            for agent in self.state.config.agents.keys() {
                let why = why_not(&self.state, chat, agent);
                let why = why.as_ref().map_or("nothing", WhyNot::name);
                told.insert(format!("{c} not {agent}: {why}"));
            }
            told.insert(format!("{c} in {}", chat.queue));
            told.insert(format!("{c} misses {}", chat.misses));
            told.insert(format!("{c} matched {}", chat.matched.state.name()));
            let chosen = chat.matched.chosen.as_ref().map_or("nobody", |r| &r.sys_id);
            told.insert(format!("{c} chosen {chosen}"));
            told.insert(format!("{c} messages {}", chat.messages));
            told.insert(format!("{c} internal {}", chat.internal));
            for segment in &chat.segments {
                let s = format!("{c}.{}", segment.n);
                let state = match &segment.state {
                    SegmentState::Active => format!("{s} active {}", segment.agent),
                    SegmentState::PostProcessing { timer, .. } => match timer {
                        WrapTimer::Off => format!("{s} post off"),
                        WrapTimer::Running { deadline } => {
                            let left = deadline - self.now.desk_ms;
                            told.insert(format!("{s} left {}", left / 1000));
                            format!("{s} post running")
                        }
                        WrapTimer::Stopped { .. } => format!("{s} post stopped"),
                    },
                    SegmentState::WrappedUp { .. } => format!("{s} wrapped"),
                };
                told.insert(state);
                let codes: Vec<&str> = segment.codes.iter().map(|code| code.as_str()).collect();
                told.insert(format!("{s} codes {}", codes.join("+")));
                told.insert(format!("{s} note {}", segment.note.or_empty()));
            }
        }
        for n in 1..=4 {
            if !self.state.chats.contains_key(&super::chat_id(n)) {
                told.insert(format!("c{n} gone"));
            }
        }
    }

    fn tell_outbox(&self, told: &mut BTreeSet<String>) {
        for (id, incident) in &self.state.outbox.incidents {
            let c = format!("c{}", id.0.as_u128());
            for (kind, step) in &incident.steps {
                let phase = match step.phase {
                    StepPhase::Due { .. } if step.doubtful => "doubtful".into(),
                    StepPhase::Parked { why } => format!("parked {}", why.name()),
                    phase => phase.name().into(),
                };
                told.insert(format!("{c}.{kind} {phase}"));
            }
            let caller = incident.caller.as_ref().map_or("nobody", |r| &r.sys_id);
            told.insert(format!("{c} caller {caller}"));
        }
        for n in 1..=4 {
            if !self.state.outbox.incidents.contains_key(&super::chat_id(n)) {
                told.insert(format!("c{n} settled"));
            }
        }
        let now = self.now.desk_ms;
        for (at, step) in self.state.outbox.due() {
            let name = format!("c{}.{}", step.chat.0.as_u128(), step.kind);
            let when =
                if at <= now { "takable".into() } else { format!("in {}", (at - now) / 1000) };
            told.insert(format!("{name} {when}"));
        }
        for (at, chat) in &self.state.lookups {
            let when = if *at <= now { "now".into() } else { format!("in {}", (at - now) / 1000) };
            told.insert(format!("c{} looked up {when}", chat.0.as_u128()));
        }
    }
}

fn answer_word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Done => "done",
        Answer::ChatOpened { .. } => "opened",
        Answer::TurnedAway { why, .. } => match why {
            TurnedAway::Full => "full",
            TurnedAway::Draining => "draining",
            TurnedAway::LowDisk => "low_disk",
            TurnedAway::Rule => "rule",
            TurnedAway::Closed => "closed",
        },
        Answer::FormKept { .. } => "form",
        Answer::MessageKept { .. } => "kept",
        Answer::Accepted { .. } => "accepted",
        Answer::Lookup(_) => "lookup",
        Answer::Step(Some(_)) => "step",
        Answer::Step(None) => "no step",
        Answer::Delivery(Some(_)) => "delivery",
        Answer::Delivery(None) => "no delivery",
        Answer::Pop(_) => "pop",
        Answer::Granted { .. } => "granted",
    }
}

/// A unit variant's name, as it is written.
fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(Into::into)).unwrap_or_default()
}

fn event_words(event: &Event) -> Vec<String> {
    let c = event.chat().map_or_else(String::new, |id| format!("c{}", id.0.as_u128()));
    match event {
        Event::OfferMade(made) => vec![format!("{c} offer to {}", made.agent), "offer".into()],
        Event::OfferEnded { outcome, agent, .. } => vec![
            format!("{c} offer {}", word(outcome)),
            format!("{c} offer {} {agent}", word(outcome)),
        ],
        Event::SegmentLeft { n, why, .. } => vec![format!("{c}.{n} left {}", word(why))],
        Event::SegmentWrapped { n, how, codes, .. } => {
            let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
            let codes = if codes.is_empty() { "nothing".into() } else { codes.join("+") };
            vec![format!("{c}.{n} wraps {}", word(how)), format!("{c}.{n} with {codes}")]
        }
        Event::ChatEnded { how, form, .. } => {
            let mut words = vec![format!("{c} ends {}", how.name())];
            words.extend(form.then(|| format!("{c} may leave a form")));
            words
        }
        Event::ChatClosed { .. } => vec![format!("{c} closes")],
        Event::ChatTurnedAway { why, .. } => vec![format!("{c} turned away {}", word(why))],
        Event::PopWanted(pop) => vec![
            format!("pop {} for {}", pop.record.sys_id, pop.agent),
            format!("pop for {}", pop.agent),
            "pop".into(),
        ],
        Event::StepWanted(wanted) => vec![format!("{c} wants {}", wanted.step.kind)],
        Event::StepMoved { step, to, why } => vec![match to {
            StepEvent::Due { .. } => format!("{c}.{} again", step.kind),
            StepEvent::Parked { why: Parked::BehindCreate } => format!("{c}.{} behind", step.kind),
            StepEvent::Parked { .. } => format!("{c}.{} parks", step.kind),
            StepEvent::Done => format!("{c}.{} is done", step.kind),
            StepEvent::Dropped => match why.as_ref().and_then(|why| why.known()) {
                Some(why) => format!("{c}.{} drops: {why}", step.kind),
                None => format!("{c}.{} drops", step.kind),
            },
        }],
        Event::IncidentWritten { number, .. } => vec![format!("{c} written {number}")],
        Event::InteractionWritten { step, .. } => vec![format!("{c} has {}", step.kind)],
        Event::IncidentDiffers { .. } => vec![format!("{c} differs")],
        Event::IncidentAppends { record, .. } => vec![format!("{c} appends to {}", record.sys_id)],
        Event::AppendRefused { .. } => vec![format!("{c} appends nowhere")],
        Event::IncidentSkipped { .. } => vec![format!("{c} skipped")],
        Event::IntentSet { agent, to, .. } => {
            let to = if *to == IntentKind::LoggedOut { "out" } else { to.name() };
            vec![format!("{agent} set {to}")]
        }
        Event::LevelCounted { met, .. } => {
            vec![if *met { "level met" } else { "level missed" }.into(), "level counted".into()]
        }
        Event::ChatHeld { secs, .. } => vec![format!("{c} held {secs}")],
        Event::WaitExtended { .. } => vec![format!("{c} waits longer")],
        Event::PrioritySet { priority, .. } => vec![format!("{c} priority {priority}")],
        Event::ClocksSet { .. } => vec![format!("{c} clocks moved")],
        Event::KvSet { key, value, .. } => {
            let value = value.as_ref().and_then(desk_core::Private::known);
            let value = value
                .map_or("nothing".into(), |value| serde_json::to_string(value).expect("a value"));
            vec![format!("kv {} {value}", key.or_empty())]
        }
        Event::DeliveryLost { sink, .. } => vec![format!("lost to {sink}")],
        Event::StatusDenied { agent } => vec![format!("{agent} denied")],
        Event::PersonErased { chats, .. } => {
            chats.iter().map(|id| format!("c{} erased", id.0.as_u128())).collect()
        }
        Event::ReplyOverdue { .. } => vec![format!("{c} reply overdue")],
        Event::MessageKept { from, content, tag, .. } => {
            let Content::Text { text } = content.known().expect("nothing is erased here");
            let mut words =
                vec![format!("{c} said by {}", word(&from.role())), format!("{c} text {text}")];
            words.extend(tag.iter().map(|tag| format!("{c} tag {tag}")));
            words
        }
        _ => Vec::new(),
    }
}
