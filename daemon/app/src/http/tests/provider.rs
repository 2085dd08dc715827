//! A small provider of OpenID Connect on loopback: it describes itself, has a key, and exchanges codes for
//! tokens. What it says may be changed, so that each thing that must be right can be wrong.

use crate::clock::wall_ms;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData as _, SigningKey as _};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use url::Url;

pub(super) const CLIENT: &str = "deskd";
pub(super) const SECRET: &str = "known to the desk and the provider";

/// How it behaves.
#[derive(Default)]
pub(super) struct How {
    /// Claims that are put over the usual ones; null takes one away.
    pub(super) claims: BTreeMap<&'static str, Value>,
    /// What stands at the token's head.
    pub(super) header: Option<Value>,
    /// Whether the token has another's signature, or none.
    pub(super) signature: Signature,
    /// Keys of the description that are put over the usual ones.
    pub(super) described: BTreeMap<&'static str, Value>,
    /// What the token endpoint does instead.
    pub(super) tokens: Tokens,
}

#[derive(Default, PartialEq)]
pub(super) enum Signature {
    #[default]
    Right,
    OfAnother,
    Short,
    None,
}

#[derive(Default, PartialEq)]
pub(super) enum Tokens {
    #[default]
    Given,
    Endless,
    Silent,
    Elsewhere,
    NoIdToken,
}

pub(super) struct Provider {
    pub(super) issuer: String,
    pub(super) how: Mutex<How>,
    key: KeyPair,
    /// The nonce and the challenge of each code.
    codes: Mutex<HashMap<String, (String, String)>>,
    /// What was asked where it must not be.
    pub(super) strayed: Mutex<u32>,
}

impl Provider {
    pub(super) async fn start() -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let provider = Arc::new(Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            how: Mutex::default(),
            key: KeyPair::generate_for(&PKCS_ED25519).unwrap(),
            codes: Mutex::default(),
            strayed: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(tokens))
            .route("/elsewhere", post(stray).get(stray))
            .with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    /// Somebody signs in there: the code that their browser is sent back with.
    pub(super) fn lets_in(&self, asked: &Url) -> String {
        let query: HashMap<_, _> = asked.query_pairs().into_owned().collect();
        assert_eq!((&query["response_type"][..], &query["client_id"][..]), ("code", CLIENT));
        assert_eq!(query["code_challenge_method"], "S256");
        assert!(query["scope"].contains("openid") && query["redirect_uri"].starts_with("http://"));
        let mut codes = self.codes.lock().unwrap();
        let code = format!("code-{}", codes.len());
        let (nonce, challenge) = (query["nonce"].clone(), query["code_challenge"].clone());
        codes.insert(code.clone(), (nonce, challenge));
        code
    }

    fn id_token(&self, nonce: &str) -> String {
        let how = self.how.lock().unwrap();
        let now = wall_ms() / 1000;
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "4711", "iat": now, "exp": now + 300,
            "nonce": nonce, "preferred_username": "alice", "email": "alice@corp.example",
            "email_verified": true, "groups": ["agents"],
        });
        for (claim, value) in &how.claims {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(*claim)),
                value => claims[*claim] = value.clone(),
            }
        }
        let header = how.header.clone().unwrap_or_else(|| json!({ "alg": "EdDSA", "kid": "k1" }));
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(&claims));
        let another = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let signature = match how.signature {
            Signature::Right => self.key.sign(message.as_bytes()).unwrap(),
            Signature::OfAnother => another.sign(message.as_bytes()).unwrap(),
            Signature::Short => vec![1, 2, 3],
            Signature::None => Vec::new(),
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn describe(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", provider.issuer);
    let mut described = json!({
        "issuer": provider.issuer, "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"), "jwks_uri": at("/keys"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    });
    for (key, value) in &provider.how.lock().unwrap().described {
        described[*key] = value.clone();
    }
    Json(described)
}

async fn keys(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let x = URL_SAFE_NO_PAD.encode(provider.key.der_bytes());
    Json(json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "k1", "x": x },
    ] }))
}

async fn tokens(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let asked: HashMap<_, _> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let basic = STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+")));
    assert_eq!(headers["authorization"], format!("Basic {basic}"));
    assert!(asked["redirect_uri"].ends_with("/v1/oidc/callback"));
    let known = provider.codes.lock().unwrap().remove(&asked["code"]);
    let Some((nonce, challenge)) = known else {
        let refused = Json(json!({ "error": "invalid_grant" }));
        return (axum::http::StatusCode::BAD_REQUEST, refused).into_response();
    };
    let verifier = Sha256::digest(asked["code_verifier"].as_bytes());
    assert_eq!(URL_SAFE_NO_PAD.encode(verifier), challenge, "PKCE");
    let id_token = provider.id_token(&nonce);
    let mut given = json!({ "access_token": "a", "token_type": "Bearer", "id_token": id_token });
    let how = {
        let mut how = provider.how.lock().unwrap();
        std::mem::take(&mut how.tokens)
    };
    match how {
        Tokens::Given => {}
        Tokens::NoIdToken => drop(given.as_object_mut().unwrap().remove("id_token")),
        Tokens::Endless => given["pad"] = "x".repeat(300 * 1024).into(),
        Tokens::Silent => std::future::pending().await,
        Tokens::Elsewhere => {
            return Redirect::temporary(&format!("{}/elsewhere", provider.issuer)).into_response();
        }
    }
    Json(given).into_response()
}

async fn stray(State(provider): State<Arc<Provider>>) {
    *provider.strayed.lock().unwrap() += 1;
}
