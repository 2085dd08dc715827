//! People edit incidents while deskd does: nothing that they wrote is lost.

use crate::exactly_once::drain;
use crate::procedure::available;
use crate::world::World;
use desk_sandbox::seed::{MARA, TOM};
use desk_wire::Notice;

const ANN: &str = "agent:ann";

#[test]
fn what_an_agent_writes_between_create_and_wrap_up_stays_beside_the_one_note() {
    let mut world = World::new();
    world.start();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = world.open(&TOM.name(), TOM.email);
    watcher.until_offered(&chat.0);
    world.ok(ANN, &["offer", "accept"]);
    while world.ok(ANN, &["match", "list"])["match"]["chosen"].is_null() {}
    world.customer_says(&chat, "m1", "the printer is on fire");
    world.ok(ANN, &["chat", "end"]);
    watcher
        .until("the incident", |notice| matches!(notice, Notice::IncidentCreated(_)).then_some(()));

    let made = &world.rows("incident", "contact_type=chat")[0];
    let id = made["sys_id"].as_str().unwrap();
    assert!(made["description"].as_str().unwrap().contains("on fire"));
    world.edit(
        id,
        &[
            ("description", "Rewritten by Ann:\nthe printer needs a new drum."),
            ("short_description", "Printer: drum"),
            ("caller_id", MARA.sys_id),
            ("urgency", "1"),
            ("work_notes", "I have ordered a drum."),
        ],
    );
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "note", "told them to wait for the drum"]);
    world.ok(ANN, &["wrapup", "done"]);
    drain(&world);

    let held = &world.rows("incident", "contact_type=chat")[0];
    assert_eq!(held["description"], "Rewritten by Ann:\nthe printer needs a new drum.");
    assert_eq!(
        (&held["short_description"], &held["urgency"]),
        (&"Printer: drum".into(), &"1".into())
    );
    assert_eq!(held["caller_id"], MARA.sys_id);
    let notes = world.rows("sys_journal_field", &format!("element_id={id}^element=work_notes"));
    let texts: Vec<&str> = notes.iter().map(|note| note["value"].as_str().unwrap()).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert_eq!(texts[0], "I have ordered a drum.");
    assert!(texts[1].contains("told them to wait for the drum"), "{texts:?}");
    assert!(texts[1].ends_with(&format!("[deskd {}.complete.1]", chat.0)), "{texts:?}");
}
