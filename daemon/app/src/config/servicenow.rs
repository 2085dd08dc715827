//! `[servicenow]`: the instance, how to log in there, and how it is asked. Secrets are named by
//! their place alone.

use desk_servicenow::PopTemplate;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use url::Url;

/// `[servicenow]`: the instance and how it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceNow {
    /// The instance's address; none for no instance, and incidents wait.
    pub url: Option<Url>,
    /// Whether `http` is permitted to an address that is not this machine.
    pub allow_http: bool,
    /// How to log in.
    pub auth: Auth,
    /// The account, where one logs in by name.
    pub username: Option<String>,
    /// The file that holds its password.
    pub password_file: Option<PathBuf>,
    /// The environment variable that holds its password.
    pub password_env: Option<String>,
    /// How long making a connection may take, in seconds.
    pub connect_secs: u32,
    /// How long a request that writes may take in all, in seconds.
    pub timeout_secs: u32,
    /// Most requests at once.
    pub concurrency: u32,
    /// Most steps of incidents that are begun per minute.
    pub steps_per_min: u32,
    /// The server's longest transaction, in seconds.
    pub window_secs: u32,
    /// How long a step is left alone after the instance was found asleep, in seconds.
    pub asleep_secs: u32,
    /// Whose ids new records get.
    pub ids: Ids,
    /// The address at which an agent's browser opens a record.
    pub pop_template: PopTemplate,
    /// The application that asks for tokens.
    pub oauth: OAuth,
    /// The key that logs in.
    pub api_key: ApiKey,
    /// Certificates.
    pub tls: Tls,
    /// How the customer's record is found.
    pub lookup: Lookup,
}

impl Default for ServiceNow {
    fn default() -> Self {
        Self {
            url: None,
            allow_http: false,
            auth: Auth::Basic,
            username: None,
            password_file: None,
            password_env: None,
            connect_secs: 10,
            timeout_secs: 70,
            concurrency: 4,
            steps_per_min: 600,
            window_secs: 300,
            asleep_secs: 120,
            ids: Ids::Auto,
            pop_template: PopTemplate::Classic,
            oauth: OAuth::default(),
            api_key: ApiKey::default(),
            tls: Tls::default(),
            lookup: Lookup::default(),
        }
    }
}

impl ServiceNow {
    /// Whether an account logs in by name and password.
    #[must_use]
    pub fn by_password(&self) -> bool {
        match self.auth {
            Auth::Basic => true,
            Auth::Oauth => self.oauth.grant == Grant::Password,
            Auth::ApiKey | Auth::Certificate => false,
        }
    }
}

/// How to log in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Name and password with each request.
    #[default]
    Basic,
    /// Tokens for an application.
    Oauth,
    /// A key with each request.
    ApiKey,
    /// The certificate of `[servicenow.tls]` alone.
    Certificate,
}

/// Whose ids new records get.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ids {
    /// Found out: until the instance was seen to take ours, as if it gave its own.
    #[default]
    Auto,
    /// Ours, unless the instance is seen to give its own.
    Own,
    /// The instance's: a create of unknown outcome is looked for by its `correlation_id`.
    Instance,
}

/// `[servicenow.oauth]`: the application that asks for tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuth {
    /// As whom it asks.
    pub grant: Grant,
    /// Its id.
    pub client_id: Option<String>,
    /// The file that holds its secret.
    pub client_secret_file: Option<PathBuf>,
    /// The environment variable that holds its secret.
    pub client_secret_env: Option<String>,
}

/// As whom an application asks for tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// As the user that the instance ties to it.
    #[default]
    ClientCredentials,
    /// As `servicenow.username`, afterwards by refresh tokens.
    Password,
}

/// `[servicenow.api_key]`: the key that logs in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiKey {
    /// The file that holds it.
    pub key_file: Option<PathBuf>,
    /// The environment variable that holds it.
    pub key_env: Option<String>,
}

/// `[servicenow.tls]`: certificates, as PEM files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Our own.
    pub certificate: Option<PathBuf>,
    /// Its private key.
    pub key: Option<PathBuf>,
    /// The authorities trusted instead of the machine's.
    pub authorities: Option<PathBuf>,
}

/// `[servicenow.lookup]`: how the customer's record is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lookup {
    /// The table.
    pub table: String,
    /// The field that must equal the customer's e-mail address.
    pub field: String,
    /// The fields that are read of each record, `sys_id` apart.
    pub fields: Vec<String>,
    /// The fields of which an agent's words must equal one: 1 to 8.
    pub search: Vec<String>,
    /// Most candidates: 1 to 50.
    pub most: u32,
    /// How long the request may take, in seconds.
    pub timeout_secs: u32,
    /// For how long an answer serves for the same address, in seconds; 0: not at all.
    pub cache_secs: u32,
    /// Most open incidents of each that are read with them: 0 to 5; 0: none are asked for.
    pub open_incidents: u32,
    /// Further places, each asked where those before held nobody.
    pub also: Vec<LookupPlace>,
}

/// `[[servicenow.lookup.also]]`: a further place where customers are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LookupPlace {
    /// The table.
    pub table: String,
    /// The field that must equal the customer's e-mail address.
    pub field: String,
    /// The fields that are read of each record, `sys_id` apart.
    pub fields: Vec<String>,
    /// The fields of which an agent's words must equal one: 1 to 8.
    pub search: Vec<String>,
}

/// What people go by, in every table of people.
fn searched() -> Vec<String> {
    ["name", "first_name", "last_name", "user_name", "email"].map(String::from).to_vec()
}

impl Default for LookupPlace {
    fn default() -> Self {
        let (table, field) = (String::new(), String::new());
        Self { table, field, fields: Vec::new(), search: searched() }
    }
}

impl Lookup {
    /// All places, in the order in which they are asked.
    pub fn places(&self) -> impl Iterator<Item = LookupPlace> {
        let first = LookupPlace {
            table: self.table.clone(),
            field: self.field.clone(),
            fields: self.fields.clone(),
            search: self.search.clone(),
        };
        std::iter::once(first).chain(self.also.iter().cloned())
    }
}

impl Default for Lookup {
    fn default() -> Self {
        let fields = ["name", "user_name", "email", "active", "vip"];
        Self {
            table: "sys_user".into(),
            field: "email".into(),
            fields: fields.map(String::from).to_vec(),
            search: searched(),
            most: 25,
            timeout_secs: 20,
            cache_secs: 10,
            open_incidents: 0,
            also: Vec::new(),
        }
    }
}
