//! The desk in a browser: who signs in, from where, and what its connection carries.

use super::house::{House, PATIENCE, Reply, alice};
use desk_core::name::GrantId;
use desk_core::{Actor, Answer, Command, GrantKind, Holder, NewGrant};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};

type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// What a browser that is signed in sends along.
struct Browser<'a> {
    house: &'a House,
    cookie: String,
}

impl House {
    /// A token of alice's.
    pub(super) async fn token(&self) -> String {
        self.token_of(1, Holder::Agent(alice())).await
    }

    /// The so-manieth token, of whom it is said.
    pub(super) async fn token_of(&self, n: u128, holder: Holder) -> String {
        let id = GrantId(uuid::Uuid::from_u128(n));
        let expires_ms = crate::clock::wall_ms() + 3_600_000;
        let kind = GrantKind::Token;
        let new = NewGrant { id, kind, holder, token: None, label: "test".into(), expires_ms };
        let answer = self.done(Actor::Admin("root".into()), Command::Grant(Box::new(new))).await;
        assert_eq!(answer, Answer::Granted { grant: id });
        self.desk.keys().grant_secret(id)
    }

    async fn sign_in(&self) -> Browser<'_> {
        let reply = self.post("/v1/session", json!({ "token": self.token().await })).await;
        assert_eq!(reply.expect(200)["agents"], json!(["alice"]));
        let cookie = reply.headers["set-cookie"].as_str();
        for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
            assert!(cookie.contains(part), "{part} is not in {cookie}");
        }
        Browser { house: self, cookie: cookie.split(';').next().unwrap().to_owned() }
    }

    async fn upgrade(&self, ticket: &str, origin: Option<&str>) -> Result<Socket, u16> {
        let url = format!("ws://{}/v1/socket?ticket={ticket}", self.addr);
        let mut request = url.into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    fn origin(&self) -> String {
        format!("http://{}", self.addr)
    }
}

impl Browser<'_> {
    async fn ask(&self, method: &str, path: &str) -> Reply {
        let request = self.house.request(method, path).header("cookie", &self.cookie);
        Reply::of(request.send().await.unwrap()).await
    }

    async fn ticket(&self) -> String {
        let reply = self.ask("POST", "/v1/session/socket").await;
        reply.expect(200)["ticket"].as_str().unwrap().to_owned()
    }

    async fn connect(&self) -> Socket {
        let ticket = self.ticket().await;
        self.house.upgrade(&ticket, Some(&self.house.origin())).await.unwrap()
    }
}

async fn say(socket: &mut Socket, line: Value) {
    socket.send(Message::text(line.to_string())).await.unwrap();
}

/// The next line, `None` at the end.
async fn hear(socket: &mut Socket) -> Option<Value> {
    loop {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await.expect("a line comes");
        match message {
            None | Some(Ok(Message::Close(_)) | Err(_)) => return None,
            Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
            Some(Ok(_)) => {}
        }
    }
}

/// The next line with this key.
async fn hear_of(socket: &mut Socket, key: &str) -> Value {
    loop {
        let line = hear(socket).await.expect("the connection stands");
        if !line[key].is_null() {
            return line;
        }
    }
}

#[tokio::test]
async fn a_token_signs_in_and_the_cookie_says_who_it_is_until_it_is_signed_out() {
    let house = House::open().await;
    let browser = house.sign_in().await;
    let shown = browser.ask("GET", "/v1/session").await;
    assert_eq!(shown.expect(200)["roles"], json!(["agent"]));
    let gone = browser.ask("DELETE", "/v1/session").await;
    assert!(gone.headers["set-cookie"].as_str().contains("Max-Age=0"));
    assert_eq!(gone.status, 204);
    browser.ask("GET", "/v1/session").await.expect_problem(401, "signed_out");
    browser.ask("POST", "/v1/session/socket").await.expect_problem(401, "signed_out");
}

#[tokio::test]
async fn what_is_no_token_signs_nobody_in() {
    let house = House::open().await;
    let token = house.token().await;
    let session = house.sign_in_with(&token).await;
    for wrong in ["", ".", "x.y", &token[1..], &format!("{token}0"), &session] {
        let reply = house.post("/v1/session", json!({ "token": wrong })).await;
        reply.expect_problem(401, "signed_out");
        assert!(!reply.headers.contains_key("set-cookie"));
    }
    house.post("/v1/session", json!({ "ticket": "x" })).await.expect_problem(401, "signed_out");
    let both = json!({ "ticket": "x", "token": token });
    house.post("/v1/session", both).await.expect_problem(422, "wrong_field");
    house.post("/v1/session", json!({})).await.expect_problem(422, "wrong_field");
    // A token in the place of a session's cookie.
    let request = house.request("GET", "/v1/session");
    let reply = request.header("cookie", format!("deskd_session={token}")).send().await.unwrap();
    Reply::of(reply).await.expect_problem(401, "signed_out");
}

impl House {
    async fn sign_in_with(&self, token: &str) -> String {
        let reply = self.post("/v1/session", json!({ "token": token })).await;
        reply.expect(200);
        let cookie = reply.headers["set-cookie"].as_str().to_owned();
        cookie.split(['=', ';']).nth(1).unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_page_of_another_site_signs_nobody_in_and_opens_no_connection() {
    let house = House::open().await;
    let browser = house.sign_in().await;
    let body =
        json!({ "token": house.desk.keys().grant_secret(GrantId(uuid::Uuid::from_u128(1))) });
    for foreign in ["http://evil.example", "null", "https://127.0.0.1", "nonsense"] {
        let request = house.request("POST", "/v1/session").header("origin", foreign).json(&body);
        Reply::of(request.send().await.unwrap()).await.expect_problem(403, "foreign_origin");
        for (method, path) in [("POST", "/v1/session/socket"), ("DELETE", "/v1/session")] {
            let request = house.request(method, path).header("origin", foreign);
            let request = request.header("cookie", &browser.cookie);
            Reply::of(request.send().await.unwrap()).await.expect_problem(403, "foreign_origin");
        }
        let ticket = browser.ticket().await;
        assert_eq!(house.upgrade(&ticket, Some(foreign)).await.err(), Some(403));
    }
    let ticket = browser.ticket().await;
    assert_eq!(house.upgrade(&ticket, None).await.err(), Some(403), "a browser says from where");
    browser.ask("GET", "/v1/session").await.expect(200);
}

#[tokio::test]
async fn a_public_address_is_an_origin_of_ours() {
    let house = House::with(|_, http| {
        http.public_url = Some("https://desk.example/chat".parse().unwrap());
    })
    .await;
    let body = json!({ "token": house.token().await });
    let request = house.request("POST", "/v1/session").json(&body);
    let reply = request.header("origin", "https://desk.example").send().await.unwrap();
    let reply = Reply::of(reply).await;
    reply.expect(200);
    let cookie = reply.headers["set-cookie"].as_str();
    assert!(cookie.contains("Secure") && cookie.contains("Path=/chat"), "{cookie}");
}

#[tokio::test]
async fn what_a_trusted_proxy_took_by_https_is_answered_for_https_alone() {
    let house = House::with(|_, http| {
        http.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let body = json!({ "token": house.token().await });
    let sign_in = async |scheme: &str| {
        let request = house.request("POST", "/v1/session").json(&body);
        let request = request.header("x-forwarded-proto", "https");
        let origin = format!("{scheme}://{}", house.addr);
        Reply::of(request.header("origin", origin).send().await.unwrap()).await
    };
    let reply = sign_in("https").await;
    reply.expect(200);
    assert!(reply.headers["set-cookie"].as_str().contains("Secure"));
    sign_in("http").await.expect_problem(403, "foreign_origin");
}

#[tokio::test]
async fn a_ticket_opens_one_connection_and_it_speaks_the_lines_of_the_local_socket() {
    let house = House::open().await;
    let browser = house.sign_in().await;
    let ticket = browser.ticket().await;
    let mut socket = house.upgrade(&ticket, Some(&house.origin())).await.unwrap();
    assert_eq!(house.upgrade(&ticket, Some(&house.origin())).await.err(), Some(401));
    say(&mut socket, json!({ "v": 1, "client": "test" })).await;
    let welcome = hear(&mut socket).await.unwrap();
    assert_eq!(welcome["you"]["acting_as"], "agent:alice");
    say(&mut socket, json!({ "id": 1, "verb": "watch" })).await;
    assert!(hear_of(&mut socket, "ok").await["ok"]["watching"].is_object());
    say(&mut socket, json!({ "id": 2, "cmd": "a", "verb": "login" })).await;
    assert_eq!(hear_of(&mut socket, "ok").await["ok"]["agent"]["status"], "on_break");
    let set = json!({ "id": 3, "cmd": "b", "verb": "status_set", "with": { "to": "available" } });
    say(&mut socket, set).await;
    hear_of(&mut socket, "ok").await;
    house.chat().await;
    let offered = loop {
        let line = hear_of(&mut socket, "notices").await;
        let made = line["notices"].as_array().unwrap().iter();
        if let Some(made) = made.clone().find(|notice| notice["notice"] == "offer_made") {
            break made.clone();
        }
    };
    assert_eq!(offered["with"]["agent"], "alice");
    // What is not hers is not hers here either.
    say(&mut socket, json!({ "id": 4, "verb": "daemon_stop", "as": "role:admin" })).await;
    assert_eq!(hear_of(&mut socket, "refused").await["refused"]["code"], "not_allowed");
    say(&mut socket, json!({ "id": 5, "nonsense": true })).await;
    hear_of(&mut socket, "refused").await;
}

#[tokio::test]
async fn a_session_that_is_taken_back_ends_its_connection() {
    let house = House::open().await;
    let browser = house.sign_in().await;
    let (mut follows, mut asks) = (browser.connect().await, browser.connect().await);
    for socket in [&mut follows, &mut asks] {
        say(socket, json!({ "v": 1, "client": "test" })).await;
        hear(socket).await.unwrap();
    }
    say(&mut follows, json!({ "id": 1, "verb": "watch" })).await;
    hear_of(&mut follows, "ok").await;
    // With the token goes what it opened.
    let grant = GrantId(uuid::Uuid::from_u128(1));
    house.done(Actor::Admin("root".into()), Command::Revoke { grant }).await;
    while hear(&mut follows).await.is_some() {}
    say(&mut asks, json!({ "id": 1, "verb": "status_show" })).await;
    assert_eq!(hear_of(&mut asks, "refused").await["refused"]["code"], "session_over");
}

#[tokio::test]
async fn there_are_so_many_desks_and_lines_are_so_long() {
    let house = House::with(|_, http| http.desks = 1).await;
    let browser = house.sign_in().await;
    let mut first = browser.connect().await;
    let ticket = browser.ticket().await;
    assert_eq!(house.upgrade(&ticket, Some(&house.origin())).await.err(), Some(503));
    say(&mut first, json!({ "v": 1, "client": "test" })).await;
    hear(&mut first).await.unwrap();
    let long = "x".repeat(desk_wire::MAX_FRAME + 1);
    // The connection may be closed while it is still being written.
    let _ = first.send(Message::text(long)).await;
    while hear(&mut first).await.is_some() {}
    // Its place is free once it is gone.
    let freed = async {
        loop {
            let ticket = browser.ticket().await;
            if house.upgrade(&ticket, Some(&house.origin())).await.is_ok() {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, freed).await.expect("the place is free");
}

#[tokio::test]
async fn a_page_comes_with_its_policy_and_its_tag() {
    let house = House::open().await;
    let page = house.request("GET", "/desk").send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    let tag = page.headers()["etag"].clone();
    let again = house.request("GET", "/desk").header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let page = page.text().await.unwrap();
    assert!(!page.contains("<script>") && !page.contains("style="), "nothing stands inline");
    for outside in ["/desk/../Cargo.toml", "/desk/..%2f..%2fCargo.toml", "/desk/none.js", "/shared"]
    {
        assert_eq!(house.request("GET", outside).send().await.unwrap().status(), 404, "{outside}");
    }
    let chat = house.request("GET", "/chat").send().await.unwrap();
    assert!(!chat.headers()["content-security-policy"].to_str().unwrap().contains("shop"));
    assert_eq!(house.request("GET", "/widget.js").send().await.unwrap().status(), 200);
    let packed = house.request("GET", "/desk").header("accept-encoding", "gzip");
    assert_eq!(packed.send().await.unwrap().headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn only_sites_that_are_listed_may_frame_the_chat_and_none_the_desk() {
    let house = House::with(|_, http| {
        http.widget_origins = vec!["https://shop.example".to_owned()];
    })
    .await;
    let policy = async |path: &str| {
        let page = house.request("GET", path).send().await.unwrap();
        page.headers()["content-security-policy"].to_str().unwrap().to_owned()
    };
    assert!(policy("/chat").await.ends_with("frame-ancestors 'self' https://shop.example"));
    assert!(policy("/desk").await.ends_with("frame-ancestors 'self'"));
}
