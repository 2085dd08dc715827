//! The incident of a chat: its steps, their order, and what becomes of them.

use crate::kit::check_all;

#[test]
fn what_is_wanted_and_when() {
    check_all(
        "
        busy alice c1 | end alice c1 | c1 wants create, !c1 wants complete.1
        post alice c1 | wrap alice c1 | c1 wants complete.1
        busy alice c1 | wrap alice c1 | c1 wants create, c1 wants complete.1
        [none] busy alice c1 | leave c1 | c1 wants create, c1 wants complete.1
        # Wrapped up before the end: right at the end.
        busy alice c1; requeue c1; wrap alice c1 | wait 0 | !c1 wants create
        busy alice c1; requeue c1; wrap alice c1 | leave c1 | c1 wants create, c1 wants \
            complete.1, c1 closes
        busy alice c1; requeue c1 | leave c1 | c1 wants create, !c1 wants complete.1
        # At wrap-up: once, with everything.
        [at-wrapup] busy alice c1 | end alice c1 | !c1 wants create
        [at-wrapup] post alice c1 | wrap alice c1 | c1 wants create, !c1 wants complete.1
        [at-wrapup] busy alice c1 | wrap alice c1 | c1 wants create, !c1 wants complete.1
        [at-wrapup] busy alice c1; available bob; transfer alice c1 agent bob; accept bob c1; end \
            bob c1; wrap bob c1 | wrap alice c1 | c1 wants create
        [at-wrapup] busy alice c1; requeue c1; wrap alice c1 | leave c1 | c1 wants create
        # Never handled: only where configured.
        open c1 | leave c1 | !c1 wants create, c1 settled
        [unhandled] open c1 | leave c1 | c1 wants create, c1 closes
        [unhandled] open c1 | wait 7200 | c1 wants create
        drain on | open c1 | !c1 wants create
        ",
    );
}

#[test]
fn a_person_is_forgotten_once_nothing_of_theirs_is_open() {
    check_all(
        "
        busy alice c1 | forget c1 | refused chats_open
        post alice c1 | forget c1 | refused chats_open
        post alice c1; open c2; leave c2 | forget c2 c1 | refused chats_open
        busy alice c1; wrap alice c1; take c1.create | forget c1 | refused steps_under_way
        drain on | forget | refused empty
        drain on | forget jo's | answer done
        # What was sent is settled; what is due or parked is given up.
        busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1 | forget c1 | c1 erased
        ^ | forget c1 c3 | c1 erased, c3 erased
        busy alice c1; wrap alice c1; sent c1.create | forget c1 | c1.complete.1 drops, c1 settled
        busy alice c1; wrap alice c1; take c1.create; answer c1.create refused | forget c1 \
            | c1.create drops, c1.complete.1 drops, c1 settled
        open c1; leave c1 | forget c1 | c1 erased
        ",
    );
}

#[test]
fn steps_are_sent_one_at_a_time_create_first() {
    check_all(
        "
        busy alice c1; wrap alice c1 | take c1.complete.1 | refused step_not_due
        ^ | take c1.attach | refused step_not_due
        ^ | take c1.create | answer step, c1.create taken
        ^ | take-stale c1.create | refused story_stale
        busy alice c1; wrap alice c1; take c1.create | take c1.create | refused step_not_due
        ^ | take c1.complete.1 | refused step_not_due
        ^ | answer c1.create done | c1.complete.1 takable
        busy alice c1; wrap alice c1; sent c1.create | take c1.complete.1 | answer step
        ^ | sent c1.complete.1 | c1 settled
        open c1 | retry c1.create | refused unknown_step
        # In the order of wrapping up.
        busy alice c1; available bob; transfer alice c1 agent bob; accept bob c1; end bob c1; \
            sent c1.create; wrap bob c1; wait 1; wrap alice c1 | wait 0 | c1.complete.2 takable
        ^ | sent c1.complete.2 | c1.complete.1 takable
        # A long transcript is attached between create and complete.
        rule attach; busy alice c1; wrap alice c1 | take c1.create | c1 wants attach
        rule attach; busy alice c1; wrap alice c1; sent c1.create | wait 0 | c1.attach takable
        ^ | sent c1.attach | c1.complete.1 takable
        [short-transcript] busy alice c1; say alice c1 a long text that is no field; wrap alice \
            c1 | take c1.create | c1 wants attach
        busy alice c1; say alice c1 a short text; wrap alice c1 | take c1.create | !c1 wants attach
        ",
    );
}

#[test]
fn a_rule_may_want_no_incident() {
    check_all(
        "
        rule skip; busy alice c1; wrap alice c1 | take c1.create | answer no step, c1 skipped, c1 \
            settled
        rule skip; post alice c1; take c1.create | wrap alice c1 | c1 closes, c1 settled, !c1 \
            wants complete.1
        rule fail; busy alice c1; wrap alice c1 | take c1.create | answer step
        rule urgent; busy alice c1; wrap alice c1 | take c1.create | answer step
        # Skip is heeded at create alone.
        busy alice c1; wrap alice c1; sent c1.create; rule skip | take c1.complete.1 | answer \
            step, !c1 skipped
        ",
    );
}

#[test]
fn an_instance_with_ids_of_its_own_is_given_the_whole_window() {
    check_all(
        "
        [ids-of-instance] busy alice c1; wrap alice c1; take c1.create | answer c1.create \
            ambiguous | c1.create doubtful, c1.create in 300
        ^ | retry c1.create | refused step_not_parked
        [ids-of-instance] busy alice c1; wrap alice c1; take c1.create | restart | c1.create in 300
        # Not known yet: as if it gave its own, until it was seen to take ours.
        [ids-unknown] busy alice c1; wrap alice c1; take c1.create | answer c1.create ambiguous | \
            c1.create doubtful, c1.create in 300
        ^ | retry c1.create | refused step_not_parked
        [ids-unknown] busy alice c1; wrap alice c1; take c1.create | restart | c1.create in 300
        [ids-unknown] busy alice c1; wrap alice c1; sent c1.create; busy alice c2; wrap alice c2; \
            take c2.create | answer c2.create ambiguous | c2.create in 2
        ^ | restart | c2.create takable
        # Seen to give its own, once, it is treated so from then on.
        busy alice c1; wrap alice c1; take c1.create; answer c1.create foreign; busy alice c2; wrap \
            alice c2; take c2.create | answer c2.create ambiguous | c2.create in 300
        busy alice c1; wrap alice c1; take c1.create; answer c1.create foreign; busy alice c2; wrap \
            alice c2; sent c2.create; busy alice c3; wrap alice c3; take c3.create | answer \
            c3.create ambiguous | c3.create in 300
        # What was to be looked for by our id waits as well.
        busy alice c1; wrap alice c1; take c1.create; answer c1.create ambiguous; busy alice c2; wrap \
            alice c2; take c2.create | answer c2.create foreign | c1.create in 300
        busy alice c1; wrap alice c1; take c1.create; answer c1.create retry; busy alice c2; wrap \
            alice c2; take c2.create | answer c2.create foreign | c1.create in 2
        ",
    );
}

#[test]
fn what_is_held_otherwise_is_told() {
    check_all(
        "
        busy alice c1; wrap alice c1; take c1.create | answer c1.create differs | !c1 differs
        busy alice c1; wrap alice c1; sent c1.create; take c1.complete.1 | answer c1.complete.1 \
            differs | c1 differs, c1.complete.1 is done
        ^ | answer c1.complete.1 done | !c1 differs, c1.complete.1 is done
        ",
    );
}

#[test]
fn what_becomes_of_create() {
    check_all(
        "
        busy alice c1; wrap alice c1; take c1.create | answer c1.create done | c1.create is done
        ^ | answer c1.create retry | c1.create due, c1.create in 2, !c1.complete.1 takable
        ^ | answer c1.create later | c1.create in 500
        ^ | answer c1.create ambiguous | c1.create doubtful, c1.create in 2
        ^ | answer c1.create refused | c1.create parked refused, c1.complete.1 parked behind_create
        ^ | wait 180 | c1.create doubtful
        ^ | restart | c1.create doubtful, c1.create takable
        ^ | late 2 c1.create done | refused stale
        # Parked, everything waits for it; what is wanted later too.
        post alice c1; take c1.create; answer c1.create refused | wrap alice c1 | c1.complete.1 \
            parked behind_create, c1 closes
        busy alice c1; wrap alice c1; take c1.create; answer c1.create refused | retry c1.create \
            | c1.create takable, c1.complete.1 due
        ^ | retry c1.complete.1 | refused step_not_parked
        # Dropped, what waits for it goes along; what is wanted later too.
        ^ | drop c1.create | c1.create drops, c1.complete.1 drops, c1 settled
        busy alice c1; wrap alice c1; take c1.create; answer c1.create refused; drop c1.create | \
            drop c1.complete.1 | refused unknown_step
        ^ | retry c1.create | refused unknown_step
        # Dropped before it was tried.
        busy alice c1; wrap alice c1 | drop c1.create | c1 settled
        busy alice c1; wrap alice c1; take c1.create | drop c1.create | refused step_not_parked
        ^ | retry c1.create | refused step_not_parked
        post alice c1; drop c1.create | wrap alice c1 | c1.complete.1 drops, c1 settled
        # Tried for as long as a step is tried.
        [one-hour-tries] busy alice c1; wrap alice c1; take c1.create; answer c1.create retry; wait \
            3600; take c1.create | answer c1.create retry | c1.create parked given_up, c1.complete.1 \
            parked behind_create
        [one-hour-tries] busy alice c1; wrap alice c1; take c1.create; answer c1.create retry; wait \
            3500; take c1.create | wait 180 | c1.create parked given_up
        [one-hour-tries] busy alice c1; wrap alice c1; take c1.create; answer c1.create retry; wait \
            3600; take c1.create; answer c1.create retry; retry c1.create; take c1.create | answer \
            c1.create retry | c1.create due
        # For as long as it is tried: what waited for its turn has its time yet.
        [one-hour-tries] busy alice c1; wrap alice c1; wait 3600; take c1.create | answer c1.create \
            retry | c1.create in 2
        [one-hour-tries] busy alice c1; wrap alice c1; wait 3600; sent c1.create; take c1.complete.1 \
            | answer c1.complete.1 retry | c1.complete.1 in 2
        # An answer after its driver was given up still counts.
        busy alice c1; wrap alice c1; take c1.create; wait 180 | late 1 c1.create done | \
            c1.create is done
        busy alice c1; wrap alice c1; sent c1.create | late 1 c1.create done | refused stale
        # Retried ahead of its time.
        busy alice c1; wrap alice c1; take c1.create; answer c1.create later | retry c1.create | \
            c1.create takable
        ",
    );
}

#[test]
fn what_is_done_is_looked_for_once_more() {
    check_all(
        "
        busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1 | replay c1 create \
            complete.1 | done, c1.create doubtful, c1.complete.1 doubtful, c1.create takable
        # It is there: nothing is written anew, nothing pops.
        busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; replay c1 create \
            complete.1; take c1.create | answer c1.create done | c1.create is done, !c1 written \
            INC1, !pop, c1.complete.1 takable
        # It was made anew, under another number.
        ^ | answer c1.create anew | c1 written INC2, c1.complete.1 takable
        ^ | answer c1.create refused | c1.create parked refused, c1.complete.1 parked behind_create
        ^ | restart | c1.create doubtful, c1.complete.1 doubtful, c1.create takable
        ^ | replay c1 create | refused not_settled
        busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; replay c1 create \
            complete.1 | drop c1.create | c1 settled
        busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; replay c1 create; sent \
            c1.create | replay c1 create | c1.create takable
        # A note alone; what is no step of it is passed over.
        busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1 | replay c1 complete.1 \
            attach | c1.create done, c1.complete.1 takable
        busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1 | replay c1 attach | \
            refused nothing_sent
        busy alice c1; wrap alice c1; drop c1.create | replay c1 create complete.1 | refused \
            nothing_sent
        # Whoever is still at work on it comes first.
        post alice c1; sent c1.create | replay c1 create | refused not_settled
        busy alice c1; wrap alice c1 | replay c1 create | refused not_settled
        ",
    );
}

#[test]
fn what_becomes_of_a_complete() {
    check_all(
        "
        busy alice c1; wrap alice c1; sent c1.create; take c1.complete.1 | answer c1.complete.1 \
            done | c1 settled
        ^ | answer c1.complete.1 retry | c1.complete.1 in 2
        # A note may be there already: looked for once the server's longest transaction is over.
        ^ | answer c1.complete.1 ambiguous | c1.complete.1 doubtful, c1.complete.1 in 300
        ^ | wait 180 | c1.complete.1 doubtful, c1.complete.1 in 300
        ^ | restart | c1.complete.1 doubtful, c1.complete.1 in 300
        ^ | answer c1.complete.1 refused | c1.complete.1 parked refused
        busy alice c1; wrap alice c1; sent c1.create; take c1.complete.1; answer c1.complete.1 \
            ambiguous | retry c1.complete.1 | refused step_not_parked
        busy alice c1; wrap alice c1; sent c1.create; take c1.complete.1; answer c1.complete.1 \
            refused | drop c1.complete.1 | c1 settled
        ^ | retry c1.complete.1 | c1.complete.1 takable
        # Given up while it may be under way, it is left to its time all the same.
        [one-hour-tries] busy alice c1; wrap alice c1; sent c1.create; take c1.complete.1; answer \
            c1.complete.1 retry; wait 3600; take c1.complete.1; answer c1.complete.1 ambiguous; wait \
            100 | retry c1.complete.1 | c1.complete.1 doubtful, c1.complete.1 in 200
        # Why it was given up is kept.
        busy alice c1; wrap alice c1; sent c1.create | drop c1.complete.1 because | c1 settled, \
            c1.complete.1 drops: because
        # Parked, it holds up nothing.
        busy alice c1; available bob; transfer alice c1 agent bob; accept bob c1; wrap bob c1; \
            sent c1.create; take c1.complete.2; answer c1.complete.2 refused | wrap alice c1 | \
            c1.complete.1 takable
        rule attach; busy alice c1; wrap alice c1; sent c1.create; take c1.attach | answer \
            c1.attach refused | c1.complete.1 takable
        ^ | answer c1.attach ambiguous | c1.attach in 300, !c1.complete.1 takable
        rule attach; busy alice c1; wrap alice c1; sent c1.create | drop c1.attach | \
            c1.complete.1 takable
        # Tried again while a later one is being sent, it waits for that.
        rule attach; busy alice c1; wrap alice c1; sent c1.create; take c1.attach; answer c1.attach \
            refused; take c1.complete.1 | retry c1.attach | c1.attach due, !c1.attach takable
        ^ | take c1.attach | refused step_not_due
        rule attach; busy alice c1; wrap alice c1; sent c1.create; take c1.attach; answer c1.attach \
            refused; take c1.complete.1; retry c1.attach | answer c1.complete.1 done | c1.attach \
            takable
        ",
    );
}

#[test]
fn drafts_that_change_after_the_story_was_read_are_read_again() {
    check_all(
        "
        post alice c1 | take c1.create | answer step
        post alice c1 | take-stale c1.create | refused story_stale
        ",
    );
}

#[test]
fn a_rule_adds_a_chat_to_an_incident_that_is_open() {
    check_all(
        "
        rule append open-A; busy alice c1; found c1 A; wrap alice c1 | take c1.create | c1 appends \
            to open-A, c1.create taken, c1.complete.1 due
        # It is found by its mark, so the server's longest transaction is waited out.
        rule append open-A; busy alice c1; found c1 A; wrap alice c1; take c1.create | answer \
            c1.create ambiguous | c1.create in 300
        ^ | restart | c1.create doubtful, c1.create in 300
        ^ | wait 180 | c1.create doubtful, c1.create in 300
        rule append open-A; busy alice c1; found c1 A; wrap alice c1; take c1.create; answer \
            c1.create ambiguous | retry c1.create | refused step_not_parked
        # It is the chat's one incident: it pops, and each part's note is added to it.
        rule append open-A; post alice c1; found c1 A; take c1.create | answer c1.create appended | \
            c1.create is done, pop open-A for alice
        rule append open-A; busy alice c1; found c1 A; wrap alice c1; take c1.create; answer \
            c1.create appended | sent c1.complete.1 | c1 settled
        # An id of the instance's own says nothing of what becomes of other creates.
        rule append open-A; busy alice c1; found c1 A; wrap alice c1; take c1.create; answer \
            c1.create appended; rule none; busy alice c2; wrap alice c2; take c2.create | answer \
            c2.create ambiguous | c2.create in 2
        # Another's, one that is not open, and nobody's: one is made.
        rule append open-A; busy alice c1; found c1 B; wrap alice c1 | take c1.create | !c1 appends \
            to open-A, answer step
        rule append open-A; busy alice c1; found c1; wrap alice c1 | take c1.create | !c1 appends \
            to open-A, answer step
        rule append open-A; busy alice c1; found c1 A B; choose alice c1 B; wrap alice c1 | take \
            c1.create | !c1 appends to open-A, answer step
        # Refused, as where it was closed meanwhile: one is made.
        rule append open-A; busy alice c1; found c1 A; wrap alice c1; take c1.create | answer \
            c1.create refused | c1 appends nowhere, c1.create takable, c1.complete.1 due
        rule append open-A; busy alice c1; found c1 A; wrap alice c1; take c1.create; answer \
            c1.create refused | take c1.create | !c1 appends to open-A, answer step
        rule append open-A; busy alice c1; found c1 A; wrap alice c1; take c1.create; answer \
            c1.create refused; take c1.create | answer c1.create refused | c1.create parked refused
        # It may have been added: that waits for an admin, as any create does.
        rule append open-A; busy alice c1; found c1 A; wrap alice c1; take c1.create; answer \
            c1.create ambiguous; wait 300; take c1.create | answer c1.create refused | c1.create \
            parked refused, c1.complete.1 parked behind_create
        ",
    );
}
