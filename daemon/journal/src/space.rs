//! Free disk space, by which the caller turns work away before the disk is full.

use std::path::Path;

/// Bytes that an unprivileged process may still write on the file system that holds `dir`.
///
/// # Errors
/// The operating system's, where `dir` cannot be asked about.
pub fn free_bytes(dir: &Path) -> std::io::Result<u64> {
    let stat = rustix::fs::statvfs(dir)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
