//! How chats find their agents: strategies, misses, affinity, relaxed skills, drain.

use crate::kit::{Desk, check_all};
use desk_core::State;

#[test]
fn each_strategy_asks_its_own_agent_first() {
    check_all(
        "
        # Longest idle: who was wrapped up first.
        available bob; wait 1; available carol | open c1 sales | c1 offered bob
        # Round robin: who was last offered one the longest ago, however long they are idle. Here
        # bob's offer ended without a chat, so that he is idle for longest.
        available bob; wait 1; available carol; open c1 sales; leave c1 | open c2 sales | c2 \
            offered bob
        [round-robin] available bob; wait 1; available carol; open c1 sales; leave c1 | open c2 \
            sales | c2 offered carol
        ^ | open c2 | c2 offered bob
        # Least busy: the least of the capacity in use, although bob is idle for longest.
        available bob; open c1; accept bob c1; wait 1; available carol | open c2 sales | c2 \
            offered bob
        [least-busy] available bob; open c1; accept bob c1; wait 1; available carol | open c2 \
            sales | c2 offered carol
        # Fewest chats since login; a new login counts anew.
        [fewest-chats] available carol; wait 1; available bob; open c1 sales; accept carol c1; \
            wrap carol c1; open c2 sales; accept bob c2; wrap bob c2; open c3; accept bob c3; wrap \
            bob c3; wait 1 | open c4 sales | c4 offered carol
        [fewest-chats] available bob; open c1; accept bob c1; wrap bob c1; wait 1; available \
            carol | open c2 sales | c2 offered carol
        [fewest-chats] available bob; open c1; accept bob c1; wrap bob c1; logout bob; available \
            bob; wait 1; available carol | open c2 sales | c2 offered bob
        # Level goes first, but for a fixed order.
        [round-robin] available bob; available alice; open c1; leave c1 | open c2 | c2 offered alice
        [least-busy] available alice; open c1; accept alice c1; available bob | open c2 | c2 \
            offered alice
        [top-down] available alice; wait 1; available bob | open c1 | c1 offered bob
        [top-down] available alice; available bob; open c1 | open c2 | c2 offered alice
        # Who is not named comes last.
        [top-down] available carol; wait 1; available bob | open c1 sales | c1 offered bob
        # A changed config puts everybody into the new order.
        available alice; wait 1; available bob; config top-down | open c1 | c1 offered bob
        ",
    );
}

#[test]
fn a_chat_that_too_many_missed_goes_the_overflow_way_or_expires() {
    check_all(
        "
        # Off by default.
        [no-cooldown] offered alice c1; reject alice c1; ask alice available; reject alice c1; ask \
            alice available; reject alice c1 | wait 0 | c1 waiting, c1 in help
        # Without a way on it has expired, and the customer is told that once.
        [no-cooldown two-misses told] offered alice c1; reject alice c1; ask alice available | \
            reject alice c1 | c1 ends expired, c1 closes, alice on_break, alice because rejected
        ^ | wait 20 | c1 offer timed_out, c1 ends expired, alice because missed
        [no-cooldown two-misses] offered alice c1 | reject alice c1 | c1 waiting
        [one-miss told] offered alice c1 | reject alice c1 | c1 ends expired, c1 said by system
        # It goes to the next queue, at its place, and the misses there count anew.
        [one-miss overflow] offered alice c1 | reject alice c1 | c1 in sales, c1 waiting
        [one-miss overflow] offered alice c1; available carol; reject alice c1 | reject carol c1 | \
            c1 ends expired
        # Queues that take none are passed over.
        [one-miss overflow] drain-queue sales on; offered alice c1 | reject alice c1 | c1 ends \
            expired
        [one-miss overflow sales-full] offered alice c1 | reject alice c1 | c1 ends expired
        # Whoever had it in between took it: the count begins anew.
        [two-misses no-cooldown] offered alice c1; reject alice c1; ask alice available; accept \
            alice c1; requeue c1; wrap alice c1 | reject alice c1 | c1 waiting
        # A chat that was handled and is given up makes its incident.
        [one-miss none] busy alice c1; requeue c1 | reject alice c1 | c1 ends expired, c1 wants \
            create
        ",
    );
}

#[test]
fn each_queue_is_visited_once_by_overflow() {
    check_all(
        "
        [chain one-miss] available dora; open c1 first | reject dora c1 | c1 in second
        [one-miss overflow sales-overflow] available alice; open c1; reject alice c1; available \
            carol | reject carol c1 | c1 ends expired
        ",
    );
}

#[test]
fn the_customer_is_told_once_that_it_takes_longer() {
    check_all(
        "
        [told] offered alice c1 | reject alice c1 | c1 said by system, c1 messages 1
        [told] offered alice c1; available bob | wait 20 | c1 offered bob, c1 messages 1
        ^ | wait 40 | c1 waiting, c1 messages 1
        [told one-miss overflow] offered alice c1 | reject alice c1 | c1 in sales, c1 messages 1
        offered alice c1 | reject alice c1 | c1 messages 0
        ",
    );
}

#[test]
fn who_missed_an_offer_is_set_to_what_the_queue_says_and_comes_back() {
    check_all(
        "
        [missed-offline] offered alice c1 | wait 20 | alice work_offline, alice because missed
        [missed-available] offered alice c1 | wait 20 | alice available, c1 waiting
        ^ | wait 50 | c1 offered alice
        [recover] offered alice c1; wait 20 | wait 119 | alice on_break
        ^ | wait 120 | alice offered, alice because returned, c1 offered alice
        # Any later change of intent ends it.
        [recover] offered alice c1; wait 20; ask alice work_offline | wait 500 | alice work_offline
        # Nothing happens to an intent that is another one already.
        [recover] busy alice c1; open c2; ask alice work_offline | wait 20 | alice wants \
            work_offline
        ^ | wait 300 | alice wants work_offline
        ",
    );
}

#[test]
fn a_customers_last_agent_comes_first_among_those_who_can_take_the_chat() {
    check_all(
        "
        available bob; open c1 known; accept bob c1; wrap bob c1; available alice | open c2 known \
            | c2 offered alice
        [affinity] available bob; open c1 known; accept bob c1; wrap bob c1; available alice | \
            open c2 known | c2 offered bob
        ^ | open c2 | c2 offered alice
        # It never waits: where bob cannot take it, another one does.
        [affinity] available bob; open c1 known; accept bob c1; wrap bob c1; available alice; ask \
            bob on_break | open c2 known | c2 offered alice
        # Whoever missed it is not asked again at once.
        [affinity] available bob; open c1 known; accept bob c1; wrap bob c1; open c2 known; reject \
            bob c2; ask bob available | available alice | c2 offered alice
        # For its time, which begins anew when the talk ends.
        [affinity] available bob; open c1 known; accept bob c1; wait 3000; wrap bob c1; available \
            alice; wait 3599; drain on; drain off | open c2 known | c2 offered bob
        [affinity] available bob; open c1 known; accept bob c1; wrap bob c1; available alice; wait \
            3600; drain on; drain off | open c2 known | c2 offered alice
        # A newer chat does not overtake an older one for it.
        [affinity] available bob; open c1 known; accept bob c1; wrap bob c1; ask bob on_break; \
            open c2; open c3 known | ask bob available | c2 offered bob, c3 waiting
        ",
    );
}

#[test]
fn last_agents_are_remembered_up_to_a_bound_and_over_a_snapshot() {
    let mut desk = Desk::given(
        "[affinity one-known] available bob; open c1 known; accept bob c1; wrap bob c1; open c2 \
         known-too; accept bob c2; wrap bob c2",
    );
    let known = |state: &State| {
        let known = ["jo's", "jo's too"].map(|key| state.affinity.last(key).is_some());
        (known, state.affinity.len())
    };
    assert_eq!(known(&desk.state), ([false, true], 1));
    let text = serde_json::to_string(&desk.state).expect("a state can be written");
    desk.state = serde_json::from_str(&text).expect("a state can be read");
    desk.state.rebuild();
    desk.line("open c3 known").expect("it is opened");
    desk.line("accept bob c3").expect("it is accepted");
    assert_eq!(known(&desk.state), ([true, false], 1));
}

#[test]
fn a_broadcast_asks_up_to_eight_at_once_and_the_first_to_accept_has_the_chat() {
    check_all(
        "
        # Bob is idle for longer; the level goes first.
        [broadcast] available bob; wait 1; available alice | open c1 | c1 offered alice+bob, alice \
            offered, bob offered
        # An offer of its own for each; the others' end with the accept.
        [broadcast] available bob; available alice; open c1 | accept bob c1 | c1 active, c1 offer \
            rescinded alice, alice available, bob busy
        [broadcast] available bob; available alice; open c1; accept bob c1 | accept alice c1 | \
            refused offer_gone
        # Idle time is kept: alice is asked before carol, who is idle for less.
        [broadcast] available bob; wait 1; available carol; wait 1; open c1 sales; accept carol c1; \
            wrap carol c1 | open c2 sales | c2 offered bob+carol
        # Each takes its slot, and no agent has two.
        [broadcast] available bob; open c1 | open c2 sales | c2 waiting
        # Eight of twelve; the next round asks the others, as the first are cooled down.
        [broadcast twelve] available a10; available a11; available a12; available a13; available \
            a14; available a15; available a16; available a17; available a18; available a19; open c1 \
            | wait 20 | c1 offered a18+a19, c1 offer rescinded a10
        # Who is due an older chat is not asked for a younger one.
        [broadcast] open c1 sales; open c2; available alice | available bob | c1 offered bob, c2 \
            offered alice
        # One chat of another strategy's queue is offered to one.
        available bob; available alice | open c1 | c1 offered alice
        [broadcast] busy alice c1; available bob | transfer alice c1 agent bob | c1 offered bob
        ",
    );
}

#[test]
fn a_broadcast_that_nobody_took_is_nobodys_miss_unless_the_queue_says_so() {
    check_all(
        "
        [broadcast] available bob; available alice; open c1 | wait 20 | c1 waiting, alice \
            available, bob available, c1 misses 1, c1 offer rescinded bob
        ^ | wait 50 | c1 offered alice+bob
        [broadcast miss-of-all] available bob; available alice; open c1 | wait 20 | c1 waiting, \
            alice on_break, bob on_break, alice because missed, c1 misses 1, c1 offer timed_out bob
        # A round counts once.
        [broadcast two-misses told] available bob; available alice; open c1; wait 20 | wait 50 | \
            c1 ends expired, c1 gone
        # Who rejects is out of the round; the others are still asked.
        [broadcast] available bob; available alice; open c1 | reject alice c1 | c1 offered bob, c1 \
            misses 0, alice on_break, bob offered
        [broadcast] available bob; available alice; open c1; reject alice c1 | reject bob c1 | c1 \
            waiting, c1 misses 1
        [broadcast] available bob; available alice; open c1; reject alice c1 | accept bob c1 | c1 \
            active
        # So is who goes, and nobody missed it.
        [broadcast] available bob; available alice; open c1 | ask alice on_break | c1 offered bob
        [broadcast] available bob; available alice; open c1; ask alice on_break | ask bob on_break \
            | c1 waiting, c1 misses 0
        # The customer leaves all of them, an admin takes it back from all.
        [broadcast] available bob; available alice; open c1 | leave c1 | c1 offer abandoned alice, \
            c1 offer abandoned bob, bob available
        [broadcast] available bob; available alice; open c1; drain-agent bob on; drain-agent alice \
            on | requeue c1 | c1 waiting, c1 offer rescinded alice, c1 offer rescinded bob
        # A record that is found late pops with each of them where it pops at the offer.
        [broadcast pop-offer] available bob; available alice; open c1 | found c1 u1 | pop u1 for \
            alice, pop u1 for bob
        ",
    );
}

#[test]
fn any_level_of_a_needed_skill_will_do_after_the_time() {
    check_all(
        "
        [relax german] available carol; open c1 sales german | wait 59 | c1 waiting
        ^ | wait 60 | c1 offered carol
        # The skill itself is still needed.
        [relax german] available carol; open c1 sales spanish | wait 600 | c1 waiting
        [german] available carol; open c1 sales german | wait 600 | c1 waiting
        # From the arrival on, and also for a chat that comes back.
        [relax german] open c1 sales german; wait 70; available carol; accept carol c1; requeue \
            c1 | wrap carol c1 | c1 offered carol
        [relax german] available carol; open c1 german; wait 30; transfer admin c1 queue sales | \
            wait 29 | c1 waiting
        ^ | wait 30 | c1 offered carol
        [relax german] open c1 german; wait 90; available carol; transfer admin c1 queue sales | \
            wait 0 | c1 offered carol
        ",
    );
}

#[test]
fn a_drained_queue_turns_new_chats_away_and_serves_those_that_wait() {
    check_all(
        "
        drain-queue help on | open c1 | answer draining, c1 gone
        ^ | open c1 sales | answer opened
        ^ | drain-queue help on | nothing new
        drain-queue help on; drain-queue help off | open c1 | answer opened
        open c1; drain-queue help on | available alice | c1 offered alice
        | drain-queue nowhere on | refused unknown_queue
        busy alice c1; drain-queue sales on | transfer alice c1 queue sales | refused queue_closed
        # A drain goes with its queue.
        drain-queue sales on; config-without sales carol; config | open c1 sales | answer opened
        ",
    );
}

#[test]
fn a_drained_agent_gets_no_offers() {
    check_all(
        "
        available alice; drain-agent alice on | open c1 | c1 waiting, alice available
        ^ | drain-agent alice on | nothing new
        available alice; drain-agent alice on; open c1 | drain-agent alice off | c1 offered alice
        # An offer that is pending stands, and so does what is open.
        offered alice c1 | drain-agent alice on | c1 offered alice
        busy alice c1; drain-agent alice on | say alice c1 hello | answer kept
        busy alice c1; available bob; drain-agent bob on | transfer alice c1 agent bob | refused \
            cannot_take
        | drain-agent nobody on | refused unknown_agent
        drain-agent alice on; available alice; open c1 | wait 100 | c1 waiting
        ",
    );
}
