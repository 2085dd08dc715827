//! Logging in: what goes into a request's header, and what happens when it is refused.
//!
//! A header is made once and held. A 401 discards it: then secrets are read again and a token is
//! asked for anew, once. The request is sent again at once where that gave another header, or where
//! the same one was good until now, since instances refuse good ones now and then; whatever is
//! refused then waits, longer each time.

mod oauth;
mod secret;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use crate::config::Config;
use crate::outcome::NotDone;

pub use oauth::{Grant, OAuth};
pub use secret::SecretSource;

pub(crate) use oauth::Failed;
use oauth::Tokens;

/// How the client logs in.
///
/// Secrets are held so that neither `Debug` nor logs show them.
#[derive(Debug, Clone)]
pub enum Auth {
    /// User and password with every request.
    Basic {
        /// The account's `user_name`.
        username: String,
        /// Its password.
        password: SecretString,
    },
    /// The same with a password that is read again when it is refused.
    BasicFrom {
        /// The account's `user_name`.
        username: String,
        /// Where its password comes from.
        password: SecretSource,
    },
    /// A key in the header `x-sn-apikey`.
    ApiKey {
        /// Where the key comes from.
        key: SecretSource,
    },
    /// Tokens from `/oauth_token.do`.
    OAuth(OAuth),
    /// Nothing but the certificate of [`Tls::identity`](crate::Tls::identity).
    Certificate,
}

/// The header that a request is sent with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) name: HeaderName,
    pub(crate) value: HeaderValue,
}

/// Never the value.
impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Header").field(&self.name).finish()
    }
}

/// What a client holds of its login.
#[derive(Debug, Default)]
pub(crate) struct Login {
    /// One at a time makes a header; the others wait for it and then use the same.
    held: Mutex<Held>,
    /// Whether a request was taken since the last that was refused.
    good: AtomicBool,
}

#[derive(Debug, Default)]
struct Held {
    header: Option<Header>,
    tokens: Tokens,
}

impl Login {
    /// The header to send with; `None` where a certificate alone logs in.
    pub(crate) async fn header(
        &self,
        http: &reqwest::Client,
        config: &Config,
    ) -> Result<Option<Header>, Failed> {
        let mut held = self.held.lock().await;
        let held = &mut *held;
        match &config.auth {
            Auth::Certificate => Ok(None),
            Auth::OAuth(oauth) => {
                held.tokens.header(oauth, http, config, Instant::now()).await.map(Some)
            }
            other => {
                if held.header.is_none() {
                    held.header = Some(read(other).await?);
                }
                Ok(held.header.clone())
            }
        }
    }

    /// The header that was sent last, where it comes from a secret that can be read again.
    pub(crate) async fn last(&self) -> Option<Header> {
        self.held.lock().await.header.clone()
    }

    /// A request was taken with it.
    pub(crate) fn worked(&self) {
        self.good.store(true, Ordering::Relaxed);
    }

    /// Whether it was good until now. Only the first that is refused hears so: many repeats of a
    /// password that was changed would lock the account.
    pub(crate) fn was_good(&self) -> bool {
        self.good.swap(false, Ordering::Relaxed)
    }

    /// Another header than the one that was refused, if there is one now.
    pub(crate) async fn renewed(
        &self,
        refused: &Header,
        http: &reqwest::Client,
        config: &Config,
    ) -> Result<Option<Header>, Failed> {
        {
            let mut held = self.held.lock().await;
            if held.header.as_ref() == Some(refused) {
                held.header = None;
            }
            held.tokens.refused(refused);
        }
        let now = self.header(http, config).await?;
        Ok(now.filter(|now| now != refused))
    }
}

async fn read(auth: &Auth) -> Result<Header, NotDone> {
    match auth {
        Auth::Basic { username, password } => basic(username, password),
        Auth::BasicFrom { username, password } => basic(username, &password.read().await?),
        Auth::ApiKey { key } => {
            sensitive(HeaderName::from_static("x-sn-apikey"), key.read().await?.expose_secret())
        }
        Auth::OAuth(_) | Auth::Certificate => Err(NotDone::refused("no header to read")),
    }
}

fn basic(username: &str, password: &SecretString) -> Result<Header, NotDone> {
    let login = STANDARD.encode(format!("{username}:{}", password.expose_secret()));
    sensitive(AUTHORIZATION, &format!("Basic {login}"))
}

/// A header that no log shows.
fn sensitive(name: HeaderName, value: &str) -> Result<Header, NotDone> {
    let Ok(mut value) = HeaderValue::from_str(value) else {
        return Err(NotDone::refused("the secret has characters that no header can carry"));
    };
    value.set_sensitive(true);
    Ok(Header { name, value })
}
