//! Logging in, in every way; what a refused login leads to; when nothing is sent at all.

#![allow(missing_docs)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{config, kind, read, sandbox};
use desk_sandbox::faults::{Kind, Rule};
use desk_sandbox::seed::TOM;
use desk_sandbox::{Options, Running, Sandbox};
use desk_servicenow::{Auth, Breaker, Client, Grant, OAuth, Outcome, SecretSource, SecretString};

async fn start(dir: &std::path::Path) -> Running {
    Sandbox::start(Options::new(dir)).await.expect("started")
}

fn client(sandbox: &Running, auth: Auth) -> Client {
    let mut config = config(&sandbox.url());
    config.auth = auth;
    Client::new(config).expect("client")
}

fn secret(text: &str) -> SecretSource {
    SecretString::from(text).into()
}

fn oauth(grant: Grant) -> Auth {
    let (client_id, client_secret) = ("sandbox".to_owned(), secret("sandbox"));
    Auth::OAuth(OAuth { client_id, client_secret, grant })
}

fn by_password() -> Auth {
    oauth(Grant::Password { username: "admin".to_owned(), password: secret("admin") })
}

/// A secret that can be changed, and its source.
fn changing(first: &'static str) -> (Arc<Mutex<&'static str>>, SecretSource) {
    let held = Arc::new(Mutex::new(first));
    let source = Arc::clone(&held);
    let read = move || Ok(SecretString::from(*source.lock().expect("not poisoned")));
    (held, SecretSource::new(read))
}

async fn look(client: &Client) -> String {
    let found = client.find("sys_user", "email", TOM.email, &[]).await;
    assert!(!found.to_string().contains(TOM.email), "{found}");
    kind(&found)
}

async fn end_tokens(sandbox: &Running) {
    let http = reqwest::Client::builder().tls_certs_only([]).build().expect("client");
    let url = format!("{}/__sandbox/tokens", sandbox.url());
    assert!(http.delete(url).send().await.expect("answered").status().is_success());
}

/// How often a thing was asked for.
async fn asked(sandbox: &Running, what: &str) -> u64 {
    let counted = read(&format!("{}/__sandbox/requests", sandbox.url())).await;
    let counted: serde_json::Value = serde_json::from_str(&counted).expect("JSON");
    counted["requests"][what].as_u64().unwrap_or(0)
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_again_when_it_is_refused() {
    for auth in [oauth(Grant::ClientCredentials), by_password()] {
        let dir = tempfile::tempdir().expect("folder");
        let sandbox = start(dir.path()).await;
        let client = client(&sandbox, auth);
        let (one, two) = tokio::join!(look(&client), look(&client));
        assert_eq!((one.as_str(), two.as_str()), ("done", "done"));
        assert_eq!(asked(&sandbox, "POST token").await, 1);
        end_tokens(&sandbox).await;
        assert_eq!(look(&client).await, "done", "renewed on the 401");
        assert_eq!(asked(&sandbox, "POST token").await, 2);
        assert_eq!(asked(&sandbox, "GET sys_user").await, 4);
        sandbox.set_faults(vec![refuse(1)]).expect("taken");
        assert_eq!(look(&client).await, "done", "a single spurious 401 goes unnoticed");
    }
}

fn refuse(times: u32) -> Rule {
    Rule { status: Some(401), ..Rule::new("GET", "/sys_user", Kind::Status).times(times) }
}

#[tokio::test]
async fn a_good_login_that_is_refused_is_tried_again_once_and_then_ever_more_slowly() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    assert_eq!(look(&client).await, "done");
    sandbox.set_faults(vec![refuse(1)]).expect("taken");
    assert_eq!(look(&client).await, "done", "a single spurious 401 goes unnoticed");
    assert_eq!(asked(&sandbox, "GET sys_user").await, 3);
    sandbox.set_faults(vec![refuse(2)]).expect("taken");
    assert_eq!(look(&client).await, "retry 60", "the second is believed");
    assert_eq!(asked(&sandbox, "GET sys_user").await, 5);
    assert!(look(&client).await.starts_with("retry 5"), "not sent");
    assert_eq!(asked(&sandbox, "GET sys_user").await, 5);
}

#[tokio::test]
async fn a_refresh_token_that_has_ended_gives_way_to_the_password() {
    let dir = tempfile::tempdir().expect("folder");
    let first = start(dir.path()).await;
    let (url, listen) = (first.url(), first.addr());
    let client = client(&first, by_password());
    assert_eq!(look(&client).await, "done");
    first.shutdown().await;
    let options = Options { listen, ..Options::new(dir.path()) };
    let second = Sandbox::start(options).await.expect("started");
    assert_eq!(second.url(), url);
    assert_eq!(look(&client).await, "done");
    assert_eq!(asked(&second, "POST token").await, 2, "by refresh token, then by password");
}

#[tokio::test]
async fn a_secret_is_read_again_when_it_is_refused() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let (held, password) = changing("old");
    let basic = Auth::BasicFrom { username: "admin".to_owned(), password };
    let (key_held, key) = changing("old");
    for (held, good, auth) in
        [(held, "admin", basic), (key_held, "sandbox-key", Auth::ApiKey { key })]
    {
        let client = client(&sandbox, auth);
        assert_eq!(look(&client).await, "retry 60");
        let sent = asked(&sandbox, "GET sys_user").await;
        assert!(look(&client).await.starts_with("retry 5"), "the second is not sent");
        assert_eq!(asked(&sandbox, "GET sys_user").await, sent);
        *held.lock().expect("not poisoned") = good;
        assert_eq!(look(&client).await, "done", "a changed secret ends the wait");
        assert_eq!(asked(&sandbox, "GET sys_user").await, sent + 1);
    }
}

#[tokio::test]
async fn a_refused_application_is_told_and_its_secret_is_not_shown() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let auth = Auth::OAuth(OAuth {
        client_id: "sandbox".to_owned(),
        client_secret: secret("s3cret-word"),
        grant: Grant::ClientCredentials,
    });
    let client = client(&sandbox, auth);
    let found = client.find("sys_user", "email", TOM.email, &[]).await;
    assert_eq!(kind(&found), "retry 60");
    let told = format!("{found} {found:?} {client:?}");
    assert!(told.contains("access_denied") && told.contains("transaction "), "{told}");
    assert!(!told.contains("s3cret-word"), "{told}");
    assert_eq!(asked(&sandbox, "GET sys_user").await, 0);
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_sends_nothing() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let key = SecretSource::new(|| Err("no such file".to_owned()));
    let client = client(&sandbox, Auth::ApiKey { key });
    let found = client.find("sys_user", "email", TOM.email, &[]).await;
    let Outcome::Retry { why, .. } = &found else { panic!("{found}") };
    assert!(why.ends_with("the secret cannot be read: no such file"), "{why}");
    assert_eq!(asked(&sandbox, "GET sys_user").await, 0);
}

#[tokio::test]
async fn an_instance_that_fails_is_left_alone() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let mut config = config(&sandbox.url());
    let pause = Duration::from_secs(600);
    config.breaker = Breaker { failures: 3, pause, pause_max: pause };
    let client = Client::new(config).expect("client");
    let down = Rule::new("GET", "/sys_user", Kind::Html200).rate_percent(100);
    sandbox.set_faults(vec![down]).expect("taken");
    for expect in ["asleep", "asleep", "asleep", "retry 5", "retry 5"] {
        assert!(look(&client).await.starts_with(expect), "{expect}");
    }
    assert_eq!(asked(&sandbox, "GET sys_user").await, 3);
}

#[tokio::test]
async fn quiet_that_the_instance_asks_for_is_kept() {
    for fault in [
        Rule { retry_after: Some(30), ..Rule::new("GET", "/sys_user", Kind::RateLimited429) },
        Rule {
            status: Some(503),
            retry_after: Some(30),
            ..Rule::new("GET", "/sys_user", Kind::Status)
        },
    ] {
        let dir = tempfile::tempdir().expect("folder");
        let (sandbox, client) = sandbox(dir.path()).await;
        sandbox.set_faults(vec![fault]).expect("taken");
        assert_eq!(look(&client).await, "retry 30");
        assert!(look(&client).await.starts_with("retry 2"), "not sent");
        assert_eq!(asked(&sandbox, "GET sys_user").await, 1);
    }
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    sandbox.set_faults(vec![Rule::new("GET", "/sys_user", Kind::Busy429)]).expect("taken");
    assert_eq!(look(&client).await, "retry", "it does not say for how long");
    assert_eq!(look(&client).await, "retry 0", "less than the second for which nothing is sent");
    assert_eq!(asked(&sandbox, "GET sys_user").await, 1);
}

#[tokio::test]
async fn every_error_that_was_answered_names_the_transaction() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    for kind in [
        Kind::RateLimited429,
        Kind::Html200,
        Kind::Accepted202,
        Kind::Redirect302,
        Kind::TruncatedBody,
        Kind::Partial200,
    ] {
        let retry_after = (kind == Kind::RateLimited429).then_some(0);
        let fault = Rule { retry_after, ..Rule::new("GET", "/sys_user", kind) };
        sandbox.set_faults(vec![fault]).expect("taken");
        let found = client.find("sys_user", "email", TOM.email, &[]).await;
        assert!(found.to_string().contains("(transaction "), "{kind:?}: {found}");
    }
}
