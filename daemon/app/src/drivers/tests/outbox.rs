//! What stands in ServiceNow when all goes well, and as configured.

use super::world::{ANN, BEN, World, answer};
use desk_core::config::IncidentWhen;
use desk_core::name::StepKind::{Attach, Complete, Create};
use desk_core::policy::{About, Asked, Verdict, Wants};
use desk_core::{Author, Command, Difference, Event, Target};
use desk_sandbox::faults::{Kind, Rule};
use desk_sandbox::seed::{INES, INES_OLD, TOM};

#[tokio::test]
async fn a_handled_chat_is_one_incident_with_caller_transcript_disposition_and_note() {
    let mut world = World::new().await;
    let chat = world.chat(1, "Tom", TOM.email).await;
    world.done(chat, Create).await;
    world.done(chat, Complete(1)).await;
    let incident = world.incident(chat).await;
    assert_eq!(incident.get("caller_id"), TOM.sys_id);
    assert_eq!(incident.get("contact_type"), "chat");
    assert_eq!(incident.get("short_description"), "Chat with Tom");
    let description = incident.get("description");
    for said in
        ["Initiated 2", "Accepted 2", "Terminated 2", "Tom: My printer is on fire.", "ann: "]
    {
        assert!(description.contains(said), "{said}: {description}");
    }
    let notes = world.notes(&incident).await;
    let [note] = &notes[..] else { panic!("{notes:?}") };
    for said in ["Ann", "Solved (solved)", "Took the toner out."] {
        assert!(note.contains(said), "{said}: {note}");
    }
    assert!(note.ends_with(&format!("[deskd {chat}.complete.1]")), "{note}");
    let status = world.instance.status();
    assert_eq!((status.outbox().done, status.outbox().failed), (2, 0));
    assert_eq!((status.lookup().done, status.lookup().last_error), (1, None));
    world.stop().await;
    assert_eq!(world.instance.status().outbox().in_flight, 0);
}

#[tokio::test]
async fn each_segment_adds_its_note_in_the_order_of_wrapping_up() {
    let mut world = World::new().await;
    let chat = world.talk(1, "Tom", TOM.email).await;
    world.log_in(BEN).await;
    let to = Target::Agent(BEN.into());
    world.agent(ANN, |ann| Command::Transfer { chat, agent: Some(ann), to }).await;
    world.accept(chat, BEN).await;
    world.wrap_up(chat, BEN, "escalated", "Called the fire brigade.").await;
    world.done(chat, Complete(2)).await;
    world.wrap_up(chat, ANN, "follow_up", "Passed on.").await;
    world.done(chat, Complete(1)).await;
    let incident = world.incident(chat).await;
    let notes = world.notes(&incident).await;
    assert_eq!(notes.len(), 2, "{notes:?}");
    let of = |mark: &str, said: &str| {
        notes.iter().any(|note| note.contains(mark) && note.contains(said))
    };
    assert!(of(".complete.2]", "Called the fire brigade."), "{notes:?}");
    assert!(of(".complete.1]", "Passed on."), "{notes:?}");
}

#[tokio::test]
async fn at_wrapup_there_is_one_create_with_everything_in_it() {
    let mut world = World::with(|core| {
        core.queues.values_mut().for_each(|queue| queue.incident = IncidentWhen::AtWrapup);
    })
    .await;
    let chat = world.chat(1, "Tom", TOM.email).await;
    world.done(chat, Create).await;
    let incident = world.incident(chat).await;
    let notes = world.notes(&incident).await;
    assert!(notes.len() == 1 && notes[0].contains("Solved (solved)"), "{notes:?}");
    assert!(incident.get("description").contains("My printer is on fire."));
    assert_eq!(world.instance.status().outbox().done, 1, "no step beside it");
}

#[tokio::test]
async fn a_long_transcript_is_attached_as_a_whole() {
    let mut world = World::with(|core| core.limits.transcript_chars = 100).await;
    let chat = world.talk(1, "Tom", TOM.email).await;
    let long = "It burns. ".repeat(40);
    world.say(chat, Author::Customer, &long).await;
    world.wrap_up(chat, ANN, "solved", "").await;
    world.done(chat, Attach).await;
    world.done(chat, Complete(1)).await;
    let incident = world.incident(chat).await;
    assert!(incident.get("description").ends_with("the whole transcript is attached"));
    let fields = ["file_name", "size_bytes"];
    let files = world.find("sys_attachment", "table_sys_id", incident.sys_id.as_str(), &fields);
    let files = files.await;
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(files[0].get("file_name"), format!("chat-{chat}.txt"));
    let bytes: usize = files[0].get("size_bytes").parse().expect("a number");
    assert!(bytes > long.len(), "{bytes}");
}

#[tokio::test]
async fn a_match_chosen_after_the_create_corrects_the_caller() {
    let mut world = World::new().await;
    let chat = world.talk(1, "Ines", INES.email).await;
    world.agent(ANN, |ann| Command::EndChat { chat, agent: Some(ann) }).await;
    world.done(chat, Create).await;
    assert_eq!(world.incident(chat).await.get("caller_id"), INES_OLD.sys_id);
    let sys_id = INES.sys_id.to_owned();
    world.agent(ANN, |ann| Command::ChooseMatch { chat, agent: Some(ann), sys_id }).await;
    world.wrap_up(chat, ANN, "solved", "").await;
    world.done(chat, Complete(1)).await;
    assert_eq!(world.incident(chat).await.get("caller_id"), INES.sys_id);
}

#[tokio::test]
async fn a_caller_that_somebody_else_set_is_left_alone() {
    caller_is_left(false).await;
}

#[tokio::test]
async fn a_caller_that_is_left_is_told_of_although_the_answer_was_lost() {
    caller_is_left(true).await;
}

async fn caller_is_left(unanswered: bool) {
    let mut world = World::new().await;
    let chat = world.talk(1, "Ines", INES.email).await;
    world.agent(ANN, |ann| Command::EndChat { chat, agent: Some(ann) }).await;
    world.done(chat, Create).await;
    let incident = world.incident(chat).await;
    let theirs = [("caller_id".to_owned(), TOM.sys_id.to_owned())].into();
    answer(world.client().update("incident", &incident.sys_id, &theirs).await);
    let sys_id = INES.sys_id.to_owned();
    world.agent(ANN, |ann| Command::ChooseMatch { chat, agent: Some(ann), sys_id }).await;
    if unanswered {
        let lost = Rule::new("PATCH", "/incident", Kind::CommitThenDrop);
        world.sandbox.set_faults(vec![lost]).expect("a rule");
    }
    world.wrap_up(chat, ANN, "solved", "").await;
    if unanswered {
        world.again(chat, Complete(1), 1).await;
        world.pass(400);
    }
    let differs = |event: &Event| matches!(event, Event::IncidentDiffers { .. });
    let told = world.until("what is left to be told", 1, differs).await;
    let Event::IncidentDiffers { differences, .. } = told else { panic!("{told:?}") };
    let left = Difference {
        field: "caller_id".into(),
        sent: INES.sys_id.into(),
        held: Some(TOM.sys_id.into()),
    };
    assert_eq!(differences.known(), Some(&vec![left]));
    world.done(chat, Complete(1)).await;
    let incident = world.incident(chat).await;
    assert_eq!(incident.get("caller_id"), TOM.sys_id);
    assert_eq!(world.notes(&incident).await.len(), 1, "the note is added all the same");
}

#[tokio::test]
async fn a_note_that_the_account_may_not_write_is_told() {
    let mut world = World::new().await;
    let (method, kind) = ("PATCH", Kind::DropField);
    let dropped = Rule { field: Some("work_notes".into()), ..Rule::new(method, "/incident", kind) };
    world.sandbox.set_faults(vec![dropped]).expect("a rule");
    let chat = world.chat(1, "Tom", TOM.email).await;
    let differs = |event: &Event| matches!(event, Event::IncidentDiffers { .. });
    let told = world.until("what is lost to be told", 1, differs).await;
    let Event::IncidentDiffers { differences, .. } = told else { panic!("{told:?}") };
    let lost = &differences.known().expect("kept")[0];
    assert_eq!((lost.field.as_str(), lost.held.as_deref()), ("work_notes", None));
    assert!(lost.sent.ends_with(&format!("[deskd {chat}.complete.1]")), "{lost:?}");
}

#[tokio::test]
async fn a_rule_that_wants_no_incident_is_obeyed() {
    fn skip(question: &desk_core::policy::Question) -> Option<Asked> {
        let About::Incident { .. } = question.about else { return None };
        let verdict = Verdict::Incident {
            skip: true,
            table: None,
            fields: Default::default(),
            attach: None,
            append_to: None,
        };
        let set = "set".into();
        Some(Asked {
            set,
            verdict: Ok(Some(verdict)),
            why: Vec::new(),
            operations: 0,
            took_us: 0,
            wants: Wants::default(),
        })
    }
    let mut world = World::idle(|_| {}).await;
    world.stop().await;
    world.rule = skip;
    world.start().await;
    world.drive();
    let chat = world.chat(1, "Tom", TOM.email).await;
    let skipped = |event: &Event| matches!(event, Event::IncidentSkipped { chat: c } if *c == chat);
    world.until("no incident", 1, skipped).await;
    world.stop().await;
    assert!(world.find("incident", "contact_type", "chat", &[]).await.is_empty());
}
