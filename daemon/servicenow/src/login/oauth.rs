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
/// How long an early renewal may hold requests up: the token that is held serves on.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pause after an early renewal that failed.
const RENEW_PAUSE: Duration = Duration::from_secs(10);
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
pub(super) struct Tokens {
    access: Option<Access>,
    refresh: Option<SecretString>,
    /// How long an early renewal is waited for.
    patience: Duration,
}

impl Default for Tokens {
    fn default() -> Self {
        Self { access: None, refresh: None, patience: PATIENCE }
    }
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
        now: Instant,
    ) -> Result<Header, Failed> {
        let held = self.access.as_ref().filter(|access| now < access.ends_at);
        let Some(held) = held else { return self.ask(oauth, http, config, now).await };
        if now < held.renew_at {
            return Ok(held.header.clone());
        }
        // It is to be renewed early, so there is time to try again. All requests wait for this one.
        let header = held.header.clone();
        let patience = self.patience;
        let asked = tokio::time::timeout(patience, self.ask(oauth, http, config, now)).await;
        let why = match asked {
            Ok(Ok(header)) => return Ok(header),
            Ok(Err(failed)) => failed.why().to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(why, "the token was not renewed; the old one serves on");
        if let Some(access) = &mut self.access {
            access.renew_at = now + RENEW_PAUSE;
        }
        Ok(header)
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
        now: Instant,
    ) -> Result<Header, Failed> {
        let secret = oauth.client_secret.read().await?;
        let client = [("client_id", oauth.client_id.as_str()), ("client_secret", expose(&secret))];
        // Kept until it is refused: whoever waits for this may give up in between.
        if let Some(refresh) = self.refresh.clone() {
            let grant = [("grant_type", "refresh_token"), ("refresh_token", expose(&refresh))];
            match send(http, config, &[&grant[..], &client].concat()).await {
                Ok(given) => return Ok(self.keep(given, Some(refresh), now)?),
                // It has ended, or somebody ended it: the password still serves.
                Err(Failed::Refused(_)) => self.refresh = None,
                Err(failed) => return Err(failed),
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
        Ok(self.keep(given, None, now)?)
    }

    /// Its life counts from when it was asked for.
    fn keep(
        &mut self,
        given: Given,
        refresh: Option<SecretString>,
        now: Instant,
    ) -> Result<Header, NotDone> {
        let header = sensitive(AUTHORIZATION, &format!("Bearer {}", given.access_token))?;
        let life = Duration::from_secs(given.expires_in);
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
    use desk_sandbox::faults::{Kind, Rule};
    use desk_sandbox::{Options, Running, Sandbox};

    #[test]
    fn a_token_is_renewed_a_minute_before_its_end() {
        for (life, expect) in [(1799, 1739), (121, 61), (100, 50), (2, 1), (0, 0)] {
            let found = renew_after(Duration::from_secs(life));
            assert_eq!(found, Duration::from_secs(expect), "{life}");
        }
    }

    fn oauth(grant: Grant) -> OAuth {
        let secret = SecretString::from("sandbox").into();
        OAuth { client_id: "sandbox".to_owned(), client_secret: secret, grant }
    }

    fn by_password() -> Grant {
        let password = SecretString::from("admin").into();
        Grant::Password { username: "admin".to_owned(), password }
    }

    /// A sandbox whose tokens last 1800 s, and what asks it for them.
    async fn asking(dir: &std::path::Path) -> (Running, Config, reqwest::Client) {
        let sandbox = Sandbox::start(Options::new(dir)).await.expect("started");
        let config = Config::new(&sandbox.url(), "admin", "admin".into()).expect("config");
        let http = crate::http::client(&config).expect("client");
        (sandbox, config, http)
    }

    fn asked(sandbox: &Running) -> u64 {
        sandbox.asked().get("POST token").copied().unwrap_or(0)
    }

    #[tokio::test]
    async fn a_token_is_renewed_before_the_instance_ends_it_and_not_sooner() {
        for grant in [Grant::ClientCredentials, by_password()] {
            let dir = tempfile::tempdir().expect("folder");
            let (sandbox, config, http) = asking(dir.path()).await;
            let (oauth, mut tokens, start) = (oauth(grant), Tokens::default(), Instant::now());
            let mut at = async |secs| {
                let now = start + Duration::from_secs(secs);
                tokens.header(&oauth, &http, &config, now).await.expect("a token")
            };
            let first = at(0).await;
            assert!(at(1730).await == first && asked(&sandbox) == 1, "it is good for long");
            let second = at(1745).await;
            assert!(second != first && asked(&sandbox) == 2, "while the first is still good");
            assert!(at(1799).await == second && asked(&sandbox) == 2);
        }
    }

    #[tokio::test]
    async fn a_token_that_is_still_good_serves_while_no_other_is_given() {
        let dir = tempfile::tempdir().expect("folder");
        let (sandbox, config, http) = asking(dir.path()).await;
        let (oauth, start) = (oauth(by_password()), Instant::now());
        let mut tokens = Tokens { patience: Duration::from_millis(50), ..Tokens::default() };
        let mut at = async |secs| {
            let now = start + Duration::from_secs(secs);
            let asked = tokens.header(&oauth, &http, &config, now);
            let answer = tokio::time::timeout(Duration::from_secs(30), asked).await;
            answer.expect("nobody waits for it").expect("a token")
        };
        let first = at(0).await;
        let hangs = Rule { delay_ms: 100_000, ..Rule::new("POST", "/oauth_token.do", Kind::Delay) };
        sandbox.set_faults(vec![hangs]).expect("taken");
        assert!(at(1745).await == first);
        assert!(sandbox.acted().contains_key(&Kind::Delay), "it was asked");
        let before = asked(&sandbox);
        assert!(at(1746).await == first && asked(&sandbox) == before, "not again at once");
        assert!(at(1756).await != first && asked(&sandbox) == before + 1);
    }
}
