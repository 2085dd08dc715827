//! Secrets: read where the config says they are, each time anew, and never shown.

use super::identity::SignedSite;
use super::load::{Var, process_var};
use super::servicenow::Auth;
use super::settings::Settings;
use super::sink::Sink;
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Most bytes of a file that holds a secret.
const SECRET_BYTES_MAX: u64 = 64 << 10;

/// Least bytes of a site's secret: as many as the signature has.
const SITE_SECRET_BYTES_MIN: usize = 32;

/// A sink's secrets, by name.
pub type SinkSecrets = BTreeMap<String, SecretString>;

/// What the daemon keeps to itself: of each, only what the way to log in needs.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The password of the ServiceNow account.
    pub servicenow_password: Option<SecretString>,
    /// The secret of the application that asks for tokens.
    pub client_secret: Option<SecretString>,
    /// The key that logs in.
    pub api_key: Option<SecretString>,
}

impl Secrets {
    /// Whether both hold the same.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        let all = |secrets: &Self| {
            [&secrets.servicenow_password, &secrets.client_secret, &secrets.api_key]
                .map(|secret| secret.as_ref().map(|secret| secret.expose_secret().to_owned()))
        };
        all(self) == all(other)
    }
}

/// A secret that cannot be had. It never holds the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("{key}: {} cannot be read: {why}", path.display())]
    Unreadable {
        /// The config's key.
        key: String,
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// Others than the file's owner may read or write it.
    #[error("{key}: {} is open to others (mode {mode:04o}); chmod 600 it", path.display())]
    Open {
        /// The config's key.
        key: String,
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The environment has no such variable, or one that is not text.
    #[error("{key}: the environment has no variable {name} that is text")]
    NoVariable {
        /// The config's key.
        key: String,
        /// The variable.
        name: String,
    },
    /// It is so short that it can be guessed.
    #[error("{key}: the secret of {origin} has fewer than {SITE_SECRET_BYTES_MIN} bytes")]
    Short {
        /// The config's key.
        key: String,
        /// The site.
        origin: String,
    },
    /// It is empty.
    #[error("{key}: the secret is empty")]
    Empty {
        /// The config's key.
        key: String,
    },
}

impl Settings {
    /// Reads the secrets where the config says they are. It may be called again at any time, so
    /// that a secret that was changed is taken over.
    ///
    /// # Errors
    /// The first secret that cannot be had, and why.
    pub fn secrets(&self) -> Result<Secrets, SecretError> {
        self.secrets_with(&process_var)
    }

    pub(super) fn secrets_with(&self, var: Var<'_>) -> Result<Secrets, SecretError> {
        let section = &self.servicenow;
        if section.url.is_none() {
            return Ok(Secrets::default());
        }
        let (oauth, api_key) = (&section.oauth, &section.api_key);
        let read = |wanted: bool, keys: [&str; 2], file, env| {
            if wanted { self.secret(keys, file, env, var) } else { Ok(None) }
        };
        Ok(Secrets {
            servicenow_password: read(
                section.by_password(),
                ["servicenow.password_file", "servicenow.password_env"],
                &section.password_file,
                &section.password_env,
            )?,
            client_secret: read(
                section.auth == Auth::Oauth,
                ["servicenow.oauth.client_secret_file", "servicenow.oauth.client_secret_env"],
                &oauth.client_secret_file,
                &oauth.client_secret_env,
            )?,
            api_key: read(
                section.auth == Auth::ApiKey,
                ["servicenow.api_key.key_file", "servicenow.api_key.key_env"],
                &api_key.key_file,
                &api_key.key_env,
            )?,
        })
    }

    /// The secret by which a site signs who its visitors are.
    ///
    /// # Errors
    /// Why it cannot be had, or used.
    pub fn site_secret(&self, site: &SignedSite) -> Result<SecretString, SecretError> {
        let keys = ["identity.site.secret_file", "identity.site.secret_env"];
        let secret = self.secret(keys, &site.secret_file, &site.secret_env, &process_var)?;
        let secret = secret.ok_or(SecretError::Empty { key: keys[0].to_owned() })?;
        if secret.expose_secret().len() < SITE_SECRET_BYTES_MIN {
            return Err(SecretError::Short {
                key: keys[0].to_owned(),
                origin: site.origin.clone(),
            });
        }
        Ok(secret)
    }

    /// Reads a sink's secrets where the config says they are, each time anew.
    ///
    /// # Errors
    /// The first secret that cannot be had, and why.
    pub fn sink_secrets(&self, sink: &Sink) -> Result<SinkSecrets, SecretError> {
        let secrets = sink.secrets.iter().filter_map(|(name, place)| {
            let [file, env] =
                ["file", "env"].map(|part| format!("sink.{}.secrets.{name}.{part}", sink.id));
            let read = self.secret([&file, &env], &place.file, &place.env, &process_var);
            Some((name.clone(), read.transpose()?))
        });
        secrets.map(|(name, secret)| Ok((name, secret?))).collect()
    }

    /// One secret, from the file or the variable that is named for it.
    pub(super) fn secret(
        &self,
        [file_key, env_key]: [&str; 2],
        file: &Option<PathBuf>,
        env: &Option<String>,
        var: Var<'_>,
    ) -> Result<Option<SecretString>, SecretError> {
        if let Some(path) = file {
            let (path, refused) = at_base(self, path, var);
            return Ok(Some(from_file(file_key, &path, refused)?));
        }
        let Some(name) = env else { return Ok(None) };
        let value = var(name).and_then(|value| value.into_string().ok());
        let missing = || SecretError::NoVariable { key: env_key.to_owned(), name: name.clone() };
        Ok(Some(value.ok_or_else(missing)?.into()))
    }
}

/// Where the file of a secret is, and the bits that its mode must not have. A relative path means a
/// credential of the service where systemd hands one of this name in, else a file beside the config.
pub(super) fn at_base(settings: &Settings, path: &Path, var: Var<'_>) -> (PathBuf, u32) {
    match credential(path, var) {
        // systemd keeps these for the service alone, by an access list that shows as a mode open
        // to the group.
        Some(credential) => (credential, 0),
        None => (settings.base.join(path), 0o077),
    }
}

fn credential(path: &Path, var: Var<'_>) -> Option<PathBuf> {
    let folder = PathBuf::from(var("CREDENTIALS_DIRECTORY")?);
    (path.is_relative()).then(|| folder.join(path)).filter(|credential| credential.exists())
}

/// Reads a secret from a file whose mode has none of the bits that are refused.
pub(super) fn from_file(key: &str, path: &Path, refused: u32) -> Result<SecretString, SecretError> {
    let key = key.to_owned();
    let unreadable = |why: String| {
        let (key, path) = (key.clone(), path.to_owned());
        SecretError::Unreadable { key, path, why }
    };
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    // Asked of the open file, so that nobody can put another one in its place in between.
    let meta = file.metadata().map_err(|error| unreadable(error.to_string()))?;
    let mode = meta.mode() & 0o7777;
    if !meta.is_file() {
        return Err(unreadable("it is not a file".into()));
    }
    if mode & refused != 0 {
        return Err(SecretError::Open { key, path: path.to_owned(), mode });
    }
    let mut text = String::new();
    let read = file.take(SECRET_BYTES_MAX).read_to_string(&mut text);
    read.map_err(|error| unreadable(error.to_string()))?;
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    if secret.is_empty() {
        return Err(SecretError::Empty { key });
    }
    Ok(secret.into())
}
