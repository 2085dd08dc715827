//! The provider: what is asked of it, and what its answers must be. Every request is bounded in time and
//! size, follows no redirect, and goes to no other host than the config names.

use super::Shut;
use super::pending::Begun;
use crate::config::{Oidc, Settings};
use futures_util::future::BoxFuture;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AsyncHttpClient, AuthenticationFlow, AuthorizationCode,
    ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IdTokenClaims, IdTokenFields, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// How an ID token may be signed: with the provider's own key, never with a secret that both know.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Claims that OpenID Connect does not name.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct Others(pub(super) BTreeMap<String, Value>);

impl AdditionalClaims for Others {}

/// What a provider says of somebody.
pub(super) type Claims = IdTokenClaims<Others, CoreGenderClaim>;
type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Client = openidconnect::Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A provider as it described itself a moment ago.
pub(super) struct Provider {
    client: Client,
    issuer: String,
    scopes: Vec<String>,
    web: Web,
}

/// What is asked of it.
pub(super) struct Asked {
    pub(super) provider: Provider,
    pub(super) address: Url,
    pub(super) state: String,
    pub(super) nonce: Nonce,
    pub(super) verifier: PkceCodeVerifier,
}

impl Provider {
    /// Has the configured provider describe itself.
    ///
    /// # Errors
    /// Why it cannot be had, or used.
    pub(super) async fn discover(settings: &Settings, callback: String) -> Result<Self, String> {
        let oidc = &settings.oidc;
        let issuer = oidc.issuer.as_ref().ok_or("there is none")?.clone();
        let web = Web::new(oidc)?;
        let secret = settings.oidc_secret().map_err(|error| error.to_string())?;
        let url = IssuerUrl::new(issuer.clone()).map_err(|error| error.to_string())?;
        let described = CoreProviderMetadata::discover_async(url, &web).await;
        let described =
            described.map_err(|error| format!("it does not describe itself: {error}"))?;
        let id = ClientId::new(oidc.client_id.clone());
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let callback = RedirectUrl::new(callback).map_err(|error| error.to_string())?;
        let client =
            Client::from_provider_metadata(described, id, secret).set_redirect_uri(callback);
        Ok(Self { client, issuer, scopes: oidc.scopes.clone(), web })
    }

    /// Whether it is this one.
    pub(super) fn is(&self, issuer: &str) -> bool {
        self.issuer == issuer
    }

    /// Makes up what a browser is sent along with.
    pub(super) fn ask(self) -> Asked {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let asked = self.client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let scopes = self.scopes.iter().cloned().map(Scope::new);
        let (address, state, nonce) = asked.add_scopes(scopes).set_pkce_challenge(challenge).url();
        let state = state.into_secret();
        Asked { provider: self, address, state, nonce, verifier }
    }
}

impl Begun {
    /// Exchanges the code for the claims, verified.
    ///
    /// # Errors
    /// What is wrong, and how it is told.
    pub(super) async fn exchange(self, code: String) -> Result<Claims, (Shut, String)> {
        let Self { provider: Provider { client, web, .. }, nonce, verifier, .. } = self;
        let unavailable = |why: String| (Shut::Unavailable, why);
        let exchange = client.exchange_code(AuthorizationCode::new(code));
        let exchange = exchange.map_err(|error| unavailable(error.to_string()))?;
        let tokens = exchange.set_pkce_verifier(verifier).request_async(&web).await;
        let tokens =
            tokens.map_err(|error| unavailable(format!("the exchange failed: {error}")))?;
        // On a thread that may end for it: what is signed in an odd way has made libraries panic.
        let verified =
            tokio::task::spawn_blocking(move || verified(&client, &tokens, &nonce)).await;
        let refused = |why: String| (Shut::Refused, why);
        verified.map_err(|error| refused(error.to_string()))?.map_err(refused)
    }
}

/// The ID token's claims, if all is as it must be.
fn verified(client: &Client, tokens: &Tokens, nonce: &Nonce) -> Result<Claims, String> {
    let token = tokens.id_token().ok_or("there is no ID token")?;
    let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
    let claims = token.claims(&verifier, nonce).map_err(|error| error.to_string())?;
    if let Some(expected) = claims.access_token_hash() {
        let (alg, key) = (token.signing_alg(), token.signing_key(&verifier));
        let (alg, key) = (alg.map_err(|e| e.to_string())?, key.map_err(|e| e.to_string())?);
        let actual = AccessTokenHash::from_token(tokens.access_token(), alg, key);
        if actual.map_err(|error| error.to_string())? != *expected {
            return Err("the access token is another one's".into());
        }
    }
    token.clone().into_claims(&verifier, nonce).map_err(|error| error.to_string())
}

/// The way to the provider.
struct Web {
    client: reqwest::Client,
    issuer: Url,
    hosts: Vec<String>,
}

impl Web {
    fn new(oidc: &Oidc) -> Result<Self, String> {
        let issuer = oidc.issuer.as_deref().unwrap_or_default().parse::<Url>();
        let issuer = issuer.map_err(|error| error.to_string())?;
        let timeout = Duration::from_secs(oidc.timeout_secs.into());
        let mut builder = reqwest::Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        if issuer.scheme() == "http" {
            // Loopback: without this the machine's certificates are loaded, which fails where there
            // are none.
            builder = builder.no_proxy().tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { client, issuer, hosts: oidc.hosts.clone() })
    }

    /// Whether the provider may be asked there.
    fn may_ask(&self, url: &Url) -> bool {
        let listed =
            url.host_str().is_some_and(|host| self.hosts.iter().any(|known| known == host));
        url.origin() == self.issuer.origin() || url.scheme() == "https" && listed
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unsent> {
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string().parse::<Url>().map_err(|_| Unsent::Elsewhere)?;
        if !self.may_ask(&url) {
            return Err(Unsent::Elsewhere);
        }
        let request = self.client.request(parts.method, url).headers(parts.headers).body(body);
        let mut response = request.send().await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Unsent::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        let mut answer = HttpResponse::new(bytes);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Web {
    type Error = Unsent;
    type Future = BoxFuture<'c, Result<HttpResponse, Unsent>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// A request that was not sent, or not answered.
#[derive(Debug, thiserror::Error)]
enum Unsent {
    #[error("it names an address that is not its own; add the host to oidc.hosts if it is")]
    Elsewhere,
    #[error("its answer is longer than {ANSWER_BYTES_MAX} bytes")]
    TooLong,
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
}
