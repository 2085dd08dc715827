//! Secrets stay out of logs, errors and `Debug`; transactions stand in every line about an answer.

#![allow(missing_docs)]

mod common;

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{answer, config, incident, serve};
use desk_servicenow::{Auth, Client, Grant, OAuth, SecretSource, SecretString, SysId};
use tracing_subscriber::filter::LevelFilter;

/// In every secret of this test.
const CANARY: &str = "c4nary";
const JSON: &str = "content-type: application/json";
const TRANSACTION: &str = "x-transaction-id: 0a1b2c3d4e5f";

/// Where the log goes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn secret() -> SecretSource {
    SecretString::from(CANARY).into()
}

fn logins() -> Vec<Auth> {
    let by =
        |grant| Auth::OAuth(OAuth { client_id: "id".to_owned(), client_secret: secret(), grant });
    let username = || "admin".to_owned();
    vec![
        Auth::Basic { username: username(), password: CANARY.into() },
        Auth::BasicFrom { username: username(), password: secret() },
        Auth::ApiKey { key: secret() },
        by(Grant::ClientCredentials),
        by(Grant::Password { username: username(), password: secret() }),
    ]
}

#[tokio::test]
async fn no_secret_is_logged_or_told_and_every_answer_names_its_transaction() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let id: SysId = "0123456789abcdef0123456789abcdef".parse().expect("an id");
    let both = format!(
        r#"{{"result":{{"sys_id":"{id}"}},"access_token":"{CANARY}-t","refresh_token":"{CANARY}-r",
            "expires_in":1799}}"#
    );
    let refused = r#"{"error":{"message":"User Not Authenticated","detail":"x"}}"#;
    let mut told = String::new();
    for (status, body) in [
        ("201 x", both.as_str()),
        ("200 x", &both),
        ("401 x", refused),
        ("503 x", ""),
        ("403 x", refused),
    ] {
        for auth in logins() {
            let url = format!("http://{}", serve(answer(status, &[JSON, TRANSACTION], body)).await);
            let mut config = config(&url);
            config.auth = auth;
            told += &format!("{config:?}");
            let client = Client::new(config).expect("client");
            let read = client.get("incident", &id, &[]).await;
            let made = client.create(&incident(id.clone(), &[])).await;
            told += &format!("{client:?} {read} {read:?} {made} {made:?}");
        }
    }
    drop(guard);
    let logged = String::from_utf8(log.0.lock().expect("not poisoned").clone()).expect("text");
    let encoded = STANDARD.encode(format!("admin:{CANARY}"));
    for (place, text) in [("told", &told), ("logged", &logged)] {
        assert!(!text.contains(CANARY) && !text.contains(&encoded), "a secret is {place}");
    }
    let ours: Vec<&str> =
        logged.lines().filter(|line| line.contains(" desk_servicenow::")).collect();
    assert!(ours.len() > 50, "{ours:?}");
    let about = ["asked", "sent", "answer to a request", "the login was refused"];
    let about = ours.iter().filter(|line| about.iter().any(|words| line.contains(words)));
    for line in about.filter(|line| !line.contains("nothing was sent")) {
        assert!(line.contains("transaction="), "{line}");
        let answered = line.contains("status=");
        assert!(!answered || line.contains("0a1b2c3d4e5f") || line.contains("none"), "{line}");
    }
}
