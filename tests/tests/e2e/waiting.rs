//! Waiting, as the customer and the queue's people see it: places, limits, who goes away, the level.

use crate::procedure::{available, talk};
use crate::world::World;
use desk_wire::Notice;
use desk_wire::view::{ChatState, HowEnded};
use serde_json::{Value, json};

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";

/// A queue in which nothing has to be wrapped up.
const PLAIN: &str = "[wrapup]\nmode = \"none\"\n[dispositions]\nmandatory = false\n";

fn queue(keys: &str) -> String {
    format!("{keys}\n{PLAIN}")
}

fn ended(notice: &Notice) -> Option<(String, HowEnded)> {
    match notice {
        Notice::ChatChanged { chat, state: ChatState::Ended, how_ended: Some(how), .. } => {
            Some((chat.clone(), *how))
        }
        _ => None,
    }
}

#[test]
fn a_customer_is_told_their_place_and_how_long_it_takes_whenever_that_changes() {
    let mut world = World::new();
    world.configure("http", "places_secs = 1\n");
    world.write("queues.d/support.toml", &queue(""));
    world.start();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    // What is promised is measured: nothing, before somebody was helped.
    let (_, first) = (talk(&world, &mut ann, ("Nobody", "")), world.open("Tom", ""));
    let mut stream = world.follow(&first);
    let place = stream.until("place", |place| place["position"] == 1);
    assert_eq!(place["expected_wait_secs"], Value::Null, "{place}");
    world.ok(ANN, &["chat", "end"]);
    ann.until_offered(&first.0);
    world.ok(ANN, &["offer", "accept"]);

    let (second, third) = (world.open("Ada", ""), world.open("Eve", ""));
    let mut stream = world.follow(&third);
    let place = stream.until("place", |place| place["position"] == 2);
    assert_eq!(place["expected_wait_secs"], 10, "whole tens: {place}");
    let shown = world.http("GET", &format!("/v1/chats/{}", third.0), Some(&third.1), Value::Null);
    assert_eq!(shown.1["place"], place);
    let shown = world.ok(ADMIN, &["queue", "show", "support"]);
    assert!(shown["queue"]["expected_wait_ms"].is_u64(), "{shown}");
    world.http("POST", &format!("/v1/chats/{}/end", second.0), Some(&second.1), Value::Null);
    stream.until("place", |place| place["position"] == 1);
}

#[test]
fn who_waited_as_long_as_their_queue_lets_them_goes_on_and_at_last_ends() {
    let mut world = World::new();
    let first = "wait_max_secs = 1\noverflow = \"second\"\nwait_text = \"Others take over.\"";
    world.write("queues.d/support.toml", &queue(first));
    let second = "wait_max_secs = 1\nwait_then = \"end\"\nwait_text = \"Nobody could take it.\"";
    world.write("queues.d/second.toml", &queue(second));
    world.start();
    let mut admin = world.watch(ADMIN);
    let chat = world.open("Tom", "");
    let mut stream = world.follow(&chat);
    stream.until_said("Others take over.");
    admin.until("the second queue", |notice| match notice {
        Notice::ChatChanged { chat: id, queue, .. } if *id == chat.0 && queue == "second" => {
            Some(())
        }
        _ => None,
    });
    stream.until_said("Nobody could take it.");
    assert_eq!(stream.until_end(), "expired");
    assert_eq!(admin.until("the end", ended), (chat.0, HowEnded::Expired));
}

#[test]
fn as_many_wait_as_may_and_further_ones_are_turned_away() {
    let mut world = World::new();
    world.write("queues.d/support.toml", &queue("length_max = 1"));
    world.start();
    let waits = world.open("Tom", "");
    let body = json!({ "queue": "support", "name": "Eve", "email": "" });
    let (status, problem) = world.http("POST", "/v1/chats", None, body.clone());
    assert_eq!((status, problem["code"].as_str()), (409, Some("turned_away")), "{problem}");
    assert_eq!(problem["why"], "full", "{problem}");
    world.http("POST", &format!("/v1/chats/{}/end", waits.0), Some(&waits.1), Value::Null);
    world.open_with(&body);
}

#[test]
fn a_customer_who_went_away_is_listed_until_somebody_has_seen_it() {
    let mut world = World::new();
    world.write("queues.d/support.toml", &queue("gone_secs = 1"));
    world.start();
    let mut admin = world.watch(ADMIN);
    let (stays, goes) = (world.open("Tom", ""), world.open("Eve", ""));
    let _there = world.follow(&stays);
    drop(world.follow(&goes));
    assert_eq!(admin.until("the end", ended), (goes.0.clone(), HowEnded::Abandoned));
    let listed = world.ok(ANN, &["chat", "list", "--state", "ended"]);
    let [one] = listed["chats"].as_array().unwrap().as_slice() else { panic!("{listed}") };
    assert_eq!((&one["chat"], &one["unacknowledged"]), (&json!(goes.0), &json!(true)), "{one}");
    world.ok(ANN, &["chat", "ack"]);
    let listed = world.ok(ANN, &["chat", "list", "--state", "ended"]);
    assert_eq!(listed["chats"], json!([]));
    let waits = world.ok(ADMIN, &["chat", "show", &stays.0]);
    assert_eq!(waits["chat"]["state"], "waiting", "whoever is there is not given up: {waits}");
}

#[test]
fn a_queue_that_falls_below_its_service_level_says_so_and_when_it_is_back() {
    let mut world = World::new();
    let keys = "wait_max_secs = 2\nservice_level = { secs = 1, target = 50 }";
    world.write("queues.d/support.toml", &queue(keys));
    world.start();
    let mut admin = world.watch(ADMIN);
    let crossed = |notice: &Notice| match notice {
        Notice::ServiceLevel { queue, below, percent, target } => {
            Some((queue.clone(), *below, *percent, *target))
        }
        _ => None,
    };
    // Five who gave up later than they should have been helped.
    (0..5).for_each(|_| drop(world.open("Tom", "")));
    assert_eq!(admin.until("below", crossed), ("support".into(), true, 0, 50));
    let shown = world.ok(ADMIN, &["queue", "show", "support"]);
    assert_eq!(shown["queue"]["service_level"]["below"], true, "{shown}");
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    for _ in 0..5 {
        talk(&world, &mut ann, ("Eve", ""));
        world.ok(ANN, &["chat", "end"]);
    }
    assert_eq!(admin.until("back", crossed), ("support".into(), false, 50, 50));
}

#[test]
fn too_many_misses_send_a_chat_on_and_the_customer_is_told_once() {
    let mut world = World::new();
    let keys = "missed_max = 2\nmissed_text = \"It takes longer.\"\noverflow = \"second\"\n\
                cooldown_secs = 0\nmissed_status = \"work_offline\"\nrecover_secs = 1";
    world.write("queues.d/support.toml", &queue(keys));
    world.write("queues.d/second.toml", &queue("reject = false"));
    world.write("agents.d/ben.toml", "[queues]\nsecond = 50\n");
    world.configure("reasons.reject", "codes = [\"lunch\"]\nrequired = true\n");
    world.start();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    let chat = world.open("Tom", "");
    let mut stream = world.follow(&chat);
    ann.until_offered(&chat.0);
    world.refused(ANN, &["offer", "reject"], "reason_required");
    world.refused(ANN, &["offer", "reject", "--reason", "rain"], "reason_unknown");
    world.ok(ANN, &["offer", "reject", "--reason", "lunch"]);
    stream.until_said("It takes longer.");
    ann.until_status("ann", "work_offline");
    // They come back by themselves, and are asked again: there is no cool-down.
    ann.until_offered(&chat.0);
    world.ok(ANN, &["offer", "reject", "--reason", "lunch"]);
    let shown = world.ok(ADMIN, &["chat", "show", &chat.0]);
    assert_eq!(
        (&shown["chat"]["queue"], &shown["chat"]["state"]),
        (&json!("second"), &json!("waiting"))
    );
    assert_eq!(shown["chat"]["message_count"], 1, "told once: {shown}");
    let mut ben = world.watch("agent:ben");
    available(&world, "ben");
    ben.until_offered(&chat.0);
    world.refused("agent:ben", &["offer", "reject", "--reason", "lunch"], "reject_not_permitted");
}

#[test]
fn who_missed_a_chat_is_not_asked_again_for_the_cool_down() {
    let mut world = World::new();
    world
        .write("queues.d/support.toml", &queue("cooldown_secs = 1\nmissed_status = \"available\""));
    world.start();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    let chat = world.open("Tom", "");
    ann.until_offered(&chat.0);
    world.ok(ANN, &["offer", "reject"]);
    let rejected = world.ok(ANN, &["status", "show"]);
    assert_eq!(rejected["agent"]["status"], "available", "{rejected}");
    let why = &rejected["agent"]["no_offers"];
    assert_eq!(why["reason"], "cooling_down", "{rejected}");
    let why = why["text"].as_str().unwrap_or_else(|| panic!("{rejected}"));
    assert!(why.contains("missed"), "{why}");
    ann.until_offered(&chat.0);
}
