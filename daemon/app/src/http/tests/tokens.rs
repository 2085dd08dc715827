//! A token opens one chat, and whoever has none learns nothing.

use super::house::{House, Reply};

const ROUTES: [(&str, &str); 5] = [
    ("GET", ""),
    ("GET", "/messages"),
    ("POST", "/messages"),
    ("POST", "/end"),
    ("GET", "/events"),
];

#[tokio::test]
async fn a_chat_is_shut_to_all_but_its_own_token_and_nobody_learns_whether_it_exists() {
    let house = House::open().await;
    let (chat, other) = (house.chat().await, house.chat().await);
    let (known, unknown) = (chat.path(""), format!("/v1/chats/{}", uuid::Uuid::from_u128(7)));
    let mut answers = Vec::new();
    for (method, rest) in ROUTES {
        for path in [&known, &unknown, &"/v1/chats/no-uuid".to_owned()] {
            let tokens = [
                None,
                Some(format!("Bearer {}", other.token)),
                Some("Bearer ".to_owned()),
                Some(format!("Bearer {}x", chat.token)),
                Some(format!("Bearer {}", &chat.token[1..])),
                Some(format!("Basic {}", chat.token)),
                Some(chat.token.clone()),
            ];
            for token in tokens {
                let mut request = house.request(method, &format!("{path}{rest}"));
                if let Some(token) = token {
                    request = request.header("authorization", token);
                }
                let reply = Reply::of(request.send().await.unwrap()).await;
                reply.expect_problem(401, "unauthorized");
                assert_eq!(reply.headers["www-authenticate"], "Bearer");
                answers.push(reply.body);
            }
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "every refusal is the same to the byte");
    let waiting = chat.ask("GET", "").await;
    assert_eq!(waiting.expect(200)["state"], "waiting", "and nothing came of it");
}

#[tokio::test]
async fn a_token_in_the_query_opens_nothing() {
    let house = House::open().await;
    let chat = house.chat().await;
    let path = chat.path(&format!("/events?token={}", chat.token));
    house.ask("GET", &path).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn a_right_token_to_a_chat_that_is_not_kept_finds_no_chat() {
    let house = House::open().await;
    let lost = desk_core::name::ChatId(uuid::Uuid::from_u128(7));
    let token = house.desk.keys().chat_token(lost);
    for (method, rest) in ROUTES {
        let mut request = house.request(method, &format!("/v1/chats/{lost}{rest}"));
        request = request.bearer_auth(&token);
        if (method, rest) == ("POST", "/messages") {
            request = request.json(&serde_json::json!({ "id": "1", "text": "hello" }));
        }
        Reply::of(request.send().await.unwrap()).await.expect_problem(404, "unknown_chat");
    }
}
