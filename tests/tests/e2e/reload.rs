//! Config and scripts are taken over while the daemon runs, as a whole or not at all.

use crate::procedure::{available, talk};
use crate::world::{SUPPORT, World};

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";

#[test]
fn a_changed_queue_is_in_force_without_a_restart() {
    let world = World::running();
    world.write("queues.d/billing.toml", &SUPPORT.replace("Support", "Billing"));
    world.daemon.as_ref().unwrap().until_logged("config in force");
    let queues = world.ok(ADMIN, &["queue", "list"]);
    assert!(queues.to_string().contains("billing"), "{queues}");
}

#[test]
fn a_changed_reply_is_there_without_a_restart() {
    let world = World::running();
    let file = "queues = [\"support\"]\n[[reply]]\nshort = \"hello\"\ntitle = \"Greeting\"\n\
                text = \"Hello {customer.name}\"\n";
    world.write("replies.d/support.toml", file);
    world.daemon.as_ref().unwrap().until_logged("config in force");
    let replies = world.ok(ANN, &["reply", "list"]);
    assert_eq!(replies["replies"][0]["text"], "Hello {customer.name}");
    world.write("replies.d/support.toml", &file.replace("customer.name", "customer.nam"));
    world.daemon.as_ref().unwrap().until_logged("the config is wrong");
    assert_eq!(world.ok(ANN, &["reply", "list"]), replies, "the ones before stay");
}

#[test]
fn a_wrong_config_keeps_the_old_one_and_says_so() {
    let world = World::running();
    world.write("queues.d/support.toml", &SUPPORT.replace("accept_secs", "acept_secs"));
    world.daemon.as_ref().unwrap().until_logged("the config is wrong");
    let status = world.ok(ADMIN, &["config", "status"]);
    let rejected = status["config"]["rejected"].as_str().unwrap_or_else(|| panic!("{status}"));
    assert!(rejected.contains("acept_secs") && rejected.contains("accept_secs"), "{rejected}");
    available(&world, "ann");
    let mut watcher = world.watch(ANN);
    talk(&world, &mut watcher, ("Nobody", "nobody@nowhere.example"));
}

#[test]
fn a_queue_with_open_chats_cannot_be_taken_out_without_a_way_on() {
    let world = World::running();
    world.open("Nobody", "nobody@nowhere.example");
    world.write("queues.d/other.toml", &SUPPORT.replace("Support", "Other"));
    world.daemon.as_ref().unwrap().until_logged("config in force");
    for agent in ["ann", "ben"] {
        let text = "capacity = 1\n[queues]\nother = 50\n";
        world.write(&format!("agents.d/{agent}.toml"), text);
    }
    std::fs::remove_file(world.path("queues.d/support.toml")).unwrap();
    world.daemon.as_ref().unwrap().until_logged("config refused");
    let status = world.ok(ADMIN, &["daemon", "status"]);
    let rejected = status["daemon"]["config"]["rejected"].as_str().unwrap();
    assert!(rejected.contains("support"), "{rejected}");
}

#[test]
fn a_changed_rule_is_live_and_a_wrong_one_leaves_the_last_good_set_over_a_restart() {
    let mut world = World::running();
    let rule = "fn on_offer(ctx) { #{ lines: [\"from the changed rule\"] } }\n";
    world.write("scripts/on_offer.rhai", rule);
    world.daemon.as_ref().unwrap().until_logged("script set in force");
    available(&world, "ann");
    let mut watcher = world.watch(ANN);
    let chat = world.open("Nobody", "nobody@nowhere.example");
    watcher.until_offered(&chat.0);
    let offer = world.ok(ANN, &["offer", "show"]);
    assert!(offer.to_string().contains("from the changed rule"), "{offer}");
    let good = world.ok(ADMIN, &["script", "status"])["scripts"]["set"]["serving"].clone();

    world.write("scripts/on_offer.rhai", "fn on_offer(ctx) { #{ lines: [ }\n");
    world.daemon.as_ref().unwrap().until_logged("the scripts are refused");
    let status = world.ok(ADMIN, &["script", "status"]);
    let rejected =
        status["scripts"]["set"]["rejected"].as_str().unwrap_or_else(|| panic!("{status}"));
    assert!(rejected.contains("on_offer.rhai"), "{rejected}");
    assert_eq!(status["scripts"]["set"]["serving"], good);

    world.kill_and_start();
    let status = world.ok(ADMIN, &["script", "status"]);
    assert_eq!(status["scripts"]["set"]["serving"], good, "the last good set over a restart");
    assert!(status["scripts"]["set"]["rejected"].is_string(), "{status}");
}
