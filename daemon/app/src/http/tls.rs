//! TLS on the HTTP door, by rustls: handshakes within their bounds, and the certificate in force. Its
//! files are looked at anew every few seconds; a pair that cannot serve leaves the one before in
//! force, and every status view says so. Connections that stand keep what they began with.

use crate::config::{Identity, SecretError, Settings};
use crate::metrics::Counted;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at: whoever renews a certificate does it days ahead.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Why certificate and key cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One of the files cannot be had.
    #[error(transparent)]
    Unread(#[from] SecretError),
    /// They do not hold what they should.
    #[error("{key}: {why}")]
    Wrong {
        /// The config's key.
        key: &'static str,
        /// What is wrong; never what stands there.
        why: String,
    },
}

/// The door's certificate in force.
pub struct Tls {
    settings: Settings,
    now: Mutex<Now>,
    handshakes: Arc<Semaphore>,
    handshake_time: Duration,
}

struct Now {
    config: Arc<ServerConfig>,
    /// Of the files from which it was made, or which could not serve.
    seen: Option<[u8; 32]>,
    problem: Option<String>,
}

impl Tls {
    /// Makes ready what the settings name; none where they name no certificate.
    ///
    /// # Errors
    /// Why it cannot serve.
    pub fn of(settings: &Settings) -> Result<Option<Self>, TlsError> {
        let Some(identity) = settings.http_identity()? else { return Ok(None) };
        let (config, seen) = (server_config(&identity)?, Some(digest(&identity)));
        let tls = &settings.http.tls;
        Ok(Some(Self {
            settings: settings.clone(),
            now: Mutex::new(Now { config, seen, problem: None }),
            handshakes: Arc::new(Semaphore::new(tls.handshakes.max(1) as usize)),
            handshake_time: Duration::from_secs(tls.handshake_secs.into()),
        }))
    }

    /// Why a newer certificate is not in force.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.now().problem.clone()
    }

    /// Looks at the files, and takes over what changed.
    pub fn look(&self) {
        let read = self.settings.http_identity();
        // What names no files any more takes effect at the next start.
        let Some(read) = read.map_err(TlsError::from).transpose() else { return };
        let seen = read.as_ref().ok().map(digest);
        if seen.is_some() && self.now().seen == seen {
            return;
        }
        let made = read.and_then(|identity| server_config(&identity));
        let mut now = self.now();
        now.seen = seen;
        match made {
            Ok(config) => {
                (now.config, now.problem) = (config, None);
                tracing::info!("http.tls: another certificate is in force");
            }
            Err(error) => {
                let problem = Some(error.to_string());
                if now.problem != problem {
                    tracing::error!(%error, "http.tls: the certificate before stays in force");
                    now.problem = problem;
                }
            }
        }
    }

    /// A place among the handshakes that may be under way.
    pub(super) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.handshakes).acquire_owned().await.ok()
    }

    /// Makes a handshake, in time; nothing where there was none.
    pub(super) async fn accept(
        &self,
        stream: TcpStream,
        counted: &Counted,
    ) -> Option<TlsStream<TcpStream>> {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.now().config));
        let shaken = tokio::time::timeout(self.handshake_time, acceptor.accept(stream)).await;
        counted.handshake(match &shaken {
            Ok(Ok(_)) => "done",
            Ok(Err(error)) => {
                tracing::debug!(%error, "no TLS handshake");
                "failed"
            }
            Err(_) => "late",
        });
        shaken.ok()?.ok()
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes changed files over until the token is cancelled.
pub async fn follow(tls: Arc<Tls>, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        let looked = Arc::clone(&tls);
        // A disk may keep it waiting. What goes wrong there is in the log.
        let _ = tokio::task::spawn_blocking(move || looked.look()).await;
    }
}

fn digest(identity: &Identity) -> [u8; 32] {
    let both = [&identity.certificate, &identity.key];
    let digest = both.into_iter().fold(Sha256::new(), |digest, pem| {
        let pem = pem.expose_secret();
        digest.chain_update((pem.len() as u64).to_be_bytes()).chain_update(pem)
    });
    digest.finalize().into()
}

fn server_config(identity: &Identity) -> Result<Arc<ServerConfig>, TlsError> {
    let wrong = |key, why: String| TlsError::Wrong { key, why };
    let certificate = identity.certificate.expose_secret().as_bytes();
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    let chain = chain.map_err(|error| wrong("http.tls.certificate", error.to_string()))?;
    if chain.is_empty() {
        return Err(wrong("http.tls.certificate", "no certificate stands there".into()));
    }
    let key = PrivateKeyDer::from_pem_slice(identity.key.expose_secret().as_bytes());
    let key = key.map_err(|error| wrong("http.tls.key", format!("no private key: {error}")))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|error| wrong("http.tls", error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
