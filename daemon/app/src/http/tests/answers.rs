//! Whatever is sent, the answer has one shape; and what tells how the daemon is.

use super::super::problem::Fault;
use super::house::{House, Reply, arrival};
use crate::desk::Unanswered;
use axum::response::IntoResponse;
use desk_core::{RecordRef, Refusal};
use serde_json::json;
use std::sync::mpsc;

#[tokio::test]
async fn whatever_is_wrong_with_a_request_is_a_problem_that_says_what() {
    let house = House::with(|_, http| http.body_bytes = 1000).await;
    const JSON: &str = "application/json";
    let long = json!({ "queue": "help", "name": "x".repeat(1000), "email": "" }).to_string();
    for (content, body, status, code) in [
        (JSON, "{", 400, "not_json"),
        (JSON, "", 400, "not_json"),
        (JSON, "[]", 400, "not_json"),
        (JSON, "{} {}", 400, "not_json"),
        (JSON, "\u{7f}", 400, "not_json"),
        ("text/plain", "{}", 415, "unsupported_media_type"),
        ("", "{}", 415, "unsupported_media_type"),
        (JSON, long.as_str(), 413, "body_too_large"),
        (JSON, r#"{"queue":"help","name":"D"}"#, 422, "missing_field"),
        (JSON, r#"{"queue":1,"name":"D","email":""}"#, 422, "wrong_field"),
        (JSON, r#"{"queue":"help","name":"D","email":"","colour":"red"}"#, 422, "unknown_field"),
    ] {
        let mut request = house.request("POST", "/v1/chats").body(body.to_owned());
        if !content.is_empty() {
            request = request.header("content-type", content);
        }
        Reply::of(request.send().await.unwrap()).await.expect_problem(status, code);
    }
}

#[tokio::test]
async fn an_unknown_field_is_named_with_those_that_there_are() {
    let house = House::open().await;
    let mut body = arrival();
    body["colour"] = json!("red");
    let reply = house.post("/v1/chats", body).await;
    let error = &reply.expect_problem(422, "unknown_field")["errors"][0];
    assert_eq!(error["field"], "colour");
    assert!(error["problem"].as_str().unwrap().contains("`queue`"), "{error}");
    let reply = house.post("/v1/chats", json!({ "queue": "help", "name": "D" })).await;
    let error = &reply.expect_problem(422, "missing_field")["errors"][0];
    assert_eq!(error["field"], "email");
}

#[tokio::test]
async fn an_unknown_path_method_or_query_is_a_problem_too() {
    let house = House::open().await;
    let chat = house.chat().await;
    house.ask("GET", "/nowhere").await.expect_problem(404, "not_found");
    house.ask("GET", "/v2/chats").await.expect_problem(404, "not_found");
    chat.ask("GET", "/secrets").await.expect_problem(404, "not_found");
    let reply = house.ask("DELETE", "/v1/chats").await;
    reply.expect_problem(405, "method_not_allowed");
    assert_eq!(reply.headers["allow"], "POST");
    chat.ask("PUT", "/messages").await.expect_problem(405, "method_not_allowed");
    for query in ["after=x", "after=-1", "before=1"] {
        chat.ask("GET", &format!("/messages?{query}")).await.expect_problem(400, "wrong_query");
    }
}

#[tokio::test]
async fn the_process_is_up_and_ready_only_while_the_desk_answers() {
    let house = House::open().await;
    assert_eq!(house.ask("GET", "/healthz").await.expect(200)["status"], "up");
    assert_eq!(house.ask("GET", "/readyz").await.expect(200)["status"], "ready");

    let (release, held) = mpsc::channel::<()>();
    let desk = house.desk.clone();
    let holding = tokio::spawn(async move { desk.view(move |_, _| held.recv().is_ok()).await });
    // The one after it waits: its turn comes only when the desk goes on.
    house.ask("GET", "/readyz").await.expect_problem(503, "not_ready");
    assert_eq!(house.ask("GET", "/healthz").await.expect(200)["status"], "up");

    release.send(()).unwrap();
    assert!(holding.await.unwrap().unwrap());
    assert_eq!(house.ask("GET", "/readyz").await.expect(200)["status"], "ready");
}

#[tokio::test]
async fn the_description_names_every_route_and_body() {
    let house = House::open().await;
    let reply = house.ask("GET", "/v1/openapi.json").await;
    let api = reply.expect(200);
    let paths: Vec<&String> = api["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        [
            "/healthz",
            "/metrics",
            "/readyz",
            "/v1/chats",
            "/v1/chats/{chat}",
            "/v1/chats/{chat}/end",
            "/v1/chats/{chat}/events",
            "/v1/chats/{chat}/messages",
            "/v1/chats/{chat}/typing",
            "/v1/forms",
            "/v1/forms/{form}",
            "/v1/oidc",
            "/v1/oidc/callback",
            "/v1/oidc/login",
            "/v1/queues/{queue}",
            "/v1/session",
            "/v1/session/socket",
            "/v1/socket",
        ]
    );
    let schemas = api["components"]["schemas"].as_object().unwrap();
    for name in ["LeaveForm", "FormLeft", "FormStatus"] {
        assert!(schemas.contains_key(name), "{name}");
    }
    for name in ["OpenChat", "ChatOpened", "ChatStatus", "Say", "Said", "Messages", "Problem"] {
        assert!(schemas.contains_key(name), "{name}");
    }
    assert_eq!(schemas["OpenChat"]["additionalProperties"], false);
}

#[tokio::test]
async fn every_refusal_keeps_its_code_and_has_a_status_of_an_error() {
    for refusal in refusals() {
        let code = refusal.code();
        let response = Fault::from(refusal).into_response();
        let status = response.status();
        assert!(status.is_client_error() || status.is_server_error(), "{code}: {status}");
        let server = ["internal", "too_many_chats", "too_many_classes", "too_many_profiles"];
        assert_eq!(status.is_server_error(), server.contains(&code), "{code}: {status}");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&body["code"], &body["status"]), (&json!(code), &json!(status.as_u16())));
    }
    for (unanswered, code) in
        [(Unanswered::Overloaded, "overloaded"), (Unanswered::Stopping, "stopping")]
    {
        let fault = Fault::from(unanswered);
        assert_eq!((fault.status().as_u16(), fault.code()), (503, code));
        assert!(fault.into_response().headers().contains_key("retry-after"));
    }
}

/// One of each. That none is forgotten is held by the table itself, which names every one.
fn refusals() -> Vec<Refusal> {
    let chat = desk_core::name::ChatId(uuid::Uuid::nil());
    let record = RecordRef { table: "sys_user".into(), sys_id: "0".repeat(32) };
    vec![
        Refusal::UnknownAgent("a".into()),
        Refusal::UnknownQueue("q".into()),
        Refusal::UnknownChat(chat),
        Refusal::UnknownStep(format!("{chat}.create").parse().unwrap()),
        Refusal::NotLoggedIn("a".into()),
        Refusal::OpenChats,
        Refusal::NotBusy,
        Refusal::ReasonRequired(vec!["r".into()]),
        Refusal::ReasonUnknown(vec!["r".into()]),
        Refusal::OfferGone,
        Refusal::RejectNotPermitted,
        Refusal::NotYours,
        Refusal::ChatEnded,
        Refusal::Closed,
        Refusal::CodeMissing,
        Refusal::CodeUnknown("c".into()),
        Refusal::CodesTooMany(1),
        Refusal::TooEarly(1),
        Refusal::Denied("d".into()),
        Refusal::TooLong(1),
        Refusal::TooManyMessages(1),
        Refusal::TooManyFields(1, 1),
        Refusal::TooManyChats(1),
        Refusal::TooManyClasses(1),
        Refusal::Empty,
        Refusal::ChatExists,
        Refusal::CannotTake("a".into()),
        Refusal::QueueClosed("q".into()),
        Refusal::NoForm("q".into()),
        Refusal::WrongPhase("p".into()),
        Refusal::UnknownCandidate("c".into()),
        Refusal::LookupUnderWay,
        Refusal::LookupNotDue,
        Refusal::StepNotDue,
        Refusal::StepNotParked("s".into()),
        Refusal::NotSettled(chat),
        Refusal::NothingSent(chat),
        Refusal::StoryStale,
        Refusal::PopGone,
        Refusal::PopClaimed,
        Refusal::Stale,
        Refusal::QueuesInUse(vec!["q".into()]),
        Refusal::TooManyProfiles(1),
        Refusal::AlreadyChosen(record),
        Refusal::Internal,
    ]
}
