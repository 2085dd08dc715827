//! The content of attachments: a file each, named by the id of its row.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::is_sys_id;
use super::log::OpenError;

/// The folder of one store.
#[derive(Debug)]
pub(super) struct Files(PathBuf);

impl Files {
    /// Opens the folder, and removes what no row is there for: the row of a write that was cut off, or
    /// was deleted just before a stop.
    pub(super) fn open(dir: &Path, has_row: impl Fn(&str) -> bool) -> Result<Self, OpenError> {
        let path = dir.join("attachments");
        let fail = |source| OpenError::Io { path: path.clone(), source };
        fs::create_dir_all(&path).map_err(fail)?;
        let files = Self(path.clone());
        for entry in fs::read_dir(&path).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name();
            if let Some(id) = name.to_str().filter(|id| is_sys_id(id) && !has_row(id)) {
                files.remove(id);
            }
        }
        Ok(files)
    }

    /// Keeps bytes, durable when it returns; nothing stays where that fails.
    pub(super) fn keep(&self, id: &str, bytes: &[u8]) -> io::Result<()> {
        let kept = fs::File::create_new(self.0.join(id)).and_then(|file| {
            io::Write::write_all(&mut &file, bytes)?;
            file.sync_all()?;
            fs::File::open(&self.0)?.sync_all()
        });
        if kept.is_err() {
            self.remove(id);
        }
        kept
    }

    pub(super) fn read(&self, id: &str) -> io::Result<Vec<u8>> {
        if !is_sys_id(id) {
            return Err(io::ErrorKind::NotFound.into());
        }
        fs::read(self.0.join(id))
    }

    /// Removes a file; where that fails, the next start tries again.
    pub(super) fn remove(&self, id: &str) {
        if let Err(error) = fs::remove_file(self.0.join(id)) {
            tracing::warn!(%error, id, "the file of an attachment stays for now");
        }
    }
}
