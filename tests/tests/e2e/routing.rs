//! How a queue's chats find their agents, as the people at both ends see it.

use crate::procedure::{available, talk};
use crate::world::World;
use desk_wire::Notice;
use desk_wire::view::OfferOutcome;

const ANN: &str = "agent:ann";
const BEN: &str = "agent:ben";

#[test]
fn a_broadcast_rings_everywhere_and_stops_where_it_was_not_taken() {
    let mut world = World::new();
    world.write(
        "queues.d/support.toml",
        "name = \"Support\"\nstrategy = \"broadcast\"\n[dispositions]\nmandatory = false\n",
    );
    world.start();
    let (mut ann, mut ben) = (world.watch(ANN), world.watch(BEN));
    available(&world, "ann");
    available(&world, "ben");
    let chat = world.open("Tom", "tom@nowhere.example");
    ann.until_offered(&chat.0);
    ben.until_offered(&chat.0);
    let (anns, bens) = (world.ok(ANN, &["offer", "show"]), world.ok(BEN, &["offer", "show"]));
    assert_ne!(anns["offer"]["offer"], bens["offer"]["offer"], "each has an offer of their own");
    let shown = world.ok("role:admin", &["chat", "show", &chat.0]);
    assert_eq!(shown["chat"]["agent"], serde_json::Value::Null, "{shown}");

    world.ok(BEN, &["offer", "accept"]);
    ann.until("the end of the other offer", |notice| match notice {
        Notice::OfferEnded { outcome: OfferOutcome::Rescinded, agent, .. } if agent == "ann" => {
            Some(())
        }
        _ => None,
    });
    assert_eq!((world.status("ann"), world.status("ben")), ("available".into(), "busy".into()));
    world.refused(ANN, &["offer", "accept"], "offer_gone");
}

#[test]
fn a_shift_change_hands_a_talk_to_another() {
    let world = World::running();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut ann, ("Tom", "tom@nowhere.example"));
    world.refused("role:admin", &["agent", "hand-over", "ann", "--to", "ben"], "cannot_take");
    available(&world, "ben");
    world.ok("role:admin", &["agent", "hand-over", "ann", "--to", "ben"]);
    assert_eq!((world.status("ann"), world.status("ben")), ("available".into(), "busy".into()));
    let shown = world.ok(BEN, &["chat", "show", &chat.0]);
    assert_eq!(shown["chat"]["agent"], "ben", "{shown}");
    let said = shown["chat"]["messages"].to_string();
    assert!(said.contains("takes over from here"), "{said}");
}
