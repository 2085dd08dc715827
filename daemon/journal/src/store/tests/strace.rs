//! What a process wrote and synced, read from its strace, and what a disk may hold of it when the
//! power goes: what was synced for certain, of the rest anything.

use std::collections::BTreeMap;
use std::path::Path;

/// What a disk writes as one.
const SECTOR: usize = 512;

/// A call that matters.
#[derive(Debug)]
pub(super) enum Call {
    Write {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: String,
        length: usize,
    },
    Sync {
        file: String,
    },
    /// Makes the names in a folder durable.
    SyncDir {
        dir: String,
    },
    /// Opens a file, and makes it where there is none.
    Create {
        file: String,
    },
    Rename {
        from: String,
        to: String,
    },
    Remove {
        file: String,
    },
    /// The process told somebody that everything up to this row is kept.
    Told {
        row: u64,
    },
}

/// The calls in `trace` on files below `dir`, by their names there. Memory that SQLite shares is none
/// of them: it is made anew at every start.
pub(super) fn calls(trace: &str, dir: &Path) -> Vec<Call> {
    let dir = format!("{}/", dir.display());
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        assert!(!line.contains("<unfinished"), "one thread alone writes: {line}");
        // With -f each line begins with the process.
        let call = line.split_once(' ').map_or(line, |(_, call)| call.trim_start());
        let Some((name, rest)) = call.split_once('(') else { continue };
        if rest.contains(") = -1 ") {
            continue;
        }
        let below = |path: &str| Some(path.strip_prefix(&dir)?.to_owned());
        let open =
            || rest.split_once('<').and_then(|(_, rest)| below(&text(rest.split_once('>')?.0)));
        let named = |n: usize| rest.split('"').nth(2 * n + 1).map(text).and_then(|p| below(&p));
        match name {
            "pwrite64" | "write" => {
                let Some(file) = open().filter(|file| !file.ends_with("-shm")) else { continue };
                let bytes = bytes(rest.split('"').nth(1).expect("what was written"));
                let end = ends.entry(file.clone()).or_default();
                let after = rest.rsplit('"').next().expect("what follows");
                let mut numbers = after.split([',', ')', ' ']).filter(|part| !part.is_empty());
                let length: usize = numbers.next().and_then(|n| n.parse().ok()).expect("a length");
                assert_eq!(length, bytes.len(), "written whole, and shown whole");
                let at = match name {
                    "pwrite64" => numbers.next().and_then(|n| n.parse().ok()).expect("an offset"),
                    _ => *end,
                };
                *end = at + length;
                if file == "told" {
                    let row = String::from_utf8(bytes).unwrap().trim().parse().unwrap();
                    calls.push(Call::Told { row });
                } else if file != "lock" {
                    calls.push(Call::Write { file, at, bytes });
                }
            }
            "ftruncate" => {
                let Some(file) = open().filter(|file| !file.ends_with("-shm")) else { continue };
                let length = rest.split(", ").nth(1).and_then(|n| n.split(')').next());
                let length = length.and_then(|n| n.parse().ok()).expect("a length");
                calls.push(Call::Truncate { file, length });
            }
            "fsync" | "fdatasync" => match open() {
                Some(file) if file.contains('.') || file == "head" => {
                    calls.push(Call::Sync { file });
                }
                dir => calls.push(Call::SyncDir { dir: dir.unwrap_or_default() }),
            },
            "openat" => {
                let ours =
                    |file: &String| !file.ends_with("-shm") && file != "lock" && file != "told";
                let Some(file) = named(0).filter(ours) else { continue };
                if rest.contains("O_CREAT") {
                    calls.push(Call::Create { file: file.clone() });
                }
                if rest.contains("O_TRUNC") {
                    ends.remove(&file);
                    calls.push(Call::Truncate { file, length: 0 });
                }
            }
            "rename" => {
                if let (Some(from), Some(to)) = (named(0), named(1)) {
                    calls.push(Call::Rename { from, to });
                }
            }
            "unlink" => {
                if let Some(file) = named(0) {
                    calls.push(Call::Remove { file });
                }
            }
            _ => {}
        }
    }
    calls
}

fn bytes(escaped: &str) -> Vec<u8> {
    let hex = |pair: &str| u8::from_str_radix(pair, 16).expect("hexadecimal");
    escaped.split("\\x").skip(1).map(hex).collect()
}

fn text(escaped: &str) -> String {
    String::from_utf8(bytes(escaped)).expect("a path")
}

/// One file on the disk.
#[derive(Clone, Default)]
struct OnDisk {
    synced: Vec<u8>,
    /// What was done since; each may be there or not, the writes also in part.
    since: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Change {
    fn on(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(at, new) => {
                bytes.resize(bytes.len().max(at + new.len()), 0);
                bytes[*at..at + new.len()].copy_from_slice(new);
            }
            Self::Truncate(length) => bytes.resize(*length, 0),
        }
    }
}

/// What of the unsynced the disk kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept {
    Nothing,
    /// A part from the beginning on, in the order in which it was written.
    Prefix,
    /// Some of it.
    Some,
    /// The same, and a write may be there in part.
    Torn,
}

/// A disk.
#[derive(Default)]
pub(super) struct Disk {
    files: BTreeMap<String, OnDisk>,
    /// Names that are not yet durable, with what each was.
    names: Vec<(String, Option<OnDisk>)>,
}

impl Disk {
    /// Does what the call did.
    pub(super) fn take(&mut self, call: &Call) {
        match call {
            Call::Write { file, at, bytes } => {
                let change = Change::Write(*at, bytes.clone());
                self.files.entry(file.clone()).or_default().since.push(change);
            }
            Call::Truncate { file, length } => {
                let change = Change::Truncate(*length);
                self.files.entry(file.clone()).or_default().since.push(change);
            }
            Call::Sync { file } => {
                let on_disk = self.files.entry(file.clone()).or_default();
                for change in std::mem::take(&mut on_disk.since) {
                    change.on(&mut on_disk.synced);
                }
            }
            Call::SyncDir { dir } => {
                self.names.retain(|(file, _)| file.rsplit_once('/').map_or("", |(d, _)| d) != dir);
            }
            Call::Create { file } => {
                if !self.files.contains_key(file) {
                    self.files.insert(file.clone(), OnDisk::default());
                    self.names.push((file.clone(), None));
                }
            }
            Call::Rename { from, to } => {
                let moved = self.files.remove(from).unwrap_or_default();
                self.names.retain(|(file, _)| file != from);
                self.names.push((to.clone(), self.files.insert(to.clone(), moved)));
            }
            Call::Remove { file } => {
                let was = self.files.remove(file);
                self.names.push((file.clone(), was));
            }
            Call::Told { .. } => {}
        }
    }

    /// Writes into `dir` what is found after the power was gone; `below` draws a number below its
    /// argument.
    pub(super) fn lost_power(&self, dir: &Path, kept: Kept, below: &mut dyn FnMut(usize) -> usize) {
        let mut files = self.files.clone();
        for (name, was) in self.names.iter().rev() {
            if below(2) == 0 {
                match was {
                    Some(was) => files.insert(name.clone(), was.clone()),
                    None => files.remove(name),
                };
            }
        }
        for (name, file) in files {
            let mut bytes = file.synced;
            let prefix = below(file.since.len() + 1);
            for (n, change) in file.since.iter().enumerate() {
                match kept {
                    Kept::Nothing => break,
                    Kept::Prefix if n >= prefix => break,
                    Kept::Some | Kept::Torn if below(2) == 0 => {}
                    Kept::Torn => torn(change, below).on(&mut bytes),
                    _ => change.on(&mut bytes),
                }
            }
            let path = dir.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

/// The change, or only its first sectors.
fn torn(change: &Change, below: &mut dyn FnMut(usize) -> usize) -> Change {
    match change {
        Change::Write(at, bytes) if below(2) == 0 => {
            let sectors = below(bytes.len() / SECTOR + 1);
            Change::Write(*at, bytes[..bytes.len().min(sectors * SECTOR)].to_vec())
        }
        other => other.clone(),
    }
}
