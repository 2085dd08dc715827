//! How chats find their agents: strategies, misses, affinity, relaxed skills, drain.

use crate::kit::check_all;

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
        available bob; open c1; accept bob c1; wrap bob c1; wait 1; available carol; open c2 \
            sales; accept carol c2; wrap carol c2 | open c3 sales | c3 offered bob
        [fewest-chats] available carol; wait 1; available bob; open c1 sales; accept carol c1; \
            wrap carol c1; stream carol; open c2 sales; accept bob c2; wrap bob c2; open c3; \
            accept bob c3; wrap bob c3 | open c4 sales | c4 offered carol
        ^ | wait 0 | c1 gone
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
