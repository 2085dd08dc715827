//! Why a chat is not offered to an agent: each reason, and which goes first.

use crate::kit::check_all;

#[test]
fn each_reason_is_told() {
    check_all(
        "
        # Who could take it is told none: it is placed at once.
         | open c1 | c1 not alice: not_available, c1 not bob: not_available, c1 not carol: \
            not_member
        offered alice c1 | wait 0 | c1 not_waiting, c1 not bob: not_waiting
        [capacity-1] busy alice c1; available bob; ask bob on_break | open c2 | c2 not alice: \
            full, c2 not bob: not_available
        # Busy with room left, but asked to take no more.
        busy alice c1; stop alice | open c2 | c2 not alice: not_available
        [capacity-1] offered alice c1 | open c2 | c2 not alice: offer_pending
        post alice c1 | open c2 | c2 not alice: finishing
        available alice; drain-agent alice on | open c1 | c1 not alice: drained, alice idle: drained
        offered alice c1; reject alice c1 | ask alice available | c1 not alice: cooling_down, alice \
            idle: nothing
        available alice; stream alice; lose alice | wait 100 | alice idle: away
        available carol | open c1 sales german | c1 not carol: unskilled
        [german] available carol | open c1 sales german | c1 not carol: unskilled
        [german relax] available carol; open c1 sales german | wait 60 | c1 offered carol
        # Held by a rule, for a while.
        rule hold 30; available alice | open c1 | c1 held, c1 not alice: held
        ^ | wait 30 | !c1 waiting
        # What another system decides about is offered to nobody.
         | open c1 observed | c1 chat_elsewhere
        ",
    );
}
