//! A set that waits to be applied is asked alongside: where it would decide otherwise is counted and
//! told, nothing comes of it, and what a rule replaced is not told by it either.

use crate::procedure::available;
use crate::world::World;
use serde_json::Value;

const ADMIN: &str = "role:admin";
const CARD: &str = "4111 1111 1111 1111";

/// Asks for the script status until this holds of the set that is asked alongside.
fn until(world: &World, meant: impl Fn(&Value) -> bool) -> Value {
    let mut status = Value::Null;
    for _ in 0..500 {
        status = world.ok(ADMIN, &["script", "status"])["scripts"].clone();
        if meant(&status["shadow"]) {
            return status["shadow"].clone();
        }
    }
    panic!("it never was so: {status}");
}

fn differs(shadow: &Value, hook: &str, kind: &str) -> bool {
    let hooks = shadow["hooks"].as_array().map(Vec::as_slice).unwrap_or_default();
    hooks.iter().any(|it| it["hook"] == hook && it["differ"][kind].as_u64() > Some(0))
}

#[test]
fn a_staged_set_is_asked_alongside_and_its_differences_are_shown_before_it_is_applied() {
    let mut world = World::new();
    world.configure("scripts", "mode = \"manual\"\n");
    world.configure("[sink]", "id = \"desk\"\nurl = \"http://127.0.0.1:9/\"\n");
    world.start();
    available(&world, "ann");
    let mut watcher = world.watch("agent:ann");
    // It masks nothing, gives agents another time, and has a rule that the live set has not.
    world
        .write("scripts/on_message.rhai", "fn on_message(ctx) { log(ctx.text); why(ctx.text); }\n");
    world.write(
        "scripts/on_offer.rhai",
        "fn on_offer(ctx) { deliver(\"desk\", #{ n: 1 }); #{ accept_secs: 77 } }\n",
    );
    world.write("scripts/on_route.rhai", "fn on_route(ctx) { #{ order: [ctx.agents[0].id] } }\n");
    world.daemon.as_ref().unwrap().until_logged("a script set waits to be applied");
    let shadow = until(&world, |shadow| shadow["set"].is_string());
    assert!(shadow["hooks"].as_array().unwrap().is_empty(), "{shadow}");

    let chat = world.open("Nobody", "nobody@nowhere.example");
    watcher.until_offered(&chat.0);
    world.customer_says(&chat, "m1", &format!("my card is {CARD}"));
    let shadow = until(&world, |shadow| {
        differs(shadow, "on_message", "silent")
            && differs(shadow, "on_offer", "answers")
            && differs(shadow, "on_offer", "sends")
            && differs(shadow, "on_route", "answers")
    });
    assert_eq!((&shadow["cut"], &shadow["dropped"]), (&0.into(), &0.into()));
    assert!(shadow.to_string().contains("accept_secs as configured → 77"), "{shadow}");
    assert!(shadow.to_string().contains("deliveries to desk: nothing → "), "{shadow}");
    assert!(!shadow.to_string().contains("4111"), "{shadow}");
    // Nothing came of it.
    let offer = world.ok("agent:ann", &["offer", "show"])["offer"].clone();
    assert!(offer["remaining_ms"].as_u64().unwrap() <= 60_000, "{offer}");

    let refused = world.ctl_raw(ADMIN, &["script", "apply"]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("1 answers") && told.contains("needs_yes"), "{told}");
    world.ok(ADMIN, &["script", "apply", "--yes"]);
    let after = world.ok(ADMIN, &["script", "status"]);
    assert!(after["scripts"]["shadow"].is_null(), "{after}");
    let said = world.daemon.take().unwrap().said_until_its_end().join("\n");
    assert!(!said.contains("4111"), "{said}");
}
