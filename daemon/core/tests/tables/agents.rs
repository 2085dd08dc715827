//! What commands do to an agent, by the agent's status.

use crate::kit::check_all;

#[test]
fn from_logged_out_only_login_does_anything() {
    check_all(
        "
        | login alice | done, alice on_break, alice because login
        | ask alice available | refused not_logged_in
        | ask alice on_break | refused not_logged_in
        | stop alice | refused not_logged_in
        | logout alice | refused not_logged_in
        | logout alice after | refused not_logged_in
        | force alice available | refused not_logged_in
        | kick alice | refused not_logged_in
        | login nobody | refused unknown_agent
        | ask nobody available | refused unknown_agent
        | stream nobody | refused unknown_agent
        ",
    );
}

#[test]
fn a_command_to_an_agent_on_a_break_or_offline() {
    check_all(
        "
        login alice | ask alice available | done, alice available, alice because asked
        ^ | ask alice work_offline | done, alice work_offline
        ^ | ask alice on_break | done, alice on_break, nothing new
        ^ | stop alice | refused not_busy
        ^ | logout alice | done, alice logged_out
        ^ | logout alice after | done, alice logged_out
        ^ | ask alice logged_out | done, alice logged_out
        ^ | force alice available | done, alice available, alice because forced
        ^ | force alice work_offline | done, alice work_offline
        ^ | kick alice | done, alice logged_out, alice because forced
        ^ | login alice | done, alice on_break, nothing new
        login alice; stream alice; lose alice | wait 60 | alice on_break, alice away
        login alice; stream alice; lose alice | wait 400 | alice on_break, alice away
        login alice; ask alice work_offline | ask alice available | done, alice available
        ^ | ask alice on_break | done, alice on_break
        ^ | ask alice work_offline | done, nothing new
        ^ | stop alice | refused not_busy
        ^ | logout alice | done, alice logged_out
        ^ | force alice on_break | done, alice on_break
        ^ | kick alice | done, alice logged_out
        login alice; ask alice work_offline; stream alice; lose alice | wait 400 | alice \
            work_offline, alice away
        # Offline with a chat in post-processing.
        post alice c1; ask alice work_offline | logout alice | refused open_chats
        ^ | logout alice after | done, alice post_processing, alice wants logged_out
        ^ | kick alice | done, alice logged_out, c1.1 wraps forced, c1 closes
        ",
    );
}

#[test]
fn a_command_to_an_agent_who_is_available() {
    check_all(
        "
        available alice | ask alice available | done, nothing new
        ^ | ask alice on_break | done, alice on_break
        ^ | ask alice work_offline | done, alice work_offline
        ^ | stop alice | refused not_busy
        ^ | logout alice | done, alice logged_out
        ^ | force alice on_break | done, alice on_break, alice because forced
        ^ | kick alice | done, alice logged_out
        available alice; stream alice; lose alice | wait 59 | alice available, alice in grace
        ^ | wait 60 | alice available, alice away
        ^ | wait 359 | alice available, alice away
        ^ | wait 360 | alice on_break, alice away, alice because away
        # Away means not offered.
        available alice; stream alice; lose alice; wait 60 | open c1 | c1 waiting, !alice has an \
            offer
        available alice; stream alice; lose alice; wait 30 | open c1 | c1 offered alice
        ",
    );
}

#[test]
fn a_command_to_an_agent_with_an_offer_and_no_active_chat() {
    check_all(
        "
        offered alice c1 | ask alice available | done, alice offered, nothing new
        ^ | ask alice on_break | done, alice on_break, c1 offer rescinded, c1 waiting
        ^ | ask alice work_offline | done, alice work_offline, c1 offer rescinded, c1 waiting
        ^ | stop alice | refused not_busy
        ^ | logout alice | done, alice logged_out, c1 offer rescinded, c1 waiting
        ^ | force alice on_break | done, alice on_break, c1 offer rescinded
        ^ | force alice available | done, c1 offer rescinded, c1 offered alice
        ^ | kick alice | done, alice logged_out, c1 offer rescinded, c1 waiting
        ^ | wait 20 | alice on_break, alice because missed, c1 offer timed_out, c1 waiting
        ^ | reject alice c1 | done, alice on_break, alice because rejected, c1 offer rejected, c1 \
            waiting
        offered alice c1; stream alice; lose alice; config | wait 19 | alice offered
        # The grace over, with an offer that lasts longer than it.
        available alice; stream alice; lose alice; wait 50; open c1 | wait 10 | alice available, \
            alice away, c1 offer rescinded, c1 waiting
        # Offered while in post-processing: a chat transferred to them before they ended the other.
        busy alice c1; open c2; end alice c1 | logout alice | refused open_chats
        ^ | logout alice after | alice wants logged_out, c2 offer rescinded, alice post_processing
        ^ | kick alice | alice logged_out, c2 offer rescinded, c1.1 wraps forced
        ",
    );
}

#[test]
fn a_command_to_a_busy_agent() {
    check_all(
        "
        busy alice c1 | ask alice available | done, nothing new, alice busy, !alice stopnew
        ^ | ask alice on_break | done, alice busy, alice stopnew, alice wants on_break
        ^ | ask alice work_offline | done, alice busy, alice stopnew, alice wants work_offline
        ^ | stop alice | done, alice busy, alice stopnew, alice wants work_offline, alice because \
            stop_new
        ^ | logout alice | refused open_chats
        ^ | logout alice after | done, alice busy, alice stopnew, alice wants logged_out
        ^ | force alice on_break | done, alice busy, alice wants on_break
        ^ | kick alice | done, alice logged_out, c1.1 left requeued, c1.1 wraps forced, c1 waiting
        busy alice c1; ask alice on_break | ask alice available | done, alice busy, !alice stopnew
        busy alice c1; logout alice after | ask alice available | done, alice wants available
        ^ | end alice c1 | alice post_processing
        ^ | wrap alice c1 | alice logged_out
        busy alice c1; stop alice | stop alice | done, nothing new
        # With an offer beside the active chat, the offer stands.
        busy alice c1; open c2 | ask alice on_break | done, alice has an offer, alice wants \
            on_break, alice stopnew
        ^ | ask alice work_offline | done, alice has an offer, alice wants work_offline
        ^ | stop alice | done, alice has an offer, alice wants work_offline
        ^ | force alice on_break | done, alice has an offer, alice wants on_break
        ^ | logout alice after | done, alice has an offer
        ^ | wait 20 | alice busy, alice wants on_break, c2 offer timed_out
        ^ | reject alice c2 | alice busy, alice wants on_break, c2 offer rejected
        ^ | kick alice | alice logged_out, c2 offer rescinded, c1 waiting, c2 waiting
        # A miss sets on_break only where the intent is still available.
        busy alice c1; open c2; ask alice work_offline | wait 20 | alice wants work_offline, c2 \
            offer timed_out
        ^ | reject alice c2 | alice wants work_offline
        # Away.
        busy alice c1; stream alice; lose alice; wait 50; open c2 | wait 10 | alice busy, alice \
            away, c2 offer rescinded, c1 active
        busy alice c1; stream alice; lose alice | wait 360 | c1.1 left lost, c1 waiting, alice \
            wants on_break, alice because away, c1 said by system, alice post_processing
        busy alice c1; stop alice; stream alice; lose alice | wait 360 | c1.1 left lost, alice \
            wants work_offline
        ",
    );
}

#[test]
fn a_command_to_an_agent_in_post_processing() {
    check_all(
        "
        post alice c1 | ask alice available | done, alice post_processing, nothing new
        ^ | ask alice on_break | done, alice post_processing, alice wants on_break
        ^ | ask alice work_offline | done, alice work_offline, c1.1 post stopped
        ^ | stop alice | refused not_busy
        ^ | logout alice | refused open_chats
        ^ | logout alice after | done, alice post_processing, alice wants logged_out
        ^ | force alice on_break | done, alice post_processing, alice wants on_break
        ^ | kick alice | done, alice logged_out, c1.1 wraps forced, c1 closes
        ^ | wait 60 | alice available, c1.1 wraps timer, c1 closes
        # The timer at zero: the status is what was wanted.
        post alice c1; ask alice on_break | wait 60 | alice on_break
        post alice c1; logout alice after | wait 60 | alice logged_out
        # Away: kept, timers go on, available becomes on_break.
        [optional] post alice c1; stream alice; lose alice | wait 360 | alice wants on_break, \
            c1.1 post off, alice post_processing
        post alice c1; stream alice; lose alice | wait 59 | c1.1 post running
        # Not available for offers meanwhile.
        post alice c1 | open c2 | c2 waiting
        post alice c1; open c2 | wrap alice c1 | c2 offered alice
        ",
    );
}

#[test]
fn work_offline_stops_timed_timers_and_anything_else_lets_them_go_on() {
    check_all(
        "
        post alice c1; wait 20; ask alice work_offline; wait 500 | ask alice available | c1.1 \
            post running, c1.1 left 40, alice post_processing
        ^ | ask alice on_break | c1.1 post running, c1.1 left 40
        ^ | force alice on_break | c1.1 post running, c1.1 left 40
        ^ | logout alice after | c1.1 post running, c1.1 left 40
        ^ | wrap alice c1 | c1 closes, alice work_offline
        [fixed] post alice c1 | ask alice work_offline | c1.1 post running, alice post_processing
        [optional] post alice c1 | ask alice work_offline | c1.1 post off, alice work_offline
        # Set while busy, it stops none.
        busy alice c1; stop alice; end alice c1 | wait 1 | c1.1 post running, alice post_processing
        ^ | wait 60 | alice work_offline, c1 closes
        # Asked for once more in post-processing, it does.
        ^ | ask alice work_offline | c1.1 post stopped, alice work_offline
        busy alice c1; ask alice work_offline; end alice c1 | ask alice work_offline | c1.1 post \
            stopped
        # By force it stops none.
        post alice c1 | force alice work_offline | c1.1 post running, alice post_processing
        # Stopped, the backstop still stands.
        post alice c1; ask alice work_offline | wait 43200 | c1.1 wraps backstop, c1 closes
        ",
    );
}

#[test]
fn a_reason_is_asked_for_where_the_config_says_so() {
    check_all(
        "
        [reasons] login alice | ask alice on_break | refused reason_required
        ^ | ask alice work_offline | refused reason_required
        ^ | ask alice on_break hunger | refused reason_unknown
        ^ | ask alice work_offline tired | done, alice work_offline
        ^ | logout alice | refused reason_required
        ^ | logout alice lunch | done
        ^ | ask alice available | done
        ^ | force alice work_offline | done
        [reasons] offered alice c1 | reject alice c1 | refused reason_required
        ^ | reject alice c1 lunch | done
        login alice | ask alice on_break \
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | refused too_long
        ^ | ask alice on_break anything | done
        ",
    );
}

#[test]
fn presence_is_a_lease_held_by_streams() {
    check_all(
        "
        login alice | stream alice | alice streaming
        login alice; stream alice | stream alice | alice streaming
        login alice; stream alice; stream alice | lose alice | alice streaming
        login alice; stream alice | lose alice | alice in grace
        login alice | lose alice | alice assumed, nothing new
        login alice; stream alice; lose alice | stream alice | alice streaming
        ^ | ask alice available | alice assumed
        ^ | login alice | alice assumed
        available alice; stream alice; lose alice; wait 100 | stream alice | alice streaming, \
            alice available
        ^ | ask alice available | alice assumed
        ^ | login alice | alice assumed
        ^ | force alice on_break | alice away
        # Away ends: a chat that waits comes to them.
        available alice; stream alice; lose alice; wait 100; open c1 | stream alice | c1 offered \
            alice
        ^ | login alice | c1 offered alice
        # Present again, without a stream: no lease to lose.
        available alice; stream alice; lose alice; wait 100; login alice | wait 9999 | alice \
            available, alice assumed
        # A start: no stream outlived the one before; leases start whole.
        available alice; stream alice | restart | alice in grace
        available alice; stream alice; restart | wait 59 | alice in grace
        ^ | wait 60 | alice away
        available alice; stream alice; lose alice; wait 50; restart | wait 59 | alice in grace
        ^ | wait 60 | alice away
        available alice | restart | alice assumed
        ",
    );
}

#[test]
fn a_status_does_not_end_by_itself_after_a_miss() {
    check_all(
        "
        offered alice c1; wait 20 | wait 9999 | alice on_break
        offered alice c1; wait 20; ask alice available | wait 29 | c1 waiting
        ^ | wait 30 | c1 offered alice
        ",
    );
}

#[test]
fn a_shift_change_hands_everything_over_in_one_act_or_nothing() {
    check_all(
        "
        # Back in front of the queue, at its place, and said.
        busy alice c1; force alice work_offline | hand alice back | c1 waiting, c1.1 left requeued, \
            c1.1 wrapped, c1 said by system, alice work_offline
        # To another: they talk on at once, what was done so far is wrapped up as it is.
        busy alice c1; available bob | hand alice bob | c1 active, c1.2 active bob, c1.1 left \
            transferred, c1.1 wrapped, c1 said by system, bob busy, alice available
        # Parts in post-processing become the other's, with their timers.
        post alice c1; available bob | hand alice bob | c1.1 post running, bob post_processing, \
            alice available
        post alice c1; available bob; hand alice bob | wrap bob c1 | c1.1 wraps agent, bob available
        post alice c1; available bob; ask alice work_offline | hand alice bob | c1.1 post running
        post alice c1; available bob; hand alice bob | wrap alice c1 | refused not_yours
        # The incident pops up to who has the chat now.
        post alice c1; available bob; hand alice bob; take c1.create | answer c1.create done | pop I \
            for bob
        post alice c1 | hand alice back | c1.1 wraps forced, c1 closes, alice available
        # All of it at once.
        [capacity-1] available bob; post alice c1; ask alice work_offline | hand alice bob | bob \
            post_processing
        available bob; busy alice c1; open c2; accept alice c2; end alice c1 | hand alice bob | \
            c2.2 active bob, c1.1 post running, alice available, bob busy
        available bob; busy alice c1; open c2; accept alice c2; open c3; accept bob c3 | hand alice \
            bob | refused cannot_take
        # Only to who can take it.
        busy alice c1 | hand alice bob | refused cannot_take
        busy alice c1; available carol | hand alice carol | refused cannot_take
        busy alice c1 | hand alice alice | refused cannot_take
        busy alice c1 | hand alice nobody | refused unknown_agent
        | hand nobody back | refused unknown_agent
        # An offer that is pending is nobody's miss.
        offered alice c1; drain-agent alice on | hand alice back | c1 waiting, c1 misses 0
        available alice | hand alice back | nothing new
        ",
    );
}
