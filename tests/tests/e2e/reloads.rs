//! However a script folder changes, the set goes live: files replaced by a rename, links that lead
//! elsewhere, a `ConfigMap`'s swap, notices that never come; by signal and by verb.

use crate::exactly_once::amount;
use crate::procedure::available;
use crate::world::{Daemon, World};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

const ADMIN: &str = "role:admin";
const ANN: &str = "agent:ann";
/// From so many reloads on it counts how long they take.
const WHOLE: usize = 20;

/// A rule whose sets can be told apart.
fn rule(n: usize) -> String {
    format!("fn on_offer(ctx) {{ #{{ lines: [\"version {n}\"] }} }}\n")
}

fn status(world: &World) -> Value {
    world.ok(ADMIN, &["script", "status"])["scripts"].clone()
}

/// Waits until another set is in force.
fn until_live(world: &World) {
    world.daemon.as_ref().unwrap().until_logged("script set in force");
}

/// A world whose scripts are prepared before its daemon starts.
fn prepared(keys: &str, prepare: impl FnOnce(&World)) -> World {
    let mut world = World::new();
    world.configure("scripts", keys);
    prepare(&world);
    world.start();
    world
}

/// Makes a link lead elsewhere, as programs do that swap releases.
fn swap(link: &Path, to: &str) {
    let new = link.with_file_name("..new");
    symlink(to, &new).unwrap();
    fs::rename(new, link).unwrap();
}

#[test]
fn a_file_that_is_replaced_by_a_rename_is_seen_each_time() {
    let world = World::running();
    for n in 0..3 {
        world.write("scripts/.on_offer.rhai.swp", &rule(n));
        let path = world.path("scripts/on_offer.rhai");
        fs::rename(world.path("scripts/.on_offer.rhai.swp"), path).unwrap();
        until_live(&world);
    }
}

#[test]
fn a_folder_that_is_a_link_is_followed_where_it_leads_now() {
    let world = prepared("", |world| {
        fs::create_dir(world.path("releases")).unwrap();
        fs::rename(world.path("scripts"), world.path("releases/0")).unwrap();
        symlink("releases/0", world.path("scripts")).unwrap();
    });
    for n in 1..3 {
        world.write(&format!("releases/{n}/on_offer.rhai"), &rule(n));
        swap(&world.path("scripts"), &format!("releases/{n}"));
        until_live(&world);
    }
    // Where it leads now, a change is seen as well.
    world.write("releases/2/on_offer.rhai", &rule(9));
    until_live(&world);
}

#[test]
fn a_link_further_up_is_followed_too() {
    let world = prepared("", |world| {
        fs::create_dir_all(world.path("releases/0")).unwrap();
        fs::rename(world.path("scripts"), world.path("releases/0/scripts")).unwrap();
        symlink("releases/0", world.path("current")).unwrap();
        let config = fs::read_to_string(world.path("deskd.toml")).unwrap();
        world.write("deskd.toml", &config.replace("/scripts\"", "/current/scripts\""));
    });
    world.write("releases/1/scripts/on_offer.rhai", &rule(1));
    swap(&world.path("current"), "releases/1");
    until_live(&world);
}

#[test]
fn a_config_maps_swap_is_seen_each_time() {
    let world = prepared("", |world| {
        fs::remove_dir_all(world.path("scripts")).unwrap();
        world.write("scripts/..v0/on_offer.rhai", &rule(0));
        symlink("..v0", world.path("scripts/..data")).unwrap();
        symlink("..data/on_offer.rhai", world.path("scripts/on_offer.rhai")).unwrap();
    });
    for n in 1..3 {
        world.write(&format!("scripts/..v{n}/on_offer.rhai"), &rule(n));
        swap(&world.path("scripts/..data"), &format!("..v{n}"));
        until_live(&world);
        fs::remove_dir_all(world.path(&format!("scripts/..v{}", n - 1))).unwrap();
    }
    let set = status(&world)["set"].clone();
    assert!(set["rejected"].is_null(), "{set}");
}

/// A write by a hard link of another folder: the scripts folder's watch hears nothing of it.
fn write_unheard(world: &World, n: usize) {
    let other = world.path("elsewhere");
    if !other.exists() {
        fs::create_dir(&other).unwrap();
        fs::hard_link(world.path("scripts/on_offer.rhai"), other.join("link")).unwrap();
    }
    fs::write(other.join("link"), rule(n)).unwrap();
}

#[test]
fn changes_that_nobody_tells_of_are_found_by_looking() {
    // Once a second, and all the time.
    for keys in ["rescan_secs = 1\n", "poll = true\nrescan_secs = 3600\n"] {
        let world = prepared(keys, |_| ());
        for n in 0..2 {
            write_unheard(&world, n);
            until_live(&world);
        }
    }
}

#[test]
fn a_signal_and_a_verb_load_what_nobody_watches() {
    let mut world = World::new();
    world.configure("desk", "reload = false\n");
    world.start();
    world.write("scripts/on_offer.rhai", &rule(1));
    world.daemon.as_ref().unwrap().signal("-HUP");
    until_live(&world);
    let before = status(&world)["set"]["serving"].clone();
    world.write("scripts/on_offer.rhai", &rule(2));
    let after = world.ok(ADMIN, &["script", "reload"])["scripts"]["set"]["serving"].clone();
    assert_ne!(before, after);
}

#[test]
fn a_signal_while_it_starts_is_heard_once_it_has_started() {
    let mut world = World::new();
    for (signal, goes_on) in [("-HUP", true), ("-TERM", false)] {
        let mut daemon = Daemon::spawn(&[], &world.path("deskd.toml"));
        // The first that it says; its doors are not there yet.
        daemon.until_logged("state is back");
        daemon.signal(signal);
        daemon.until_ready();
        if goes_on {
            world.daemon = Some(daemon);
            assert_eq!(world.status("ann"), "logged_out");
            daemon = world.daemon.take().unwrap();
            assert_eq!(daemon.terminate(), 0);
        } else {
            assert_eq!(daemon.exited(), 0);
        }
    }
}

#[test]
fn what_did_not_change_is_left_alone_and_a_reload_touches_no_chat() {
    let world = World::running();
    available(&world, "ann");
    let mut watcher = world.watch(ANN);
    let offered = world.open("Nobody", "nobody@nowhere.example");
    let waiting = world.open("Nobody", "somebody@nowhere.example");
    watcher.until_offered(&offered.0);
    let offer = || {
        let shown = world.ok(ANN, &["offer", "show"])["offer"].clone();
        (shown["offer"].clone(), shown["deadline"].as_i64().unwrap_or_else(|| panic!("{shown}")))
    };
    let before = (offer(), status(&world));

    // The same text once more, and a file that is no script: nothing happens.
    let text = fs::read_to_string(world.path("scripts/on_offer.rhai")).unwrap();
    world.write("scripts/on_offer.rhai", &text);
    world.write("scripts/notes.txt", "not a rule");
    let after = world.ok(ADMIN, &["script", "reload"])["scripts"].clone();
    assert_eq!(after["set"], before.1["set"], "neither its time nor anything else");
    let calls = |of: &Value| {
        let hooks = of["hooks"].as_array().unwrap();
        hooks.iter().map(|hook| hook["calls"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(calls(&after), calls(&before.1), "the counts go on");

    // Another set: the offer keeps its deadline, the chat behind it its place.
    world.write("scripts/on_offer.rhai", &rule(1));
    until_live(&world);
    let (id, deadline) = offer();
    assert_eq!(id, before.0.0);
    // Told by the wall clock, which may be a moment off from one answer to the next.
    assert!((deadline - before.0.1).abs() < 50, "{deadline}, not {}", before.0.1);
    assert_eq!(calls(&status(&world)), 0, "a new set begins anew");
    world.ok(ANN, &["offer", "accept"]);
    world.ok(ANN, &["chat", "end"]);
    let chat = world.ok(ADMIN, &["chat", "show", &waiting.0]);
    assert_eq!(chat["chat"]["state"], "waiting", "{chat}");
}

#[test]
fn a_change_is_live_within_a_second_of_its_last_write() {
    let reloads = amount("RELOADS", 3);
    let world = World::running();
    let mut took: Vec<Duration> = (0..reloads)
        .map(|n| {
            world.write("scripts/on_match.rhai", "fn on_match(ctx) {}\n");
            world.write("scripts/on_offer.rhai", &rule(n));
            let written = Instant::now();
            until_live(&world);
            written.elapsed()
        })
        .collect();
    took.sort();
    let (p50, most) = (took[reloads / 2], took[reloads - 1]);
    println!("{reloads} reloads, live after the last write: p50 {p50:.2?}, max {most:.2?}");
    // A busy machine may take its time now and then; a whole run is for one that is not.
    assert!(reloads < WHOLE || p50 <= Duration::from_secs(1), "{p50:?}");
}
