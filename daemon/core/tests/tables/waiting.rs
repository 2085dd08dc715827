//! Chats that wait: their queue's limit, customers who are gone, the service level.

use crate::kit::{Desk, check_all};

#[test]
fn a_chat_that_waited_as_long_as_its_queue_lets_it_goes_on_or_ends() {
    check_all(
        "
        # Off by default: the backstop alone.
        open c1 | wait 7199 | c1 waiting
        ^ | wait 7200 | c1 ends expired
        [wait-5-min overflow] open c1 | wait 299 | c1 waiting, c1 in help
        ^ | wait 300 | c1 waiting, c1 in sales
        # The next queue's limit counts from there on; the backstop from the arrival.
        ^ | wait 599 | c1 waiting, c1 in sales
        ^ | wait 600 | c1 ends expired, c1 said by system
        [wait-5-min] open c1 | wait 300 | c1 ends expired
        [wait-5-min wait-end overflow] open c1 | wait 300 | c1 ends expired, c1 gone, \
            c1 said by system
        # One that is offered is left alone until it waits again.
        [wait-5-min] open c1; wait 290; available alice | wait 15 | c1 offered alice
        [wait-5-min] open c1; wait 290; available alice; wait 15; reject alice c1 | wait 1 | c1 \
            ends expired
        # A talk does not count, and one that comes back from it waits as long as another.
        [wait-5-min] busy alice c1; wait 600; force alice on_break; requeue c1 | wait 299 | c1 \
            waiting
        ^ | wait 300 | c1 ends expired
        ",
    );
}

#[test]
fn a_customer_who_is_gone_has_abandoned_a_chat_that_waits() {
    check_all(
        "
        [gone] open c1; came c1; went c1 | wait 59 | c1 waiting
        ^ | wait 60 | c1 ends abandoned
        [gone] open c1; came c1; went c1; wait 50; came c1 | wait 600 | c1 waiting
        # Of two streams the last one counts.
        [gone] open c1; came c1; came c1; went c1 | wait 600 | c1 waiting
        # Who says something is there.
        [gone] open c1; came c1; went c1; wait 50; say customer c1 hi | wait 59 | c1 waiting
        ^ | wait 60 | c1 ends abandoned
        # An offer ends with it; of a talk the idle clock decides.
        [gone] offered alice c1; came c1; wait 1; went c1; wait 18 | leave c1 | c1 ends abandoned
        [gone pop-offer] open c1; came c1; went c1; wait 50; available alice | wait 10 | c1 ends \
            abandoned, c1 offer abandoned
        [gone] busy alice c1; came c1; went c1 | wait 600 | c1 active
        # One who never had a stream is not gone, nor is one whose queue does not ask.
        [gone] open c1 | wait 600 | c1 waiting
        open c1; came c1; went c1 | wait 600 | c1 waiting
        # After a start everybody has a grace to come back.
        [gone] open c1; came c1; restart | wait 59 | c1 waiting
        ^ | wait 61 | c1 ends abandoned
        [gone] open c1; came c1; restart; came c1 | wait 600 | c1 waiting
        [gone] busy alice c1; came c1; end alice c1 | restart | alice post_processing
        [gone] open c1; came c1; leave c1 | came c1 | refused unknown_chat
        ",
    );
}

#[test]
fn a_service_level_is_said_when_it_is_left_and_when_it_is_met_again() {
    let mut desk = Desk::given("[level none capacity-1] available alice");
    let mut said = Vec::new();
    let mut chat = |desk: &mut Desk, late: bool| {
        let from = desk.records.len();
        if late {
            desk.line("ask alice on_break").expect("a break");
        }
        desk.line("open c1").expect("a chat");
        if late {
            desk.line("wait 21").expect("time");
            desk.line("ask alice available").expect("back");
        }
        desk.line("accept alice c1").expect("accepted");
        desk.line("end alice c1").expect("ended");
        desk.line("drop c1.create").expect("given up, and what waits for it");
        for event in desk.events_since(from) {
            if let desk_core::Event::LevelCrossed { below, percent, .. } = event {
                said.push((*below, *percent));
            }
        }
    };
    // The second that is late makes seven of nine, below eight of ten.
    (0..7).for_each(|_| chat(&mut desk, false));
    (0..3).for_each(|_| chat(&mut desk, true));
    (0..5).for_each(|_| chat(&mut desk, false));
    assert_eq!(said, [(true, 77), (false, 80)]);
    desk.hold("the level");
    assert_eq!(desk.state.levels[&"help".into()].percent(), Some(80));
}

#[test]
fn what_was_given_up_early_says_nothing_of_the_level_and_what_was_given_up_late_does() {
    check_all(
        "
        [level] open c1 | leave c1 | !level counted
        [level] open c1; wait 21 | leave c1 | level missed
        [level] offered alice c1 | accept alice c1 | level met
        [level] busy alice c1; requeue c1 | accept alice c1 | !level met
        offered alice c1 | accept alice c1 | !level met
        ",
    );
}
