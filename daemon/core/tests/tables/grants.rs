//! Tokens and sessions: who may make one, and when it is over.

use crate::kit::check_all;

#[test]
fn a_grant_is_in_force_until_it_expires_or_is_taken_back() {
    check_all(
        "
        | token 1 alice 100 | token 1 for 100, answer granted
        | token 1 root | token 1 for 60
        | token 1 of-sales | token 1 for 60
        token 1 alice 100; wait 99 | say customer c1 x | grants 1
        token 1 alice 100 | wait 100 | grants 0
        token 1 alice 100 | revoke 1 | grants 0
        token 1 alice 100; revoke 1 | revoke 1 | refused unknown_grant
        # Wall time: a downtime counts.
        token 1 alice 100; wait 99; restart | wait 1 | grants 0
        ",
    );
}

#[test]
fn a_session_ends_with_its_token() {
    check_all(
        "
        token 1 alice 100 | session 2 alice 50 by 1 | session 2 for 50, grants 2
        token 1 alice 100 | session 2 alice 500 by 1 | session 2 for 100
        token 1 alice; session 2 alice by 1; session 3 alice by 1; session 4 admin | revoke 1 | \
            session 4 for 60, grants 1
        token 1 alice; session 2 alice by 1 | revoke 2 | token 1 for 60, grants 1
        token 1 alice 100; session 2 alice 500 by 1 | wait 100 | grants 0
        | session 2 alice by 1 | refused unknown_grant
        token 1 alice 100; wait 100 | session 2 alice by 1 | refused unknown_grant
        ",
    );
}

#[test]
fn nobody_gets_a_grant_whom_the_desk_does_not_know_or_beyond_its_bound() {
    check_all(
        "
        | token 1 zoe | refused unknown_agent
        | token 1 of-nowhere | refused unknown_queue
        [two-grants] token 1 alice; session 2 alice | token 3 admin | refused too_many_grants
        [two-grants] token 1 alice; session 2 alice; wait 60 | token 3 admin 100 | token 3 for \
            40, grants 1
        ",
    );
}
