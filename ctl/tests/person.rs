//! `person`: what is asked before what, and what is written.

mod common;

use common::{Fake, reply, run};
use desk_wire::{Call, Outcome};

/// A daemon that knows a person.
fn daemon() -> Fake {
    Fake::answering(|request| {
        Outcome::Ok(match request.call {
            Call::PersonShow { .. } => reply("person"),
            Call::PersonExport { after: 0, .. } => reply("person_records"),
            Call::PersonExport { .. } => {
                desk_wire::Reply::PersonRecords(desk_wire::view::PersonChatRecords {
                    chat: None,
                    records: vec![serde_json::json!({"seq": 8})],
                    next: None,
                })
            }
            _ => reply("erased"),
        })
    })
}

#[test]
fn an_erasure_takes_exactly_what_was_listed() {
    let fake = daemon();
    let ran = run(&fake, &["person", "erase", "--email", "jo@example.com", "--yes"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("ServiceNow holds incident INC0010001"), "{}", ran.out);
    assert!(ran.out.contains("erasures.jsonl"), "{}", ran.out);
    let last = fake.requests().pop().unwrap();
    assert_eq!(last.call, Call::PersonErase { chats: vec!["c1".to_owned()] });
}

#[test]
fn without_a_yes_it_is_listed_and_nothing_is_erased() {
    let fake = daemon();
    let ran = run(&fake, &["person", "erase", "--name", "Jo Doe"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("c1.complete.1") && ran.err.contains("needs_yes"), "{}", ran.err);
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn an_export_is_one_json_and_one_page_and_overwrites_nothing() {
    let (fake, dir) = (daemon(), tempfile::tempdir().unwrap());
    let to = dir.path().to_str().unwrap();
    let args = ["person", "export", "--chat", "c1", "--to", to];
    let ran = run(&fake, &args);
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = std::fs::read_to_string(dir.path().join("person.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["person"]["names"][0], "Jo Doe");
    assert_eq!(json["chats"][0]["records"][1]["seq"], 8, "every page is asked for");
    let page = std::fs::read_to_string(dir.path().join("person.html")).unwrap();
    assert!(page.contains("<dd>Jo Doe</dd>") && !page.contains("<script"), "{page}");
    let again = run(&fake, &args);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("person.json"), "{}", again.err);
}

#[test]
fn somebody_has_to_be_named_in_one_way() {
    let fake = daemon();
    assert_eq!(run(&fake, &["person", "show"]).code, 2);
    assert_eq!(run(&fake, &["person", "show", "--email", "a@b", "--chat", "c1"]).code, 2);
    assert!(fake.requests().is_empty());
}
