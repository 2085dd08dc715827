//! `[identity]`: the sites that vouch for their visitors.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `[identity]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vouching {
    /// How old what a site signed may be, in seconds.
    pub max_age_secs: u32,
    /// How far a site's clock may be off, in seconds.
    pub skew_secs: u32,
    /// The sites.
    pub site: Vec<SignedSite>,
}

impl Default for Vouching {
    fn default() -> Self {
        Self { max_age_secs: 300, skew_secs: 30, site: Vec::new() }
    }
}

/// `[[identity.site]]`: a site that signs who its visitors are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignedSite {
    /// Its address, such as `https://shop.example`: the `iss` of what it signs.
    pub origin: String,
    /// The file that holds its secret.
    pub secret_file: Option<PathBuf>,
    /// The variable of the environment that holds its secret.
    pub secret_env: Option<String>,
}
