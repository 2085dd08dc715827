//! `[oidc]`: the provider of OpenID Connect by which people sign in to the desk.

use super::load::process_var;
use super::secrets::SecretError;
use super::settings::Settings;
use desk_wire::Role;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `[oidc]`: without an issuer there is no provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oidc {
    /// The provider, by the address that it calls itself, to the letter.
    pub issuer: Option<String>,
    /// What it is called on the button.
    pub name: String,
    /// The desk, as the provider knows it.
    pub client_id: String,
    /// The file that holds the desk's secret.
    pub client_secret_file: Option<PathBuf>,
    /// The variable of the environment that holds it.
    pub client_secret_env: Option<String>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// Further hosts of the provider's, at which it may be asked.
    pub hosts: Vec<String>,
    /// How long it may take to answer, in seconds.
    pub timeout_secs: u32,
    /// The claim that names the agent.
    pub agent_claim: String,
    /// The claim that lists the groups somebody is in.
    pub groups_claim: String,
    /// Agents by the claim that names them, where that is not their id.
    pub agents: BTreeMap<String, String>,
    /// What the members of groups may do.
    pub group: Vec<OidcGroup>,
}

/// `[[oidc.group]]`: what the members of a group may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcGroup {
    /// The group, as the provider calls it.
    pub name: String,
    /// The role that its members have.
    pub role: Role,
    /// The queues that they supervise.
    #[serde(default)]
    pub queues: Vec<String>,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: None,
            name: "single sign-on".into(),
            client_id: "deskd".into(),
            client_secret_file: None,
            client_secret_env: None,
            scopes: vec!["profile".into(), "email".into()],
            hosts: Vec::new(),
            timeout_secs: 10,
            agent_claim: "preferred_username".into(),
            groups_claim: "groups".into(),
            agents: BTreeMap::new(),
            group: Vec::new(),
        }
    }
}

impl Settings {
    /// The secret by which the desk shows itself to the provider; none where it has none.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub fn oidc_secret(&self) -> Result<Option<SecretString>, SecretError> {
        let (keys, oidc) = (["oidc.client_secret_file", "oidc.client_secret_env"], &self.oidc);
        if oidc.issuer.is_none() {
            return Ok(None);
        }
        self.secret(keys, &oidc.client_secret_file, &oidc.client_secret_env, &process_var)
    }
}
