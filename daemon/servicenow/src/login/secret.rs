//! Where a secret comes from, so that it can be read again.

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use crate::outcome::NotDone;

type Read = dyn Fn() -> Result<SecretString, String> + Send + Sync;

/// Reads a secret when one is needed: at first, and again after it was refused.
#[derive(Clone)]
pub struct SecretSource(Arc<Read>);

impl SecretSource {
    /// A secret from `read`, such as a file's content. It runs where it may block; its error is
    /// told, so it must not quote the secret.
    pub fn new(read: impl Fn() -> Result<SecretString, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    pub(super) async fn read(&self) -> Result<SecretString, NotDone> {
        let read = Arc::clone(&self.0);
        let why = match tokio::task::spawn_blocking(move || read()).await {
            Ok(Ok(secret)) => return Ok(secret),
            Ok(Err(why)) => why,
            Err(_) => "the reader failed".to_owned(),
        };
        let why = format!("nothing was sent: the secret cannot be read: {why}");
        Err(NotDone::Retry { after: None, why })
    }
}

/// A secret that never changes.
impl From<SecretString> for SecretSource {
    fn from(secret: SecretString) -> Self {
        Self::new(move || Ok(secret.clone()))
    }
}

/// Never the secret.
impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretSource")
    }
}
