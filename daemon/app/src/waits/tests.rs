use super::{Handled, pass, slots};
use crate::testing::Play;
use desk_core::name::AgentId;
use desk_core::{Actor, Command, Record};

fn wrap_up(play: &mut Play, chat: desk_core::name::ChatId) {
    let (agent, who) = (AgentId::from("alice"), Actor::Agent("alice".into()));
    let codes = vec!["solved".into()];
    play.done(who.clone(), Command::SetCodes { agent: agent.clone(), chat, codes });
    play.done(who, Command::WrapUp { agent, chat });
}

fn records(play: &mut Play) -> Vec<Record> {
    let published = std::mem::take(&mut play.published);
    published.iter().map(|published| (*published.record).clone()).collect()
}

#[test]
fn a_place_is_worth_the_mean_handling_time_over_the_slots() {
    let mut play = Play::new();
    play.ready("alice");
    let mut handled = Handled::of(play.state());
    // Alice carries two chats at once, each for a minute.
    for n in 1..=4 {
        let chat = play.chat(n, "help");
        play.accept("alice", chat);
        play.pass(60_000);
        wrap_up(&mut play, chat);
    }
    records(&mut play).iter().for_each(|record| handled.see(record));
    assert_eq!(handled.mean_ms[&"help".into()], 60_000);
    assert_eq!(slots(play.state(), &"help".into()), 2);
    for n in 11..=14 {
        let chat = play.chat(n, "help");
        if n <= 12 {
            play.accept("alice", chat);
        }
    }
    let waits = pass(play.state(), &handled.mean_ms);
    let place = |n: u128| waits.place(desk_core::name::ChatId(uuid::Uuid::from_u128(n)));
    assert!(place(12).is_none(), "an agent has it");
    let (first, second) = (place(13).unwrap(), place(14).unwrap());
    assert_eq!((first.position, first.expected_ms), (1, Some(30_000)));
    assert_eq!((second.position, second.expected_ms), (2, Some(60_000)));
    assert_eq!(waits.expected_ms(&"help".into(), 2), Some(90_000));
    assert_eq!(waits.expected_ms(&"sales".into(), 0), None, "nobody was ever helped there");
}

#[test]
fn where_nobody_serves_nothing_is_promised() {
    let mut play = Play::new();
    let chat = play.chat(1, "help");
    let means = [("help".into(), 60_000)].into();
    let place = pass(play.state(), &means).place(chat).unwrap();
    assert_eq!((place.position, place.expected_ms), (1, None));
}
