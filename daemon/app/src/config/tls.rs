//! `[http.tls]`: the certificate by which the HTTP door speaks TLS itself.

use super::load::{Var, process_var};
use super::secrets::{SecretError, at_base, from_file};
use super::settings::Settings;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `[http.tls]`: without a certificate the door speaks plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpTls {
    /// The certificate as PEM, with those between it and its authority.
    pub certificate: Option<PathBuf>,
    /// Its private key as PEM, not encrypted.
    pub key: Option<PathBuf>,
    /// How long a handshake may take, in seconds.
    pub handshake_secs: u32,
    /// Most handshakes at once; further connections wait.
    pub handshakes: u32,
}

impl Default for HttpTls {
    fn default() -> Self {
        Self { certificate: None, key: None, handshake_secs: 5, handshakes: 256 }
    }
}

impl HttpTls {
    /// Whether the door speaks TLS.
    #[must_use]
    pub const fn on(&self) -> bool {
        self.certificate.is_some() && self.key.is_some()
    }
}

/// What the door shows and proves itself by, as PEM.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate, with those between it and its authority.
    pub certificate: SecretString,
    /// Its private key.
    pub key: SecretString,
}

impl Settings {
    /// Reads the HTTP door's certificate and key; none where the config names none. It may be called
    /// again at any time, so that files that were changed are taken over.
    ///
    /// # Errors
    /// Which of them cannot be had, and why.
    pub fn http_identity(&self) -> Result<Option<Identity>, SecretError> {
        self.http_identity_with(&process_var)
    }

    fn http_identity_with(&self, var: Var<'_>) -> Result<Option<Identity>, SecretError> {
        let tls = &self.http.tls;
        let (Some(certificate), Some(key)) = (&tls.certificate, &tls.key) else { return Ok(None) };
        let (certificate, _) = at_base(self, certificate, var);
        let (key, refused) = at_base(self, key, var);
        Ok(Some(Identity {
            // Everybody is shown it, so everybody may read it.
            certificate: from_file("http.tls.certificate", &certificate, 0)?,
            key: from_file("http.tls.key", &key, refused)?,
        }))
    }
}
