//! Bounds: on time, size, requests at a time; what errors and logs tell, and what they do not.

#![allow(missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use common::{Answer, Load, answer, client, config, incident, kind, serve};
use desk_servicenow::{Client, Outcome, SysId};

const JSON: &str = "content-type: application/json;charset=UTF-8";
const RECORD: &str = r#"{"result":{"sys_id":"0123456789abcdef0123456789abcdef","number":"INC1"}}"#;

fn id() -> SysId {
    "0123456789abcdef0123456789abcdef".parse().expect("an id")
}

fn refused(message: &str, detail: &str) -> String {
    format!(r#"{{"error":{{"message":"{message}","detail":"{detail}"}},"status":"failure"}}"#)
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
async fn a_redirect_is_not_followed() {
    for status in ["301", "302", "303", "307", "308"] {
        let load = Arc::new(Load::default());
        let record = format!("HTTP/1.1 201 x\r\n{JSON}\r\nconnection: close\r\n\r\n{RECORD}");
        let there = serve(Answer::Counted(record, Arc::clone(&load))).await;
        let location = format!("location: http://{there}/api/now/table/incident/x");
        let here = serve(answer(&format!("{status} x"), &[&location], "")).await;
        let client = client(&format!("http://{here}"));
        let found = client.get("incident", &id(), &[]).await;
        assert_eq!(kind(&found), "asleep", "{status}: {found}");
        let made = client.create(&incident(id(), &[])).await;
        assert_eq!(kind(&made), "asleep", "{status}: {made}");
        assert_eq!(load.most.load(Ordering::SeqCst), 0, "{status}: nothing is asked elsewhere");
    }
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
    assert_eq!(
        found.to_string(),
        "refused with 403: Operation Failed (no) (transaction 0a1b2c3d4e5f)"
    );
    let Outcome::Permanent { transaction, .. } = found else { panic!("{found}") };
    assert_eq!(transaction.as_deref(), Some("0a1b2c3d4e5f"));

    let url = format!("http://{}", serve(Answer::Nothing).await);
    let query = desk_servicenow::LookupQuery::email("jane@corp.example").expect("safe");
    let found = client(&url).lookup(&query).await.map(drop);
    assert!(!found.to_string().contains("jane"), "{found}");
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
