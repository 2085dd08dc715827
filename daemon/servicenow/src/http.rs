//! The HTTP client underneath: no cookies, no redirects, nothing repeated by itself.

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Certificate, redirect, retry};

use sha2::{Digest as _, Sha256};

use crate::config::{self, Config, ConfigError, Identity, Tls};

/// Idle connections are given up before a load balancer does it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest wait that a `Retry-After` is believed for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(2 * 60 * 60);
/// Bytes of a file with certificates or a key.
const PEM_BYTES_MAX: u64 = 1024 * 1024;

/// What a client is made of that keeps no cookies, follows no redirects and repeats nothing by itself.
#[derive(Debug, Clone)]
pub struct BareClient {
    /// As what it presents itself.
    pub agent: &'static str,
    /// How long a request may take in all.
    pub timeout: Duration,
    /// How long making a connection may take.
    pub connect_timeout: Duration,
    /// Whether it speaks to this machine alone: never by a proxy.
    pub loopback: bool,
    /// Whether it speaks no TLS.
    pub plain: bool,
    /// The authorities trusted instead of the machine's, as a PEM file.
    pub authorities: Option<PathBuf>,
    /// Our own certificate.
    pub identity: Option<Identity>,
}

impl BareClient {
    /// Makes it.
    ///
    /// # Errors
    /// A file that is no certificate or key, or what TLS says.
    pub fn build(&self) -> Result<reqwest::Client, ConfigError> {
        tls();
        let mut builder = reqwest::Client::builder()
            .user_agent(self.agent)
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false);
        if self.loopback {
            builder = builder.no_proxy();
        }
        if self.plain {
            // Without this the machine's certificates are loaded, which fails where there are none.
            builder = builder.tls_certs_only([]);
        } else if let Some(path) = &self.authorities {
            builder = builder.tls_certs_only(authorities(path)?);
        }
        if let Some(identity) = &self.identity {
            let mut pem = read(&identity.key)?;
            pem.push(b'\n');
            pem.extend(read(&identity.certificate)?);
            let identity = reqwest::Identity::from_pem(&pem)
                .map_err(|error| unusable(&identity.certificate, error))?;
            builder = builder.identity(identity);
        }
        builder.build().map_err(|error| {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            ConfigError::Client(format!("{error}: {cause}"))
        })
    }
}

pub(crate) fn client(config: &Config) -> Result<reqwest::Client, ConfigError> {
    let bare = BareClient {
        agent: concat!("desk-servicenow/", env!("CARGO_PKG_VERSION")),
        timeout: config.timeout,
        connect_timeout: config.connect_timeout,
        loopback: config::is_loopback(&config.base_url),
        plain: config.base_url.scheme() == "http",
        authorities: config.tls.authorities.clone(),
        identity: config.tls.identity.clone(),
    };
    bare.build()
}

impl Tls {
    /// A digest of what the files hold: another once one of them was renewed. Far cheaper than a
    /// client that is made of them.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn digest(&self) -> Result<[u8; 32], ConfigError> {
        let identity = self.identity.iter().flat_map(|own| [&own.certificate, &own.key]);
        let mut digest = Sha256::new();
        for path in identity.chain(&self.authorities) {
            // Each for itself, so that what moves from one to the next counts as well.
            digest.update(Sha256::digest(read(path)?));
        }
        Ok(digest.finalize().into())
    }
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, ConfigError> {
    let found = Certificate::from_pem_bundle(&read(path)?);
    match found.map_err(|error| unusable(path, error))? {
        none if none.is_empty() => Err(unusable(path, "it holds no certificate")),
        some => Ok(some),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let length = std::fs::metadata(path).map_err(|error| unusable(path, error))?.len();
    if length > PEM_BYTES_MAX {
        return Err(unusable(path, "too long for a PEM file"));
    }
    std::fs::read(path).map_err(|error| unusable(path, error))
}

fn unusable(path: &Path, reason: impl ToString) -> ConfigError {
    ConfigError::Pem { path: path.to_owned(), reason: reason.to_string() }
}

/// How long an answer asks to be left alone: in seconds, or up to a time by the clock of whoever
/// answered (RFC 9110, 10.2.3), which its `Date` tells. At most two hours.
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| Some(headers.get(name)?.to_str().ok()?.trim());
    let told = text(RETRY_AFTER)?;
    let wait = match told.parse() {
        Ok(secs) => Duration::from_secs(secs),
        Err(_) => {
            let time = |text| httpdate::parse_http_date(text).ok();
            time(told)?.duration_since(time(text(DATE)?)?).unwrap_or_default()
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

/// Names the cryptography that TLS uses, unless the process has named one already.
fn tls() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}
