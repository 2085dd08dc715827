//! Deliveries of a play: the driver that sends them, what follows the journal, and what must hold of
//! both.

use crate::instance::Trouble;
use crate::play::Play;
use crate::site;
use desk_core::config::Config;
use desk_core::name::{ChatId, DeliveryId};
use desk_core::policy::Hook;
use desk_core::{Actor, Command, Delivery, DeliveryPhase, DeliveryWork, Event, Payload, Record};
use desk_journal::Read;
use deskd::codec::decode;
use deskd::events::{Follower, Known, Looked};
use deskd::history;
use std::collections::{BTreeMap, BTreeSet};

/// Most records that what follows may be behind, in a play: met now and then.
const BEHIND_MAX: u64 = 120;

impl Play {
    /// A driver takes a delivery that is due; now and then one that is not.
    pub(crate) fn deliver(&mut self) {
        let now = self.desk().now.desk_ms;
        let state = self.desk().state();
        let due = state.deliveries.due();
        let mut due: Vec<DeliveryId> = due
            .flat_map(|(_, due)| due.take_while(|(at, _)| *at <= now).map(|(_, id)| id))
            .collect();
        if !self.quiet && self.rng.u8(..12) == 0 {
            due = self.desk().state().deliveries.open.keys().copied().collect();
        }
        if !self.quiet && self.rng.u8(..60) == 0 {
            due = vec![DeliveryId(uuid::Uuid::from_u128(self.rng.u128(..)))];
        }
        let Some(delivery) = self.rng.choice(due) else { return };
        self.give(Actor::Driver("deliver".into()), None, Command::TakeDelivery { delivery });
    }

    /// The receiver is sent what was taken.
    pub(crate) fn post(&mut self, work: &DeliveryWork) {
        let (delivery, attempt) = (work.delivery, work.attempt);
        let trouble = if self.quiet { Trouble::None } else { Trouble::draw(&mut self.rng) };
        self.counts.one("fault", &trouble.name().replace("instance", "receiver"));
        let sent = history::payload(&self.desk().disk, delivery, work.seq).expect("a sound disk");
        let answered = match sent {
            Some(sent) => self.receiver.perform(delivery, &sent, trouble, &mut self.rng),
            None => panic!("{delivery} is taken, and what it sends is not on disk"),
        };
        let answered = Box::new(answered);
        self.report_later(Command::DeliveryAnswered { delivery, attempt, answered });
    }

    /// What an admin does about a delivery, by chance.
    pub(crate) fn steer(&mut self) -> Option<Command> {
        let open: Vec<DeliveryId> = self.desk().state().deliveries.open.keys().copied().collect();
        let one = self.rng.choice(open);
        match self.rng.u8(..4) {
            0 => Some(Command::RetryDelivery { delivery: one? }),
            1 if self.rng.bool() => {
                let delivery = one?;
                // Whether or not its answer is heard.
                self.given_up.insert(delivery);
                Some(Command::DropDelivery { delivery, reason: None })
            }
            _ => {
                let done: Vec<DeliveryId> = self.receiver.all().collect();
                let delivery = self.rng.choice(done)?;
                let told = history::delivery(&self.desk().disk, delivery).expect("a sound disk")?;
                Some(Command::ReplayDelivery { delivery, header: Box::new(told.header) })
            }
        }
    }

    /// What follows the journal gets further, if the desk is told and tells that it was; false where
    /// there is nothing more.
    pub(crate) fn follow(&mut self) -> bool {
        let set = self.desk().state().scripts.clone();
        if self.follower.as_ref().is_none_or(|(of, _)| *of != self.scripts) {
            let (host, ..) = site::scripts(self.scripts);
            self.follower = Some((self.scripts, Follower::new(host, BEHIND_MAX)));
        }
        let state = self.desk().state();
        let (followed, kv) = (state.followed, state.kv.clone());
        let config = Config { sinks: state.config.sinks.clone(), ..Config::default() };
        let known = Known { followed, kv, config };
        let disk = self.desk().disk.clone();
        let (_, follower) = self.follower.as_mut().expect("made above");
        // As the daemon's: the set whose record is there, and no other.
        if Some(follower.host().set().hash()) != set.as_ref() {
            return false;
        }
        match follower.look(&disk, &known).expect("a sound disk") {
            Looked::Tell(told) => {
                if told.skipped > 0 {
                    self.fault("records are passed over");
                }
                let command = Command::FollowEvents(told);
                // Whoever hears no answer says it once more; it counts once.
                if !self.quiet && self.rng.u8(..8) == 0 {
                    self.fault("what was followed is told twice");
                    self.give(Actor::Driver("events".into()), None, command.clone());
                }
                self.give(Actor::Driver("events".into()), None, command);
                true
            }
            Looked::More => true,
            Looked::End => false,
        }
    }

    fn all_records(&self) -> Vec<Record> {
        let (mut records, mut after) = (Vec::new(), 0);
        loop {
            let rows = self.desk().disk.rows(after + 1, 4096).expect("a sound disk");
            let Some(last) = rows.last() else { return records };
            after = last.seq;
            records.extend(rows.iter().map(|row| decode(row).expect("a sound row")));
        }
    }

    /// What a good admin does about deliveries that wait for one; whether none is left.
    pub(crate) fn mend_deliveries(&mut self) {
        let parked = |(id, held): (&DeliveryId, &Delivery)| {
            matches!(held.phase, DeliveryPhase::Parked { .. }).then_some(*id)
        };
        let parked: Vec<_> =
            self.desk().state().deliveries.open.iter().filter_map(parked).collect();
        for delivery in parked {
            let retry = Command::RetryDelivery { delivery };
            self.give(Actor::Admin("admin".into()), None, retry);
        }
    }

    /// Each delivery that was wanted was sent, and what follows wanted one for each chat that ended
    /// while it followed, once.
    pub(crate) fn hold_deliveries(&mut self) {
        let records = self.all_records();
        let mut forgotten = BTreeSet::new();
        let mut wanted: BTreeMap<DeliveryId, Option<ChatId>> = BTreeMap::new();
        let mut by_event: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
        for event in records.iter().flat_map(|record| &record.events) {
            match event {
                Event::DeliveryWanted(it) => {
                    let before = wanted.insert(it.delivery, it.origin.chat);
                    assert!(before.is_none(), "{} is wanted twice", it.delivery);
                    if it.origin.hook == Hook::OnEvent
                        && let Some(payload) = it.payload.known()
                    {
                        *by_event.entry(told(payload)).or_default() += 1;
                    }
                }
                Event::PersonErased { chats, .. } => forgotten.extend(chats.iter().copied()),
                _ => {}
            }
        }
        for (event, times) in by_event {
            let event = String::from_utf8_lossy(&event).into_owned();
            assert_eq!(times, 1, "what was told once is delivered {times} times: {event}");
        }
        for (id, chat) in wanted {
            let gone = self.given_up.contains(&id) || chat.is_some_and(|c| forgotten.contains(&c));
            assert!(gone || self.receiver.has(id), "{id} was wanted and never sent");
        }
        Self::hold_followed(&records);
    }

    /// While the rules of the plays followed and their sink was there, a delivery was wanted, or lost
    /// with a count, for each chat that ended. Without its sink a rule fails, which is not written
    /// down each time.
    fn hold_followed(records: &[Record]) {
        let chance = site::set(1).hash();
        let (mut from, mut set) = (None, (0, None));
        let (mut has_sink, mut sink_since) = (true, 0);
        let mut ended: Vec<u64> = Vec::new();
        for record in records {
            for event in &record.events {
                match event {
                    Event::ScriptsSet { hash, .. } => set = (record.seq, Some(hash.clone())),
                    Event::ConfigSet { config, .. } => {
                        let has = config.sinks.keys().any(|sink| sink.as_str() == "crm");
                        if has != has_sink {
                            (has_sink, sink_since) = (has, record.seq);
                        }
                    }
                    Event::ChatEnded { .. } => ended.push(record.seq),
                    Event::EventsFollowed { to, skipped } => {
                        let before = std::mem::replace(&mut from, *to);
                        let (Some(before), Some(to), 0) = (before, *to, *skipped) else { continue };
                        if !has_sink || sink_since > before {
                            continue;
                        }
                        if set.0 > before || set.1.as_ref() != Some(chance) {
                            continue;
                        }
                        for seq in ended.iter().filter(|seq| (before + 1..=to).contains(seq)) {
                            let told = *seq == to && (is_told(record) || failed(record));
                            assert!(told, "record {seq} was passed over by {}", record.seq);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Whether something was wanted because of what was followed.
fn is_told(record: &Record) -> bool {
    let wanted =
        |event: &Event| matches!(event, Event::DeliveryWanted(_) | Event::DeliveryLost { .. });
    record.events.iter().any(wanted)
}

fn failed(record: &Record) -> bool {
    record.hooks.iter().any(|asked| asked.failure.is_some())
}

fn told(payload: &Payload) -> Vec<u8> {
    serde_json::to_vec(&payload.body).expect("it can be written")
}
