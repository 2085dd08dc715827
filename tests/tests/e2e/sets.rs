//! Script sets: one waits until it is applied, one is gone back to, and both last over a restart.

use crate::world::World;
use serde_json::Value;

const ADMIN: &str = "role:admin";

/// A rule whose sets can be told apart.
fn rule(n: u32) -> String {
    format!("fn on_offer(ctx) {{ #{{ lines: [\"version {n}\"] }} }}\n")
}

fn set(world: &World) -> Value {
    world.ok(ADMIN, &["script", "status"])["scripts"]["set"].clone()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// Changes the rule and waits until that set serves: its hash.
fn live(world: &World, n: u32) -> String {
    let before = set(world)["serving"].clone();
    world.write("scripts/on_offer.rhai", &rule(n));
    loop {
        // What was asked for by hand stands in the log, too.
        world.daemon.as_ref().unwrap().until_logged("script set in force");
        let now = set(world)["serving"].clone();
        if now != before {
            return text(&now);
        }
    }
}

#[test]
fn a_staged_set_waits_until_it_is_applied_over_a_restart_too() {
    let mut world = World::new();
    world.configure("scripts", "mode = \"manual\"\n");
    world.start();
    let first = text(&set(&world)["serving"]);
    assert_eq!(set(&world)["mode"], "manual");
    world.refused(ADMIN, &["script", "apply"], "nothing_to_apply");
    world.refused(ADMIN, &["script", "rollback"], "no_set_before");

    world.write("scripts/on_offer.rhai", &rule(1));
    world.daemon.as_ref().unwrap().until_logged("a script set waits to be applied");
    let staged = set(&world);
    assert_eq!(
        (&staged["serving"], &staged["candidate"]["state"]),
        (&first.as_str().into(), &"staged".into())
    );
    let candidate = text(&staged["candidate"]["hash"]);
    let diff = world.ok(ADMIN, &["script", "diff"])["script_diff"].clone();
    assert_eq!((&diff["from"], &diff["to"]), (&first.as_str().into(), &candidate.as_str().into()));
    let told = String::from_utf8(world.ctl_raw(ADMIN, &["script", "diff"]).stdout).unwrap();
    assert!(told.contains("+fn on_offer(ctx) { #{ lines: [\"version 1\"] } }"), "{told}");

    world.kill_and_start();
    assert_eq!(set(&world)["serving"], first.as_str(), "the set before, from the journal");
    assert_eq!(set(&world)["candidate"]["state"], "staged");
    world.ok(ADMIN, &["script", "reload"]);
    assert_eq!(set(&world)["serving"], first.as_str(), "to load anew is not to apply");

    // It is for admins, it wants a yes, and what goes live is what was meant.
    for verb in [&["script", "apply"][..], &["script", "rollback"], &["script", "diff"]] {
        world.refused("agent:ann", verb, "not_allowed");
    }
    world.refused(ADMIN, &["script", "apply"], "needs_yes");
    world.refused(ADMIN, &["script", "apply", "f00", "--yes"], "candidate_changed");
    world.ok(ADMIN, &["script", "apply", &candidate[..8], "--yes"]);
    let applied = set(&world);
    assert_eq!(applied["serving"], candidate.as_str());
    assert!(applied["candidate"].is_null(), "{applied}");
    let kept = applied["kept"].as_array().unwrap();
    assert_eq!(kept.len(), 2, "{applied}");
    assert_eq!((&kept[1]["how"], &kept[1]["serves"]), (&"applied".into(), &true.into()));
    assert!(kept[0]["by"].is_null() && kept[1]["by"].is_string(), "{applied}");
    world.kill_and_start();
    assert_eq!(set(&world)["serving"], candidate.as_str());
}

#[test]
fn what_was_rolled_back_from_stays_out_until_a_file_changes() {
    let mut world = World::running();
    let first = text(&set(&world)["serving"]);
    let (one, two) = (live(&world, 1), live(&world, 2));
    world.ok(ADMIN, &["script", "rollback"]);
    let back = set(&world);
    assert_eq!(back["serving"], one.as_str());
    assert_eq!(
        (&back["candidate"]["state"], &back["candidate"]["hash"]),
        (&"held".into(), &two.as_str().into())
    );
    let told = String::from_utf8(world.ctl_raw(ADMIN, &["script", "status"]).stdout).unwrap();
    assert!(told.contains("was rolled back from"), "{told}");
    assert!(told.contains("rolled back to by "), "{told}");

    // Neither a reload nor a restart brings it back.
    world.ok(ADMIN, &["script", "reload"]);
    assert_eq!(set(&world)["serving"], one.as_str());
    world.kill_and_start();
    world.ok(ADMIN, &["script", "reload"]);
    assert_eq!(set(&world)["serving"], one.as_str());
    assert_eq!(set(&world)["candidate"]["state"], "held");

    // Again leads further back; any kept set can be named, an unknown one not.
    world.ok(ADMIN, &["script", "rollback"]);
    assert_eq!(set(&world)["serving"], first.as_str());
    world.refused(ADMIN, &["script", "rollback"], "no_set_before");
    world.refused(ADMIN, &["script", "rollback", "f00"], "unknown_set");
    let three = live(&world, 3);
    assert!(set(&world)["candidate"].is_null());
    world.ok(ADMIN, &["script", "rollback", &two[..12]]);
    assert_eq!(set(&world)["serving"], two.as_str());
    // An admin may want it back.
    world.ok(ADMIN, &["script", "apply", "--yes"]);
    assert_eq!(set(&world)["serving"], three.as_str());
    let kept = set(&world)["kept"].as_array().unwrap().len();
    assert_eq!(kept, 4);
}

#[test]
fn a_desk_keeps_as_many_sets_as_it_is_told() {
    let mut world = World::new();
    world.configure("scripts", "keep = 2\n");
    world.start();
    let hashes: Vec<_> = (1..=3).map(|n| live(&world, n)).collect();
    let kept = set(&world)["kept"].clone();
    let kept: Vec<_> = kept.as_array().unwrap().iter().map(|set| text(&set["hash"])).collect();
    assert_eq!(kept, hashes[1..]);
}
