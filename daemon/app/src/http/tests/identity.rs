//! What a site signed of its visitor: taken as it was signed, and in no other way.

use super::house::{House, Reply};
use crate::clock::wall_ms;
use crate::config::SignedSite;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desk_core::name::ChatId;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

const SHOP: &str = "https://shop.example";
const SECRET: &str = "the shop's own, of thirty-two bytes or more";
const OTHER: &str = "the blog's own, of thirty-two bytes or more";

/// A house that two sites send their visitors to.
async fn house() -> (House, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let site = |origin: &str, name: &str, secret: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, secret).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        SignedSite { origin: origin.into(), secret_file: Some(path), secret_env: None }
    };
    let sites = vec![site(SHOP, "shop", SECRET), site("https://blog.example", "blog", OTHER)];
    (House::with_all(|_, settings| settings.identity.site = sites).await, folder)
}

fn now() -> i64 {
    wall_ms() / 1000
}

/// What the shop says of Jo, for the queue `help`.
fn claims() -> Value {
    json!({
        "iss": SHOP, "aud": "help", "sub": "4711", "iat": now(), "exp": now() + 300,
        "name": "Jo Doe", "email": "jo@corp.example", "fields": { "plan": "gold" },
    })
}

fn changed(key: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[key] = value;
    claims
}

fn signed(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn by_shop(claims: &Value) -> String {
    signed(&json!({ "alg": "HS256", "typ": "JWT" }), claims, SECRET)
}

async fn opens(house: &House, identity: &str) -> Reply {
    house.post("/v1/chats", json!({ "queue": "help", "identity": identity })).await
}

/// Who the desk takes a chat's customer for, and the chat's fields.
async fn customer(house: &House, opened: &Reply) -> (String, String, bool, Value) {
    let id: ChatId = opened.expect(201)["chat"].as_str().unwrap().parse().unwrap();
    let look = move |state: &desk_core::State, _| {
        let chat = &state.chats[&id];
        let customer = chat.customer.known().unwrap().clone();
        (
            customer.name.to_string(),
            customer.email.to_string(),
            customer.verified,
            json!(chat.fields),
        )
    };
    house.desk.view(look).await.unwrap()
}

#[tokio::test]
async fn what_a_site_signed_of_its_visitor_comes_before_what_is_said_beside_it() {
    let (house, _folder) = house().await;
    let body = json!({
        "queue": "help", "name": "Somebody", "email": "else@corp.example",
        "fields": { "plan": "none", "topic": "tea" }, "identity": by_shop(&claims()),
    });
    let opened = house.post("/v1/chats", body).await;
    let (name, email, verified, fields) = customer(&house, &opened).await;
    assert_eq!((&name[..], &email[..], verified), ("Jo Doe", "jo@corp.example", true));
    assert!(fields.to_string().contains("gold") && fields.to_string().contains("tea"), "{fields}");
    // Without it there is only the customer's own word.
    let opened = house.post("/v1/chats", super::house::arrival()).await;
    assert!(!customer(&house, &opened).await.2);
    house.post("/v1/chats", json!({ "queue": "help" })).await.expect_problem(422, "missing_field");
}

#[tokio::test]
async fn what_no_site_signed_for_this_queue_and_time_is_refused() {
    let (house, _folder) = house().await;
    let hs256 = json!({ "alg": "HS256" });
    let unsigned = |alg: &str| {
        let whole = signed(&json!({ "alg": alg }), &claims(), SECRET);
        format!("{}.", whole.rsplit_once('.').unwrap().0)
    };
    let good = by_shop(&claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let richer = signed(&hs256, &changed("name", json!("Rich Person")), SECRET);
    let attacks = [
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("no signature", unsigned("HS256")),
        ("alg of a key pair", signed(&json!({ "alg": "RS256" }), &claims(), SECRET)),
        ("a longer alg", signed(&json!({ "alg": "HS512" }), &claims(), SECRET)),
        ("wrong secret", signed(&hs256, &claims(), "guessed, of thirty-two bytes or more")),
        ("empty secret", signed(&hs256, &claims(), "")),
        ("the other site's secret", signed(&hs256, &claims(), OTHER)),
        ("the other site's name", by_shop(&changed("iss", json!("https://blog.example")))),
        ("nobody's site", by_shop(&changed("iss", json!("https://evil.example")))),
        ("other claims under a signature", {
            format!("{}.{signature}", richer.rsplit_once('.').unwrap().0)
        }),
        ("a signature cut short", format!("{message}.{}", &signature[..20])),
        ("expired", by_shop(&changed("exp", json!(now() - 31)))),
        ("without an end", by_shop(&changed("exp", Value::Null))),
        ("old, whatever end it names", {
            let mut old = changed("iat", json!(now() - 331));
            old["exp"] = json!(now() + 100_000);
            by_shop(&old)
        }),
        ("of the future", by_shop(&changed("iat", json!(now() + 60)))),
        ("for another queue", by_shop(&changed("aud", json!("forms")))),
        ("for another queue too", by_shop(&changed("aud", json!(["help", "forms"])))),
        ("for none", by_shop(&changed("aud", Value::Null))),
        ("of nobody", by_shop(&changed("name", json!(" ")))),
        ("crit", signed(&json!({ "alg": "HS256", "crit": ["exp"] }), &claims(), SECRET)),
        ("fields that are none", by_shop(&changed("fields", json!([1])))),
        ("oversized", by_shop(&changed("pad", json!("x".repeat(8 * 1024))))),
        ("nothing", String::new()),
        ("no token", "a.b.c".to_owned()),
        ("five parts", "a.b.c.d.e".to_owned()),
    ];
    let mut answers = Vec::new();
    for (what, identity) in attacks {
        let refused = opens(&house, &identity).await;
        assert_eq!(refused.status, 422, "{what}");
        refused.expect_problem(422, "wrong_field");
        assert_eq!(refused.body["errors"][0]["field"], "identity", "{what}");
        answers.push(refused.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "every refusal is the same to the byte");
    opens(&house, &good).await.expect(201);
    let within = changed("iat", json!(now() + 20));
    opens(&house, &by_shop(&within)).await.expect(201);
}

#[tokio::test]
async fn a_site_s_secret_is_read_anew_and_a_short_one_serves_nobody() {
    let (house, folder) = house().await;
    opens(&house, &by_shop(&claims())).await.expect(201);
    let next = "another one, of thirty-two bytes or more";
    std::fs::write(folder.path().join("shop"), next).unwrap();
    opens(&house, &by_shop(&claims())).await.expect_problem(422, "wrong_field");
    opens(&house, &signed(&json!({ "alg": "HS256" }), &claims(), next)).await.expect(201);
    std::fs::write(folder.path().join("shop"), "short").unwrap();
    let short = signed(&json!({ "alg": "HS256" }), &claims(), "short");
    opens(&house, &short).await.expect_problem(422, "wrong_field");
}
