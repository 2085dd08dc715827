use super::{Figures, KEPT_MS, QUARTER_MS, quarter};
use crate::codec::encode;
use crate::engine::Published;
use crate::testing::Play;
use desk_core::name::{AgentId, ChatId};
use desk_core::{Actor, Command, IntentKind, Record};
use desk_journal::{Journal, MemoryJournal, MemoryWriter};
use desk_wire::view::{OfferFiguresView, QueueFiguresView, TookView};
use std::sync::Arc;

/// What the play did since the last time, in a journal.
fn keep(play: &mut Play, journal: &mut MemoryWriter) {
    let published = std::mem::take(&mut play.published);
    // What began the play is not published.
    let record = |published: &Arc<Published>| {
        encode(&Record { seq: published.record.seq - 2, ..(*published.record).clone() })
    };
    let rows: Vec<_> = published.iter().map(record).collect();
    journal.append(rows[0].seq, 1, &rows).unwrap();
}

fn ask_available(play: &mut Play) {
    let agent = AgentId::from("alice");
    let to = IntentKind::Available;
    play.done(Actor::Agent(agent.clone()), Command::AskStatus { agent, to, reason: None });
}

fn end_and_wrap_up(play: &mut Play, chat: ChatId) {
    let (agent, who) = (AgentId::from("alice"), Actor::Agent("alice".into()));
    play.pass(60_000);
    play.done(who.clone(), Command::EndChat { chat, agent: Some(agent.clone()) });
    play.pass(20_000);
    let codes = vec!["solved".into()];
    play.done(who.clone(), Command::SetCodes { agent: agent.clone(), chat, codes });
    play.done(who, Command::WrapUp { agent, chat });
}

fn help(figures: &Figures, since: i64) -> QueueFiguresView {
    figures.of(&"help".into(), "Help".into(), since)
}

#[test]
fn what_happened_is_counted_once_by_queue_and_quarter() {
    let mut play = Play::new();
    let journal = MemoryJournal::new();
    let mut writer = journal.open(1).0;
    let mut figures = Figures::default();
    let began = play.now.wall_ms;
    play.ready("alice");
    let chat = play.chat(1, "help");
    let (agent, who) = (AgentId::from("alice"), Actor::Agent("alice".into()));
    play.done(who, Command::Reject { agent, chat, offer: None, reason: None });
    play.pass(30_000);
    ask_available(&mut play);
    play.accept("alice", chat);
    end_and_wrap_up(&mut play, chat);
    keep(&mut play, &mut writer);
    figures.catch_up(&journal, play.now.wall_ms).unwrap();
    figures.catch_up(&journal, play.now.wall_ms).unwrap();
    let of = help(&figures, began);
    let offers = OfferFiguresView { accepted: 1, rejected: 1, ..OfferFiguresView::default() };
    assert_eq!((of.came, of.offers), (1, offers));
    assert_eq!(of.handled, TookView { count: 1, mean_ms: Some(60_000) });
    assert_eq!(of.wrapped, TookView { count: 1, mean_ms: Some(20_000) });
    assert_eq!(of.quarters[0].at, quarter(began));
    assert_eq!(figures.of(&"sales".into(), "Sales".into(), began).came, 0);

    // Another chat, an hour later: the one before is older than what is asked for.
    play.pass(3_600_000);
    let later = play.now.wall_ms;
    play.chat(2, "help");
    play.pass(600_000);
    keep(&mut play, &mut writer);
    figures.catch_up(&journal, play.now.wall_ms).unwrap();
    let of = help(&figures, later);
    assert_eq!((of.came, of.offers.timed_out, of.handled.mean_ms), (1, 1, None));
    assert_eq!(help(&figures, began).came, 2);
}

#[test]
fn a_chat_that_is_handed_over_was_offered_once() {
    let mut play = Play::new();
    let journal = MemoryJournal::new();
    let mut writer = journal.open(1).0;
    play.ready("alice");
    let chat = play.chat(1, "help");
    play.accept("alice", chat);
    play.ready("bob");
    let hand = Command::HandOver { agent: "alice".into(), to: Some("bob".into()) };
    play.done(Actor::Supervisor("test".into()), hand);
    keep(&mut play, &mut writer);
    let mut figures = Figures::default();
    figures.catch_up(&journal, play.now.wall_ms).unwrap();
    let of = help(&figures, 0);
    assert_eq!((of.offers.accepted, of.handled.count), (1, 1));
}

#[test]
fn what_is_older_than_the_longest_day_is_not_kept() {
    let mut play = Play::new();
    let journal = MemoryJournal::new();
    let mut writer = journal.open(1).0;
    let mut figures = Figures::default();
    play.ready("alice");
    play.chat(1, "help");
    keep(&mut play, &mut writer);
    figures.catch_up(&journal, play.now.wall_ms).unwrap();
    assert_eq!(help(&figures, 0).came, 1);
    let later = play.now.wall_ms + KEPT_MS + QUARTER_MS;
    figures.catch_up(&journal, later).unwrap();
    assert_eq!(help(&figures, 0).came, 0);
    let mut anew = Figures::default();
    anew.catch_up(&journal, later).unwrap();
    assert_eq!(help(&anew, 0).came, 0, "nor is it read");
}
