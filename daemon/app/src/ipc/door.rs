//! The socket itself.

use interprocess::local_socket::tokio::Listener;
use interprocess::local_socket::{GenericFilePath, ListenerOptions, ToFsName};
use interprocess::os::unix::local_socket::ListenerOptionsExt;
use std::fs::Permissions;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// Longest path of a local socket, in bytes: `sun_path` less its end.
const PATH_BYTES_MAX: usize = 107;

/// A socket that listens; its file goes when it is dropped.
pub struct Door {
    pub(super) listener: Listener,
    path: PathBuf,
}

impl Door {
    /// Where it listens.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The path does not fit an address.
    #[error(
        "{path}: a socket's path has at most {PATH_BYTES_MAX} bytes, this one {bytes}; set \
         ipc.socket to a shorter one"
    )]
    TooLong {
        /// The path.
        path: PathBuf,
        /// Its length.
        bytes: usize,
    },
    /// Somebody listens there.
    #[error("{path}: another daemon listens here; stop it, or set ipc.socket to another path")]
    InUse {
        /// The path.
        path: PathBuf,
    },
    /// Something else is there.
    #[error("{path}: this is not a socket; move it away, or set ipc.socket to another path")]
    NotASocket {
        /// The path.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{path}: cannot listen here: {source}")]
    Io {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Listens at `path` with these permissions. A socket that a daemon left behind is replaced, one
/// where somebody listens never.
///
/// # Errors
/// [`BindError`]
///
/// # Panics
/// Outside of a tokio runtime.
pub fn bind(path: &Path, mode: u32) -> Result<Door, BindError> {
    let path = path.to_owned();
    let bytes = path.as_os_str().as_bytes().len();
    if bytes > PATH_BYTES_MAX {
        return Err(BindError::TooLong { path, bytes });
    }
    clear(&path)?;
    let listen = || {
        let name = path.as_path().to_fs_name::<GenericFilePath>()?;
        ListenerOptions::new().name(name).mode(mode).create_tokio()
    };
    // The umask narrows the mode of a file that is made; what is configured is meant as it stands.
    let widen = || std::fs::set_permissions(&path, Permissions::from_mode(mode));
    match listen().and_then(|listener| widen().map(|()| listener)) {
        Ok(listener) => Ok(Door { listener, path }),
        Err(source) => Err(BindError::Io { path, source }),
    }
}

/// Removes a socket behind which nobody is.
fn clear(path: &Path) -> Result<(), BindError> {
    let failed = |source| BindError::Io { path: path.to_owned(), source };
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(BindError::NotASocket { path: path.to_owned() });
        }
        Ok(_) => {}
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(BindError::InUse { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path).map_err(failed)
        }
        // A queue that is full has somebody behind it.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            Err(BindError::InUse { path: path.to_owned() })
        }
        Err(error) => Err(failed(error)),
    }
}
