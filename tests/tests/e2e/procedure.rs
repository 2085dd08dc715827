//! The nine steps, by deskctl and HTTP.

use crate::world::{Watcher, World};
use desk_sandbox::seed::{INES, INES_OLD, TOM};
use desk_wire::Notice;
use serde_json::Value;

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";

pub(crate) fn available(world: &World, agent: &str) {
    let who = format!("agent:{agent}");
    world.ok(&who, &["login"]);
    world.ok(&who, &["status", "available"]);
}

/// An agent's chat that is accepted.
pub(crate) fn talk(world: &World, watcher: &mut Watcher, who: (&str, &str)) -> (String, String) {
    let chat = world.open(who.0, who.1);
    watcher.until_offered(&chat.0);
    world.ok(ANN, &["offer", "accept"]);
    chat
}

fn until_created(watcher: &mut Watcher, chat: &str) {
    watcher.until("the incident", |notice| match notice {
        Notice::IncidentCreated(incident) if incident.chat == chat => Some(()),
        _ => None,
    });
}

/// Waits until the chat's incident has the note that completes it.
pub(crate) fn until_complete(world: &World, watcher: &mut Watcher, chat: &str) -> (Value, String) {
    until_created(watcher, chat);
    let incidents = world.rows("incident", &format!("correlation_id={chat}"));
    assert_eq!(incidents.len(), 1, "exactly one incident");
    let sys_id = incidents[0]["sys_id"].as_str().unwrap();
    let query = format!("element_id={sys_id}^element=work_notes");
    // The next thing that the outbox says is that the completion is done; ask until it is so.
    for _ in 0..500 {
        let (outbox, _) = world.ctl(ADMIN, &["outbox", "list"]);
        let open = outbox["outbox"].as_array().unwrap_or_else(|| panic!("{outbox}"));
        if !open.iter().any(|step| step["chat"] == chat && step["phase"] != "done") {
            break;
        }
    }
    let notes = world.rows("sys_journal_field", &query);
    let notes: Vec<&str> = notes.iter().filter_map(|note| note["value"].as_str()).collect();
    (incidents[0].clone(), notes.join("\n--\n"))
}

#[test]
fn a_chat_goes_from_arrival_to_an_incident_with_everything_in_it() {
    let world = World::running();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut watcher, (&TOM.name(), TOM.email));
    let pop = watcher.until("a pop", |notice| match notice {
        Notice::PopWanted(pop) => Some(pop.clone()),
        _ => None,
    });
    assert!(pop.url.contains(TOM.sys_id), "{}", pop.url);
    world.customer_says(&chat, "m1", "The scanner is broken");
    world.customer_says(&chat, "m1", "The scanner is broken");
    world.ok(ANN, &["chat", "say", "Switch it off and on"]);
    let shown = world.ok(ANN, &["chat", "show"]);
    assert_eq!(shown["chat"]["message_count"], 2, "a repeat is kept once: {shown}");
    world.ok(ANN, &["chat", "end"]);
    assert_eq!(world.status("ann"), "post_processing");
    world.refused(ANN, &["wrapup", "done"], "code_missing");
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "note", "Power-cycled"]);
    world.ok(ANN, &["wrapup", "done"]);
    assert_eq!(world.status("ann"), "available");
    let (incident, notes) = until_complete(&world, &mut watcher, &chat.0);
    assert_eq!(incident["caller_id"], TOM.sys_id);
    let description = incident["description"].as_str().unwrap();
    for text in
        ["Initiated 20", "Accepted 20", "Terminated 20", "The scanner is broken", "off and on"]
    {
        assert!(description.contains(text), "{text} is not in {description}");
    }
    assert_eq!(notes.matches("Solved (solved)").count(), 1, "{notes}");
    assert_eq!(notes.matches("Power-cycled").count(), 1, "{notes}");
    let history = world.ok(ADMIN, &["chat", "history", "--email", TOM.email]);
    assert!(history.to_string().contains(&chat.0), "{history}");
}

#[test]
fn of_several_records_the_agents_choice_is_the_caller() {
    let world = World::running();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut watcher, (&INES.name(), INES.email));
    watcher.until("candidates", |notice| match notice {
        Notice::PopWanted(_) => Some(()),
        _ => None,
    });
    let found = world.ok(ANN, &["match", "list"]);
    assert_eq!(found["match"]["chosen"], INES.sys_id, "the active one is the default: {found}");
    world.ok(ANN, &["match", "choose", "2"]);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "done"]);
    let (incident, _) = until_complete(&world, &mut watcher, &chat.0);
    assert_eq!(incident["caller_id"], INES_OLD.sys_id);
}

#[test]
fn work_offline_after_a_chat_stops_the_timer() {
    let world = World::running();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    talk(&world, &mut watcher, ("Nobody", "nobody@nowhere.example"));
    world.ok(ANN, &["chat", "end"]);
    world.ok(ANN, &["status", "offline"]);
    assert_eq!(world.status("ann"), "work_offline");
    let wrapup = world.ok(ANN, &["wrapup", "show"]);
    assert!(wrapup["wrapup"]["timer"]["deadline"].is_null(), "{wrapup}");
}

#[test]
fn the_acceptance_timer_at_zero_puts_the_agent_on_break() {
    let mut world = World::new();
    world.write("queues.d/support.toml", "name = \"Support\"\naccept_secs = 5\n");
    world.start();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = world.open("Nobody", "nobody@nowhere.example");
    watcher.until_offered(&chat.0);
    watcher.until_status("ann", "on_break");
    let view = world.ok(ANN, &["status", "show"]);
    assert_eq!(view["agent"]["last_missed"]["chat"], chat.0.as_str(), "{view}");
}
