//! Where a chat that waits stands, and a customer who goes away.

use super::house::{Chat, House, PATIENCE};
use crate::waits;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::time::timeout;

async fn pass(house: &House, mean_ms: u64) {
    let means = BTreeMap::from([("help".into(), mean_ms)]);
    let found = house.desk.view(move |state, _| waits::pass(state, &means)).await.unwrap();
    house.desk.put_waits(Arc::new(found));
}

/// The next event of this name on a stream.
async fn until(response: &mut reqwest::Response, name: &str) -> serde_json::Value {
    let mut text = String::new();
    loop {
        let read = timeout(PATIENCE, response.chunk()).await.expect("an event in time");
        text += std::str::from_utf8(&read.unwrap().expect("the stream goes on")).unwrap();
        let mark = format!("event: {name}\ndata: ");
        if let Some((_, rest)) = text.split_once(&mark)
            && let Some((data, _)) = rest.split_once('\n')
        {
            return serde_json::from_str(data).unwrap();
        }
    }
}

async fn follow(chat: &Chat<'_>) -> reqwest::Response {
    chat.request("GET", "/events").send().await.unwrap()
}

#[tokio::test]
async fn a_customer_is_told_where_they_stand_when_it_changes() {
    let house = House::open().await;
    let (first, second) = (house.chat().await, house.chat().await);
    let mut stream = follow(&second).await;
    pass(&house, 60_000).await;
    let place = until(&mut stream, "place").await;
    assert_eq!(place["position"], 2, "{place}");
    assert_eq!(place["expected_wait_secs"], serde_json::Value::Null, "nobody serves: {place}");
    let shown = second.ask("GET", "").await;
    assert_eq!(shown.expect(200)["place"]["position"], 2);
    first.ask("POST", "/end").await.expect(200);
    pass(&house, 60_000).await;
    assert_eq!(until(&mut stream, "place").await["position"], 1);
}

#[tokio::test]
async fn whose_stream_is_gone_for_longer_than_their_queue_lets_them_has_abandoned_the_chat() {
    let house = House::with(|config, _| {
        for queue in config.queues.values_mut() {
            queue.waiting.gone_secs = 1;
        }
    })
    .await;
    let chat = house.chat().await;
    let mut heard = house.desk.subscribe();
    drop(follow(&chat).await);
    let ended = async {
        loop {
            let news = heard.recv().await.unwrap();
            let over = |event: &desk_core::Event| match event {
                desk_core::Event::ChatEnded { how, .. } => Some(how.name()),
                _ => None,
            };
            if let Some(how) = news.record().and_then(|r| r.events.iter().find_map(over)) {
                return how;
            }
        }
    };
    assert_eq!(timeout(PATIENCE, ended).await.expect("in time"), "abandoned");
}
