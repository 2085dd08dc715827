//! The figures: who reads them, and what they never tell.

use super::house::{House, Reply, alice};
use crate::config::MetricsRead;
use desk_core::Holder;

impl House {
    async fn figures(&self, token: Option<&str>) -> Reply {
        let mut request = self.request("GET", "/metrics");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Reply::of(request.send().await.unwrap()).await
    }
}

#[tokio::test]
async fn figures_are_for_whom_the_config_says() {
    let house = House::open().await;
    let chat = house.chat().await;
    let agent = house.token_of(1, Holder::Agent(alice())).await;
    let strangers = [None, Some("x"), Some(chat.token.as_str()), Some(agent.as_str())];
    for token in strangers {
        let reply = house.figures(token).await;
        reply.expect_problem(401, "unauthorized");
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
    }
    let holders = [Holder::Integrator, Holder::Admin, Holder::Supervisor(["help".into()].into())];
    for (n, holder) in (2..).zip(holders) {
        let token = house.token_of(n, holder).await;
        let reply = house.figures(Some(&token)).await;
        let text = reply.expect(200).as_str().unwrap();
        assert!(text.ends_with("# EOF\n"), "{text}");
        assert!(reply.headers["content-type"].starts_with("application/openmetrics-text"));
        house.figures(Some(&token[1..])).await.expect_problem(401, "unauthorized");
    }
    house.whole.send_modify(|settings| settings.metrics.read = MetricsRead::Open);
    house.figures(None).await.expect(200);
    house.whole.send_modify(|settings| settings.metrics.read = MetricsRead::Off);
    house
        .figures(Some(&house.token_of(9, Holder::Admin).await))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn figures_name_no_person_and_no_word_of_theirs() {
    let house = House::open().await;
    house.whole.send_modify(|settings| settings.metrics.read = MetricsRead::Open);
    let chat = house.chat().await;
    chat.say("1", "canary words").await.expect(201);
    chat.ask("GET", "/canary-path").await.expect_problem(404, "not_found");
    chat.ask("DELETE", "/canary-path").await.expect_problem(404, "not_found");
    chat.ask("POST", "/end").await.expect(200);
    chat.say("2", "canary words").await.expect_problem(409, "chat_ended");
    let reply = house.figures(None).await;
    let text = reply.expect(200).as_str().unwrap();
    for word in ["Dana", "example.com", "canary", "Alice", "alice", &chat.id.to_string()] {
        assert!(!text.contains(word), "{word} is in\n{text}");
    }
    for line in [
        "deskd_chats_opened_total 1",
        "deskd_chats_ended_total{how=\"abandoned\"} 1",
        "deskd_messages_total{from=\"customer\"} 1",
        "deskd_refusals_total{code=\"unknown_chat\"} 1",
        "deskd_http_requests_total{status=\"201\"} 2",
        "deskd_http_requests_total{status=\"404\"} 2",
        "deskd_connections{door=\"ipc\"} 0",
        "deskd_records_ahead 0",
    ] {
        assert!(text.lines().any(|served| served == line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn whoever_asks_often_does_not_ask_the_engine_each_time() {
    let house = House::open().await;
    house.whole.send_modify(|settings| {
        settings.metrics.read = MetricsRead::Open;
        settings.metrics.every_secs = 300;
    });
    let waiting = async || {
        let reply = house.figures(None).await;
        let text = reply.expect(200).as_str().unwrap().to_owned();
        let line =
            text.lines().find(|line| line.starts_with("deskd_queue_waiting{queue=\"help\"}"));
        line.unwrap().rsplit_once(' ').unwrap().1.parse::<u32>().unwrap()
    };
    assert_eq!(waiting().await, 0);
    house.chat().await;
    assert_eq!(waiting().await, 0, "as it was a moment ago");
    house.whole.send_modify(|settings| settings.metrics.every_secs = 0);
    assert_eq!(waiting().await, 1);
}
