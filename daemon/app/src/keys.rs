//! The key beside the journal. From it come the tokens of customers and the keyed hashes by which an
//! e-mail address is found again without standing in an index.

use desk_core::name::GrantId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const BYTES: usize = 32;
/// Its file beside the journal.
const FILE: &str = "key";

/// The key of a desk.
#[derive(Clone)]
pub struct Keys {
    key: [u8; BYTES],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// Reads the key in the journal's folder, and makes one where there is none.
    ///
    /// # Errors
    /// Where it cannot be read or made, is not whole, or may be read by others.
    pub fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join(FILE);
        match fs::File::open(&path) {
            Ok(file) => Self::read(&path, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(dir, &path),
            Err(error) => Err(error),
        }
    }

    /// Copies the key of the journal in `from`, if it has one, to the one in `to`.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
        let bytes = match fs::read(from.join(FILE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            bytes => bytes?,
        };
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(to.join(FILE))?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::File::open(to)?.sync_all()
    }

    /// A key for tests.
    #[must_use]
    pub const fn fixed(key: [u8; BYTES]) -> Self {
        Self { key }
    }

    fn read(path: &Path, mut file: fs::File) -> io::Result<Self> {
        let refused = |why: &str| {
            let text = format!("{}: {why}", path.display());
            Err(io::Error::new(io::ErrorKind::InvalidData, text))
        };
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            return refused("others may read this key; take it from them with chmod 600");
        }
        let mut bytes = Vec::with_capacity(BYTES + 1);
        Read::by_ref(&mut file).take(BYTES as u64 + 1).read_to_end(&mut bytes)?;
        match bytes.try_into() {
            Ok(key) => Ok(Self { key }),
            Err(_) => refused("this is not a whole key; restore it from a backup of the folder"),
        }
    }

    fn create(dir: &Path, path: &Path) -> io::Result<Self> {
        let mut key = [0; BYTES];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        let whole = path.with_extension("new");
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&whole)?;
        file.write_all(&key)?;
        file.sync_all()?;
        fs::rename(&whole, path)?;
        fs::File::open(dir)?.sync_all()?;
        Ok(Self { key })
    }

    /// The token that opens this chat to its customer, and nothing else.
    #[must_use]
    pub fn chat_token(&self, chat: desk_core::name::ChatId) -> String {
        self.hash("chat", &chat.to_string())
    }

    /// Whether this is the chat's token. Takes the same time whatever it is.
    #[must_use]
    pub fn is_chat_token(&self, chat: desk_core::name::ChatId, token: &str) -> bool {
        same(&self.chat_token(chat), token)
    }

    /// What is shown to act by a token or session: its id, and what only this desk can make of it.
    #[must_use]
    pub fn grant_secret(&self, grant: GrantId) -> String {
        format!("{grant}.{}", self.hash("grant", &grant.to_string()))
    }

    /// The token or session whose secret this is. Takes the same time whatever it is.
    #[must_use]
    pub fn grant_of(&self, secret: &str) -> Option<GrantId> {
        let id = secret.split_once('.')?.0.parse().ok()?;
        same(&self.grant_secret(id), secret).then_some(id)
    }

    /// The keyed hash of an e-mail address; addresses that differ in case alone are one.
    #[must_use]
    pub fn email(&self, email: &str) -> String {
        self.hash("email", &email.trim().to_lowercase())
    }

    fn hash(&self, purpose: &str, text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("any key length will do");
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(text.as_bytes());
        desk_core::digest::hex(&mac.finalize().into_bytes())
    }
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn same(expected: &str, given: &str) -> bool {
    let differs = expected.bytes().zip(given.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    expected.len() == given.len() && differs == 0
}
