//! A config that changes under an open desk.

use crate::kit::check_all;

#[test]
fn a_config_that_leaves_a_chat_nowhere_to_go_is_refused() {
    check_all(
        "
        open c1 sales | config-without sales | refused queues_in_use
        available carol; open c1 sales; accept carol c1 | config-without help | done, c1 active
        available carol; open c1 sales; accept carol c1 | config-without sales | refused \
            queues_in_use
        available carol; open c1 sales | config-without sales | refused queues_in_use
        # Ended, it needs no way.
        available carol; open c1 sales; accept carol c1; end carol c1 | config-without sales | \
            done, c1.1 post running
        | config-without sales | done
        | config | nothing new
        ",
    );
}

#[test]
fn a_retired_queue_s_chats_go_its_overflow_way() {
    check_all(
        "
        [sales-overflow] open c1 sales | config-without sales | c1 in help, c1 waiting
        [sales-overflow] open c1 sales; available alice | config-without sales | c1 in help, c1 \
            offered alice
        [sales-overflow] open c1 sales; open c2 sales | config-without sales | c1 in help, c2 in \
            help
        # Open ones finish by the old values.
        [sales-overflow] available carol; open c1 sales; accept carol c1; config-without sales | \
            end carol c1 | c1.1 left 60, c1.1 post running
        ^ | requeue c1 | c1 in help, c1 waiting, c1.1 left requeued
        ^ | transfer carol c1 queue sales | refused queue_closed
        ^ | open c2 sales | refused queue_closed
        ^ | wrap carol c1 | c1 closes
        [sales-overflow] available carol; open c1 sales; config-without sales | wait 20 | c1 in \
            help, c1 offer timed_out
        ^ | accept carol c1 | c1 active, c1 in sales
        ",
    );
}

#[test]
fn the_overflow_way_leads_past_queues_that_are_retired_too() {
    check_all(
        "
        [chain] available dora; open c1 first; accept dora c1; config-without second | requeue c1 \
            | c1 in first
        [chain] available dora; open c1 first; accept dora c1; config-without first second | \
            requeue c1 | c1 in help
        ^ | config-without help | refused queues_in_use
        [chain] open c1 first | config-without first second | c1 in help
        [chain] available dora; open c1 first; accept dora c1; config-without first; \
            config-without second | requeue c1 | c1 in help
        ",
    );
}

#[test]
fn a_retired_agent_finishes_and_is_gone() {
    check_all(
        "
        login alice | config-without alice | alice gone
        | config-without alice | alice gone
        busy alice c1 | config-without alice | alice busy, alice retired, alice wants logged_out, \
            alice because retired
        busy alice c1; config-without alice; end alice c1 | wait 59 | alice post_processing
        ^ | wait 60 | alice gone, c1 closes
        ^ | wrap alice c1 | alice gone
        ^ | kick alice | alice gone
        offered alice c1; config-without alice | wait 20 | alice gone, c1 waiting
        ^ | reject alice c1 | alice gone
        ^ | accept alice c1 | c1 active, alice busy
        # Nothing new.
        busy alice c1; config-without alice | open c2 | c2 waiting
        ^ | login alice | refused unknown_agent
        busy alice c1; config-without alice; ask alice available | open c2 | c2 waiting
        # Stopped timers go on.
        post alice c1; wait 20; ask alice work_offline; config-without alice | wait 39 | c1.1 \
            left 1, c1.1 post running
        ^ | wait 40 | alice gone, c1 closes
        # Back again.
        busy alice c1; config-without alice | config | alice busy, !alice retired, alice wants \
            logged_out
        ^ | config | alice stopnew
        busy alice c1; config-without alice; config; ask alice available | open c2 | c2 offered \
            alice
        login alice; config-without alice | config | alice logged_out
        available alice; stream alice; lose alice | config-without alice | alice gone
        ",
    );
}

#[test]
fn a_cut_makes_no_further_offers() {
    check_all(
        "
        busy alice c1; open c2; accept alice c2 | config capacity-1 | alice busy, c1 active, c2 \
            active
        busy alice c1; open c2; accept alice c2; config capacity-1; wrap alice c1 | open c3 | c3 \
            waiting
        # What was decided is kept as decided.
        offered alice c1 | config none | c1 offered alice
        busy alice c1; config none | end alice c1 | c1.1 post running
        post alice c1; config fixed | wrap alice c1 | c1.1 wraps agent
        ",
    );
}
