//! What happens to a chat, by where it stands.

use crate::kit::check_all;

// The last column of the design's table is `ended, all wrapped up`: such a chat has left memory,
// and what comes for it is refused `unknown_chat`. The shell, which has the journal, tells those
// that were from those that never were.

#[test]
fn a_message_is_kept_until_the_end() {
    check_all(
        "
        open c1 | say customer c1 hello | answer kept, c1 messages 1
        ^ | say alice c1 hello | refused not_yours
        ^ | say supervisor c1 hello | answer kept
        ^ | say customer c1 | refused empty
        offered alice c1 | say customer c1 hello | answer kept
        ^ | say alice c1 hello | refused not_yours
        busy alice c1 | say customer c1 hello | answer kept
        ^ | say alice c1 hello | answer kept
        ^ | say bob c1 hello | refused not_yours
        post alice c1 | say customer c1 hello | refused chat_ended
        ^ | say alice c1 hello | refused chat_ended
        post alice c1; wrap alice c1 | say customer c1 hello | refused unknown_chat
        ^ | say alice c1 hello | refused unknown_chat
        [one-message] busy alice c1; say customer c1 hello | say customer c1 more | refused \
            too_many_messages
        busy alice c1; transfer alice c1 queue sales | say alice c1 hello | refused not_yours
        ",
    );
}

#[test]
fn who_may_speak_may_be_seen_typing_and_nothing_is_kept_of_it() {
    check_all(
        "
        open c1 | type customer c1 | done, nothing new
        ^ | type alice c1 | refused not_yours
        offered alice c1 | type alice c1 | refused not_yours
        busy alice c1 | type customer c1 | done, nothing new
        ^ | type alice c1 | done, nothing new
        ^ | type supervisor c1 | done, nothing new
        ^ | type bob c1 | refused not_yours
        post alice c1 | type customer c1 | refused chat_ended
        ^ | type alice c1 | refused chat_ended
        post alice c1; wrap alice c1 | type customer c1 | refused unknown_chat
        # It is no word: the customer's idle clock goes on.
        [idle] busy alice c1; say alice c1 hello; wait 59; type customer c1 | wait 1 | c1 said by \
            system
        ",
    );
}

#[test]
fn what_is_internal_does_not_count_for_the_customer() {
    check_all(
        "
        busy alice c1; say customer c1 a; whisper alice c1 b; say alice c1 c | say customer c1 d | \
            c1 messages 4, c1 internal 1
        ",
    );
}

#[test]
fn a_customer_may_leave_at_any_time() {
    check_all(
        "
        open c1 | leave c1 | c1 ends abandoned, c1 closes, !c1 wants create
        offered alice c1 | leave c1 | c1 ends abandoned, c1 offer abandoned, alice available
        busy alice c1 | leave c1 | c1 ends customer, c1.1 left ended, alice post_processing
        post alice c1 | leave c1 | done, nothing new
        post alice c1; wrap alice c1 | leave c1 | refused unknown_chat
        # Handled before, waiting or offered again: the customer ended it, nobody abandoned it.
        busy alice c1; requeue c1 | leave c1 | c1 ends customer, c1 wants create
        busy alice c1; wrap alice c1; open c2; accept alice c2; transfer alice c2 queue help; \
            wrap alice c2 | leave c2 | c2 ends customer, c2 offer abandoned
        open c1; leave c1 | ack c1 | done
        open c1; leave c1; ack c1 | ack c1 | refused unknown_chat
        ",
    );
}

#[test]
fn an_offer_is_accepted_once() {
    check_all(
        "
        open c1 | accept alice c1 | refused offer_gone
        offered alice c1 | accept alice c1 | answer accepted, c1 active, c1.1 active alice, alice \
            busy
        ^ | accept bob c1 | refused offer_gone
        ^ | accept-named alice c1 | answer accepted
        busy alice c1 | accept alice c1 | answer accepted, nothing new
        ^ | accept-named alice c1 | answer accepted, nothing new
        ^ | accept bob c1 | refused offer_gone
        post alice c1 | accept alice c1 | answer accepted, nothing new
        ^ | accept-named alice c1 | answer accepted, nothing new
        ^ | accept bob c1 | refused offer_gone
        post alice c1; wrap alice c1 | accept alice c1 | refused unknown_chat
        busy alice c1; requeue c1 | accept alice c1 | refused offer_gone
        # In by its deadline it is taken; after it, it is not.
        offered alice c1; wait 19 | accept alice c1 | answer accepted
        offered alice c1; wait 20 | accept alice c1 | refused offer_gone
        ",
    );
}

#[test]
fn an_offer_that_is_not_taken_puts_the_chat_back_at_its_place() {
    check_all(
        "
        open c1 | reject alice c1 | refused offer_gone
        offered alice c1 | reject alice c1 | c1 offer rejected, c1 waiting, alice on_break
        ^ | reject bob c1 | refused offer_gone
        ^ | wait 20 | c1 offer timed_out, c1 waiting, alice on_break
        [no-reject] offered alice c1 | reject alice c1 | refused reject_not_permitted
        busy alice c1 | reject alice c1 | refused offer_gone
        post alice c1 | reject alice c1 | refused offer_gone
        # The place is the old one: the first chat is offered before the second.
        offered alice c1; open c2; reject alice c1; available bob | wait 0 | c1 offered bob, c2 \
            waiting
        # Whoever missed it is not asked again for the cool-down, others are.
        available alice; available bob; open c1 | wait 20 | c1 offered bob, alice on_break
        offered alice c1; reject alice c1; ask alice available; open c2 | wait 0 | c1 waiting, c2 \
            offered alice
        [no-cooldown] offered alice c1; reject alice c1 | ask alice available | c1 offered alice
        ",
    );
}

#[test]
fn a_wait_has_a_limit() {
    check_all(
        "
        open c1 | wait 7199 | c1 waiting
        ^ | wait 7200 | c1 ends expired, c1 closes, c1 said by system
        # While it is offered the limit waits too.
        open c1; wait 7190; available alice | wait 12 | c1 offered alice
        ^ | wait 21 | c1 ends expired
        # A chat that comes back has waited since it arrived.
        busy alice c1; wait 7000; requeue c1; kick alice | wait 200 | c1 ends expired
        busy alice c1; wait 9000; kick alice | wait 0 | c1 waiting
        busy alice c1; wait 9000; kick alice | wait 1 | c1 ends expired
        ",
    );
}

#[test]
fn a_chat_is_transferred_to_a_queue() {
    check_all(
        "
        open c1 | transfer alice c1 queue sales | refused not_yours
        ^ | transfer admin c1 queue sales | done, c1 in sales, c1 waiting
        offered alice c1 | transfer alice c1 queue sales | refused wrong_phase
        ^ | transfer admin c1 queue sales | refused wrong_phase
        busy alice c1 | transfer alice c1 queue sales | c1.1 left transferred, c1 waiting, c1 in \
            sales, alice post_processing
        ^ | transfer admin c1 queue sales | c1.1 left transferred, c1 in sales
        ^ | transfer bob c1 queue sales | refused not_yours
        ^ | transfer alice c1 queue nowhere | refused unknown_queue
        [sales-full] busy alice c1 | transfer alice c1 queue sales | refused queue_closed, c1 active
        [none] busy alice c1 | transfer alice c1 queue sales | c1.1 wraps none, c1 waiting, alice \
            available
        post alice c1 | transfer alice c1 queue sales | refused chat_ended
        post alice c1; wrap alice c1 | transfer alice c1 queue sales | refused unknown_chat
        # With its old arrival: it goes before one that came later.
        busy alice c1; open c2 sales; transfer alice c1 queue sales | available carol | c1 \
            offered carol
        ",
    );
}

#[test]
fn a_chat_is_transferred_to_an_agent() {
    check_all(
        "
        open c1 | transfer alice c1 agent bob | refused not_yours
        ^ | transfer admin c1 agent bob | refused cannot_take
        open c1 sales; available alice | transfer admin c1 agent alice | refused cannot_take
        offered alice c1; available bob | transfer alice c1 agent bob | refused wrong_phase
        busy alice c1; available bob | transfer alice c1 agent bob | c1.1 left transferred, c1 \
            offered bob, c1.1 post running
        ^ | transfer admin c1 agent bob | c1.1 left transferred, c1 offered bob
        ^ | transfer alice c1 agent nobody | refused unknown_agent
        ^ | transfer alice c1 agent carol | refused cannot_take
        ^ | transfer bob c1 agent alice | refused not_yours
        busy alice c1; login bob | transfer alice c1 agent bob | refused cannot_take, c1 active
        busy alice c1; available bob; transfer alice c1 agent bob | wait 20 | c1 offer timed_out, \
            c1 waiting, c1 in help, bob on_break
        ^ | reject bob c1 | c1 offer rejected, c1 waiting
        ^ | accept bob c1 | c1.2 active bob
        ^ | end alice c1 | refused not_yours
        # Its silence counts from the new accept on, not while it is offered.
        busy alice c1; available bob; wait 86390; transfer alice c1 agent bob | wait 15 | c1 \
            offered bob
        post alice c1; available bob | transfer alice c1 agent bob | refused chat_ended
        ",
    );
}

#[test]
fn an_admin_puts_a_chat_back() {
    check_all(
        "
        open c1 | requeue c1 | done, nothing new
        offered alice c1; login bob | requeue c1 | c1 offer rescinded
        busy alice c1 | requeue c1 | c1.1 left requeued, c1 waiting, alice post_processing
        post alice c1 | requeue c1 | refused chat_ended
        post alice c1; wrap alice c1 | requeue c1 | refused unknown_chat
        ",
    );
}

#[test]
fn a_chat_is_ended_by_its_agent_or_an_admin() {
    check_all(
        "
        open c1 | end alice c1 | refused not_yours
        ^ | end admin c1 | c1 ends admin, c1 closes
        offered alice c1 | end alice c1 | refused not_yours
        ^ | end admin c1 | c1 ends admin, c1 offer rescinded, alice available
        busy alice c1 | end alice c1 | c1 ends agent, alice post_processing
        ^ | end bob c1 | refused not_yours
        ^ | end admin c1 | c1 ends admin
        post alice c1 | end alice c1 | done, nothing new
        ^ | end admin c1 | done, nothing new
        post alice c1; wrap alice c1 | end alice c1 | refused unknown_chat
        ",
    );
}

#[test]
fn a_chat_in_which_nobody_says_anything_ends_at_last() {
    check_all(
        "
        busy alice c1 | wait 86399 | c1 active
        ^ | wait 86400 | c1 ends idle, c1 said by system
        busy alice c1; wait 86000; say customer c1 hello | wait 86399 | c1 active
        busy alice c1; wait 86000; say alice c1 hello | wait 86400 | c1 ends idle
        ",
    );
}

#[test]
fn a_chat_that_another_system_decides_about_expires_without_facts() {
    check_all(
        "
        available alice; open c1 observed | wait 86399 | c1 waiting
        # Another system decides about it.
        available alice; open c1 observed | transfer admin c1 queue sales | refused wrong_phase
        available alice; open c1 observed | transfer admin c1 agent alice | refused wrong_phase
        ^ | wait 86400 | c1 ends expired
        open c1 observed; wait 86000; say customer c1 hello | wait 86399 | c1 waiting
        ^ | wait 86400 | c1 ends expired
        ",
    );
}

#[test]
fn an_arrival_is_opened_or_turned_away_or_refused() {
    check_all(
        "
        | open c1 | answer opened, c1 waiting, c1 looked up now
        | open c1 anonymous | answer opened, c1 matched none
        | open c1 nowhere | refused unknown_queue
        | open c1 wordy | refused too_many_fields
        open c1 | open c1 | refused chat_exists
        post alice c1; wrap alice c1 | open c1 | refused chat_exists
        drain on | open c1 | answer draining, c1 turned away draining, c1 gone
        low-disk on | open c1 | answer low_disk, c1 gone
        drain on; drain off | open c1 | answer opened
        low-disk on; low-disk off | open c1 | answer opened
        [full] | open c1 | answer full
        [one-waits] open c1 | open c2 | answer full
        [one-waits] offered alice c1 | open c2 | answer opened, c2 waiting
        [one-chat] open c1 | open c2 | refused too_many_chats
        [one-class] open c1 | open c2 spanish | refused too_many_classes
        [one-class] open c1 | open c2 | answer opened
        [one-class] open c1; leave c1 | open c2 spanish | answer opened
        [one-class] open c1; leave c1; open c2 spanish | open c3 | refused too_many_classes
        # Waiting ones are served.
        open c1; drain on | available alice | c1 offered alice
        drain on | drain on | nothing new
        ",
    );
}

#[test]
fn who_is_offered_a_chat() {
    check_all(
        "
        # The highest level in its queue, then the longest idle.
        available bob; available alice | open c1 | c1 offered alice
        available bob; wait 1; available carol | open c1 sales | c1 offered bob
        available carol; wait 1; available bob | open c1 sales | c1 offered carol
        # Not beyond the capacity.
        [capacity-1] busy alice c1 | open c2 | c2 waiting
        busy alice c1; open c2; accept alice c2 | open c3 | c3 waiting
        [sales-heavy] available carol; open c1 sales; accept carol c1 | open c2 sales | c2 waiting
        [sales-heavy] available bob; open c1; accept bob c1 | open c2 sales | c2 waiting
        # Not two offers at once.
        offered alice c1 | open c2 | c2 waiting
        ^ | open c2 | c1 offered alice
        # Skills beyond the queue's.
        available alice | open c1 spanish | c1 waiting
        # Priority, then arrival.
        [sales-first] open c1; open c2 sales | available bob | c2 offered bob
        open c1; open c2 sales | available bob | c1 offered bob
        # A heavy chat that does not fit lets a light one of another queue pass.
        [sales-heavy] available bob; open c1; accept bob c1; open c2 sales | open c3 | c3 offered \
            bob, c2 waiting
        # The other way round.
        open c1; open c2; available alice; accept alice c1 | wait 0 | c2 offered alice
        ",
    );
}
