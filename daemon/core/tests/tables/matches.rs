//! The match and its pops.

use crate::kit::check_all;

#[test]
fn what_a_lookup_finds() {
    check_all(
        "
        open c1 | take-lookup c1 | answer lookup
        open c1; take-lookup c1 | take-lookup c1 | refused lookup_not_due
        open c1 anonymous | take-lookup c1 | refused lookup_not_due
        open c1 | found c1 | c1 matched none, c1 chosen nobody
        ^ | found c1 A | c1 matched one, c1 chosen A
        ^ | found c1 A B | c1 matched many, c1 chosen A
        open c1; take-lookup c1 | lookup-failed c1 | c1 matched failed, c1 looked up in 10
        open c1; take-lookup c1; lookup-failed c1; wait 10; take-lookup c1 | lookup-failed c1 | \
            c1 looked up in 20
        # Nobody takes it, or nobody answers.
        open c1 | wait 60 | c1 matched failed, c1 looked up in 10
        open c1; take-lookup c1 | wait 60 | c1 matched failed, c1 looked up in 10
        open c1; take-lookup c1 | restart | c1 looked up now
        open c1 | lookup 7 c1 A | refused stale
        # It delays nothing.
        available alice | open c1 | c1 offered alice
        offered alice c1 | accept alice c1 | c1 active, !pop
        # By a rule.
        rule second; open c1 | found c1 A B C | c1 chosen B
        rule no A; open c1 | found c1 A B | c1 matched one, c1 chosen B
        rule no A; open c1 | found c1 A | c1 matched none, c1 chosen nobody
        rule fail; open c1 | found c1 A B | c1 chosen A
        # After the end it is not tried again.
        busy alice c1; take-lookup c1; end alice c1 | lookup-failed c1 | c1 matched failed, !c1 \
            looked up in 10
        ",
    );
}

#[test]
fn a_late_answer_is_used_when_it_comes() {
    check_all(
        "
        open c1; take-lookup c1; wait 60 | lookup 1 c1 A | c1 matched one, c1 chosen A, !c1 \
            looked up in 10
        open c1; take-lookup c1; wait 70; take-lookup c1; wait 60 | lookup 1 c1 A | c1 matched one
        ^ | lookup 2 c1 A | c1 matched one
        open c1; take-lookup c1; wait 70; take-lookup c1 | lookup 1 c1 A | c1 matched one
        open c1; take-lookup c1; wait 70; take-lookup c1; lookup 1 c1 A | lookup 2 c1 B | refused \
            stale
        # Words have an answer of their own.
        open c1; take-lookup c1; wait 60; search admin c1 someone | lookup 1 c1 A | refused stale
        # After the end: the caller alone.
        busy alice c1; take-lookup c1; end alice c1 | lookup 1 c1 A | c1 chosen A, c1 caller A, !pop
        busy alice c1; take-lookup c1; end alice c1; wait 59; | lookup 1 c1 A | c1 caller A
        [optional] busy alice c1; take-lookup c1; end alice c1; wait 60 | lookup 1 c1 A | c1 \
            chosen A, c1 caller A
        # And after all is wrapped up, while create is not sent.
        busy alice c1; take-lookup c1; wrap alice c1 | lookup 1 c1 A | c1 caller A
        ^ | lookup 1 c1 | refused stale
        busy alice c1; take-lookup c1; wrap alice c1; take c1.create | lookup 1 c1 A | refused stale
        busy alice c1; found c1 A B; choose alice c1 B; search alice c1 x; take-lookup c1; wrap \
            alice c1 | lookup 2 c1 C | refused stale
        open c1; leave c1 | lookup 1 c1 A | refused stale
        ",
    );
}

#[test]
fn the_customer_is_looked_for_by_other_words() {
    check_all(
        "
        busy alice c1; found c1 A | search alice c1 some one | c1 looked up now
        ^ | search bob c1 some one | refused not_yours
        ^ | search alice c1 | refused empty
        ^ | search admin c1 some one | done
        busy alice c1; take-lookup c1 | search alice c1 some one | refused lookup_under_way
        busy alice c1; found c1 A; search alice c1 x | found c1 B C | c1 matched many, c1 chosen A
        ^ | found c1 | c1 matched one, c1 chosen A
        busy alice c1; found c1; search alice c1 x | found c1 B | c1 matched one, c1 chosen B, \
            pop B for alice
        busy alice c1; found c1 A; search alice c1 x; take-lookup c1 | lookup-failed c1 | c1 \
            matched one, c1 chosen A
        # Words in place of the address, to no avail: the address is tried again.
        busy alice c1; search alice c1 x; take-lookup c1 | lookup-failed c1 | c1 matched pending, \
            c1 looked up in 10
        busy alice c1; search alice c1 x | found c1 | c1 matched pending, c1 looked up in 10
        post alice c1; found c1 A; wrap alice c1 | search alice c1 x | refused unknown_chat
        ",
    );
}

#[test]
fn who_may_choose_the_match() {
    check_all(
        "
        open c1; found c1 A B | choose alice c1 B | refused not_yours
        ^ | choose admin c1 B | c1 chosen B, !pop
        available alice; open c1; found c1 A B | choose alice c1 B | c1 chosen B, pop B for alice
        ^ | choose bob c1 B | refused not_yours
        ^ | choose admin c1 B | c1 chosen B, pop B for alice
        ^ | choose alice c1 C | refused unknown_candidate
        busy alice c1; found c1 A B | choose alice c1 B | c1 chosen B, pop B for alice
        ^ | choose bob c1 B | refused not_yours
        ^ | choose admin c1 B | c1 chosen B, pop B for alice
        post alice c1; found c1 A B | choose alice c1 B | c1 chosen B, c1 caller B, pop B for alice
        ^ | choose bob c1 B | refused not_yours
        post alice c1; found c1 A B; wrap alice c1 | choose alice c1 B | refused unknown_chat
        # Transferred, it is no longer theirs to choose.
        busy alice c1; found c1 A B; transfer alice c1 queue sales | choose alice c1 B | refused \
            not_yours
        busy alice c1; found c1 A B; available bob; transfer alice c1 agent bob | choose alice c1 \
            B | refused not_yours
        ^ | choose bob c1 B | pop B for bob
        busy alice c1; found c1 A B; available bob; transfer alice c1 agent bob; accept bob c1; \
            end bob c1 | choose alice c1 B | c1 chosen B, !pop
        ^ | choose bob c1 B | pop B for bob
        ^ | choose admin c1 B | pop B for bob
        busy alice c1; found c1 A B; available bob; transfer alice c1 agent bob; wrap alice c1; \
            accept bob c1; end bob c1 | choose alice c1 B | refused closed
        ",
    );
}

#[test]
fn a_record_pops_once_a_segment() {
    check_all(
        "
        available alice; open c1; found c1 A | accept alice c1 | pop A for alice
        open c1; found c1 A | available alice | !pop
        [pop-offer] open c1; found c1 A | available alice | pop A for alice
        [pop-offer] available alice; open c1; found c1 A | accept alice c1 | !pop
        [pop-offer] offered alice c1 | found c1 A | pop A for alice
        [pop-never] open c1; found c1 A; available alice | accept alice c1 | !pop
        [pop-never] busy alice c1; found c1 A B | choose alice c1 B | pop B for alice
        offered alice c1 | found c1 A | !pop
        # The answer comes late.
        busy alice c1 | found c1 A | pop A for alice
        [pop-never] busy alice c1 | found c1 A | !pop
        post alice c1 | found c1 A | !pop
        busy alice c1; found c1 A; search alice c1 x | found c1 B | !pop
        rule quick; open c1; found c1 A | available alice | pop A for alice
        # The next segment is another's.
        busy alice c1; found c1 A; available bob; transfer alice c1 agent bob | accept bob c1 | \
            pop A for bob
        ",
    );
}

#[test]
fn a_pop_is_claimed_by_one_client_within_its_time() {
    check_all(
        "
        busy alice c1; found c1 A | claim alice | answer pop
        ^ | claim-any bob | refused not_yours
        ^ | wait 29 | done
        busy alice c1; found c1 A; claim alice | claim alice | refused pop_claimed
        ^ | report alice | done
        busy alice c1; found c1 A; id x; claim alice | again | answer pop, nothing new
        # The incident pops up to the last agent within its time, counted from when it was wanted.
        post alice c1 | sent c1.create | pop I for alice
        post alice c1; wait 29 | sent c1.create | pop I for alice
        post alice c1; wait 30 | sent c1.create | !pop
        busy alice c1; wrap alice c1 | sent c1.create | pop I for alice
        [pop-2-min] post alice c1; wait 30 | sent c1.create | pop I for alice
        ",
    );
}

#[test]
fn an_incident_waits_for_a_lookup_that_is_open_at_the_end() {
    check_all(
        "
        # Found, a short chat has its caller.
        [caller-wait] busy alice c1 | wrap alice c1 | c1.create in 30, !c1 closes, c1 looked up now
        [caller-wait] busy alice c1; wrap alice c1 | found c1 A | c1 caller A, c1.create takable, \
            c1 closes, !pop
        ^ | found c1 | c1 caller nobody, c1.create takable, c1 closes
        [caller-wait] busy alice c1; take-lookup c1; wrap alice c1 | lookup-failed c1 | c1.create \
            takable, c1 closes
        ^ | lookup 1 c1 A | c1 caller A, c1.create takable, c1 closes
        [caller-wait] post alice c1 | found c1 A | c1 caller A, c1.create takable, !c1 closes
        [caller-wait at-wrapup] busy alice c1; wrap alice c1 | found c1 A | c1 caller A, \
            c1.create takable, c1 closes
        [caller-wait none] busy alice c1; leave c1 | found c1 A | c1 caller A, c1 closes
        [caller-wait unhandled] open c1; leave c1 | found c1 A | c1 caller A, c1 closes
        # No longer than it may; the lookup ends by itself.
        [caller-wait] busy alice c1; wrap alice c1 | wait 30 | c1.create takable, !c1 closes
        [caller-wait] busy alice c1; wrap alice c1; wait 30; take c1.create | wait 30 | c1 closes
        [caller-wait] busy alice c1; wrap alice c1; wait 30; take c1.create | found c1 A | c1 \
            closes, !c1.create again
        [caller-wait] busy alice c1; take-lookup c1; wrap alice c1 | restart | c1.create in 30, c1 \
            looked up now
        # A lookup that was to be tried later is tried now.
        [caller-wait] busy alice c1; take-lookup c1; lookup-failed c1 | wrap alice c1 | c1.create \
            in 30, c1 looked up now
        # By words, too.
        [caller-wait] busy alice c1; search alice c1 jo; wrap alice c1 | found c1 A | c1 caller A, \
            c1.create takable, c1 closes
        [caller-wait] busy alice c1; search alice c1 jo; wrap alice c1 | found c1 | c1.create \
            takable, c1 closes
        # Nothing waits where the caller is known, nobody is looked up, or no incident is made.
        [caller-wait] busy alice c1; found c1 A | wrap alice c1 | c1.create takable, c1 closes
        [caller-wait] busy alice c1; found c1 A; search alice c1 jo | wrap alice c1 | c1.create \
            takable, c1 closes
        [caller-wait] available alice; open c1 anonymous; accept alice c1 | wrap alice c1 | \
            c1.create takable, c1 closes
        [caller-wait] open c1 | leave c1 | c1 gone
        # It may be sent or given up all the same.
        [caller-wait] busy alice c1; wrap alice c1 | retry c1.create | c1.create takable
        [caller-wait] busy alice c1; wrap alice c1; drop c1.create | found c1 A | c1 closes, c1 \
            settled
        ",
    );
}
