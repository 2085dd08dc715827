//! Opening, looking, ending.

use super::house::{Chat, House, Reply, arrival};
use desk_core::{Actor, Command};
use serde_json::json;

#[tokio::test]
async fn an_open_chat_waits_and_its_token_shows_it() {
    let house = House::open().await;
    let reply = house.post("/v1/chats", arrival()).await;
    let body = reply.expect(201);
    assert_eq!(body["state"], "waiting");
    let chat = Chat::of(&house, &reply);
    assert_eq!(chat.id.0.get_version_num(), 7);
    assert_eq!(reply.headers["location"], chat.path(""));
    let shown = chat.ask("GET", "").await;
    assert_eq!(shown.expect(200)["state"], "waiting");
    assert_eq!(shown.body["messages"], 0);
    assert_eq!(shown.body["chat"], chat.id.to_string());
}

#[tokio::test]
async fn a_repeat_gets_the_same_chat_and_another_request_with_its_id_gets_nothing() {
    let house = House::open().await;
    let mut body = arrival();
    body["id"] = json!("a-client's-own-id");
    body["fields"] = json!({ "topic": "billing" });
    let first = house.post("/v1/chats", body.clone()).await;
    let again = house.post("/v1/chats", body.clone()).await;
    assert_eq!(again.expect(201), first.expect(201));

    let by_header = house.request("POST", "/v1/chats").header("idempotency-key", "\"k-1\"");
    let first = Reply::of(by_header.json(&arrival()).send().await.unwrap()).await;
    let by_header = house.request("POST", "/v1/chats").header("idempotency-key", "k-1");
    let again = Reply::of(by_header.json(&arrival()).send().await.unwrap()).await;
    assert_eq!(again.expect(201), first.expect(201));

    for (field, value) in [
        ("name", json!("Eve")),
        ("email", json!("eve@example.com")),
        ("queue", json!("quiet")),
        ("fields", json!({})),
        ("skills", json!({ "french": 1 })),
    ] {
        let mut other = body.clone();
        other[field] = value;
        let reply = house.post("/v1/chats", other).await;
        reply.expect_problem(409, "id_reused");
        assert!(reply.body.get("token").is_none());
    }
}

#[tokio::test]
async fn a_repeat_after_the_end_tells_that_the_chat_has_ended() {
    let house = House::open().await;
    let mut body = arrival();
    body["id"] = json!("k-1");
    let first = house.post("/v1/chats", body.clone()).await;
    Chat::of(&house, &first).ask("POST", "/end").await.expect(200);
    let again = house.post("/v1/chats", body).await;
    assert_eq!(again.expect(201)["state"], "ended");
    assert_eq!(again.body["token"], first.body["token"]);
}

#[tokio::test]
async fn without_an_id_each_request_is_a_chat_of_its_own() {
    let house = House::open().await;
    let (one, other) = (house.chat().await, house.chat().await);
    assert_ne!((one.id, &one.token), (other.id, &other.token));
}

#[tokio::test]
async fn what_is_wrong_with_an_arrival_is_said_by_field() {
    let house = House::open().await;
    for (field, value, code) in [
        ("queue", json!("nowhere"), "unknown_queue"),
        ("queue", json!("../etc"), "unknown_queue"),
        ("name", json!("  "), "wrong_field"),
        ("name", json!("n".repeat(201)), "too_long"),
        ("email", json!("e".repeat(201)), "too_long"),
        ("fields", json!({ "topic": "t".repeat(2001) }), "too_many_fields"),
        ("fields", json!({ "topic": 1 }), "wrong_field"),
        ("skills", json!({ "french": 0 }), "wrong_field"),
        ("skills", json!({ "french": 101 }), "wrong_field"),
        ("skills", json!({ "no name": 1 }), "wrong_field"),
        ("id", json!(""), "wrong_field"),
        ("id", json!("i".repeat(65)), "wrong_field"),
        ("id", json!("line\nbreak"), "wrong_field"),
    ] {
        let mut body = arrival();
        body[field] = value;
        let reply = house.post("/v1/chats", body).await;
        let problem = reply.expect_problem(422, code);
        if code == "wrong_field" {
            let named = problem["errors"][0]["field"].as_str().unwrap();
            assert_eq!(named.split('.').next(), Some(field), "{problem}");
        }
    }
    let both = house.request("POST", "/v1/chats").header("idempotency-key", "other");
    let mut body = arrival();
    body["id"] = json!("one");
    let reply = Reply::of(both.json(&body).send().await.unwrap()).await;
    reply.expect_problem(422, "wrong_field");
}

#[tokio::test]
async fn a_chat_is_turned_away_with_the_reason() {
    let house = House::with(|config, _| {
        config.queues.get_mut(&"quiet".into()).unwrap().length_max = 0;
    })
    .await;
    let mut body = arrival();
    body["queue"] = json!("quiet");
    let reply = house.post("/v1/chats", body).await;
    assert_eq!(reply.expect_problem(409, "turned_away")["why"], "full");
    house.done(Actor::Admin("root".into()), Command::Drain { on: true }).await;
    let reply = house.post("/v1/chats", arrival()).await;
    assert_eq!(reply.expect_problem(503, "turned_away")["why"], "draining");
    house.done(Actor::Daemon, Command::LowDisk { on: true }).await;
    let reply = house.post("/v1/chats", arrival()).await;
    assert_eq!(reply.expect_problem(503, "turned_away")["why"], "low_disk");
}

#[tokio::test]
async fn a_chat_shows_where_it_stands_until_it_is_only_in_the_journal() {
    let house = House::open().await;
    house.alice_comes().await;
    let chat = house.chat().await;
    assert_eq!(chat.ask("GET", "").await.expect(200)["state"], "offered");
    chat.alice_accepts().await;
    chat.say("1", "hello").await.expect(201);
    let active = chat.ask("GET", "").await;
    assert_eq!(active.expect(200)["state"], "active");
    assert_eq!(
        (&active.body["agent"], &active.body["messages"]),
        (&json!("Alice Archer"), &json!(1))
    );
    let ended = chat.ask("POST", "/end").await;
    assert_eq!(ended.expect(200)["ended"]["how"], "customer");
    assert_eq!(chat.ask("POST", "/end").await.expect(200), &ended.body);
    chat.alice_finishes().await;
    for (method, path) in [("GET", ""), ("POST", "/end")] {
        assert_eq!(chat.ask(method, path).await.expect(200), &ended.body, "{method} {path}");
    }
}

#[tokio::test]
async fn a_chat_that_nobody_took_is_abandoned_by_its_end() {
    let house = House::open().await;
    let chat = house.chat().await;
    let ended = chat.ask("POST", "/end").await;
    assert_eq!(ended.expect(200)["ended"]["how"], "abandoned");
    assert_eq!(ended.body["state"], "ended");
}
