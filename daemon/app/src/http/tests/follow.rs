//! Following a chat: nothing missed, nothing twice, wherever the stream broke.

use super::super::events::Follower;
use super::house::{Chat, House, PATIENCE, Reply, arrival};
use desk_core::{Actor, Command, Visibility};
use reqwest::Response;
use serde_json::{Value, json};
use tokio::time::timeout;

/// An event stream, as a client reads it.
pub(super) struct Stream {
    response: Response,
    text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) data: Value,
}

impl Event {
    /// What it says, in short.
    fn says(&self) -> String {
        let word = |name: &str| self.data[name].as_str().unwrap_or("?").to_owned();
        match self.name.as_str() {
            "message" => format!("{}: {}", word("from"), word("text")),
            "state" => word("state"),
            "end" => format!("end {}", word("how")),
            other => other.to_owned(),
        }
    }
}

impl Stream {
    /// Follows from the beginning, or after this event.
    pub(super) async fn open(chat: &Chat<'_>, after: Option<&str>) -> Self {
        let mut request = chat.request("GET", "/events");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        Self::of(request.send().await.unwrap())
    }

    fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self { response, text: String::new() }
    }

    /// The next block of lines; none once the stream has ended.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("something comes");
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()?).unwrap());
        }
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            let line = |name: &str| {
                block.lines().find_map(|line| line.strip_prefix(name)).map(|v| v.trim().to_owned())
            };
            if let (Some(name), Some(data)) = (line("event:"), line("data:")) {
                let data = serde_json::from_str(&data).unwrap();
                return Some(Event { id: line("id:").unwrap_or_default(), name, data });
            }
        }
    }

    pub(super) async fn take(&mut self, count: usize) -> Vec<Event> {
        let mut events = Vec::new();
        for _ in 0..count {
            events.push(self.next().await.expect("the stream goes on"));
        }
        events
    }

    async fn until_end(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn says(events: &[Event]) -> Vec<String> {
    events.iter().map(Event::says).collect()
}

/// The whole of a chat in which alice talks, up to its end.
const STORY: [&str; 8] = [
    "waiting",
    "offered",
    "active",
    "customer: hello",
    "agent: good morning",
    "customer: thanks",
    "ended",
    "end customer",
];

async fn play(house: &House, chat: &Chat<'_>) {
    house.alice_comes().await;
    chat.alice_accepts().await;
    chat.say("1", "hello").await.expect(201);
    chat.alice_says("good morning", Visibility::All).await;
    chat.alice_says("not for them", Visibility::Internal).await;
    chat.say("2", "thanks").await.expect(201);
    chat.ask("POST", "/end").await.expect(200);
}

#[tokio::test]
async fn a_stream_tells_the_chat_as_it_happens_and_ends_with_it() {
    let house = House::open().await;
    let chat = house.chat().await;
    let mut stream = Stream::open(&chat, None).await;
    assert_eq!(says(&stream.take(1).await), ["waiting"]);
    let ((), events) = tokio::join!(play(&house, &chat), stream.until_end());
    assert_eq!(says(&events), STORY[1..]);
    assert_eq!(events[1].data["agent"], "Alice Archer");
    assert_eq!(
        (&events[3].data["n"], &events[3].data["name"]),
        (&json!(2), &json!("Alice Archer"))
    );
}

#[tokio::test]
async fn what_is_read_later_is_what_was_told_live_to_the_id() {
    let house = House::open().await;
    let chat = house.chat().await;
    let mut live = Stream::open(&chat, None).await;
    let ((), live) = tokio::join!(play(&house, &chat), live.until_end());
    let ended = Stream::open(&chat, None).await.until_end().await;
    assert_eq!(ended, live);
    chat.alice_finishes().await;
    let closed = Stream::open(&chat, None).await.until_end().await;
    assert_eq!(closed, live);
    assert_eq!(says(&closed), STORY);
}

#[tokio::test]
async fn a_stream_goes_on_behind_any_event_without_gap_or_doubling() {
    let house = House::open().await;
    let chat = house.chat().await;
    play(&house, &chat).await;
    let all = Stream::open(&chat, None).await.until_end().await;
    for (n, event) in all.iter().enumerate().take(all.len() - 1) {
        let rest = Stream::open(&chat, Some(&event.id)).await.until_end().await;
        assert_eq!(rest, all[n + 1..], "after {event:?}");
        let path = format!("/events?after={}", event.id);
        let by_query =
            Stream::of(chat.request("GET", &path).send().await.unwrap()).until_end().await;
        assert_eq!(by_query, rest, "after {event:?}");
    }
}

#[tokio::test]
async fn a_broken_stream_goes_on_with_what_happened_meanwhile_and_then_live() {
    let house = House::open().await;
    let chat = house.chat().await;
    let mut first = Stream::open(&chat, None).await;
    chat.say("1", "one").await.expect(201);
    let seen = first.take(2).await;
    assert_eq!(says(&seen), ["waiting", "customer: one"]);
    drop(first);
    chat.say("2", "two").await.expect(201);
    let mut second = Stream::open(&chat, Some(&seen[1].id)).await;
    assert_eq!(says(&second.take(1).await), ["customer: two"]);
    chat.say("3", "three").await.expect(201);
    assert_eq!(says(&second.take(1).await), ["customer: three"]);
}

#[tokio::test]
async fn who_has_seen_the_end_is_told_not_to_come_back() {
    let house = House::open().await;
    let chat = house.chat().await;
    play(&house, &chat).await;
    let all = Stream::open(&chat, None).await.until_end().await;
    let last = &all.last().unwrap().id;
    let again = async || {
        let request = chat.request("GET", "/events").header("last-event-id", last);
        Reply::of(request.send().await.unwrap()).await
    };
    again().await.expect(204);
    chat.alice_finishes().await;
    again().await.expect(204);
}

#[tokio::test]
async fn an_id_that_is_not_of_this_desk_starts_anew_and_says_so() {
    let house = House::open().await;
    let chat = house.chat().await;
    for id in ["999-1", "1-999999", "0-0"] {
        let mut stream = Stream::open(&chat, Some(id)).await;
        assert_eq!(says(&stream.take(2).await), ["resync", "waiting"], "{id}");
    }
    for id in ["x", "1", "1-2-3-4", "-1-2"] {
        let request = chat.request("GET", "/events").header("last-event-id", id);
        let reply = Reply::of(request.send().await.unwrap()).await;
        reply.expect_problem(400, "wrong_cursor");
    }
}

#[tokio::test]
async fn a_stream_tells_of_its_own_chat_alone() {
    let house = House::open().await;
    let (chat, other) = (house.chat().await, house.chat().await);
    let mut stream = Stream::open(&chat, None).await;
    other.say("1", "secret").await.expect(201);
    chat.say("1", "mine").await.expect(201);
    assert_eq!(says(&stream.take(2).await), ["waiting", "customer: mine"]);
}

#[tokio::test]
async fn a_stream_in_which_nothing_happens_shows_that_it_lives() {
    let house = House::with(|_, http| {
        http.keepalive_secs = 1;
        // A stream is not bound by how long a request may take.
        http.request_secs = 1;
        http.header_secs = 1;
    })
    .await;
    let chat = house.chat().await;
    let mut stream = Stream::open(&chat, None).await;
    stream.block().await.unwrap();
    for _ in 0..3 {
        assert_eq!(stream.block().await.unwrap(), ": alive");
    }
}

#[tokio::test]
async fn beyond_the_most_streams_the_next_is_refused_until_one_ends() {
    let house = House::with(|_, http| http.streams = 1).await;
    let (chat, other) = (house.chat().await, house.chat().await);
    let mut stream = Stream::open(&chat, None).await;
    let reply = other.ask("GET", "/events").await;
    reply.expect_problem(503, "too_many_streams");
    assert!(reply.headers.contains_key("retry-after"));
    chat.ask("POST", "/end").await.expect(200);
    stream.until_end().await;
    assert_eq!(says(&Stream::open(&other, None).await.take(1).await), ["waiting"]);
}

#[tokio::test]
async fn one_chat_s_customer_cannot_take_the_streams_of_all_others() {
    let house = House::with(|_, http| http.streams_per_chat = 2).await;
    let (chat, other) = (house.chat().await, house.chat().await);
    let _first = Stream::open(&chat, None).await;
    let _second = Stream::open(&chat, None).await;
    chat.ask("GET", "/events").await.expect_problem(503, "too_many_streams");
    assert_eq!(says(&Stream::open(&other, None).await.take(1).await), ["waiting"]);
}

#[tokio::test]
async fn a_stop_ends_streams() {
    let house = House::open().await;
    let chat = house.chat().await;
    let mut stream = Stream::open(&chat, None).await;
    stream.take(1).await;
    house.shutdown.cancel();
    assert_eq!(stream.until_end().await, []);
}

/// More than the desk keeps for who is behind.
const MANY: u64 = 5000;

#[tokio::test]
async fn a_stream_that_falls_far_behind_misses_nothing() {
    let house = House::open().await;
    let reply = house.post("/v1/chats", arrival()).await;
    let chat = Chat::of(&house, &reply).id;
    let door = house.door();
    let seat = door.streams.take(chat).ok().unwrap();
    let mut follower = Follower::new(door, chat, seat);
    let first = follower.next().await;
    assert!(first.is_some(), "the chat waits");
    // From here on it listens to the desk, and does not get to hear it.
    follower.catch_up().await.unwrap();
    house.hear(chat, MANY, "again").await;
    house.done(Actor::Admin("root".into()), Command::EndChat { chat, agent: None }).await;
    let mut told = 0;
    while let Some(event) = follower.next().await {
        let text = format!("{event:?}");
        told += 1;
        if told <= MANY {
            assert!(text.contains(&format!("\\\"n\\\":{told},")), "{told}: {text}");
        }
    }
    assert_eq!(told, MANY + 2, "every message, the state and the end");
}
