//! Whether a note or a file is there: told where it can be told, and never guessed.

#![allow(missing_docs)]

mod common;

use common::{Answer, answer, client, fields, incident, kind, sandbox, serve};
use desk_sandbox::faults::{Kind, Rule};
use desk_servicenow::{Outcome, SysId};

const JSON: &str = "content-type: application/json";
const ID: &str = "0123456789abcdef0123456789abcdef";
const NOTES: &str = "work_notes";
const MARK: &str = "[deskd step-1]";

fn id() -> SysId {
    ID.parse().expect("an id")
}

fn refused() -> Answer {
    let body = r#"{"error":{"message":"Insufficient rights to query records","detail":null}}"#;
    answer("403 Forbidden", &[JSON], body)
}

fn entries(text: &str) -> Answer {
    let row = format!(
        r#"{{"sys_id":"{ID}","element":"work_notes","element_id":"{ID}","value":"{text}"}}"#
    );
    answer("200 OK", &[JSON], &format!(r#"{{"result":[{row}]}}"#))
}

#[tokio::test]
async fn the_record_s_own_text_tells_where_the_table_of_entries_is_refused() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    let body = incident(client.own_sys_id("chat-1"), &[]);
    assert!(client.create(&body).await.is_done());
    let forbidden =
        Rule { status: Some(403), ..Rule::new("GET", "/sys_journal_field", Kind::Status) };
    sandbox.set_faults(vec![forbidden.rate_percent(100)]).expect("taken");
    let look = || client.has_mark("incident", &body.sys_id, NOTES, MARK);
    assert_eq!(look().await, Outcome::Done(false));
    let note = fields(&[(NOTES, &format!("x {MARK}"))]);
    assert!(client.update("incident", &body.sys_id, &note).await.is_done());
    assert_eq!(look().await, Outcome::Done(true));
}

#[tokio::test]
async fn where_notes_are_hidden_only_entries_that_are_shown_tell() {
    let hidden = answer("200 OK", &[JSON], &format!(r#"{{"result":{{"sys_id":"{ID}"}}}}"#));
    let none = answer("200 OK", &[JSON], r#"{"result":[]}"#);
    let down = answer("503 x", &[JSON], "");
    for (table, expect) in [
        (entries(&format!("x {MARK}")), "done true"),
        (entries("somebody else's"), "done false"),
        (none, "permanent 200"),
        (refused(), "permanent 403"),
        (down, "retry"),
    ] {
        let by = vec![("/sys_journal_field", table), ("/incident/", hidden.clone())];
        let client = client(&format!("http://{}", serve(Answer::By(by)).await));
        let found = client.has_mark("incident", &id(), NOTES, MARK).await;
        let seen = match &found {
            Outcome::Done(found) => format!("done {found}"),
            other => kind(other),
        };
        assert_eq!(seen, expect, "{found}");
        let Outcome::Permanent { message, .. } = &found else { continue };
        assert!(message.contains("work_notes of incident"), "{found}");
        assert!(message.contains("sys_journal_field"), "what to do is said: {found}");
    }
}

#[tokio::test]
async fn an_entry_that_the_record_s_text_does_not_show_is_found_in_the_table() {
    let shown = format!(
        r#"{{"result":{{"sys_id":{{"value":"{ID}"}},"work_notes":{{"display_value":"a part"}}}}}}"#
    );
    for (table, expect) in [(entries(MARK), true), (entries("other"), false), (refused(), false)] {
        let shown = answer("200 OK", &[JSON], &shown);
        let by = vec![("/sys_journal_field", table), ("/incident/", shown)];
        let client = client(&format!("http://{}", serve(Answer::By(by)).await));
        let found = client.has_mark("incident", &id(), NOTES, MARK).await;
        assert_eq!(found, Outcome::Done(expect));
    }
}

#[tokio::test]
async fn files_that_cannot_be_listed_are_said_with_what_to_do() {
    let client = client(&format!("http://{}", serve(refused()).await));
    let found = client.find_attachment("incident", &id(), "a.txt").await;
    assert_eq!(kind(&found), "permanent 403");
    let Outcome::Permanent { message, detail, .. } = &found else { panic!("{found}") };
    assert!(message.contains("read access to sys_attachment"), "{found}");
    assert_eq!(detail.as_deref(), Some("Insufficient rights to query records"));
}
