//! The directory's files, their modes, and the lock that keeps it to one writing process.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::error::{OpenError, ReadError};

/// Longest process number that is read back from the lock file.
const HOLDER_BYTES_MAX: u64 = 20;

pub(super) fn database(dir: &Path) -> PathBuf {
    dir.join("journal.db")
}

pub(super) fn wal(dir: &Path) -> PathBuf {
    dir.join("journal.db-wal")
}

pub(super) fn rollback(dir: &Path) -> PathBuf {
    dir.join("journal.db-journal")
}

/// Creates `dir` and those above it, as far as they are missing, for the owner alone.
pub(crate) fn make_dir(dir: &Path) -> Result<(), ReadError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(dir).map_err(ReadError::io(dir, "create"))
}

/// Creates `dir`, or finds it empty.
pub(super) fn make_empty(dir: &Path) -> Result<(), OpenError> {
    make_dir(dir)?;
    let mut entries = fs::read_dir(dir).map_err(ReadError::io(dir, "list"))?;
    match entries.next() {
        Some(_) => Err(OpenError::NotEmpty { dir: dir.to_owned() }),
        None => Ok(()),
    }
}

/// Copies a file into `dir`, for the owner alone, and syncs it.
pub(super) fn copy_into(dir: &Path, file: &Path) -> Result<(), ReadError> {
    let Some(name) = file.file_name() else { return Ok(()) };
    let to = dir.join(name);
    fs::copy(file, &to).map_err(ReadError::io(file, "copy"))?;
    let mode = fs::Permissions::from_mode(0o600);
    fs::set_permissions(&to, mode).map_err(ReadError::io(&to, "set the mode of"))?;
    File::open(&to).and_then(|file| file.sync_all()).map_err(ReadError::io(&to, "sync"))
}

/// Makes the names in `dir` durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), ReadError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(ReadError::io(dir, "sync"))
}

/// Creates an empty file for the owner alone; leaves one that is there unopened, because closing
/// it would end the locks that SQLite may hold on it in this process.
pub(super) fn create_if_missing(file: &Path) -> Result<(), ReadError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(ReadError::io(file, "create")(error))
        }
        _ => Ok(()),
    }
}

/// The right to write this journal; ends with the value, or with the process however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Fails if a process holds the lock of the journal in `dir`; creates and writes nothing.
    pub(super) fn not_held(dir: &Path) -> Result<(), OpenError> {
        let path = dir.join("lock");
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(ReadError::io(&path, "open")(error).into()),
        };
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(()),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(held(path, file)?),
            Err(error) => Err(ReadError::io(&path, "lock")(error.into()).into()),
        }
    }

    pub(super) fn take(dir: &Path) -> Result<Self, OpenError> {
        let path = dir.join("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(ReadError::io(&path, "create"))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(held(path, file)?),
            Err(error) => return Err(ReadError::io(&path, "lock")(error.into()).into()),
        }
        // Only for people to read: the lock is what counts.
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(ReadError::io(&path, "write"))?;
        Ok(Self { _file: file })
    }
}

/// The error that names the process that holds the lock.
fn held(path: PathBuf, file: File) -> Result<OpenError, ReadError> {
    let mut holder = String::new();
    file.take(HOLDER_BYTES_MAX)
        .read_to_string(&mut holder)
        .map_err(ReadError::io(&path, "read"))?;
    Ok(OpenError::Locked { file: path, holder: holder.trim().to_owned() })
}
