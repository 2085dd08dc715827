//! Who a site says that its visitor is: a token (JWT) that the site signs with a secret of its own, for
//! one queue and for minutes, and that its page hands over as the chat is opened. Whatever is wrong with
//! one, the sender learns only that it is no good; the log says why.

use super::Door;
use super::chats::wrong;
use super::problem::Fault;
use crate::config::{Settings, SignedSite};
use chrono::{TimeDelta, Utc};
use desk_core::Refusal;
use openidconnect::core::{
    CoreGenderClaim, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, ClientId, ClientSecret, IdToken, IdTokenClaims,
    IssuerUrl, Nonce,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The field of a request that holds one.
const FIELD: &str = "identity";
/// Characters of a signature by HMAC with SHA-256: 32 bytes in base64.
const SIGNATURE_CHARS: usize = 43;
/// What is wrong with one that names another site.
const OF_ANOTHER: &str = "no site that is known signed it";
/// Most bytes of one.
const BYTES_MAX: usize = 8 * 1024;

/// What a site vouches for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Vouched {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) fields: BTreeMap<String, String>,
}

/// What a token says beyond what OpenID Connect's do.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Fields {
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

impl AdditionalClaims for Fields {}

type Token =
    IdToken<Fields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// Who it is that wants to this queue, by what a site signed.
///
/// # Errors
/// [`Fault::WrongField`] for one that is no good.
pub(super) async fn vouched(door: &Door, queue: &str, token: String) -> Result<Vouched, Fault> {
    let (settings, queue) = (door.clients.settings().borrow().clone(), queue.to_owned());
    // Secrets are read from their files, anew each time.
    let read = tokio::task::spawn_blocking(move || Signers::of(&settings).read(&queue, &token));
    read.await.map_err(|_| Fault::from(Refusal::Internal))?.map_err(|why| {
        tracing::warn!(why, "what a site is to have signed was refused");
        wrong(FIELD, "no site of this desk signed it for this queue and this time")
    })
}

/// The sites whose word counts, and for how long.
struct Signers {
    sites: Vec<(IssuerUrl, ClientSecret)>,
    max_age: TimeDelta,
    skew: TimeDelta,
}

impl Signers {
    fn of(settings: &Settings) -> Self {
        let identity = &settings.identity;
        let known = |site: &SignedSite| {
            let secret = settings.site_secret(site).map_err(|error| {
                tracing::error!(%error, "a site's word cannot be held against its secret");
            });
            let issuer = IssuerUrl::new(site.origin.clone()).ok()?;
            Some((issuer, ClientSecret::new(secret.ok()?.expose_secret().to_owned())))
        };
        Self {
            sites: identity.site.iter().filter_map(known).collect(),
            max_age: TimeDelta::seconds(identity.max_age_secs.into()),
            skew: TimeDelta::seconds(identity.skew_secs.into()),
        }
    }

    /// What the site that signed it says; else what is wrong with it.
    fn read(&self, queue: &str, token: &str) -> Result<Vouched, &'static str> {
        if token.len() > BYTES_MAX {
            return Err("it is too long");
        }
        // The library takes a signature of another length for a mistake of its caller, and panics.
        if token.rsplit('.').next().is_none_or(|signature| signature.len() != SIGNATURE_CHARS) {
            return Err("its signature has another length");
        }
        let token: Token = token.parse().map_err(|_| "it is no signed token")?;
        let mut found = Err(OF_ANOTHER);
        for (issuer, secret) in &self.sites {
            found = self.signed_by(issuer, secret, queue, &token);
            if found != Err(OF_ANOTHER) {
                break;
            }
        }
        found
    }

    fn signed_by(
        &self,
        issuer: &IssuerUrl,
        secret: &ClientSecret,
        queue: &str,
        token: &Token,
    ) -> Result<Vouched, &'static str> {
        let (skew, oldest) = (self.skew, self.max_age + self.skew);
        let keys = CoreJsonWebKeySet::new(Vec::new());
        let audience = ClientId::new(queue.to_owned());
        let verifier = CoreIdTokenVerifier::new_confidential_client(
            audience,
            secret.clone(),
            issuer.clone(),
            keys,
        )
        .set_allowed_algs([CoreJwsSigningAlgorithm::HmacSha256])
        .set_time_fn(move || Utc::now() - skew)
        .set_issue_time_verifier_fn(move |issued| {
            let now = Utc::now();
            let fresh = issued <= now + skew && now - oldest <= issued;
            if fresh { Ok(()) } else { Err(String::new()) }
        });
        // There is nobody to make up a nonce: it is good for minutes, and for one queue.
        let claims = token.claims(&verifier, |_: Option<&Nonce>| Ok(()));
        vouched_by(claims.map_err(|error| why(&error))?)
    }
}

fn vouched_by(claims: &IdTokenClaims<Fields, CoreGenderClaim>) -> Result<Vouched, &'static str> {
    let name = claims.name().and_then(|name| name.get(None)).map(|name| name.trim());
    let name = name.filter(|name| !name.is_empty()).ok_or("it names nobody")?;
    let email = claims.email().map(|email| email.to_string()).unwrap_or_default();
    let fields = claims.additional_claims().fields.clone();
    Ok(Vouched { name: name.to_owned(), email, fields })
}

/// What is wrong with one, in words that hold nothing of it.
fn why(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::InvalidIssuer(_) => OF_ANOTHER,
        ClaimsVerificationError::InvalidAudience(_) => "it is for another queue",
        ClaimsVerificationError::Expired(_) => "it is too old, expired, or of the future",
        ClaimsVerificationError::SignatureVerification(_) => "its signature is wrong",
        _ => "it is no token of ours",
    }
}

/// Reads a token as a site's, for [`crate::foreign`].
pub(super) fn read_any(text: &str) {
    let site = IssuerUrl::new("https://shop.example".to_owned()).ok();
    let secret = ClientSecret::new("a secret that nobody can guess at".to_owned());
    let signers = Signers {
        sites: site.into_iter().map(|site| (site, secret.clone())).collect(),
        max_age: TimeDelta::seconds(300),
        skew: TimeDelta::seconds(30),
    };
    if let Ok(vouched) = signers.read("support", text) {
        assert!(!vouched.name.is_empty(), "somebody is named");
    }
}
