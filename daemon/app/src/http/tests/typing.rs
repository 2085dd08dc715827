//! Who types, told to the others, in order, for a while, and kept nowhere.

use super::follow::Stream;
use super::house::{House, alice};
use desk_core::{Author, Visibility};

#[tokio::test]
async fn the_customer_sees_the_agent_type_and_then_what_was_typed() {
    let house = House::with(|config, _| config.times.typing_secs = 9).await;
    house.alice_comes().await;
    let chat = house.chat().await;
    chat.alice_accepts().await;
    let mut stream = Stream::open(&chat, None).await;
    stream.take(3).await;
    let before = house.desk.durable();
    house.desk.typing(chat.id, Author::Agent(alice())).await.unwrap();
    assert_eq!(house.desk.durable(), before, "it is no record");
    chat.alice_says("good morning", Visibility::All).await;
    let told = stream.take(2).await;
    assert_eq!(
        (told[0].name.as_str(), told[0].id.as_str()),
        ("typing", ""),
        "not to be resumed from"
    );
    assert_eq!(told[0].data["name"], "Alice Archer");
    let left = told[0].data["until"].as_i64().unwrap() - told[1].data["at"].as_i64().unwrap();
    assert!((0..=9000).contains(&left), "it ends by itself: {left} ms");
    assert_eq!(told[1].data["text"], "good morning");

    // Whoever comes later is told what was said, not who typed.
    let again = Stream::open(&chat, None).await.take(4).await;
    assert!(again.iter().all(|event| event.name != "typing"), "{again:?}");
}

#[tokio::test]
async fn customers_do_not_hear_themselves_nor_other_chats() {
    let house = House::open().await;
    house.alice_comes().await;
    let (chat, other) = (house.chat().await, house.chat().await);
    chat.alice_accepts().await;
    other.alice_accepts().await;
    let mut stream = Stream::open(&chat, None).await;
    stream.take(3).await;
    chat.ask("POST", "/typing").await.expect(204);
    house.desk.typing(other.id, Author::Agent(alice())).await.unwrap();
    chat.say("1", "hello").await.expect(201);
    assert_eq!(stream.take(1).await[0].name, "message");
}

#[tokio::test]
async fn typing_is_refused_where_a_message_would_be_and_bounded_per_chat() {
    let house = House::with(|_, http| http.typing_per_min = 2).await;
    let (chat, other) = (house.chat().await, house.chat().await);
    house
        .request("POST", &chat.path("/typing"))
        .send()
        .await
        .map(|r| assert_eq!(r.status(), 401))
        .unwrap();
    for _ in 0..2 {
        chat.ask("POST", "/typing").await.expect(204);
    }
    let reply = chat.ask("POST", "/typing").await;
    reply.expect_problem(429, "too_fast");
    assert!(reply.headers.contains_key("retry-after"));
    chat.say("1", "what is said has an allowance of its own").await.expect(201);
    other.ask("POST", "/typing").await.expect(204);
    other.ask("POST", "/end").await.expect(200);
    other.ask("POST", "/typing").await.expect_problem(409, "chat_ended");
}
