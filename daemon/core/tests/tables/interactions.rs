//! The interaction that a handled chat becomes beside its incident.

use crate::kit::check_all;

#[test]
fn a_handled_chat_becomes_an_interaction_where_that_is_wanted() {
    check_all(
        "
        busy alice c1 | wrap alice c1 | !c1 wants interaction
        # Once everything is wrapped up, after all else; then it is tied to the incident.
        [interactions] busy alice c1 | end alice c1 | !c1 wants interaction
        [interactions] post alice c1 | wrap alice c1 | c1 wants interaction
        [interactions] busy alice c1 | wrap alice c1 | c1 wants interaction
        [interactions] busy alice c1; requeue c1; wrap alice c1 | leave c1 | c1 wants interaction
        [interactions at-wrapup] post alice c1 | wrap alice c1 | c1 wants create, c1 wants \
            interaction
        [interactions] busy alice c1; available bob; transfer alice c1 agent bob; accept bob c1; end \
            bob c1 | wrap bob c1 | !c1 wants interaction
        ^ | wrap alice c1 | !c1 wants interaction
        [interactions] busy alice c1; available bob; transfer alice c1 agent bob; accept bob c1; end \
            bob c1; wrap bob c1 | wrap alice c1 | c1 wants interaction
        [interactions] busy alice c1; wrap alice c1; sent c1.create | wait 0 | c1.complete.1 takable, \
            !c1.interaction takable
        ^ | sent c1.complete.1 | c1.interaction takable
        [interactions] busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; take \
            c1.interaction | answer c1.interaction done | c1 has interaction, c1 wants relate, \
            c1.relate takable
        ^ | answer c1.interaction differs | c1 has interaction, c1 differs
        [interactions] busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; sent \
            c1.interaction | sent c1.relate | c1 settled
        # A chat that nobody handled, and one of which a rule wants no incident, become none.
        [interactions unhandled] open c1 | leave c1 | c1 wants create, !c1 wants interaction
        [interactions] rule skip; busy alice c1; wrap alice c1 | take c1.create | c1 settled
        # One that was added to another incident does.
        [interactions] rule append open-A; busy alice c1; found c1 A; wrap alice c1; take c1.create; \
            answer c1.create appended; sent c1.complete.1; sent c1.interaction | sent c1.relate | c1 \
            settled
        ",
    );
}

#[test]
fn an_interaction_is_made_once_as_an_incident_is() {
    check_all(
        "
        # Under an id of ours, one read tells at once.
        [interactions] busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; take \
            c1.interaction | answer c1.interaction ambiguous | c1.interaction doubtful, \
            c1.interaction in 2
        ^ | wait 180 | c1.interaction doubtful
        ^ | restart | c1.interaction doubtful, c1.interaction takable
        # Under one of the instance's, the server's longest transaction is waited out.
        [interactions ids-of-instance] busy alice c1; wrap alice c1; sent c1.create; sent \
            c1.complete.1; take c1.interaction | answer c1.interaction ambiguous | c1.interaction in \
            300
        ^ | restart | c1.interaction in 300
        # Seen with either of the two it is believed of both, whatever incidents get.
        [interactions] busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; take \
            c1.interaction; answer c1.interaction foreign; take c1.relate | answer c1.relate \
            ambiguous | c1.relate in 300
        [interactions] busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; take \
            c1.interaction; answer c1.interaction foreign; busy alice c2; wrap alice c2; take \
            c2.create | answer c2.create ambiguous | c2.create in 2
        # Refused, it waits for an admin and holds up nothing; given up, nothing is to be tied.
        [interactions] busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; take \
            c1.interaction | answer c1.interaction refused | c1.interaction parked refused, !c1 wants \
            relate
        [interactions] busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; take \
            c1.interaction; answer c1.interaction refused | drop c1.interaction | c1.interaction \
            drops, c1 settled
        [interactions] busy alice c1; wrap alice c1; take c1.create | answer c1.create refused | \
            c1.interaction parked behind_create
        [interactions] busy alice c1; wrap alice c1; take c1.create; answer c1.create refused | drop \
            c1.create | c1.interaction drops, c1 settled
        # Looked for once more, it is tied once.
        [interactions] busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; sent \
            c1.interaction; sent c1.relate | replay c1 interaction relate | c1.interaction \
            doubtful, c1.interaction takable
        [interactions] busy alice c1; wrap alice c1; sent c1.create; sent c1.complete.1; sent \
            c1.interaction; sent c1.relate; replay c1 interaction relate; take c1.interaction | answer \
            c1.interaction done | !c1 wants relate, c1.relate takable
        ^ | answer c1.interaction refused | c1.relate takable
        ",
    );
}
