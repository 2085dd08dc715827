//! Tokens: asked for at `/oauth_token.do`, renewed before they end.

use std::fmt;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, AUTHORIZATION};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{Header, SecretSource, sensitive};
use crate::classify;
use crate::client;
use crate::config::Config;
use crate::outcome::NotDone;

/// How long before its end a token is renewed. One that lasts less than twice as long is renewed
/// at half of its life.
const EARLY: Duration = Duration::from_secs(60);
/// Bytes of an answer to a request for a token.
const TOKEN_BYTES_MAX: usize = 64 * 1024;

/// An application that an instance knows, and the grant by which it asks.
#[derive(Debug, Clone)]
pub struct OAuth {
    /// The application's id.
    pub client_id: String,
    /// Where its secret comes from.
    pub client_secret: SecretSource,
    /// How it asks.
    pub grant: Grant,
}

/// How a token is asked for.
#[derive(Debug, Clone)]
pub enum Grant {
    /// As the user that the instance ties to the application.
    ClientCredentials,
    /// As a user; afterwards by the refresh token that came with the first.
    Password {
        /// The account's `user_name`.
        username: String,
        /// Where its password comes from.
        password: SecretSource,
    },
}

/// The tokens held.
#[derive(Default)]
pub(super) struct Tokens {
    access: Option<Access>,
    refresh: Option<SecretString>,
}

/// Never a token.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

struct Access {
    header: Header,
    renew_at: Instant,
    ends_at: Instant,
}

/// What the instance gives. It has no `Debug`, since it holds secrets.
#[derive(Deserialize)]
struct Given {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: u64,
}

impl Tokens {
    pub(super) async fn header(
        &mut self,
        oauth: &OAuth,
        http: &reqwest::Client,
        config: &Config,
    ) -> Result<Header, Failed> {
        if let Some(access) = &self.access
            && Instant::now() < access.renew_at
        {
            return Ok(access.header.clone());
        }
        match self.ask(oauth, http, config).await {
            Ok(header) => Ok(header),
            // It was to be renewed early, so there is time to try again.
            Err(failed) => match &self.access {
                Some(access) if Instant::now() < access.ends_at => {
                    let why = failed.why();
                    tracing::warn!(%why, "the token was not renewed; the old one serves on");
                    Ok(access.header.clone())
                }
                _ => Err(failed),
            },
        }
    }

    /// The instance did not take this one.
    pub(super) fn refused(&mut self, refused: &Header) {
        self.access.take_if(|access| access.header == *refused);
    }

    async fn ask(
        &mut self,
        oauth: &OAuth,
        http: &reqwest::Client,
        config: &Config,
    ) -> Result<Header, Failed> {
        let secret = oauth.client_secret.read().await?;
        let client = [("client_id", oauth.client_id.as_str()), ("client_secret", expose(&secret))];
        if let Some(refresh) = self.refresh.take() {
            let grant = [("grant_type", "refresh_token"), ("refresh_token", expose(&refresh))];
            match send(http, config, &[&grant[..], &client].concat()).await {
                Ok(given) => return Ok(self.keep(given, Some(refresh))?),
                // It has ended, or somebody ended it: the password still serves.
                Err(Failed::Refused(_)) => {}
                Err(failed) => {
                    self.refresh = Some(refresh);
                    return Err(failed);
                }
            }
        }
        let given = match &oauth.grant {
            Grant::ClientCredentials => {
                let grant = [("grant_type", "client_credentials")];
                send(http, config, &[&grant[..], &client].concat()).await?
            }
            Grant::Password { username, password } => {
                let password = password.read().await?;
                let grant = [
                    ("grant_type", "password"),
                    ("username", username.as_str()),
                    ("password", expose(&password)),
                ];
                send(http, config, &[&grant[..], &client].concat()).await?
            }
        };
        Ok(self.keep(given, None)?)
    }

    fn keep(&mut self, given: Given, refresh: Option<SecretString>) -> Result<Header, NotDone> {
        let header = sensitive(AUTHORIZATION, &format!("Bearer {}", given.access_token))?;
        let (now, life) = (Instant::now(), Duration::from_secs(given.expires_in));
        self.access = Some(Access {
            header: header.clone(),
            renew_at: now + renew_after(life),
            ends_at: now + life,
        });
        self.refresh = given.refresh_token.map(SecretString::from).or(refresh);
        Ok(header)
    }
}

fn renew_after(life: Duration) -> Duration {
    life.saturating_sub(EARLY).max(life / 2)
}

fn expose(secret: &SecretString) -> &str {
    secret.expose_secret()
}

/// Why there is no header to send with.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The instance refused to give a token.
    Refused(NotDone),
    /// It did not get as far as that.
    NotDone(NotDone),
}

impl Failed {
    pub(crate) fn why(&self) -> &NotDone {
        let (Self::Refused(why) | Self::NotDone(why)) = self;
        why
    }
}

impl From<NotDone> for Failed {
    fn from(not_done: NotDone) -> Self {
        Self::NotDone(not_done)
    }
}

async fn send(
    http: &reqwest::Client,
    config: &Config,
    form: &[(&str, &str)],
) -> Result<Given, Failed> {
    let url = config.url("/oauth_token.do");
    let request = http.post(url).header(ACCEPT, "application/json").form(form);
    // Whether a token was made unheard does not matter: it is asked for anew.
    let answer = client::exchange(request, classify::Act::Read, TOKEN_BYTES_MAX)
        .await
        .map_err(Failed::NotDone)?;
    tracing::debug!(
        status = answer.status,
        transaction = answer.transaction.as_deref().unwrap_or("none"),
        "answer to a request for a token"
    );
    if answer.status == 200
        && answer.whole
        && let Ok(given) = serde_json::from_slice(&answer.body)
    {
        return Ok(given);
    }
    Err(match classify::token(&answer) {
        (true, not_done) => Failed::Refused(not_done),
        (false, not_done) => Failed::NotDone(not_done),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_a_minute_before_its_end() {
        for (life, expect) in [(1799, 1739), (121, 61), (100, 50), (2, 1), (0, 0)] {
            let found = renew_after(Duration::from_secs(life));
            assert_eq!(found, Duration::from_secs(expect), "{life}");
        }
    }
}
