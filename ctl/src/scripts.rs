//! A folder of scripts, read with the caller's own rights and sent to the daemon.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use desk_wire::Refusal;

use crate::failure::Failure;

/// Most bytes of a file, and of a set; as the daemon has it.
const FILE_BYTES_MAX: u64 = 64 << 10;
const SET_BYTES_MAX: usize = 512 << 10;
/// Most files of a set.
const FILES_MAX: usize = 256;
/// Most entries of a folder that are looked at.
const ENTRIES_MAX: usize = 4096;

/// The rules of a folder and what they share, by their paths in it; its tests stay behind.
pub(crate) fn read(dir: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let mut files = BTreeMap::new();
    let mut bytes = 0;
    let queues = folders(&dir.join("queues"))?;
    let queues = queues.iter().map(|queue| format!("queues/{queue}/"));
    for prefix in [String::new(), "lib/".to_owned()].into_iter().chain(queues) {
        for path in rhai(&dir.join(&prefix))? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = text(&path)?;
            bytes += text.len();
            files.insert(format!("{prefix}{name}"), text);
            if files.len() > FILES_MAX || bytes > SET_BYTES_MAX {
                let most = format!("{FILES_MAX} files of {SET_BYTES_MAX} bytes together");
                return Err(wrong(dir, &format!("holds more than a set may: {most}")));
            }
        }
    }
    if files.is_empty() {
        return Err(wrong(dir, "holds no rule: no file that ends in .rhai"));
    }
    Ok(files)
}

/// The files of a folder that hold scripts; none where there is no such folder.
fn rhai(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let paths = entries(dir)?.into_iter();
    Ok(paths.filter(|path| path.extension().is_some_and(|end| end == "rhai")).collect())
}

fn folders(dir: &Path) -> Result<Vec<String>, Failure> {
    let paths = entries(dir)?.into_iter().filter(|path| path.is_dir());
    Ok(paths.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let listed = match fs::read_dir(dir) {
        Ok(listed) => listed,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong(dir, &format!("cannot be read: {error}"))),
    };
    Ok(listed.take(ENTRIES_MAX).flatten().map(|entry| entry.path()).collect())
}

fn text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let opened = fs::File::open(path).map(|file| file.take(FILE_BYTES_MAX + 1));
    opened
        .and_then(|mut file| file.read_to_string(&mut text))
        .map_err(|error| wrong(path, &format!("cannot be read: {error}")))?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(wrong(path, &format!("is longer than {FILE_BYTES_MAX} bytes")));
    }
    Ok(text)
}

fn wrong(path: &Path, what: &str) -> Failure {
    Refusal::new("bad_scripts", format!("{} {what}", path.display())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_what_they_share_are_sent_and_tests_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in ["on_offer.rhai", "lib/a.rhai", "queues/q/on_chat.rhai", "tests/t.rhai", "x.md"]
        {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, "x").expect("a file");
        }
        let files = read(folder.path()).expect("they are read");
        let names: Vec<_> = files.keys().map(String::as_str).collect();
        assert_eq!(names, ["lib/a.rhai", "on_offer.rhai", "queues/q/on_chat.rhai"]);
        assert!(read(&folder.path().join("tests/none")).is_err());
        fs::write(folder.path().join("long.rhai"), "x".repeat(70_000)).expect("a file");
        assert!(read(folder.path()).is_err());
    }
}
