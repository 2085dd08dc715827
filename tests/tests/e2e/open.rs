//! A chat that is added to an incident of its customer that is open: seen by the agent, wanted by a
//! rule, done once, and audited as any other.

use crate::exactly_once::{How, drain, handle};
use crate::procedure::available;
use crate::world::World;
use desk_sandbox::faults::{Kind, Plan, Rule};
use desk_sandbox::seed::TOM;
use desk_wire::Notice;
use serde_json::{Value, json};

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";

/// A world in which a rule adds each chat to the newest open incident of its caller.
fn appending() -> World {
    let world = World::new();
    world.configure("servicenow.lookup", "open_incidents = 2\n");
    std::fs::remove_dir_all(world.path("scripts/tests")).ok();
    world.write(
        "scripts/on_incident.rhai",
        "fn on_incident(ctx) {
            if ctx.step != \"create\" || ctx.caller == () { return; }
            let open = ctx.caller.incidents;
            if open.len() > 0 { return #{ append_to: open[0].sys_id }; }
        }",
    );
    world
}

/// Makes an incident of Tom's, as a person does.
fn open_incident(world: &World, about: &str, opened: &str) -> Value {
    let fields = json!({
        "caller_id": TOM.sys_id, "short_description": about, "description": "as I said",
        "opened_at": opened,
    });
    world.api("POST", "table/incident", fields);
    world.rows("incident", &format!("short_description={about}")).remove(0)
}

fn text<'a>(of: &'a Value, field: &str) -> &'a str {
    of[field].as_str().unwrap_or_else(|| panic!("{field}: {of}"))
}

fn notes(world: &World, incident: &Value) -> Vec<String> {
    let query = format!("element_id={}^element=work_notes", text(incident, "sys_id"));
    let rows = world.rows("sys_journal_field", &query);
    rows.iter().map(|note| text(note, "value").to_owned()).collect()
}

fn findings(world: &World) -> Vec<(String, String)> {
    let (audit, _) = world.ctl(ADMIN, &["incident", "audit"]);
    let findings = audit["audit"]["findings"].as_array().unwrap_or_else(|| panic!("{audit}"));
    let pair = |finding: &Value| (text(finding, "step").into(), text(finding, "problem").into());
    findings.iter().map(pair).collect()
}

#[test]
fn a_rule_adds_a_chat_to_an_incident_of_its_caller_that_is_open() {
    let mut world = appending();
    let older = open_incident(&world, "older", "2026-01-01 10:00:00");
    let newer = open_incident(&world, "newer", "2026-01-02 10:00:00");
    world.start();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = world.open(&TOM.name(), TOM.email);
    watcher.until_offered(&chat.0);
    world.ok(ANN, &["offer", "accept"]);
    let matched = loop {
        let matched = world.ok(ANN, &["match", "list"])["match"].clone();
        if !matched["chosen"].is_null() {
            break matched;
        }
    };
    let seen = matched["candidates"][0]["incidents"].as_array().unwrap();
    let seen: Vec<&str> = seen.iter().map(|open| text(open, "label")).collect();
    assert_eq!(seen, ["newer", "older"]);
    let shown = world.ctl_raw(ANN, &["match", "list"]);
    assert!(String::from_utf8(shown.stdout).unwrap().contains("newer"));

    world.customer_says(&chat, "m1", "it burns again");
    world.ok(ANN, &["chat", "end"]);
    let created = watcher.until("the incident", |notice| match notice {
        Notice::IncidentCreated(incident) => Some(incident.clone()),
        _ => None,
    });
    assert_eq!(created.sys_id.as_deref(), Some(text(&newer, "sys_id")));
    assert!(created.appended);
    let pop = watcher.until("its pop", |notice| match notice {
        Notice::PopWanted(pop) if pop.url.contains(text(&newer, "sys_id")) => Some(pop.clone()),
        _ => None,
    });
    assert_eq!(pop.chat, chat.0);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "note", "told them to run"]);
    world.ok(ANN, &["wrapup", "done"]);
    drain(&world);

    let told = notes(&world, &newer);
    assert_eq!(told.len(), 2, "{told:?}");
    let [first, second] = ["create", "complete.1"].map(|kind| {
        let mark = format!("[deskd {}.{kind}]", chat.0);
        told.iter().find(|note| note.ends_with(&mark)).unwrap_or_else(|| panic!("{told:?}"))
    });
    for part in ["Initiated ", "Accepted ", "Terminated ", "it burns again"] {
        assert!(first.contains(part), "{part}: {first}");
    }
    assert!(second.contains("told them to run"), "{second}");
    assert_eq!(notes(&world, &older), [""; 0]);
    let held = world.rows("incident", "short_description=newer").remove(0);
    for field in ["description", "correlation_id", "caller_id", "opened_at"] {
        assert_eq!(held[field], newer[field], "{field} is as it was");
    }
    assert_eq!(world.rows("incident", "contact_type=chat"), [Value::Null; 0], "none is made");
    let show = world.ok(ADMIN, &["incident", "show", &chat.0]);
    assert_eq!(
        (&show["incident"]["number"], &show["incident"]["appended"]),
        (&newer["number"], &json!(true))
    );
    assert_eq!(findings(&world), []);
    let asked = world.sandbox.asked();
    let asked = |what: &str| asked.get(what).copied().unwrap_or_default();
    // The first two incidents are the test's own.
    assert_eq!((asked("POST incident"), asked("PATCH incident")), (2, 2));

    // A daemon that starts from the journal knows the same.
    world.kill_and_start();
    assert_eq!(findings(&world), []);
    // What people and other hands did to it is named.
    world.api("POST", "table/incident", json!({ "correlation_id": chat.0 }));
    let id = text(&newer, "sys_id");
    world.api("PATCH", &format!("table/incident/{id}"), json!({ "work_notes": second }));
    let step = |kind: &str, word: &str| (format!("{}.{kind}", chat.0), word.to_owned());
    assert_eq!(findings(&world), [step("create", "doubled"), step("complete.1", "doubled")]);
    world.api("DELETE", &format!("table/incident/{id}"), Value::Null);
    assert_eq!(findings(&world), [step("create", "missing"), step("complete.1", "missing")]);
}

#[test]
fn it_is_added_once_whatever_becomes_of_the_answers() {
    for fault in [Kind::CommitThenDrop, Kind::DropBefore, Kind::Accepted202, Kind::Partial200] {
        let mut world = appending();
        world.configure("times", "step_retry_min_secs = 1\nstep_retry_max_secs = 2\n");
        let open = open_incident(&world, "older", "2026-01-01 10:00:00");
        let first = Rule { times: Some(1), ..Rule::new("PATCH", "/table/incident", fault) };
        world.sandbox.set_plan(Plan { rules: vec![first], ..Plan::default() }).expect("a plan");
        world.start();
        let mut watcher = world.watch(ANN);
        available(&world, "ann");
        let chat = handle(&world, &mut watcher, 1, How { matched: true, ..How::default() });
        drain(&world);
        let told = notes(&world, &open);
        for kind in ["create", "complete.1"] {
            let mark = format!("[deskd {chat}.{kind}]");
            let times = told.iter().filter(|note| note.ends_with(&mark)).count();
            assert_eq!(times, 1, "{fault:?}, {kind}: {told:?}");
        }
        assert_eq!(world.rows("incident", "contact_type=chat"), [Value::Null; 0], "{fault:?}");
        assert_eq!(findings(&world), [], "{fault:?}");
    }
}

#[test]
fn a_chat_is_made_an_incident_of_its_own_where_none_can_be_asked_for() {
    let mut world = appending();
    open_incident(&world, "older", "2026-01-01 10:00:00");
    let refuse = Rule { status: Some(403), ..Rule::new("GET", "/table/incident", Kind::Status) };
    world.sandbox.set_plan(vec![refuse.rate_percent(100)].into()).expect("a plan");
    world.start();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = handle(&world, &mut watcher, 1, How { matched: true, ..How::default() });
    drain(&world);
    world.sandbox.set_plan(Plan::default()).expect("a plan");
    assert_eq!(world.rows("incident", &format!("correlation_id={chat}")).len(), 1);
    world.daemon.as_ref().unwrap().until_logged("open incidents are not known");
}
