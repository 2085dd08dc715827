//! The desk as a whole: repeats, starts, follow-ups, what is put off.

use crate::kit::{Desk, check_all};
use desk_core::{Actor, Command, Shelved, Timer, Work};

#[test]
fn a_repeat_gets_the_first_answer_and_doubles_nothing() {
    check_all(
        "
        id x; open c1 | again | answer opened, nothing new
        id x; open c1; leave c1 | again | answer opened, nothing new, c1 gone
        drain on; id x; open c1; drain off | again | answer draining, nothing new
        busy alice c1; id x; say alice c1 hello | again | answer kept, nothing new, c1 messages 1
        busy alice c1; id x; say alice c1 hello; end alice c1 | again | answer kept, nothing new
        offered alice c1; id x; accept alice c1 | again | answer accepted, nothing new
        offered alice c1; id x; accept alice c1; requeue c1 | again | answer accepted, nothing new
        # What changed nothing then would change something now.
        busy alice c1; id x; accept alice c1; requeue c1; wrap alice c1; wait 31 | again | answer \
            accepted, nothing new
        login alice; ask alice available; id x; ask alice available; ask alice on_break | again \
            | answer done, nothing new, alice on_break
        drain on; id x; drain on; drain off | again | answer done, nothing new
        offered alice c1; id x; reject alice c1; ask alice available | again | answer done, \
            nothing new
        busy alice c1; id x; wrap alice c1 | again | answer done, nothing new
        login alice; id x; ask alice available; ask alice on_break | again | nothing new, alice \
            on_break
        post alice c1; wrap alice c1; sent c1.create; take c1.complete.1; answer c1.complete.1 \
            refused; id x; drop c1.complete.1 | again | done, nothing new
        # Others' ids are others'.
        busy alice c1; id x; say alice c1 hello; id x | say customer c1 hello | c1 messages 2
        # Only so many are kept.
        [two-answers] open c1; id x; say customer c1 a | again | nothing new
        ",
    );
}

#[test]
fn a_repeat_of_what_a_rule_denied_asks_no_rule() {
    let mut desk = Desk::given("[optional] rule deny; post alice c1");
    desk.next_id = Some("x".into());
    let first = desk.line("wrap alice c1");
    let asked = desk.rules.asked.len();
    let records = desk.records.len();
    desk.line("rule none").expect("rules change");
    assert_eq!(desk.line("again"), first);
    assert_eq!((desk.rules.asked.len(), desk.records.len()), (0, records), "{asked}");
    desk.hold("a repeat of a denial");
}

#[test]
fn a_repeat_after_a_snapshot_was_read_gets_the_first_answer() {
    let mut desk = Desk::given("busy alice c1; id x; say alice c1 hello");
    let text = serde_json::to_string(&desk.state).expect("a state can be written");
    desk.state = serde_json::from_str(&text).expect("a state can be read");
    desk.state.rebuild();
    let records = desk.records.len();
    let first = desk_core::Answer::MessageKept { chat: crate::kit::chat_id(1), n: 1, internal: 0 };
    assert_eq!(desk.line("again"), Ok(first));
    assert_eq!(desk.records.len(), records);
}

#[test]
fn answers_are_kept_up_to_a_bound_and_the_oldest_go_first() {
    let mut desk = Desk::given("[two-answers] open c1");
    for id in ["x", "y", "z"] {
        desk.next_id = Some(id.into());
        desk.line("say customer c1 hello").expect("it is kept");
    }
    let kept = |id: &str| {
        let customer = Actor::Customer(crate::kit::chat_id(1));
        desk.state.answer_of(&customer, Some(&id.into())).is_some()
    };
    assert_eq!([kept("x"), kept("y"), kept("z")], [false, true, true]);
}

#[test]
fn what_a_driver_takes_is_not_kept_for_a_repeat() {
    check_all(
        "
        open c1; id x; take-lookup c1 | again | refused lookup_not_due
        busy alice c1; wrap alice c1; id x; take c1.create | again | refused step_not_due
        ",
    );
}

#[test]
fn a_deadline_or_follow_up_that_is_not_set_is_refused() {
    let mut desk = Desk::given("open c1");
    let chat = crate::kit::chat_id(1);
    let before = desk.state.digest();
    for command in [
        Command::Due(Timer::Offer(chat)),
        Command::Follow(Work::Place(chat)),
        Command::Follow(Work::Serve("alice".into())),
        Command::Follow(Work::Empty("sales".into())),
    ] {
        assert_eq!(desk.run(command).map_err(|refusal| refusal.code()), Err("stale"));
    }
    assert_eq!(desk.state.digest(), before);
}

#[test]
fn what_panicked_is_put_off_and_tried_again() {
    let mut desk = Desk::given("offered alice c1");
    let timer = Timer::Offer(crate::kit::chat_id(1));
    desk.strict = false;
    desk.run(Command::Shelve(Shelved::Timer(timer))).expect("it is put off");
    desk.advance(59_000);
    assert!(desk.tokens(&Ok(desk_core::Answer::Done), 0).contains("c1 offered alice"));
    desk.advance(1_000);
    assert!(desk.tokens(&Ok(desk_core::Answer::Done), 0).contains("c1 waiting"));

    let work = Work::Place(crate::kit::chat_id(1));
    desk.run(Command::Shelve(Shelved::Work(work))).expect("it is put off");
    desk.line("ask alice available").expect("she is available");
    desk.advance(120_000);
    desk.hold("put off");
}

#[test]
fn a_pop_that_was_put_off_leaves_no_deadline_behind() {
    let mut desk = Desk::given("busy alice c1; found c1 A");
    let pop = *desk.state.pops.keys().next().expect("a pop");
    desk.strict = false;
    desk.run(Command::Shelve(Shelved::Timer(Timer::Pop(pop)))).expect("it is put off");
    desk.line("report alice").expect("it is reported");
    assert!(!desk.state.is_set(&Timer::Pop(pop)));
}

#[test]
fn a_start_makes_due_again_what_was_taken() {
    check_all(
        "
        open c1; take-lookup c1 | restart | c1 looked up now
        offered alice c1; wait 10 | restart | c1 offered alice
        offered alice c1; wait 10; restart | wait 9 | c1 offered alice
        ^ | wait 10 | c1 offer timed_out
        post alice c1; wait 20 | restart | c1.1 left 40
        busy alice c1; wrap alice c1; take c1.create | restart | c1.create doubtful, c1.create \
            takable
        ",
    );
}
