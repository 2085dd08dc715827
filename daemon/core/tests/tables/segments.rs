//! What happens to a segment, by where it stands; wrap-up in each mode.

use crate::kit::{Desk, check_all};

#[test]
fn codes_and_notes_are_drafts_until_wrap_up() {
    check_all(
        "
        busy alice c1 | codes alice c1 solved | c1.1 codes solved
        ^ | note alice c1 all well | c1.1 note all well
        ^ | codes alice c1 nonsense | refused code_unknown
        ^ | codes alice c1 solved spam other | refused codes_too_many
        ^ | codes bob c1 solved | refused not_yours
        post alice c1 | codes alice c1 solved spam | c1.1 codes solved+spam
        ^ | note alice c1 all well | c1.1 note all well
        busy alice c1; requeue c1; wrap alice c1 | codes alice c1 solved | refused closed
        ^ | note alice c1 all well | refused closed
        open c1 | codes alice c1 solved | refused not_yours
        ",
    );
}

#[test]
fn a_code_that_others_stand_under_cannot_be_chosen() {
    check_all(
        "
        [tree] busy alice c1 | codes alice c1 done | refused code_is_group
        [tree] busy alice c1 | codes alice c1 all | refused code_is_group
        [tree] busy alice c1 | codes alice c1 solved other | c1.1 codes solved+other
        # One twice is one.
        busy alice c1 | codes alice c1 solved solved spam | c1.1 codes solved+spam
        ",
    );
}

#[test]
fn a_timed_wrap_up_is_extended_as_often_as_its_queue_allows() {
    check_all(
        "
        post alice c1; wait 50 | extend alice c1 | c1.1 left 40
        post alice c1; wait 50; extend alice c1 | wait 39 | c1.1 post running
        ^ | wait 40 | c1.1 wraps timer
        post alice c1; extend alice c1; extend alice c1 | extend alice c1 | refused not_extendable
        ^ | wait 119 | c1.1 left 1
        # A stopped timer is extended where it stands, and goes on with all of it.
        post alice c1; ask alice work_offline; extend alice c1 | ask alice available | c1.1 left 90
        busy alice c1 | extend alice c1 | refused not_extendable
        post alice c1 | extend bob c1 | refused not_yours
        [fixed] post alice c1 | extend alice c1 | refused not_extendable
        [optional] post alice c1 | extend alice c1 | refused not_extendable
        [mandatory] post alice c1; wait 60 | extend alice c1 | refused not_extendable
        post alice c1; open c2; wrap alice c1 | extend alice c1 | refused unknown_chat
        # A repeat of one command extends once.
        post alice c1; id e1; extend alice c1 | again | c1.1 left 90
        ",
    );
}

#[test]
fn wrap_up_ends_an_active_chat_in_the_same_step() {
    check_all(
        "
        busy alice c1; codes alice c1 solved | wrap alice c1 | c1 ends agent, c1.1 left ended, \
            c1.1 wraps agent, c1.1 with solved, c1 closes, alice available
        [mandatory] busy alice c1 | wrap alice c1 | refused code_missing, c1 active
        [mandatory none default] busy alice c1 | wrap alice c1 | refused code_missing
        [none] busy alice c1; codes alice c1 solved | wrap alice c1 | c1.1 wraps agent, c1.1 with \
            solved, c1 closes
        busy alice c1 | wrap bob c1 | refused not_yours
        ",
    );
}

#[test]
fn wrap_up_in_post_processing() {
    check_all(
        "
        post alice c1 | wrap alice c1 | c1.1 wraps agent, c1 closes, alice available
        [mandatory] post alice c1 | wrap alice c1 | refused code_missing
        [mandatory] post alice c1; codes alice c1 spam | wrap alice c1 | c1.1 with spam
        [optional] post alice c1 | wrap alice c1 | c1.1 wraps agent
        [fixed] post alice c1 | wrap alice c1 | refused too_early
        [fixed] post alice c1; wait 59 | wrap alice c1 | refused too_early
        post alice c1 | wrap bob c1 | refused not_yours
        # Wrapped up, while the chat goes on: the same answer.
        busy alice c1; requeue c1; wrap alice c1 | wrap alice c1 | done, nothing new
        ",
    );
}

#[test]
fn the_modes_of_post_processing() {
    check_all(
        "
        [none] busy alice c1 | end alice c1 | c1.1 wraps none, c1 closes, alice available
        [none mandatory default] busy alice c1 | end alice c1 | c1.1 wraps none, c1.1 with other
        [none mandatory default] busy alice c1; codes alice c1 spam | leave c1 | c1.1 with spam
        [optional] busy alice c1 | end alice c1 | c1.1 post off, alice post_processing
        [optional] post alice c1 | wait 43199 | c1.1 post off
        [optional] post alice c1 | wait 43200 | c1.1 wraps backstop, c1.1 with nothing, alice \
            available
        [optional mandatory] post alice c1 | wait 43200 | c1.1 wraps backstop, c1.1 with uncoded
        [timed] busy alice c1 | end alice c1 | c1.1 post running, c1.1 left 60
        [timed] post alice c1 | wait 60 | c1.1 wraps timer, c1 closes
        [fixed] post alice c1 | wait 60 | c1.1 wraps timer, c1 closes
        ",
    );
}

#[test]
fn the_timer_at_zero_without_a_mandatory_code() {
    check_all(
        "
        [mandatory] post alice c1 | wait 60 | c1.1 post off, alice post_processing
        ^ | wait 9999 | c1.1 post off
        ^ | wait 43200 | c1.1 wraps backstop, c1.1 with uncoded
        [mandatory] post alice c1; codes alice c1 spam | wait 60 | c1.1 wraps timer, c1.1 with spam
        [mandatory default] post alice c1 | wait 60 | c1.1 post off
        [mandatory default] post alice c1 | wait 43200 | c1.1 wraps backstop, c1.1 with other
        [mandatory default take-default] post alice c1 | wait 60 | c1.1 wraps timer, c1.1 with other
        [mandatory take-default] post alice c1 | wait 60 | c1.1 post off
        [fixed mandatory] post alice c1; wait 60; codes alice c1 spam | wrap alice c1 | c1.1 \
            wraps agent
        [fixed mandatory] post alice c1; wait 60 | wrap alice c1 | refused code_missing
        ",
    );
}

#[test]
fn a_rule_may_deny_a_wrap_up() {
    check_all(
        "
        rule deny; post alice c1 | wrap alice c1 | refused denied, c1.1 post running
        ^ | wait 60 | c1.1 post off
        rule deny; busy alice c1 | wrap alice c1 | refused denied, c1 active
        rule deny 30; post alice c1 | wait 60 | c1.1 post running, c1.1 left 30
        rule more 30; post alice c1 | wait 60 | c1.1 post running, c1.1 left 30
        ^ | wrap alice c1 | c1.1 wraps agent
        rule deny 30; post alice c1 | wait 179 | c1.1 post running
        # The sixth time the default.
        ^ | wait 210 | c1.1 wraps timer
        rule code spam; post alice c1 | wrap alice c1 | c1.1 with spam
        [none] rule code spam; busy alice c1 | wrap alice c1 | c1.1 with spam
        [mandatory] rule code spam; post alice c1 | wait 60 | c1.1 wraps timer, c1.1 with spam
        rule code nonsense; post alice c1; codes alice c1 solved | wrap alice c1 | c1.1 with solved
        rule fail; post alice c1 | wrap alice c1 | c1.1 wraps agent
        rule fail; post alice c1 | wait 60 | c1.1 wraps timer
        # What is forced asks no rule.
        rule deny; post alice c1 | kick alice | c1.1 wraps forced
        [optional] rule deny; post alice c1 | wait 43200 | c1.1 wraps backstop
        ",
    );
}

#[test]
fn after_five_denials_in_a_row_the_default_applies() {
    let mut desk = Desk::given("[optional] rule deny; post alice c1");
    for n in 1..=5 {
        let refused = desk.line("wrap alice c1").map_err(|refusal| refusal.code());
        assert_eq!(refused, Err("denied"), "attempt {n}");
    }
    assert!(desk.line("wrap alice c1").is_ok(), "the sixth attempt is the agent's");
    desk.hold("five denials");
}

#[test]
fn one_agent_wraps_up_while_another_talks() {
    check_all(
        "
        busy alice c1; available bob; transfer alice c1 agent bob; accept bob c1 | wrap alice c1 \
            | c1.1 wraps agent, c1 active, alice available, bob busy
        ^ | end bob c1 | c1.1 post running, c1.2 post running, alice post_processing, bob \
            post_processing
        busy alice c1; available bob; transfer alice c1 agent bob; accept bob c1; end bob c1 | \
            wrap bob c1 | c1.2 wraps agent, !c1 closes
        ^ | wait 60 | c1 closes, c1.1 wraps timer, c1.2 wraps timer
        # A part that was transferred stays as it is when the chat ends.
        busy alice c1; transfer alice c1 queue sales; wait 30 | leave c1 | c1.1 left 30
        ",
    );
}
