//! Files are read when nobody is in the middle of writing them. An editor that writes in place leaves
//! a file empty, or half there, for a moment: a config without its sinks, a set without a rule. Such
//! a moment is told by the file's own time, whatever notices say and whoever asks for the reading.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

/// How long a file must have been left alone.
const ALONE: Duration = Duration::from_millis(100);
/// How long writing without an end may put the reading off.
const ALONE_MAX: Duration = Duration::from_secs(2);
/// Most files of a folder that are looked at.
const FILES_MAX: usize = 4096;

/// What files look like from outside: path, length, and when they were last written.
pub(super) type Seen = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// What the files of these folders with these extensions look like.
pub(super) fn look(folders: &[PathBuf], extensions: &[&str]) -> Seen {
    let mut seen = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten().take(FILES_MAX) {
            let path = entry.path();
            let extension = path.extension().and_then(|e| e.to_str());
            if extension.is_some_and(|e| extensions.contains(&e))
                && let Ok(meta) = std::fs::metadata(&path)
            {
                seen.push((path, meta.len(), meta.modified().ok()));
            }
        }
    }
    seen.sort();
    seen
}

/// Reads files once nobody has written them for a moment, and once more if somebody did meanwhile.
/// Blocks.
pub(super) fn read_settled<T>(look: impl Fn() -> Seen, mut read: impl FnMut() -> T) -> T {
    let latest = Instant::now() + ALONE_MAX;
    loop {
        let before = look();
        let patient = Instant::now() < latest;
        if let Some(rest) = fresh(&before).filter(|_| patient) {
            std::thread::sleep(rest);
            continue;
        }
        let read = read();
        if !patient || look() == before {
            return read;
        }
    }
}

/// How long the file that was written last is still to be left alone, if at all. A time to come is
/// some other clock's, and says nothing.
fn fresh(seen: &Seen) -> Option<Duration> {
    let last = seen.iter().filter_map(|(.., written)| *written).filter_map(|w| w.elapsed().ok());
    ALONE.checked_sub(last.min()?).filter(|rest| !rest.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, read_to_string, write};
    use std::path::Path;

    /// A folder with a file that was last written so long ago.
    fn folder(ago: Duration) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.toml");
        write(&file, "half").unwrap();
        age(&file, ago);
        (dir, file)
    }

    fn age(file: &Path, ago: Duration) {
        let file = File::options().write(true).open(file).unwrap();
        file.set_modified(SystemTime::now() - ago).unwrap();
    }

    #[test]
    fn what_was_written_just_now_is_left_alone_for_a_moment() {
        let (dir, file) = folder(Duration::ZERO);
        let seen = || look(&[dir.path().to_owned()], &["toml"]);
        let since = || file.metadata().unwrap().modified().unwrap().elapsed().unwrap();
        assert!(read_settled(seen, since) >= ALONE);
    }

    #[test]
    fn what_is_written_meanwhile_is_read_again() {
        let (dir, file) = folder(ALONE * 9);
        let seen = || look(&[dir.path().to_owned()], &["toml"]);
        let mut reads = 0;
        let read = || {
            let text = read_to_string(&file).unwrap();
            reads += 1;
            if reads == 1 {
                write(&file, "all of it").unwrap();
            }
            text
        };
        assert_eq!(read_settled(seen, read), "all of it");
        assert_eq!(reads, 2);
    }

    #[test]
    fn writing_without_an_end_is_not_waited_for() {
        let (dir, file) = folder(Duration::ZERO);
        let seen = || {
            age(&file, Duration::ZERO);
            look(&[dir.path().to_owned()], &["toml"])
        };
        assert_eq!(read_settled(seen, || read_to_string(&file).unwrap()), "half");
    }

    #[test]
    fn a_time_to_come_is_another_clocks() {
        let (dir, file) = folder(Duration::ZERO);
        let ahead = SystemTime::now() + ALONE_MAX * 9;
        File::options().write(true).open(&file).unwrap().set_modified(ahead).unwrap();
        assert_eq!(fresh(&look(&[dir.path().to_owned()], &["toml"])), None);
    }
}
