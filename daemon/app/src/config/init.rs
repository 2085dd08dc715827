//! The config to start from, as `deskd config init` writes it. The same files, read as they are
//! built in, are the config of a daemon that was given none.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The files to start from, each with its path below the config's folder.
pub(super) const FILES: [(&str, &str); 5] = [
    ("deskd.toml", include_str!("../../../../config/deskd.toml")),
    ("queues.d/support.toml", include_str!("../../../../config/queues.d/support.toml")),
    ("agents.d/ann.toml", include_str!("../../../../config/agents.d/ann.toml")),
    ("agents.d/ben.toml", include_str!("../../../../config/agents.d/ben.toml")),
    ("replies.d/english.toml", include_str!("../../../../config/replies.d/english.toml")),
];

/// A config that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// A file is there already; nothing was written.
    #[error("{} is there already; nothing was written", .0.display())]
    Exists(PathBuf),
    /// The system refused.
    #[error("{} could not be written: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Writes `deskd.toml` with every key, and a queue and two agents beside it. Answers with the
/// files that it wrote.
///
/// # Errors
/// A file that is there already, before anything is written; or what the system refuses.
pub fn init(folder: &Path) -> Result<Vec<PathBuf>, InitError> {
    let paths = FILES.map(|(name, text)| (folder.join(name), text));
    if let Some((path, _)) = paths.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(InitError::Exists(path.clone()));
    }
    for (path, text) in &paths {
        let failed = |source| InitError::Write { path: path.clone(), source };
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(failed)?;
        let mut file = std::fs::File::create_new(path).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
    }
    Ok(paths.map(|(path, _)| path).to_vec())
}
