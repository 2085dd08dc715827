//! What ServiceNow lost, doubled or changed is named by an audit, and a replay sends again what is
//! missing and nothing else.

use crate::exactly_once::{How, drain, handle};
use crate::procedure::available;
use crate::world::World;
use desk_sandbox::faults::Plan;
use serde_json::{Value, json};

const ADMIN: &str = "role:admin";

/// Writes that reached the instance.
fn writes(world: &World) -> u64 {
    let asked = world.sandbox.asked();
    asked.iter().filter(|(what, _)| !what.starts_with("GET")).map(|(_, times)| times).sum()
}

fn incident(world: &World, chat: &str) -> Vec<Value> {
    world.rows("incident", &format!("correlation_id={chat}"))
}

fn text(of: &Value, field: &str) -> String {
    of[field].as_str().unwrap_or_else(|| panic!("{field}: {of}")).to_owned()
}

/// Step and problem of each finding.
fn findings(audit: &Value) -> Vec<(String, String)> {
    let findings = audit["audit"]["findings"].as_array().unwrap_or_else(|| panic!("{audit}"));
    findings.iter().map(|finding| (text(finding, "step"), text(finding, "problem"))).collect()
}

fn outcomes(replay: &Value) -> Vec<(String, String)> {
    let steps = replay["replay"]["steps"].as_array().unwrap_or_else(|| panic!("{replay}"));
    steps.iter().map(|step| (text(step, "step"), text(step, "outcome"))).collect()
}

fn pair(chat: &str, kind: &str, word: &str) -> (String, String) {
    (format!("{chat}.{kind}"), word.to_owned())
}

fn audited_and_replayed(ids_of_instance: bool) {
    let mut world = World::new();
    if ids_of_instance {
        world.configure("servicenow", "ids = \"instance\"\n");
        world.sandbox.set_plan(Plan { ignore_sys_id: true, ..Plan::default() }).expect("a plan");
    }
    world.start();
    let mut watcher = world.watch("agent:ann");
    available(&world, "ann");
    let mut chats: Vec<String> = Vec::new();
    for n in 0..3 {
        let how = How { matched: true, long: n == 0 };
        chats.push(handle(&world, &mut watcher, n, how));
    }
    drain(&world);
    let [lost, doubled, edited] = [0, 1, 2].map(|n| chats[n].as_str());

    // All is well: an audit finds nothing, a replay does nothing.
    let audit = world.ok(ADMIN, &["incident", "audit"]);
    assert_eq!((&audit["audit"]["checked"], findings(&audit)), (&json!(3), vec![]), "{audit}");
    let before = writes(&world);
    let replay = world.ok(ADMIN, &["outbox", "replay", "--chat", lost]);
    let there = |kind| pair(lost, kind, "there");
    assert_eq!(outcomes(&replay), ["create", "attach", "complete.1"].map(there));
    assert_eq!(writes(&world), before);

    let held = incident(&world, lost).remove(0);
    world.api("DELETE", &format!("table/incident/{}", text(&held, "sys_id")), Value::Null);
    world.api("POST", "table/incident", json!({ "correlation_id": doubled }));
    let page = text(&incident(&world, edited)[0], "sys_id");
    world.edit(&page, &[("short_description", "by hand")]);

    let (audit, code) = world.ctl(ADMIN, &["incident", "audit", "--since", "1h"]);
    assert_eq!(code, 1, "{audit}");
    let expect = [
        pair(edited, "create", "differs"),
        pair(doubled, "create", "doubled"),
        pair(lost, "create", "missing"),
    ];
    assert_eq!(findings(&audit), expect, "newest first: {audit}");
    let difference = &audit["audit"]["findings"][0]["differences"];
    assert_eq!(
        (&difference[0]["field"], &difference[0]["held"]),
        (&"short_description".into(), &"by hand".into())
    );
    assert_eq!(difference.as_array().map(Vec::len), Some(1), "{difference}");
    assert_eq!(audit["audit"]["findings"][1]["times"], 2);
    let human = world.ctl_raw(ADMIN, &["incident", "audit"]);
    let human = String::from_utf8(human.stdout).unwrap();
    assert!(human.contains("3 incidents looked at, 3 findings"), "{human}");

    // What is missing is made again, and nothing else.
    let before = writes(&world);
    let replay = world.ok(ADMIN, &["outbox", "replay", "--since", "1h", "--sink", "servicenow"]);
    let mut expect = Vec::new();
    for (chat, word) in [(edited, "there"), (doubled, "there"), (lost, "sent_again")] {
        expect.push(pair(chat, "create", word));
        expect.extend((chat == lost).then(|| pair(chat, "attach", word)));
        expect.push(pair(chat, "complete.1", word));
    }
    assert_eq!(outcomes(&replay), expect, "{replay}");
    drain(&world);
    assert_eq!(writes(&world), before + 3, "create, file and note");
    let again = incident(&world, lost).remove(0);
    assert_eq!(again["sys_id"] == held["sys_id"], !ids_of_instance, "under the same id");
    assert_ne!(again["number"], held["number"]);
    assert_eq!(again["description"], held["description"]);
    let id = text(&again, "sys_id");
    assert_eq!(world.rows("sys_journal_field", &format!("element_id={id}")).len(), 1);
    assert_eq!(world.rows("sys_attachment", &format!("table_sys_id={id}")).len(), 1);
    let audit = world.ok(ADMIN, &["incident", "audit", "--chat", lost]);
    assert_eq!(findings(&audit), []);
    let show = world.ok(ADMIN, &["incident", "show", lost]);
    assert_eq!(show["incident"]["number"], again["number"], "{show}");
    // A daemon that starts from the journal knows the same.
    world.kill_and_start();
    let audit = world.ok(ADMIN, &["incident", "audit", "--chat", lost]);
    assert_eq!(findings(&audit), []);

    world.refused(ADMIN, &["outbox", "replay", "--chat", lost, "--sink", "fax"], "unknown_sink");
    world.refused("agent:ann", &["outbox", "replay", "--chat", lost], "not_allowed");
    world.sandbox.set_plan(down()).expect("a plan");
    world.refused(ADMIN, &["incident", "audit"], "servicenow_silent");
}

/// Nothing is answered.
fn down() -> Plan {
    use desk_sandbox::faults::{Kind, Rule};
    vec![Rule::new("GET", "/", Kind::DropBefore).rate_percent(100)].into()
}

#[test]
fn what_is_missing_doubled_or_otherwise_is_named_and_what_is_missing_is_sent_again() {
    audited_and_replayed(false);
}

#[test]
fn so_it_is_where_the_instance_gives_ids_of_its_own() {
    audited_and_replayed(true);
}

#[test]
fn a_create_that_is_given_up_takes_along_what_waits_for_it() {
    use desk_sandbox::faults::{Kind, Rule};
    let world = World::running();
    let refuse = Rule { status: Some(403), ..Rule::new("POST", "/incident", Kind::Status) };
    world.sandbox.set_plan(vec![refuse.rate_percent(100)].into()).expect("a plan");
    let mut watcher = world.watch("agent:ann");
    available(&world, "ann");
    let chat = handle(&world, &mut watcher, 1, How { matched: true, ..How::default() });
    let parked = |list: &Value| {
        let steps = list["outbox"].as_array().unwrap();
        steps.len() == 2 && steps.iter().all(|step| step["phase"] == "parked")
    };
    let of_chat = ["outbox", "list", "--chat", chat.as_str()];
    while !parked(&world.ok(ADMIN, &of_chat)) {}
    world.ok(ADMIN, &["outbox", "drop", &format!("{chat}.create"), "--yes"]);
    assert_eq!(world.ok(ADMIN, &of_chat)["outbox"], json!([]));
}
