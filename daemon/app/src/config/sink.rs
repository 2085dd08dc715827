//! `[[sink]]`: where deliveries go. A sink's secrets are named by their places alone.

use desk_core::config::SinkConfig;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use url::Url;

/// `[[sink]]`: a destination of deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sink {
    /// Its name, by which rules deliver to it.
    pub id: String,
    /// Where deliveries are posted to.
    pub url: Option<Url>,
    /// Whether `http` is permitted to an address that is not this machine.
    pub allow_http: bool,
    /// How long making a connection may take, in seconds.
    pub connect_secs: u32,
    /// How long a delivery may take in all, in seconds.
    pub timeout_secs: u32,
    /// Most deliveries at once.
    pub concurrency: u32,
    /// The authorities trusted instead of the machine's, as a PEM file.
    pub authorities: Option<PathBuf>,
    /// The secrets that a delivery may hold, by name.
    pub secrets: BTreeMap<String, SinkSecret>,
}

impl Default for Sink {
    fn default() -> Self {
        Self {
            id: String::new(),
            url: None,
            allow_http: false,
            connect_secs: 10,
            timeout_secs: 30,
            concurrency: 2,
            authorities: None,
            secrets: BTreeMap::new(),
        }
    }
}

impl Sink {
    /// What decisions depend on.
    pub(super) fn config(&self) -> SinkConfig {
        SinkConfig { secrets: self.secrets.keys().cloned().collect() }
    }
}

/// `[sink.secrets.NAME]`: where a secret is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SinkSecret {
    /// The file that holds it.
    pub file: Option<PathBuf>,
    /// The environment variable that holds it.
    pub env: Option<String>,
}
