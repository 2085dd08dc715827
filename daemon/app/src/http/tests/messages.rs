//! What is said.

use super::house::House;
use desk_core::Visibility;
use serde_json::{Value, json};

#[tokio::test]
async fn a_message_is_kept_once_and_its_repeat_gets_the_same_answer() {
    let house = House::open().await;
    let chat = house.chat().await;
    assert_eq!(chat.say("a", "hello").await.expect(201), &json!({ "n": 1 }));
    assert_eq!(chat.say("b", "are you there?").await.expect(201), &json!({ "n": 2 }));
    assert_eq!(chat.say("a", "hello").await.expect(201), &json!({ "n": 1 }));
    let listed = chat.ask("GET", "/messages").await;
    assert_eq!(texts(listed.expect(200)), [(1, "hello"), (2, "are you there?")]);
    assert_eq!(
        (&listed.body["messages"][0]["from"], &listed.body["more"]),
        (&json!("customer"), &json!(false))
    );
    let later = chat.ask("GET", "/messages?after=1").await;
    assert_eq!(texts(later.expect(200)), [(2, "are you there?")]);
}

#[tokio::test]
async fn two_chats_may_use_the_same_ids() {
    let house = House::open().await;
    let (one, other) = (house.chat().await, house.chat().await);
    one.say("a", "first").await.expect(201);
    other.say("a", "second").await.expect(201);
    assert_eq!(texts(other.ask("GET", "/messages").await.expect(200)), [(1, "second")]);
}

#[tokio::test]
async fn the_customer_reads_agents_by_name_and_nothing_internal() {
    let house = House::open().await;
    house.alice_comes().await;
    let chat = house.chat().await;
    chat.alice_accepts().await;
    chat.alice_says("a difficult one", Visibility::Internal).await;
    chat.alice_says("good morning", Visibility::All).await;
    let listed = chat.ask("GET", "/messages").await;
    assert_eq!(texts(listed.expect(200)), [(1, "good morning")], "no gap tells of the other");
    assert_eq!(chat.ask("GET", "").await.expect(200)["messages"], 1);
    assert_eq!(chat.say("a", "hello").await.expect(201), &json!({ "n": 2 }));
    assert_eq!(chat.say("a", "hello").await.expect(201), &json!({ "n": 2 }), "a repeat, as before");
    let later = chat.ask("GET", "/messages?after=1").await;
    assert_eq!(texts(later.expect(200)), [(2, "hello")]);
    let message = &listed.body["messages"][0];
    assert_eq!((&message["from"], &message["name"]), (&json!("agent"), &json!("Alice Archer")));
    assert!(!listed.body.to_string().contains("alice"), "an agent's id is nothing for customers");
}

#[tokio::test]
async fn a_long_conversation_is_listed_in_pages() {
    let house = House::with(|_, http| http.messages_burst = 1000).await;
    let chat = house.chat().await;
    for n in 1..=201 {
        chat.say(&n.to_string(), "again").await.expect(201);
    }
    let first = chat.ask("GET", "/messages").await;
    assert_eq!((texts(first.expect(200)).len(), &first.body["more"]), (200, &json!(true)));
    let rest = chat.ask("GET", "/messages?after=200").await;
    assert_eq!(texts(rest.expect(200)), [(201, "again")]);
    assert_eq!(rest.body["more"], false);
    let exact = chat.ask("GET", "/messages?after=1").await;
    assert_eq!((texts(exact.expect(200)).len(), &exact.body["more"]), (200, &json!(false)));
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_the_reason() {
    let house = House::with(|config, _| config.limits.messages = 1).await;
    let chat = house.chat().await;
    chat.say("1", "").await.expect_problem(422, "empty");
    chat.say("2", &"x".repeat(5001)).await.expect_problem(422, "too_long");
    chat.say("", "hello").await.expect_problem(422, "wrong_field");
    chat.say(&"i".repeat(65), "hello").await.expect_problem(422, "wrong_field");
    chat.say(&"i".repeat(64), "hello").await.expect(201);
    chat.say("3", "hello").await.expect_problem(409, "too_many_messages");
}

#[tokio::test]
async fn after_the_end_nothing_is_kept_whether_the_chat_is_in_memory_or_not() {
    let house = House::open().await;
    house.alice_comes().await;
    let chat = house.chat().await;
    chat.alice_accepts().await;
    chat.say("1", "bye").await.expect(201);
    chat.ask("POST", "/end").await.expect(200);
    chat.say("2", "one more").await.expect_problem(409, "chat_ended");
    chat.alice_finishes().await;
    chat.say("3", "one more").await.expect_problem(409, "chat_ended");
    assert_eq!(chat.say("1", "bye").await.expect(201), &json!({ "n": 1 }), "a repeat, as before");
    assert_eq!(texts(chat.ask("GET", "/messages").await.expect(200)), [(1, "bye")]);
}

#[tokio::test]
async fn a_flood_is_stopped_for_its_chat_alone_and_told_when_to_go_on() {
    let house = House::with(|_, http| {
        http.messages_per_min = 1;
        http.messages_burst = 3;
    })
    .await;
    let (chat, other) = (house.chat().await, house.chat().await);
    for n in 1..=3 {
        chat.say(&n.to_string(), "now!").await.expect(201);
    }
    let reply = chat.say("4", "now!").await;
    reply.expect_problem(429, "too_fast");
    let wait: u64 = reply.headers["retry-after"].parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    other.say("1", "hello").await.expect(201);
    assert_eq!(texts(chat.ask("GET", "/messages").await.expect(200)).len(), 3);
}

fn texts(body: &Value) -> Vec<(u64, &str)> {
    let messages = body["messages"].as_array().unwrap();
    messages.iter().map(|m| (m["n"].as_u64().unwrap(), m["text"].as_str().unwrap())).collect()
}
