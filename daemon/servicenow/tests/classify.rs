//! What each behaviour of an instance, or of the network before it, means for a read and for a
//! write.

#![allow(missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use common::{Answer, Load, answer, client, config, incident, kind, serve};
use desk_servicenow::{Client, Outcome, SysId};

const JSON: &str = "content-type: application/json;charset=UTF-8";
const HTML: &str = "content-type: text/html";
const RECORD: &str = r#"{"result":{"sys_id":"0123456789abcdef0123456789abcdef","number":"INC1"}}"#;

fn id() -> SysId {
    "0123456789abcdef0123456789abcdef".parse().expect("an id")
}

fn refused(message: &str, detail: &str) -> String {
    format!(r#"{{"error":{{"message":"{message}","detail":"{detail}"}},"status":"failure"}}"#)
}

/// Asks for a record and makes one, and compares the kinds of both outcomes.
#[track_caller]
fn check(answer: Answer, read: &str, write: &str) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio");
    let (found, made) = runtime.block_on(async {
        let url = format!("http://{}", serve(answer.clone()).await);
        let found = client(&url).get("incident", &id(), &["number"]).await;
        let made = client(&url).create(&incident(id(), &[("short_description", "x")])).await;
        (found, made)
    });
    assert_eq!(kind(&found), read, "read of {answer:?}: {found}");
    assert_eq!(kind(&made), write, "write of {answer:?}: {made}");
}

#[test]
fn a_whole_answer_is_done() {
    check(answer("201 Created", &[JSON], RECORD), "done", "done");
    // A create is answered by 201; a 200 leaves it open what happened.
    check(answer("200 OK", &[JSON], RECORD), "done", "ambiguous");
}

#[test]
fn a_success_that_does_not_say_all_is_not_done() {
    let both = format!(r#"{{"error":{{"message":"Transaction cancelled"}},{}"#, &RECORD[1..]);
    check(answer("200 OK", &[JSON], &both), "retry", "ambiguous");
    check(answer("201 Created", &[JSON], &both), "retry", "ambiguous");
    let error = refused("Transaction cancelled: maximum execution time exceeded", "x");
    check(answer("200 OK", &[JSON], &error), "retry", "ambiguous");
    check(answer("201 Created", &[JSON], &RECORD[..40]), "retry", "ambiguous");
    check(answer("201 Created", &[JSON], r#"{"result":{"number":"INC1"}}"#), "retry", "ambiguous");
    check(answer("201 Created", &[JSON], r#"{"result":[]}"#), "retry", "ambiguous");
    check(answer("201 Created", &[JSON], "{}"), "retry", "ambiguous");
    check(answer("201 Created", &[], RECORD), "asleep", "ambiguous");
    check(answer("204 No Content", &[], ""), "asleep", "ambiguous");
    let broken = format!("HTTP/1.1 201 Created\r\n{JSON}\r\ncontent-length: 900\r\n\r\n{RECORD}");
    check(Answer::Bytes(broken), "retry", "ambiguous");
}

#[test]
fn a_202_was_perhaps_never_run() {
    check(answer("202 Accepted", &[], ""), "retry", "ambiguous");
    check(answer("202 Accepted", &[JSON], RECORD), "retry", "ambiguous");
}

#[test]
fn a_page_in_place_of_json_is_never_a_result() {
    let hibernating = "<body class=\"instance-hibernating-page\">Your instance is hibernating";
    check(answer("200 OK", &[HTML], hibernating), "asleep", "asleep");
    check(answer("200 OK", &[HTML], "<html>Sign in</html>"), "asleep", "ambiguous");
    check(answer("302 Found", &[HTML, "location: /login.do"], ""), "asleep", "asleep");
    check(answer("404 Not Found", &[HTML], "<html>nginx</html>"), "asleep", "asleep");
}

#[test]
fn too_many_requests_are_retried_when_told() {
    let body = refused("Rate limit exceeded", "Rate limit of 100 requests per hour exceeded");
    check(answer("429 x", &[JSON, "retry-after: 7"], &body), "retry 7", "retry 7");
    check(answer("429 x", &[HTML], "busy"), "retry", "retry");
    check(answer("429 x", &["retry-after: 999999"], ""), "retry 7200", "retry 7200");
    check(answer("429 x", &["retry-after: soon"], ""), "retry", "retry");
}

#[test]
fn a_refused_login_is_tried_again_slowly() {
    let body = refused("User Not Authenticated", "Required to provide Auth information");
    check(answer("401 Unauthorized", &[JSON], &body), "retry 60", "retry 60");
    check(answer("401 Unauthorized", &[HTML], "no"), "retry 60", "retry 60");
}

#[test]
fn what_the_instance_refuses_is_permanent() {
    let acl = refused("Operation Failed", "ACL Exception Insert Failed");
    check(answer("403 Forbidden", &[JSON], &acl), "permanent 403", "permanent 403");
    let duplicate = refused("Operation Failed", "Error during insert of incident (INC1)");
    check(answer("403 Forbidden", &[JSON], &duplicate), "permanent 403", "permanent 403");
    let invalid = refused("Invalid table x", "");
    check(answer("400 Bad Request", &[JSON], &invalid), "permanent 400", "permanent 400");
    check(answer("413 x", &[HTML], "too long"), "permanent 413", "permanent 413");
    check(answer("415 x", &[JSON], &refused("Unsupported", "")), "permanent 415", "permanent 415");
}

#[test]
fn a_record_that_is_not_there_is_an_answer_to_a_read() {
    let missing = refused("No Record found", "Record doesn't exist or ACL restricts");
    check(answer("404 Not Found", &[JSON], &missing), "done", "permanent 404");
}

#[test]
fn a_failing_instance_may_have_done_it() {
    check(answer("500 x", &[JSON], &refused("Operation Failed", "")), "retry", "ambiguous");
    check(answer("502 Bad Gateway", &[HTML], "<html>"), "retry", "ambiguous");
    check(answer("503 x", &[HTML, "retry-after: 30"], "<html>"), "retry 30", "ambiguous");
    check(answer("504 x", &[HTML], "<html>"), "retry", "ambiguous");
    check(answer("408 x", &[HTML], "<html>"), "retry", "ambiguous");
}

#[test]
fn a_connection_that_ends_after_sending_leaves_it_open() {
    check(Answer::Nothing, "retry", "ambiguous");
    check(Answer::Bytes("HTTP/1.1 2".to_owned()), "retry", "ambiguous");
    check(Answer::Bytes("nonsense\r\n\r\n".to_owned()), "retry", "ambiguous");
}

#[tokio::test]
async fn silence_ends_at_the_time_out() {
    let url = format!("http://{}", serve(Answer::Silence).await);
    let mut config = config(&url);
    config.timeout = Duration::from_millis(200);
    let client = Client::new(config).expect("client");
    let found = client.get("incident", &id(), &[]).await;
    assert_eq!(kind(&found), "retry", "{found}");
    let made = client.create(&incident(id(), &[])).await;
    assert_eq!(kind(&made), "ambiguous", "{made}");
}

#[tokio::test]
async fn nobody_listening_means_that_nothing_was_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listening");
    let addr = listener.local_addr().expect("an address");
    drop(listener);
    let client = client(&format!("http://{addr}"));
    let made = client.create(&incident(id(), &[("short_description", "x")])).await;
    assert_eq!(kind(&made), "retry", "{made}");
}

#[tokio::test]
async fn an_answer_beyond_the_bound_is_not_read() {
    let long = format!(r#"{{"result":{{"x":"{}"}}}}"#, "y".repeat(4000));
    let url = format!("http://{}", serve(answer("201 Created", &[JSON], &long)).await);
    let mut config = config(&url);
    config.answer_bytes_max = 1000;
    let client = Client::new(config).expect("client");
    let found = client.get("incident", &id(), &[]).await;
    assert_eq!(kind(&found), "permanent 201", "{found}");
    let made = client.create(&incident(id(), &[])).await;
    assert_eq!(kind(&made), "ambiguous", "{made}");
}

#[tokio::test]
async fn errors_name_the_transaction_and_never_what_was_asked_for() {
    let headers = [JSON, "x-transaction-id: 0a1b2c3d4e5f"];
    let body = refused("Operation Failed", "no");
    let url = format!("http://{}", serve(answer("403 x", &headers, &body)).await);
    let found = client(&url).get("incident", &id(), &[]).await;
    let Outcome::Permanent { message, detail, .. } = found else { panic!("{found}") };
    assert_eq!(message, "Operation Failed");
    assert_eq!(detail.as_deref(), Some("no; transaction 0a1b2c3d4e5f"));

    let url = format!("http://{}", serve(Answer::Nothing).await);
    let query = desk_servicenow::LookupQuery::email("jane@corp.example").expect("safe");
    let found = client(&url).lookup(&query).await.map(drop);
    assert!(!found.to_string().contains("jane"), "{found}");
}

/// Looks for a person where the instance answers with one row that holds `held`.
async fn look(held: &str, wanted: &str) -> String {
    let row = r#"{"sys_id":"0123456789abcdef0123456789abcdef","email":"HELD","name":"HELD"}"#;
    let body = format!(r#"{{"result":[{}]}}"#, row.replace("HELD", held));
    let url = format!("http://{}", serve(answer("200 OK", &[JSON], &body)).await);
    let query = desk_servicenow::LookupQuery::email(wanted).expect("safe");
    let found = client(&url).lookup(&query).await;
    match &found {
        Outcome::Done(found) => found.candidates.len().to_string(),
        other => kind(other),
    }
}

#[tokio::test]
async fn rows_are_checked_again() {
    for (held, wanted, expect) in [
        ("jane@corp.example", "Jane@Corp.example", "1"),
        // The condition was dropped: a configuration error.
        ("someone@corp.example", "jane@corp.example", "permanent 200"),
        // What a database takes for the same is neither a match nor an error.
        ("jane@corp.example", "jäne@corp.example", "0"),
        ("mark@corp.example", "mar\u{212a}@corp.example", "0"),
    ] {
        assert_eq!(look(held, wanted).await, expect, "{held} for {wanted}");
    }
}

#[tokio::test]
async fn no_more_requests_run_at_a_time_than_allowed() {
    let Answer::Bytes(bytes) = answer("201 Created", &[JSON], RECORD) else { unreachable!() };
    let load = Arc::new(Load::default());
    let url = format!("http://{}", serve(Answer::Counted(bytes, load.clone())).await);
    let mut config = config(&url);
    config.concurrency = 2;
    let client = Client::new(config).expect("client");
    let mut creates = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let client = client.clone();
        creates.spawn(async move { client.create(&incident(id(), &[])).await });
    }
    let made = creates.join_all().await;
    assert!(made.iter().all(Outcome::is_done), "{made:?}");
    assert_eq!(load.most.load(Ordering::SeqCst), 2);
}
