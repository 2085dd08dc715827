//! Signing in by a provider: who gets in, as what, and what that comes back is refused.

use super::house::{House, alice};
use super::provider::{CLIENT, How, Provider, SECRET, Signature, Tokens};
use crate::config::OidcGroup;
use desk_core::{GrantKind, Holder};
use desk_wire::Role;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use tempfile::TempDir;
use url::Url;

struct Site {
    house: House,
    provider: Arc<Provider>,
    browser: reqwest::Client,
    _folder: TempDir,
}

/// Where a browser is sent, and the cookies that it is given.
#[derive(Debug)]
struct Sent {
    status: u16,
    to: String,
    cookies: Vec<String>,
}

impl Sent {
    /// A cookie as it is sent back.
    fn cookie(&self, name: &str) -> Option<String> {
        let given = self.cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}=")))?;
        Some(given.split(';').next().unwrap().to_owned())
    }
}

impl Site {
    async fn open() -> Self {
        let provider = Provider::start().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, SECRET).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let group = |name: &str, role, queues: &[&str]| OidcGroup {
            name: name.into(),
            role,
            queues: queues.iter().map(|queue| (*queue).to_owned()).collect(),
        };
        let house = House::with_all(|_, settings| {
            let oidc = &mut settings.oidc;
            oidc.issuer = Some(provider.issuer.clone());
            oidc.client_secret_file = Some(path);
            oidc.timeout_secs = 1;
            oidc.agents = [("a.archer".to_owned(), "alice".to_owned())].into();
            oidc.group = vec![
                group("agents", Role::Agent, &[]),
                group("leads", Role::Supervisor, &["help"]),
                group("root", Role::Admin, &[]),
            ];
        })
        .await;
        let browser = reqwest::Client::builder().no_proxy().redirect(Policy::none());
        Self { house, provider, browser: browser.build().unwrap(), _folder: folder }
    }

    async fn goes(&self, path: &str, cookie: Option<&str>) -> Sent {
        let mut request = self.browser.get(format!("http://{}{path}", self.house.addr));
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let response = request.send().await.unwrap();
        let all = |name: &str| {
            let values = response.headers().get_all(name).iter();
            values.map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let to = all("location").pop().unwrap_or_default();
        Sent { status: response.status().as_u16(), to, cookies: all("set-cookie") }
    }

    /// Goes to the provider, where somebody signs in: what the browser is sent back with.
    async fn begins(&self, page: &str) -> (Sent, Url, String) {
        let sent = self.goes(&format!("/v1/oidc/login?page={page}"), None).await;
        assert_eq!(sent.status, 303, "{sent:?}");
        let asked: Url = sent.to.parse().unwrap();
        assert!(asked.as_str().starts_with(&self.provider.issuer), "{asked}");
        let code = self.provider.lets_in(&asked);
        (sent, asked, code)
    }

    async fn comes_back(&self, sent: &Sent, state: &str, code: &str) -> Sent {
        let path = format!("/v1/oidc/callback?state={state}&code={code}");
        self.goes(&path, sent.cookie("deskd_oidc").as_deref()).await
    }

    async fn signs_in(&self, page: &str) -> Sent {
        let (sent, asked, code) = self.begins(page).await;
        self.comes_back(&sent, &state(&asked), &code).await
    }

    fn how(&self, how: How) {
        *self.provider.how.lock().unwrap() = how;
    }

    async fn session(&self, sent: &Sent) -> Value {
        let cookie = sent.cookie("deskd_session").expect("a session");
        let request = self.house.request("GET", "/v1/session").header("cookie", cookie);
        let reply = super::house::Reply::of(request.send().await.unwrap()).await;
        reply.expect(200).clone()
    }
}

fn state(asked: &Url) -> String {
    asked.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned()
}

/// Nobody was signed in.
fn is_shut(sent: &Sent, to: &str, what: &str) {
    assert_eq!((sent.status, &sent.to[..]), (303, to), "{what}: {sent:?}");
    assert!(sent.cookie("deskd_session").is_none(), "{what}");
}

fn claims(changed: &[(&'static str, Value)]) -> How {
    How { claims: changed.iter().cloned().collect(), ..How::default() }
}

#[tokio::test]
async fn whom_the_provider_lets_in_is_who_their_claims_say_for_as_long_as_a_session_lasts() {
    let site = Site::open().await;
    let offered = site.house.ask("GET", "/v1/oidc").await;
    assert_eq!(offered.expect(200)["login"], "v1/oidc/login");
    let (sent, asked, code) = site.begins("wall").await;
    let given = &sent.cookies[0];
    for part in ["HttpOnly", "SameSite=Lax", "Path=/v1/oidc", "Max-Age=600"] {
        assert!(given.contains(part), "{part} is not in {given}");
    }
    let back = site.comes_back(&sent, &state(&asked), &code).await;
    assert_eq!((back.status, &back.to[..]), (303, "/wall"));
    let session = site.session(&back).await;
    assert_eq!((&session["agents"], &session["roles"]), (&json!(["alice"]), &json!(["agent"])));
    let strict = back.cookies.iter().find(|cookie| cookie.starts_with("deskd_session")).unwrap();
    assert!(strict.contains("SameSite=Strict") && strict.contains("HttpOnly"), "{strict}");
    // What was begun is ended once.
    is_shut(&site.comes_back(&sent, &state(&asked), &code).await, "/desk#signin=refused", "again");
    let grants = site.house.desk.view(|state, _| state.grants.clone()).await.unwrap();
    let grant = grants.values().find(|grant| grant.kind == GrantKind::Session).unwrap();
    let none = std::collections::BTreeSet::new();
    let holder = Holder::Person { agent: Some(alice()), queues: none, admin: false };
    assert_eq!(grant.holder, holder);
}

#[tokio::test]
async fn claims_are_mapped_to_agents_roles_and_queues_and_to_nothing_else() {
    let site = Site::open().await;
    let name = |name: &str| ("preferred_username", json!(name));
    let groups = |groups: Value| ("groups", groups);
    for (said, wanted) in [
        // A listed name needs no group; an unlisted one is the agent's id.
        (vec![name("a.archer"), groups(Value::Null)], Some((json!(["alice"]), json!(["agent"])))),
        (
            vec![groups(json!(["agents", "leads", "root", "others"]))],
            Some((json!(["alice"]), json!(["agent", "supervisor", "admin"]))),
        ),
        (vec![name("eve"), groups(json!("leads"))], Some((json!([]), json!(["supervisor"])))),
        // Neither listed nor in a group; in a group of agents, and no agent; no words, but a number.
        (vec![groups(json!(["others"]))], None),
        (vec![name("eve")], None),
        (vec![groups(json!({ "root": true }))], None),
        (vec![groups(json!([["root"], 7]))], None),
    ] {
        site.how(claims(&said));
        let sent = site.signs_in("desk").await;
        let Some((agents, roles)) = wanted else {
            is_shut(&sent, "/desk#signin=nobody", &format!("{said:?}"));
            continue;
        };
        let session = site.session(&sent).await;
        assert_eq!((&session["agents"], &session["roles"]), (&agents, &roles), "{said:?}");
        let supervises = roles.to_string().contains("supervisor");
        assert_eq!(session["queues"], if supervises { json!(["help"]) } else { json!([]) });
    }
}

#[tokio::test]
async fn an_id_token_that_is_not_all_right_lets_nobody_in() {
    let site = Site::open().await;
    let now = crate::clock::wall_ms() / 1000;
    let header = |header: Value| How { header: Some(header), ..How::default() };
    let signature = |signature| How { signature, ..How::default() };
    let unsigned = How { signature: Signature::None, ..header(json!({ "alg": "none" })) };
    let attacks = [
        ("another's nonce", claims(&[("nonce", json!("another"))])),
        ("no nonce", claims(&[("nonce", Value::Null)])),
        ("another issuer", claims(&[("iss", json!("https://evil.example"))])),
        ("another audience", claims(&[("aud", json!("another"))])),
        ("another audience too", claims(&[("aud", json!([CLIENT, "another"]))])),
        ("expired", claims(&[("exp", json!(now - 1))])),
        ("another access token's", claims(&[("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))])),
        ("unsigned", unsigned),
        ("no signature", signature(Signature::None)),
        ("another's signature", signature(Signature::OfAnother)),
        ("a short signature", signature(Signature::Short)),
        ("signed with the secret", header(json!({ "alg": "HS256" }))),
        ("a key that is not there", header(json!({ "alg": "RS256", "kid": "k1" }))),
    ];
    for (what, how) in attacks {
        site.how(how);
        is_shut(&site.signs_in("wall").await, "/wall#signin=refused", what);
    }
    site.how(How::default());
    site.session(&site.signs_in("desk").await).await;
}

#[tokio::test]
async fn what_was_not_begun_in_this_browser_is_not_ended_in_it() {
    let site = Site::open().await;
    let (sent, asked, code) = site.begins("desk").await;
    let (other, _, _) = site.begins("desk").await;
    let right = state(&asked);
    for (what, cookie, state) in [
        ("no cookie", None, &right[..]),
        ("another browser's cookie", other.cookie("deskd_oidc"), &right),
        ("a made-up state", sent.cookie("deskd_oidc"), "made-up"),
        ("a state that nobody was given", Some("deskd_oidc=made-up".to_owned()), "made-up"),
        ("no state", sent.cookie("deskd_oidc"), ""),
    ] {
        let path = format!("/v1/oidc/callback?state={state}&code={code}");
        let back = site.goes(&path, cookie.as_deref()).await;
        is_shut(&back, "/desk#signin=refused", what);
    }
    let error = format!("/v1/oidc/callback?state={right}&error=access_denied");
    let back = site.goes(&error, sent.cookie("deskd_oidc").as_deref()).await;
    is_shut(&back, "/desk#signin=refused", "the provider says no");
    let (sent, asked, code) = site.begins("desk").await;
    let mixed = format!(
        "/v1/oidc/callback?state={}&code={code}&iss=https%3A%2F%2Fevil.example",
        state(&asked)
    );
    let back = site.goes(&mixed, sent.cookie("deskd_oidc").as_deref()).await;
    is_shut(&back, "/desk#signin=refused", "another provider's answer");
}

#[tokio::test]
async fn nobody_is_sent_to_a_page_that_is_not_of_the_desk() {
    let site = Site::open().await;
    for page in ["https://evil.example", "//evil.example", "%2F%2Fevil.example", "desk%0d%0ax:y"] {
        let sent = site.goes(&format!("/v1/oidc/login?page={page}"), None).await;
        assert_eq!((sent.status, &sent.to[..]), (400, ""), "{page}");
    }
    let sent = site.goes("/v1/oidc/login?page=desk&next=https://evil.example", None).await;
    assert_eq!((sent.status, &sent.to[..]), (400, ""));
}

#[tokio::test]
async fn a_provider_is_asked_at_its_own_address_alone_within_bounds() {
    let site = Site::open().await;
    for (what, tokens) in [
        ("too long", Tokens::Endless),
        ("no answer", Tokens::Silent),
        ("sent elsewhere", Tokens::Elsewhere),
    ] {
        site.how(How { tokens, ..How::default() });
        is_shut(&site.signs_in("desk").await, "/desk#signin=unavailable", what);
    }
    site.how(How { tokens: Tokens::NoIdToken, ..How::default() });
    let sent = site.signs_in("desk").await;
    assert!(sent.to.starts_with("/desk#signin="), "{sent:?}");
    let elsewhere = Provider::start().await;
    let other = json!(format!("{}/elsewhere", elsewhere.issuer));
    for key in ["jwks_uri", "token_endpoint"] {
        site.how(How { described: [(key, other.clone())].into(), ..How::default() });
        let sent = site.goes("/v1/oidc/login", None).await;
        if key == "jwks_uri" {
            is_shut(&sent, "/desk#signin=unavailable", key);
        } else {
            let asked: Url = sent.to.parse().unwrap();
            let code = site.provider.lets_in(&asked);
            let back = site.comes_back(&sent, &state(&asked), &code).await;
            is_shut(&back, "/desk#signin=unavailable", key);
        }
    }
    for (key, value) in [("issuer", json!("https://evil.example")), ("jwks_uri", json!(7))] {
        site.how(How { described: [(key, value)].into(), ..How::default() });
        let sent = site.goes("/v1/oidc/login", None).await;
        is_shut(&sent, "/desk#signin=unavailable", key);
    }
    let strayed = *site.provider.strayed.lock().unwrap() + *elsewhere.strayed.lock().unwrap();
    assert_eq!(strayed, 0, "nothing was asked anywhere else");
}

#[tokio::test]
async fn without_a_provider_there_is_no_door_for_it() {
    let house = House::open().await;
    for path in ["/v1/oidc", "/v1/oidc/login", "/v1/oidc/callback?state=a&code=b"] {
        house.ask("GET", path).await.expect_problem(404, "not_found");
    }
}
