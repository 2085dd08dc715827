//! Where the instance is, how to log in, and every bound of the client.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

use crate::login::Auth;

/// Everything that a [`Client`](crate::Client) needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// Scheme, host and port of the instance.
    pub base_url: Url,
    /// Allows http to another machine, over which secrets travel in the clear.
    pub allow_http: bool,
    /// How to log in.
    pub auth: Auth,
    /// For one request in all. Above the instance's own 60 s, so that its answer is heard.
    pub timeout: Duration,
    /// For making a connection.
    pub connect_timeout: Duration,
    /// Requests under way at a time. An instance has few threads for integrations.
    pub concurrency: usize,
    /// Bytes of an answer that are read.
    pub answer_bytes_max: usize,
    /// What makes our record ids differ from those of other installations.
    pub namespace: String,
    /// Certificates, ours and those that are trusted.
    pub tls: Tls,
    /// When an instance that fails is left alone.
    pub breaker: Breaker,
}

/// Certificates, as PEM files. They are read when the client is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// Our own, for an instance that knows accounts by certificate.
    pub identity: Option<Identity>,
    /// The authorities trusted instead of the machine's.
    pub authorities: Option<PathBuf>,
}

/// A certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, with those between it and its authority.
    pub certificate: PathBuf,
    /// Its private key, not encrypted.
    pub key: PathBuf,
}

/// When an instance that fails is left alone, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// Failures in a row after which nothing is sent.
    pub failures: u32,
    /// For how long then, before one request probes; twice as long each time that it fails.
    pub pause: Duration,
    /// The longest such pause.
    pub pause_max: Duration,
}

/// Ten failures, 5 s, up to 5 min.
impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 10, pause: Duration::from_secs(5), pause_max: Duration::from_secs(5 * 60) }
    }
}

/// What is wrong with a [`Config`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The base URL cannot be read.
    #[error("base_url: {0}")]
    Url(#[from] url::ParseError),
    /// Neither http nor https.
    #[error("base_url: the scheme must be https, or http to loopback; it is {0}")]
    Scheme(String),
    /// http to another machine would send the password in the clear.
    #[error("base_url: http is for loopback only; use https for {0}")]
    PlainHttp(String),
    /// A user or password in the URL would end up in logs and browsers.
    #[error("base_url: user and password do not belong in it")]
    Credentials,
    /// A bound that must not be zero.
    #[error("{0} must be more than 0")]
    Zero(&'static str),
    /// A certificate's or key's file cannot be used.
    #[error("{path}: {reason}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Logging in by certificate needs one, and https to show it.
    #[error("auth: a certificate logs in only with tls.identity and an https base_url")]
    NoIdentity,
    /// The HTTP client could not be made.
    #[error("http client: {0}")]
    Client(String),
}

impl Config {
    /// Basic authentication and the defaults: 70 s, 10 s to connect, 4 requests at a time,
    /// answers up to 4 MiB, namespace `deskd`.
    ///
    /// # Errors
    /// What is wrong with the URL.
    pub fn new(
        base_url: &str,
        username: impl Into<String>,
        password: SecretString,
    ) -> Result<Self, ConfigError> {
        let auth = Auth::Basic { username: username.into(), password };
        let config = Self::at(Url::parse(base_url)?, auth);
        config.check()?;
        Ok(config)
    }

    /// The same defaults with any way to log in. [`Client::new`](crate::Client::new) checks it.
    #[must_use]
    pub fn at(base_url: Url, auth: Auth) -> Self {
        Self {
            base_url,
            allow_http: false,
            auth,
            timeout: Duration::from_secs(70),
            connect_timeout: Duration::from_secs(10),
            concurrency: 4,
            answer_bytes_max: 4 * 1024 * 1024,
            namespace: "deskd".to_owned(),
            tls: Tls::default(),
            breaker: Breaker::default(),
        }
    }

    /// Checks the whole, as [`Client::new`](crate::Client::new) does.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), ConfigError> {
        let url = &self.base_url;
        match url.scheme() {
            "https" => {}
            "http" if self.allow_http || is_loopback(url) => {}
            "http" => {
                return Err(ConfigError::PlainHttp(url.host_str().unwrap_or("").to_owned()));
            }
            other => return Err(ConfigError::Scheme(other.to_owned())),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ConfigError::Credentials);
        }
        let shows_identity = url.scheme() == "https" && self.tls.identity.is_some();
        if matches!(self.auth, Auth::Certificate) && !shows_identity {
            return Err(ConfigError::NoIdentity);
        }
        for (name, zero) in [
            ("timeout", self.timeout.is_zero()),
            ("connect_timeout", self.connect_timeout.is_zero()),
            ("concurrency", self.concurrency == 0),
            ("answer_bytes_max", self.answer_bytes_max == 0),
            ("breaker.failures", self.breaker.failures == 0),
            ("breaker.pause", self.breaker.pause.is_zero()),
        ] {
            if zero {
                return Err(ConfigError::Zero(name));
            }
        }
        Ok(())
    }

    /// A URL below the base; `path` holds nothing that needs encoding.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        url
    }
}

/// Whether the URL can only lead to this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> Result<Config, ConfigError> {
        Config::new(url, "integration", SecretString::from("hunter2"))
    }

    #[test]
    fn the_password_travels_encrypted_or_stays_on_this_machine() {
        for good in
            ["https://acme.example", "http://127.0.0.1:80/", "http://[::1]:1", "http://localhost"]
        {
            assert!(config(good).is_ok(), "{good}");
        }
        let plain = config("http://acme.example").expect_err("plain");
        assert_eq!(plain, ConfigError::PlainHttp("acme.example".to_owned()));
        let meant = config("https://acme.example").expect("good");
        let base_url = Url::parse("http://acme.example").expect("a URL");
        assert!(Config { base_url, allow_http: true, ..meant }.check().is_ok());
        assert!(matches!(config("ftp://acme.example"), Err(ConfigError::Scheme(_))));
        assert!(matches!(config("https://u:p@acme.example"), Err(ConfigError::Credentials)));
        assert!(matches!(config("acme.example"), Err(ConfigError::Url(_))));
    }

    #[test]
    fn the_defaults_hear_an_instance_out_and_leave_it_room() {
        let config = config("https://acme.example").expect("good");
        assert!(config.timeout > Duration::from_secs(60), "the quota of a transaction");
        assert_eq!(config.concurrency, 4, "the threads of a node");
    }

    #[test]
    fn debug_does_not_show_the_password() {
        let shown = format!("{:?}", config("https://acme.example").expect("good"));
        assert!(shown.contains("integration") && !shown.contains("hunter2"), "{shown}");
    }
}
