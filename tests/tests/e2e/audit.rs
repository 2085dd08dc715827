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

/// Incidents and interactions are lost, doubled and edited.
fn spoil(world: &World, [lost, doubled, edited, beside]: [&str; 4]) {
    let held = incident(world, lost).remove(0);
    world.api("DELETE", &format!("table/incident/{}", text(&held, "sys_id")), Value::Null);
    world.api("POST", "table/incident", json!({ "correlation_id": doubled }));
    let page = text(&incident(world, edited)[0], "sys_id");
    world.edit(&page, &[("short_description", "by hand")]);
    let interaction = |chat: &str| {
        text(&world.rows("interaction", &format!("correlation_id={chat}"))[0], "sys_id")
    };
    world.api("POST", "table/interaction", json!({ "correlation_id": edited }));
    world.api(
        "PATCH",
        &format!("table/interaction/{}", interaction(doubled)),
        json!({ "state": "new" }),
    );
    world.api("DELETE", &format!("table/interaction/{}", interaction(beside)), Value::Null);
}

fn audited_and_replayed(ids_of_instance: bool) {
    let mut world = World::new();
    world.configure("incident.interaction", "on = true\n");
    if ids_of_instance {
        world.configure("servicenow", "ids = \"instance\"\n");
        world.sandbox.set_plan(Plan { ignore_sys_id: true, ..Plan::default() }).expect("a plan");
    }
    world.start();
    let mut watcher = world.watch("agent:ann");
    available(&world, "ann");
    let mut chats: Vec<String> = Vec::new();
    for n in 0..4 {
        let how = How { matched: true, long: n == 0 };
        chats.push(handle(&world, &mut watcher, n, how));
    }
    drain(&world);
    let [lost, doubled, edited, beside] = [0, 1, 2, 3].map(|n| chats[n].as_str());

    // All is well: an audit finds nothing, a replay does nothing.
    let audit = world.ok(ADMIN, &["incident", "audit"]);
    assert_eq!((&audit["audit"]["checked"], findings(&audit)), (&json!(4), vec![]), "{audit}");
    let before = writes(&world);
    let replay = world.ok(ADMIN, &["outbox", "replay", "--chat", lost]);
    let there = |kind| pair(lost, kind, "there");
    let steps = ["create", "attach", "complete.1", "interaction", "relate"];
    assert_eq!(outcomes(&replay), steps.map(there));
    assert_eq!(writes(&world), before);

    let held = incident(&world, lost).remove(0);
    spoil(&world, [lost, doubled, edited, beside]);

    let (audit, code) = world.ctl(ADMIN, &["incident", "audit", "--since", "1h"]);
    assert_eq!(code, 1, "{audit}");
    let mut expect = vec![
        pair(beside, "interaction", "missing"),
        pair(edited, "interaction", "doubled"),
        pair(edited, "create", "differs"),
        pair(doubled, "create", "doubled"),
        pair(doubled, "create", "differs"),
        pair(lost, "create", "missing"),
    ];
    // Under another id it is another one, and its tie leads nowhere.
    let moved = usize::from(ids_of_instance);
    expect.splice(1..1, ids_of_instance.then(|| pair(beside, "relate", "missing")));
    assert_eq!(findings(&audit), expect, "newest first: {audit}");
    assert_eq!(
        audit["audit"]["findings"][4 + moved]["differences"][0]["field"],
        "interaction.state"
    );
    let difference = &audit["audit"]["findings"][2 + moved]["differences"];
    assert_eq!(
        (&difference[0]["field"], &difference[0]["held"]),
        (&"short_description".into(), &"by hand".into())
    );
    assert_eq!(difference.as_array().map(Vec::len), Some(1), "{difference}");
    assert_eq!(audit["audit"]["findings"][3 + moved]["times"], 2);
    let human = world.ctl_raw(ADMIN, &["incident", "audit"]);
    let human = String::from_utf8(human.stdout).unwrap();
    let said = format!("4 incidents looked at, {} findings", 6 + moved);
    assert!(human.contains(&said), "{human}");

    // What is missing is made again, and nothing else.
    let before = writes(&world);
    let replay = world.ok(ADMIN, &["outbox", "replay", "--since", "1h", "--sink", "servicenow"]);
    let mut expect = Vec::new();
    for chat in [beside, edited, doubled, lost] {
        let again = |yes: bool| if yes { "sent_again" } else { "there" };
        expect.push(pair(chat, "create", again(chat == lost)));
        expect.extend((chat == lost).then(|| pair(chat, "attach", "sent_again")));
        expect.push(pair(chat, "complete.1", again(chat == lost)));
        expect.push(pair(chat, "interaction", again(chat == beside)));
        let moved = ids_of_instance && [lost, beside].contains(&chat);
        expect.push(pair(chat, "relate", again(moved)));
    }
    assert_eq!(outcomes(&replay), expect, "{replay}");
    drain(&world);
    let made = if ids_of_instance { 6 } else { 4 };
    assert_eq!(writes(&world), before + made, "create, file, note, interaction, perhaps two ties");
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
    let create = format!("{chat}.create");
    // An audit does not call well what is not there because it was never sent.
    let not_sent = |kind| pair(&chat, kind, "not_sent");
    let audited = || {
        let (audit, code) = world.ctl(ADMIN, &["incident", "audit"]);
        assert_eq!((code, &audit["audit"]["checked"]), (1, &json!(1)), "{audit}");
        assert_eq!(findings(&audit), ["create", "complete.1"].map(not_sent), "{audit}");
    };
    audited();
    world.ok(ADMIN, &["outbox", "drop", &create, "--yes", "--reason", "made by hand"]);
    assert_eq!(world.ok(ADMIN, &of_chat)["outbox"], json!([]));
    audited();
    // Why it was given up is in the journal.
    let story = world.ok(ADMIN, &["explain", &chat]);
    assert!(story.to_string().contains("made by hand"), "{story}");
}
