//! What agents go through and what others may do about it: presence, drains, shift changes, forced
//! changes, wrap-ups that are forgotten.

use crate::procedure::{available, talk};
use crate::world::World;
use desk_wire::Notice;
use desk_wire::view::ChatState;
use serde_json::{Value, json};

const ANN: &str = "agent:ann";
const BEN: &str = "agent:ben";
const ADMIN: &str = "role:admin";

const PLAIN: &str = "[wrapup]\nmode = \"none\"\n[dispositions]\nmandatory = false\n";

fn waits(wanted: &str) -> impl FnMut(&Notice) -> Option<()> {
    move |notice| match notice {
        Notice::ChatChanged { chat, state: ChatState::Waiting, .. } if chat == wanted => Some(()),
        _ => None,
    }
}

#[test]
fn an_agent_who_vanished_is_not_offered_anything_and_their_chats_go_back_to_their_places() {
    let mut world = World::new();
    world.configure("presence", "ping_secs = 1\ngrace_secs = 1\nrequeue_secs = 1\n");
    world.start();
    let mut admin = world.watch(ADMIN);
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut ann, ("Tom", ""));
    let mut stream = world.follow(&chat);
    drop(ann);
    admin.until("the chat goes back", waits(&chat.0));
    stream.until_said("disconnected");
    let shown = world.ok(ADMIN, &["agent", "show", "ann"]);
    let shown = &shown["agent"];
    assert_eq!((&shown["away"], &shown["status"]), (&json!(true), &json!("post_processing")));
    assert_eq!(shown["intent"], "on_break", "{shown}");
    let newer = world.open("Eve", "");

    // Back, they go on, with the chat that is the oldest.
    let mut ann = world.watch(ANN);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "done"]);
    world.ok(ANN, &["status", "available"]);
    ann.until_offered(&chat.0);
    let waiting = world.ok(ADMIN, &["chat", "show", &newer.0]);
    assert_eq!(waiting["chat"]["state"], "waiting");
}

#[test]
fn a_drain_of_a_queue_an_agent_or_the_daemon_keeps_what_is_new_out() {
    let mut world = World::new();
    world.write("queues.d/support.toml", PLAIN);
    world.write("queues.d/sales.toml", PLAIN);
    world.write("agents.d/ben.toml", "[queues]\nsales = 50\n");
    world.start();
    let turned_away = |queue: &str| {
        let body = json!({ "queue": queue, "name": "Eve", "email": "" });
        let (status, problem) = world.http("POST", "/v1/chats", None, body);
        assert!(status == 503 || status == 409, "{status}: {problem}");
        assert_eq!(problem["code"], "turned_away", "{problem}");
        problem["why"].clone()
    };
    // The queue: those that wait are served.
    let waits = world.open("Tom", "");
    world.ok(ADMIN, &["queue", "drain", "support"]);
    assert_eq!(turned_away("support"), "draining");
    let other = world.open_with(&json!({ "queue": "sales", "name": "Ada", "email": "" }));
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    ann.until_offered(&waits.0);
    world.ok(ANN, &["offer", "accept"]);
    world.ok(ADMIN, &["queue", "drain", "support", "--off"]);

    // The agent: their chat goes on, nothing new comes, whatever they ask for.
    world.ok(ADMIN, &["agent", "drain", "ann"]);
    world.ok(ANN, &["chat", "end"]);
    let next = world.open("Eve", "");
    let shown = world.ok(ANN, &["status", "available"]);
    assert_eq!(
        (&shown["agent"]["status"], &shown["agent"]["drained"]),
        (&json!("available"), &json!(true))
    );
    assert_eq!(world.ok(ADMIN, &["chat", "show", &next.0])["chat"]["state"], "waiting");
    world.ok(ADMIN, &["agent", "drain", "ann", "--off"]);
    ann.until_offered(&next.0);

    // The daemon: every queue; those that wait are served.
    world.ok(ADMIN, &["daemon", "drain"]);
    assert_eq!(
        (turned_away("support"), turned_away("sales")),
        (json!("draining"), json!("draining"))
    );
    let mut ben = world.watch(BEN);
    available(&world, "ben");
    ben.until_offered(&other.0);
    world.ok(ADMIN, &["daemon", "drain", "--off"]);
    world.open("Tim", "");
}

#[test]
fn a_shift_change_puts_everything_back_in_one_act() {
    let mut world = World::new();
    world.write("agents.d/ann.toml", "capacity = 2\n[queues]\nsupport = 50\n");
    world.start();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    let first = talk(&world, &mut ann, ("Tom", ""));
    let second = talk(&world, &mut ann, ("Eve", ""));
    let mut stream = world.follow(&second);
    world.ok(ANN, &["chat", "end", &first.0]);
    let shown = world.ok(ADMIN, &["agent", "show", "ann"]);
    let states: Vec<&Value> =
        shown["agent"]["segments"].as_array().unwrap().iter().map(|s| &s["state"]).collect();
    assert_eq!(states.len(), 2, "what is open is listed: {shown}");
    world.ok(ANN, &["status", "offline"]);
    world.ok(ADMIN, &["agent", "hand-over", "ann", "--requeue"]);
    stream.until("state", |state| state["state"] == "waiting");
    let shown = world.ok(ADMIN, &["agent", "show", "ann"]);
    assert_eq!(
        (&shown["agent"]["status"], &shown["agent"]["segments"]),
        (&json!("work_offline"), &json!([]))
    );
    let told = world.ok(ADMIN, &["chat", "show", &second.0]);
    assert_eq!(told["chat"]["messages"][0]["from"], "system", "said in the transcript: {told}");
    let (closed, _) = world.ctl(ADMIN, &["chat", "show", &first.0]);
    assert_eq!(closed["chat"]["segments"][0]["state"], "wrapped_up", "{closed}");
    let mut ben = world.watch(BEN);
    available(&world, "ben");
    ben.until_offered(&second.0);
}

#[test]
fn an_admin_can_force_any_chat_and_agent_out_of_any_state_by_name() {
    let world = World::new();
    world.write("queues.d/sales.toml", PLAIN);
    world.write("agents.d/ben.toml", "capacity = 2\n[queues]\nsupport = 50\nsales = 50\n");
    let mut world = world;
    world.start();
    let (mut ann, mut ben) = (world.watch(ANN), world.watch(BEN));
    let mut admin = world.watch(ADMIN);
    let chat = world.open("Tom", "");
    // From its queue to another, and back into the hands of one agent.
    world.ok(ADMIN, &["chat", "assign", &chat.0, "--queue", "sales"]);
    admin.until("the other queue", |notice| match notice {
        Notice::ChatChanged { queue, .. } if queue == "sales" => Some(()),
        _ => None,
    });
    let refused = world.ctl(ADMIN, &["chat", "assign", &chat.0, "--agent", "ann"]).0;
    assert_eq!(refused["refused"]["code"], "cannot_take", "{refused}");
    world.ok(ADMIN, &["chat", "assign", &chat.0, "--queue", "support"]);
    available(&world, "ann");
    ann.until_offered(&chat.0);

    // Out of an offer, which goes to who is free.
    world.ok(ADMIN, &["agent", "set-status", "ann", "break"]);
    ann.until_status("ann", "on_break");
    available(&world, "ben");
    ben.until_offered(&chat.0);
    world.ok(BEN, &["offer", "accept"]);

    // Out of a talk: back in front of its queue, and from one agent to another.
    world.ok(ADMIN, &["chat", "requeue", &chat.0]);
    admin.until("it waits", waits(&chat.0));
    world.ok(BEN, &["wrapup", "code", "solved"]);
    world.ok(BEN, &["wrapup", "done"]);
    ben.until_offered(&chat.0);
    world.ok(BEN, &["offer", "accept"]);
    world.ok(ADMIN, &["agent", "set-status", "ann", "available"]);
    world.ok(ADMIN, &["chat", "assign", &chat.0, "--agent", "ann"]);
    ann.until_offered(&chat.0);
    world.ok(ANN, &["offer", "accept"]);

    // An agent out of their talk and their wrap-up.
    let (code, _) = (world.ok(ADMIN, &["agent", "logout", "ann", "--yes"]), ());
    assert_eq!(
        (&code["agent"]["status"], &code["agent"]["segments"]),
        (&json!("logged_out"), &json!([]))
    );
    world.ok(ADMIN, &["agent", "logout", "ben", "--yes"]);
    assert_eq!(world.status("ben"), "logged_out");

    // A chat out of anything.
    let mut stream = world.follow(&chat);
    world.ok(ADMIN, &["chat", "force-end", &chat.0, "--yes"]);
    assert_eq!(stream.until_end(), "admin");
    drop(stream);
    let told = world.ok(ADMIN, &["chat", "history", &chat.0]);
    let segments = told["history"]["chats"][0]["segments"].as_array().unwrap().clone();
    let whys: Vec<&str> = segments.iter().map(|s| s["why_left"].as_str().unwrap()).collect();
    assert_eq!(whys, ["requeued", "transferred", "requeued"], "{told}");

    // In the journal, by the account's name.
    assert_eq!(world.daemon.take().unwrap().terminate(), 0);
    let exported = std::process::Command::new(env!("CARGO_BIN_EXE_deskd-under-test"))
        .args(["journal", "export", "--data", world.path("journal").to_str().unwrap()])
        .output()
        .unwrap();
    let lines = String::from_utf8(exported.stdout).unwrap();
    for kind in ["transfer", "requeue", "force_status", "force_logout", "end_chat"] {
        let mut records = lines.lines().filter(|l| l.contains(&format!("\"{kind}\"")));
        let by_admin = |line: &str| line.contains("\"admin\"");
        assert!(records.any(by_admin), "no admin's {kind} in the journal");
    }
}

#[test]
fn a_forgotten_wrap_up_is_closed_at_the_backstop() {
    let mut world = World::new();
    world.configure("backstop", "wrapup_max_secs = 10\n");
    let queue = "[wrapup]\nmode = \"optional\"\n[dispositions]\nmandatory = true\n\
                 default = \"other\"\ncodes = [{ id = \"solved\" }, { id = \"other\" }]\n";
    world.write("queues.d/support.toml", queue);
    world.start();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    talk(&world, &mut ann, ("Tom", ""));
    world.ok(ANN, &["chat", "end"]);
    let (codes, cause) = ann.until("the backstop", |notice| match notice {
        Notice::WrapupEnded { codes, cause, .. } => Some((codes.clone(), cause.clone())),
        _ => None,
    });
    assert_eq!((codes, cause.as_str()), (vec!["other".to_owned()], "backstop"));
    assert_eq!(world.status("ann"), "available");
}
