//! What is counted as it happens. Counting takes no part in a decision and waits for nobody: records
//! are counted by the journal's writer, refusals by whoever is refused.

use crate::views::words;
use desk_core::{Event, Record};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// A label, whose values are words of this program.
type Word = [(&'static str, &'static str); 1];
/// A number that only grows, by a label.
type Words = Family<Word, Counter>;

/// The steps by which commits are told apart, in seconds: what a disk takes.
const COMMIT_SECS: [f64; 12] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];
/// The same for how late deadlines are: a timer's resolution is a millisecond.
const LATE_SECS: [f64; 10] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The counts since the daemon's start. Clones share them.
#[derive(Clone)]
pub(crate) struct Counted {
    records: Counter,
    commits: Histogram,
    late: Histogram,
    inbox: Gauge,
    chats: Counter,
    turned_away: Words,
    ended: Words,
    offers: Words,
    messages: Words,
    refusals: Words,
    requests: Family<[(&'static str, u16); 1], Counter>,
    handshakes: Words,
}

impl Default for Counted {
    fn default() -> Self {
        Self {
            records: Counter::default(),
            commits: Histogram::new(COMMIT_SECS),
            late: Histogram::new(LATE_SECS),
            inbox: Gauge::default(),
            chats: Counter::default(),
            turned_away: Words::default(),
            ended: Words::default(),
            offers: Words::default(),
            messages: Words::default(),
            refusals: Words::default(),
            requests: Family::default(),
            handshakes: Words::default(),
        }
    }
}

impl Counted {
    /// A record is about to be committed.
    pub(crate) fn record(&self, record: &Record) {
        self.records.inc();
        for event in &record.events {
            self.event(event);
        }
    }

    fn event(&self, event: &Event) {
        let (of, label) = match event {
            Event::ChatOpened(_) => {
                self.chats.inc();
                return;
            }
            Event::ChatTurnedAway { why, .. } => (&self.turned_away, ("why", why.name())),
            Event::ChatEnded { how, .. } => (&self.ended, ("how", how.name())),
            Event::OfferMade(_) => (&self.offers, ("came", "made")),
            Event::SegmentOpened { .. } => (&self.offers, ("came", "accepted")),
            Event::OfferEnded { outcome, .. } => {
                (&self.offers, ("came", words::outcome(*outcome).as_str()))
            }
            Event::MessageKept { from, .. } => {
                (&self.messages, ("from", words::sender(from).as_str()))
            }
            _ => return,
        };
        of.get_or_create(&[label]).inc();
    }

    /// A commit took so long.
    pub(crate) fn commit(&self, took: Duration) {
        self.commits.observe(took.as_secs_f64());
    }

    /// A deadline was decided so many milliseconds after it was due.
    pub(crate) fn late(&self, late_ms: u64) {
        self.late.observe(Duration::from_millis(late_ms).as_secs_f64());
    }

    /// Something comes into the engine's inbox.
    pub(crate) fn comes(&self) {
        self.inbox.inc();
    }

    /// It has left the inbox, or found no room.
    pub(crate) fn goes(&self) {
        self.inbox.dec();
    }

    /// Something was not done, by the stable code of why.
    pub(crate) fn refused(&self, code: &'static str) {
        self.refusals.get_or_create(&[("code", code)]).inc();
    }

    /// A request over HTTP was answered with this status.
    pub(crate) fn answered(&self, status: u16) {
        self.requests.get_or_create(&[("status", status)]).inc();
    }

    /// What came of a TLS handshake.
    pub(crate) fn handshake(&self, came: &'static str) {
        self.handshakes.get_or_create(&[("came", came)]).inc();
    }

    pub(super) fn register(&self, to: &mut Registry) {
        let secs = || Unit::Seconds;
        to.register("records", "Records committed", self.records.clone());
        let help = "How long commits of the journal took, sync included";
        to.register_with_unit("journal_commit", help, secs(), self.commits.clone());
        let help = "How late deadlines of running desk time were decided";
        to.register_with_unit("deadline_late", help, secs(), self.late.clone());
        to.register("inbox_inputs", "Inputs that wait for the engine", self.inbox.clone());
        to.register("chats_opened", "Chats that came in", self.chats.clone());
        let help = "Chats that were turned away";
        to.register("chats_turned_away", help, self.turned_away.clone());
        to.register("chats_ended", "Chats that ended", self.ended.clone());
        to.register("offers", "Offers, made and what came of them", self.offers.clone());
        to.register("messages", "Messages kept", self.messages.clone());
        let help = "Commands that were not done, by the stable code of why";
        to.register("refusals", help, self.refusals.clone());
        to.register("http_requests", "Requests answered over HTTP", self.requests.clone());
        let help = "TLS handshakes: done, failed, or late (not in time)";
        to.register("tls_handshakes", help, self.handshakes.clone());
    }

    /// Counts one of each, for tests of the text.
    #[cfg(test)]
    pub(super) fn each(&self) {
        for (of, label) in [
            (&self.turned_away, ("why", "full")),
            (&self.ended, ("how", "agent")),
            (&self.offers, ("came", "made")),
            (&self.messages, ("from", "customer")),
            (&self.refusals, ("code", "chat_ended")),
            (&self.handshakes, ("came", "done")),
        ] {
            of.get_or_create(&[label]).inc();
        }
        self.answered(200);
    }
}
