//! What `on_event` is told of a record: a closed list of events by their names in the journal, each
//! with facts that are no person's. Who the customer is stands in the chat.

use crate::event::Event;
use crate::name::QueueId;
use crate::outbox::{StepEvent, Story};
use crate::policy::{About, Question};
use crate::record::Record;
use serde_json::Value;
use std::collections::BTreeMap;

/// The events, each with its fields.
pub const TOLD: [(&str, &[&str]); 20] = [
    ("chat_opened", &["priority"]),
    ("chat_turned_away", &["why"]),
    ("chat_moved", &["overflow", "priority"]),
    ("offer_made", &[]),
    ("offer_ended", &["outcome", "reason"]),
    ("segment_opened", &[]),
    ("segment_left", &["n", "why"]),
    ("segment_wrapped", &["codes", "how", "n"]),
    ("chat_ended", &["form", "how"]),
    ("match_set", &["count", "state"]),
    ("match_chosen", &[]),
    ("reply_overdue", &[]),
    ("incident_written", &["appended", "number"]),
    ("incident_skipped", &[]),
    ("step_parked", &["step"]),
    ("intent_set", &["cause", "reason", "to"]),
    ("level_crossed", &["below", "percent", "target"]),
    ("queue_hours_set", &["open"]),
    ("drain_set", &["on"]),
    ("low_disk_set", &["on"]),
];

/// An event that is told.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    record: &'a Record,
    event: &'a Event,
    /// The so-manieth event of its record.
    nth: u64,
    name: &'static str,
    fields: &'static [&'static str],
}

/// What is told of a record, in order; nothing of those of deliveries themselves.
pub fn told(record: &Record) -> impl Iterator<Item = Told<'_>> {
    let events = if record.is_of_deliveries() { &[][..] } else { &record.events[..] };
    events.iter().zip(0..).filter_map(move |(event, nth)| {
        let name = name(event)?;
        let (name, fields) = TOLD.iter().find(|(told, _)| *told == name)?;
        Some(Told { record, event, nth, name, fields })
    })
}

impl Told<'_> {
    /// The event.
    #[must_use]
    pub const fn event(&self) -> &Event {
        self.event
    }

    /// What the rule is asked; `story`: of the event's chat, up to its record.
    #[must_use]
    pub fn question(&self, story: Option<&Story>) -> Question {
        let at = self.record.at;
        Question {
            now_ms: at.wall_ms,
            // Events of one record share its number but not their random numbers.
            seed: self.record.seq ^ self.nth.rotate_right(16),
            queue: None,
            chat: story.map(|story| story.view(story.caller().cloned(), at)),
            about: About::Event {
                event: self.name.into(),
                seq: self.record.seq,
                queue: queue(self.event).or_else(|| story.map(|story| story.queue.clone())),
                agent: self.event.agent().cloned(),
                fields: self.facts(),
            },
        }
    }

    /// The event's fields, as texts.
    fn facts(&self) -> BTreeMap<String, String> {
        let Ok(mut event) = serde_json::to_value(self.event) else { return BTreeMap::new() };
        if let Some(open) = event.pointer("/hours/open").cloned() {
            event["open"] = open;
        }
        let fact = |name: &&str| Some(((*name).to_owned(), plain(event.get(*name)?)?));
        self.fields.iter().filter_map(fact).collect()
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(list) => Some(list.iter().filter_map(plain).collect::<Vec<_>>().join(",")),
        Value::Null | Value::Object(_) => None,
    }
}

fn name(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::ChatOpened(_) => "chat_opened",
        Event::ChatTurnedAway { .. } => "chat_turned_away",
        Event::ChatMoved { .. } => "chat_moved",
        Event::OfferMade(_) => "offer_made",
        Event::OfferEnded { .. } => "offer_ended",
        Event::SegmentOpened { .. } => "segment_opened",
        Event::SegmentLeft { .. } => "segment_left",
        Event::SegmentWrapped { .. } => "segment_wrapped",
        Event::ChatEnded { .. } => "chat_ended",
        Event::MatchSet { .. } => "match_set",
        Event::MatchChosen { .. } => "match_chosen",
        Event::ReplyOverdue { .. } => "reply_overdue",
        Event::IncidentWritten { .. } => "incident_written",
        Event::IncidentSkipped { .. } => "incident_skipped",
        Event::StepMoved { to: StepEvent::Parked { .. }, .. } => "step_parked",
        Event::IntentSet { .. } => "intent_set",
        Event::LevelCrossed { .. } => "level_crossed",
        Event::QueueHoursSet { .. } => "queue_hours_set",
        Event::DrainSet { .. } => "drain_set",
        Event::LowDiskSet { .. } => "low_disk_set",
        _ => return None,
    })
}

fn queue(event: &Event) -> Option<QueueId> {
    match event {
        Event::ChatTurnedAway { queue, .. }
        | Event::LevelCrossed { queue, .. }
        | Event::QueueHoursSet { queue, .. } => Some(queue.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Actor;
    use crate::name::ChatId;
    use crate::time::Stamp;

    fn record(events: Vec<Event>) -> Record {
        Record {
            v: crate::record::VERSION,
            seq: 7,
            shard: 0,
            epoch: 1,
            at: Stamp { desk_ms: 5, wall_ms: 9 },
            who: Actor::Daemon,
            kind: "x".into(),
            id: None,
            config: None,
            hooks: Vec::new(),
            about: None,
            events,
        }
    }

    #[test]
    fn an_event_is_told_by_its_name_in_the_journal_with_its_facts() {
        let chat = ChatId(uuid::Uuid::from_u128(1));
        let codes = vec!["sold".into(), "call".into()];
        let how = crate::chat::WrappedHow::Agent;
        let record = record(vec![
            Event::ChatClosed { chat },
            Event::SegmentWrapped { chat, n: 2, how, codes },
            Event::LevelCrossed { queue: "q".into(), below: true, percent: 70, target: 80 },
        ]);
        let questions: Vec<_> = told(&record).map(|told| told.question(None)).collect();
        let [wrapped, level] = &questions[..] else { panic!("{}", questions.len()) };
        let About::Event { event, seq, queue, fields, .. } = &wrapped.about else { panic!() };
        assert_eq!((event.as_str(), *seq, queue), ("segment_wrapped", 7, &None));
        let fact = |name: &str| fields.get(name).map(String::as_str);
        assert_eq!(
            [fact("codes"), fact("how"), fact("n")].map(Option::unwrap),
            ["sold,call", "agent", "2"]
        );
        let About::Event { queue, fields, .. } = &level.about else { panic!() };
        assert_eq!((queue, fields["percent"].as_str()), (&Some("q".into()), "70"));
        assert_ne!(wrapped.seed, level.seed);
    }

    #[test]
    fn nothing_is_told_of_deliveries_themselves() {
        let on = Event::DrainSet { on: true };
        let own = Event::EventsFollowed { to: Some(1), skipped: 0 };
        assert_eq!(told(&record(vec![on.clone()])).count(), 1);
        assert_eq!(told(&record(vec![on.clone(), own])).count(), 0);
        let followed = Record { kind: "follow_events".into(), ..record(vec![on]) };
        assert_eq!(told(&followed).count(), 0);
    }
}
