//! `kill -9` under live traffic, again and again: after each start every acknowledged message is there
//! once and in its place, statuses are what they were, and timers go on. The small run is part of
//! every test run; the whole one is asked for by `KILLS=1000`.

use crate::exactly_once::{Draws, amount};
use crate::world::{SUPPORT, World};
use desk_sandbox::seed::TOM;
use serde_json::{Value, json};
use std::sync::mpsc::{Sender, channel};
use std::time::Instant;

const ANN: &str = "agent:ann";
/// Chats that are talked in at once.
const CHATS: usize = 3;
/// After so many kills a chat ends, and another one comes.
const KILLS_A_CHAT: usize = 4;
/// At most so many messages are acknowledged between two kills.
const MESSAGES: usize = 40;

/// What a kill may give back to a timer, in milliseconds.
const MARK_MS: u64 = 1_000;

/// A chat and what its customer knows of it.
struct Talk {
    chat: String,
    token: String,
    /// Messages that were acknowledged, in order.
    kept: Vec<String>,
    /// How many were sent, whatever came of them.
    sent: usize,
    kills: usize,
}

/// Sends messages until the daemon is gone; the message of which nothing is known is sent first the
/// next time, under the id that it had.
fn talks(talk: &mut Talk, http: &str, runtime: &tokio::runtime::Handle, told: &Sender<()>) {
    let client = reqwest::Client::new();
    let url = format!("{http}/v1/chats/{}/messages", talk.chat);
    loop {
        let id = format!("m{}", talk.sent);
        let body = json!({ "id": id, "text": format!("text {id}") });
        let request = client.post(&url).bearer_auth(&talk.token).json(&body);
        match runtime.block_on(request.send()) {
            Ok(answer) if answer.status().is_success() => {
                talk.kept.push(id);
                talk.sent += 1;
                // The killer may have counted enough.
                let _ = told.send(());
            }
            Ok(answer) => panic!("{id}: {}", answer.status()),
            Err(_) => return,
        }
    }
}

fn check(world: &World, talk: &Talk) {
    let shown = world.ok(ANN, &["chat", "show", &talk.chat]);
    // A chat without any has no list of them.
    let messages = shown["chat"]["messages"].as_array().cloned().unwrap_or_default();
    let texts: Vec<&str> = messages.iter().filter_map(|m| m["text"].as_str()).collect();
    let ours: Vec<&str> = texts.iter().filter(|text| text.starts_with("text m")).copied().collect();
    let mut expected: Vec<String> = talk.kept.iter().map(|id| format!("text {id}")).collect();
    // One that was written may never have been acknowledged.
    if ours.len() > expected.len() {
        expected.push(format!("text m{}", talk.sent));
    }
    assert_eq!(ours, expected, "each acknowledged message once and in order");
    let numbers: Vec<u64> = messages.iter().filter_map(|m| m["n"].as_u64()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
}

/// What is left of the wrap-up, in milliseconds.
fn left(world: &World, chat: &str) -> u64 {
    let shown = world.ok(ANN, &["wrapup", "show", chat]);
    shown["wrapup"]["timer"]["remaining_ms"].as_u64().unwrap_or_else(|| panic!("{shown}"))
}

fn begin(world: &World) -> Talk {
    let mut watcher = world.watch(ANN);
    let (chat, token) = world.open(&TOM.name(), TOM.email);
    watcher.until_offered(&chat);
    world.ok(ANN, &["offer", "accept"]);
    Talk { chat, token, kept: Vec::new(), sent: 0, kills: 0 }
}

fn status(world: &World) -> (Value, Value) {
    let agent = world.ok(ANN, &["status", "show"])["agent"].clone();
    (agent["status"].clone(), agent["load"].clone())
}

#[test]
fn however_often_it_is_killed_nothing_that_was_acknowledged_is_gone() {
    let kills = amount("KILLS", 8);
    let mut world = World::new();
    world.write("agents.d/ann.toml", "name = \"Ann\"\ncapacity = 5\n[queues]\nsupport = 50\n");
    world.write("queues.d/support.toml", &SUPPORT.replace("secs = 300", "secs = 3600"));
    world.configure("http", "messages_per_min = 60000\nmessages_burst = 1000\n");
    world.configure("journal", "snapshot_every = 1000\n");
    world.start();
    world.ok(ANN, &["login"]);
    world.ok(ANN, &["status", "available"]);
    // Only who talks is offered more chats while a wrap-up is open.
    let mut talks_open: Vec<Talk> = (0..CHATS).map(|_| begin(&world)).collect();
    let wrapping = begin(&world);
    world.ok(ANN, &["chat", "end", &wrapping.chat]);
    let mut draws = Draws(7);
    let mut acknowledged = 0;
    for kill in 0..kills {
        let before = (status(&world), left(&world, &wrapping.chat), Instant::now());
        let http = world.daemon.as_ref().expect("it runs").http.clone();
        let runtime = world.runtime.handle().clone();
        let (told, counted) = channel();
        let until = 1 + draws.below(MESSAGES);
        std::thread::scope(|scope| {
            for talk in &mut talks_open {
                let (http, runtime, told) = (&http, &runtime, told.clone());
                scope.spawn(move || talks(talk, http, runtime, &told));
            }
            drop(told);
            for _ in 0..until {
                counted.recv().expect("customers go on talking");
            }
            world.kill();
        });
        acknowledged += until;
        world.start();
        talks_open.iter().for_each(|talk| check(&world, talk));
        let (was, was_left, at) = before;
        assert_eq!(status(&world), was, "after kill {kill}");
        let now_left = left(&world, &wrapping.chat);
        let ran = u64::try_from(at.elapsed().as_millis()).unwrap();
        // Desk time goes on from the head mark, which is renewed every second.
        let may = was_left.saturating_sub(ran)..=was_left + MARK_MS;
        assert!(may.contains(&now_left), "{was_left} → {now_left}");
        for talk in &mut talks_open {
            talk.kills += 1;
            if talk.kills == KILLS_A_CHAT {
                world.ok(ANN, &["chat", "end", &talk.chat]);
                world.ok(ANN, &["wrapup", "code", "--chat", &talk.chat, "solved"]);
                world.ok(ANN, &["wrapup", "done", &talk.chat]);
                *talk = begin(&world);
            }
        }
    }
    eprintln!("{kills} kills, more than {acknowledged} acknowledged messages, none lost");
}
