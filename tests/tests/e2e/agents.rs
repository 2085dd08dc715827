//! Which agent a chat finds: strategies, levels and skills, weights, the customer's last agent.

use crate::procedure::available;
use crate::world::{Watcher, World};
use desk_wire::Notice;
use serde_json::json;

const ADMIN: &str = "role:admin";
const PLAIN: &str = "[wrapup]\nmode = \"none\"\n[dispositions]\nmandatory = false\n";

/// Ann and Ben, each for three chats at once, at the same level in all of these queues.
fn world(queues: &[(&str, &str)]) -> World {
    let world = World::new();
    let mut levels = String::from("capacity = 3\n[queues]\nsupport = 50\n");
    for (name, keys) in queues {
        world.write(&format!("queues.d/{name}.toml"), &format!("{keys}\n{PLAIN}"));
        if *name != "support" {
            levels += &format!("{name} = 50\n");
        }
    }
    for agent in ["ann", "ben"] {
        world.write(&format!("agents.d/{agent}.toml"), &levels);
    }
    world
}

fn arrives(world: &World, queue: &str, name: &str) -> String {
    let email = format!("{name}@corp.example");
    world.open_with(&json!({ "queue": queue, "name": name, "email": email })).0
}

/// Whom the next offer of this chat is made to.
fn asked(admin: &mut Watcher, chat: &str) -> String {
    admin.until("an offer", |notice| match notice {
        Notice::OfferMade { agent, offer } if offer.chat == chat => Some(agent.clone()),
        _ => None,
    })
}

fn take(world: &World, admin: &mut Watcher, queue: &str, name: &str) -> (String, String) {
    let chat = arrives(world, queue, name);
    let agent = asked(admin, &chat);
    world.ok(&format!("agent:{agent}"), &["offer", "accept"]);
    (chat, agent)
}

#[test]
fn each_strategy_asks_its_own_agent_first() {
    let mut world = world(&[
        ("support", "strategy = \"longest_idle\""),
        ("fewest", "strategy = \"fewest_chats\""),
        ("least", "strategy = \"least_busy\""),
        ("turns", "strategy = \"round_robin\""),
        ("fixed", "strategy = \"top_down\"\norder = [\"ben\", \"ann\"]"),
        ("other", "strategy = \"top_down\"\norder = [\"ann\"]"),
    ]);
    world.start();
    let mut admin = world.watch(ADMIN);
    available(&world, "ann");
    available(&world, "ben");
    // Ann is idle for longest from here to the end: no chat of hers is wrapped up.
    let mut next = |queue: &str| take(&world, &mut admin, queue, "tom");
    assert_eq!(next("support").1, "ann");
    let (bens, agent) = next("fewest");
    assert_eq!(agent, "ben", "ann accepted one since her login");
    world.ok("agent:ben", &["chat", "end", &bens]);
    let (bens, agent) = next("least");
    assert_eq!(agent, "ben", "ann has one in hand");
    world.ok("agent:ben", &["chat", "end", &bens]);
    let (bens, agent) = next("fixed");
    assert_eq!(agent, "ben", "he stands first");
    world.ok("agent:ben", &["chat", "end", &bens]);
    assert_eq!(next("other").1, "ann");
    assert_eq!(next("turns").1, "ben", "ann was the last to be asked");
}

#[test]
fn the_level_goes_before_idle_time_and_skills_relax_after_their_time() {
    let mut world =
        world(&[("support", ""), ("german", "relax_secs = 1\nskills = { german = 50 }")]);
    let agent = |level: u8, german: &str| {
        format!("capacity = 3\n[queues]\nsupport = {level}\ngerman = 50\n[skills]\n{german}\n")
    };
    world.write("agents.d/ann.toml", &agent(10, "german = 20"));
    world.write("agents.d/ben.toml", &agent(90, ""));
    world.start();
    let mut admin = world.watch(ADMIN);
    available(&world, "ann");
    available(&world, "ben");
    assert_eq!(take(&world, &mut admin, "support", "tom").1, "ben", "the higher level");
    // Nobody has enough of it at first, and Ben has none of it at all.
    let chat = arrives(&world, "german", "eve");
    let shown = world.ok(ADMIN, &["chat", "show", &chat]);
    assert_eq!(shown["chat"]["state"], "waiting", "{shown}");
    assert_eq!(asked(&mut admin, &chat), "ann");
}

#[test]
fn capacity_is_counted_by_weight_over_all_queues() {
    let mut world = world(&[("support", ""), ("heavy", "weight = 3")]);
    world.write("agents.d/ben.toml", "[queues]\nsupport = 1\n");
    world.start();
    let mut admin = world.watch(ADMIN);
    available(&world, "ann");
    let light = take(&world, &mut admin, "support", "tom").0;
    let heavy = arrives(&world, "heavy", "eve");
    let second = take(&world, &mut admin, "support", "ada").0;
    let shown = world.ok(ADMIN, &["agent", "show", "ann"]);
    assert_eq!((&shown["agent"]["load"], &shown["agent"]["capacity"]), (&json!(2), &json!(3)));
    assert_eq!(world.ok(ADMIN, &["chat", "show", &heavy])["chat"]["state"], "waiting");
    world.ok("agent:ann", &["chat", "end", &light]);
    world.ok("agent:ann", &["chat", "end", &second]);
    assert_eq!(asked(&mut admin, &heavy), "ann");
    let shown = world.ok(ADMIN, &["agent", "show", "ann"]);
    assert_eq!(shown["agent"]["load"], 3, "it takes its slot from the offer on");
    let third = arrives(&world, "support", "tim");
    assert_eq!(world.ok(ADMIN, &["chat", "show", &third])["chat"]["state"], "waiting");
}

#[test]
fn the_queue_of_higher_priority_is_served_first() {
    let mut world = world(&[("support", ""), ("urgent", "priority = 5")]);
    world.start();
    let mut admin = world.watch(ADMIN);
    let older = arrives(&world, "support", "tom");
    let urgent = arrives(&world, "urgent", "eve");
    available(&world, "ann");
    let first = admin.until("an offer", |notice| match notice {
        Notice::OfferMade { offer, .. } => Some(offer.chat.clone()),
        _ => None,
    });
    assert_eq!(first, urgent);
    world.ok("agent:ann", &["offer", "accept"]);
    assert_eq!(asked(&mut admin, &older), "ann");
}

#[test]
fn a_queues_own_words_are_a_rules_to_read() {
    let mut world = world(&[("support", "fields = { site = \"berlin\" }")]);
    let rule = "fn on_offer(ctx) { #{ lines: [ctx.queue.fields.site] } }\n";
    std::fs::remove_dir_all(world.path("scripts/tests")).ok();
    world.write("scripts/on_offer.rhai", rule);
    world.start();
    let mut admin = world.watch(ADMIN);
    available(&world, "ann");
    let chat = arrives(&world, "support", "tom");
    assert_eq!(asked(&mut admin, &chat), "ann");
    let offer = world.ok("agent:ann", &["offer", "show"]);
    assert_eq!(offer["offer"]["lines"], json!(["berlin"]), "{offer}");
}

#[test]
fn a_customer_who_comes_again_is_asked_to_their_last_agent_first() {
    let mut world = world(&[("support", "affinity_secs = 3600")]);
    world.start();
    let mut admin = world.watch(ADMIN);
    available(&world, "ben");
    let (chat, _) = take(&world, &mut admin, "support", "tom");
    available(&world, "ann");
    world.ok("agent:ben", &["chat", "end", &chat]);
    // Ann is idle for longer.
    assert_eq!(take(&world, &mut admin, "support", "eve").1, "ann");
    assert_eq!(take(&world, &mut admin, "support", "tom").1, "ben");
    world.kill_and_start();
    let mut admin = world.watch(ADMIN);
    assert_eq!(take(&world, &mut admin, "support", "tom").1, "ben", "over a restart, too");
}
