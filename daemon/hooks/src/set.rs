//! A script set: the files of a scripts folder at one moment, told apart by a hash.

use crate::error::ScriptError;
use crate::registry::API_VERSION;
use desk_core::digest;
use desk_core::name::{Hash, QueueId, is_name};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most bytes of a file.
pub const FILE_BYTES_MAX: usize = 64 << 10;
/// Most bytes of a set.
pub const SET_BYTES_MAX: usize = 512 << 10;
/// Most files of a set.
pub const FILES_MAX: usize = 256;
/// Most entries looked at in a folder of scripts, of whatever kind.
const ENTRIES_MAX: usize = 4096;

/// The files by their path in the scripts folder, such as `queues/billing/on_offer.rhai`.
pub type Files = BTreeMap<String, Arc<str>>;

/// An immutable snapshot of the scripts. Cloning is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptSet {
    files: Arc<Files>,
    hash: Hash,
}

/// What a file is, by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A rule for every queue, by the file's stem.
    Rule(String),
    /// A rule for one queue.
    QueueRule(QueueId, String),
    /// Shared functions.
    Lib(String),
    /// Tests, which are not part of what is served.
    Test,
    /// Nowhere that scripts are looked for.
    Stray,
}

impl Place {
    pub(crate) fn of(path: &str) -> Self {
        let Some(path) = path.strip_suffix(".rhai") else { return Self::Stray };
        match *path.split('/').collect::<Vec<_>>() {
            [stem] => Self::Rule(stem.into()),
            ["lib", stem] => Self::Lib(stem.into()),
            ["tests", _] => Self::Test,
            ["queues", queue, stem] if is_name(queue) => Self::QueueRule(queue.into(), stem.into()),
            _ => Self::Stray,
        }
    }
}

impl ScriptSet {
    /// The scripts that come with deskd.
    #[must_use]
    pub fn shipped() -> Self {
        let file = |(path, text): (&str, &str)| (path.to_owned(), Arc::from(text));
        let files = [
            ("on_chat.rhai", include_str!("../../../scripts/on_chat.rhai")),
            ("on_incident.rhai", include_str!("../../../scripts/on_incident.rhai")),
            ("on_match.rhai", include_str!("../../../scripts/on_match.rhai")),
            ("on_message.rhai", include_str!("../../../scripts/on_message.rhai")),
            ("on_offer.rhai", include_str!("../../../scripts/on_offer.rhai")),
            ("on_wrapup.rhai", include_str!("../../../scripts/on_wrapup.rhai")),
            ("lib/customer.rhai", include_str!("../../../scripts/lib/customer.rhai")),
        ];
        Self::hashed(files.map(file).into())
    }

    /// Reads a folder: `*.rhai`, `lib/*.rhai` and `queues/<queue>/*.rhai`. Names that begin with a
    /// dot are passed over, and so is everything that is not a script. Links are followed as long
    /// as they stay within the folder.
    ///
    /// # Errors
    /// All that is wrong with the folder: unreadable or oversized files, too many of them, links
    /// that lead out, scripts where none is looked for.
    pub fn read(dir: &Path) -> Result<Self, Vec<ScriptError>> {
        let files = read_files(dir, |place| !matches!(place, Place::Test))?;
        Self::from_files(files)
    }

    /// A set of these files, as they were kept somewhere. Tests among them are left out.
    ///
    /// # Errors
    /// As [`ScriptSet::read`].
    pub fn from_files(mut files: Files) -> Result<Self, Vec<ScriptError>> {
        files.retain(|path, _| Place::of(path) != Place::Test);
        let errors = caps(&files);
        if errors.is_empty() { Ok(Self::hashed(files)) } else { Err(errors) }
    }

    /// A set of whatever size, for a copy that is never served.
    pub(crate) fn unbounded(files: Files) -> Self {
        Self::hashed(files)
    }

    fn hashed(files: Files) -> Self {
        let hash = digest_of(&format!("deskd scripts, api {API_VERSION}\n"), &files);
        Self { files: Arc::new(files), hash }
    }

    /// SHA-256, in hex, over the API's version and the sorted names and texts.
    #[must_use]
    pub const fn hash(&self) -> &Hash {
        &self.hash
    }

    /// The files, for keeping the set by its hash.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The queues that have rules of their own.
    #[must_use]
    pub fn queues(&self) -> BTreeSet<QueueId> {
        self.files
            .keys()
            .filter_map(|path| match Place::of(path) {
                Place::QueueRule(queue, _) => Some(queue),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(AsRef::as_ref)
    }
}

/// Hooks that are asked without a queue.
const NOT_OF_A_QUEUE: [&str; 2] = ["on_event", "on_status"];

/// What of these files breaks a bound or stands in the wrong place.
fn caps(files: &Files) -> Vec<ScriptError> {
    let mut errors = Vec::new();
    for (path, text) in files {
        if Place::of(path) == Place::Stray {
            errors.push(stray(path));
        }
        if let Place::QueueRule(_, stem) = Place::of(path)
            && NOT_OF_A_QUEUE.contains(&stem.as_str())
        {
            let message = format!("{stem} is asked about the whole desk, not for a queue");
            let help = format!("move it to {stem}.rhai");
            errors.push(ScriptError::of_file(path, message).help(help));
        }
        if text.len() > FILE_BYTES_MAX {
            errors.push(too_large(path, text.len()));
        }
    }
    let bytes: usize = files.values().map(|text| text.len()).sum();
    if bytes > SET_BYTES_MAX {
        let message = format!("the scripts have {bytes} bytes together, more than {SET_BYTES_MAX}");
        errors.push(ScriptError::of_file(".", message));
    }
    if files.len() > FILES_MAX {
        let message = format!("there are {} scripts, more than {FILES_MAX}", files.len());
        errors.push(ScriptError::of_file(".", message));
    }
    errors
}

fn too_large(path: &str, bytes: usize) -> ScriptError {
    ScriptError::of_file(path, format!("the file has {bytes} bytes, more than {FILE_BYTES_MAX}"))
}

fn stray(path: &str) -> ScriptError {
    ScriptError::of_file(path, "no script is looked for here").help(
        "rules stand in the folder itself and in queues/<queue>/, shared functions in lib/, \
         tests in tests/",
    )
}

fn digest_of(head: &str, files: &Files) -> Hash {
    let mut digest = Sha256::new();
    digest.update(head);
    for (path, text) in files {
        digest.update(format!("{path}\n{}\n", text.len()));
        digest.update(text.as_bytes());
    }
    Hash::from(digest::hex(&digest.finalize()))
}

/// What tells whether anything in a folder of scripts changed, tests included. Another version of
/// deskd says the same of the same files.
#[must_use]
pub fn fingerprint(dir: &Path) -> Hash {
    match read_files(dir, |_| true) {
        Ok(files) => digest_of("a folder of scripts\n", &files),
        Err(errors) => {
            let told: Vec<_> = errors.iter().map(ScriptError::one_line).collect();
            Hash::from(digest::hex(&Sha256::digest(told.join("\n"))))
        }
    }
}

/// Reads the scripts of a folder whose place is wanted.
pub(crate) fn read_files(
    dir: &Path,
    wanted: impl Fn(&Place) -> bool,
) -> Result<Files, Vec<ScriptError>> {
    let mut reader = Reader { files: Files::new(), errors: Vec::new(), entries: 0, bytes: 0 };
    match fs::canonicalize(dir) {
        Ok(root) => reader.folder(&root, &root, "", &wanted),
        Err(error) => reader.error(&dir.display().to_string(), &error),
    }
    if reader.errors.is_empty() { Ok(reader.files) } else { Err(reader.errors) }
}

struct Reader {
    files: Files,
    errors: Vec<ScriptError>,
    entries: usize,
    bytes: usize,
}

impl Reader {
    fn error(&mut self, path: &str, error: &impl std::fmt::Display) {
        self.errors.push(ScriptError::of_file(path, format!("cannot be read: {error}")));
    }

    fn folder(&mut self, root: &Path, dir: &Path, at: &str, wanted: &impl Fn(&Place) -> bool) {
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => return self.error(at, &error),
        };
        let mut names = Vec::new();
        for entry in entries.flatten() {
            self.entries += 1;
            if self.entries > ENTRIES_MAX {
                let message = format!("the folder holds more than {ENTRIES_MAX} entries");
                return self.errors.push(ScriptError::of_file(".", message));
            }
            names.push(entry.file_name());
        }
        names.sort();
        for name in names {
            let Some(name) = name.to_str() else { continue };
            if name.starts_with('.') {
                continue;
            }
            let path = if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") };
            self.entry(root, &path, wanted);
        }
    }

    fn entry(&mut self, root: &Path, path: &str, wanted: &impl Fn(&Place) -> bool) {
        let real = match fs::canonicalize(root.join(path)) {
            Ok(real) => real,
            Err(error) => return self.error(path, &error),
        };
        if !real.starts_with(root) {
            let error = ScriptError::of_file(path, "the link leads out of the scripts folder");
            return self.errors.push(error.help("copy the file into the folder"));
        }
        if real.is_dir() {
            // Rules stand two folders deep at most; anything deeper is not gone into, so that a
            // link to a folder above cannot lead round in circles.
            if path.matches('/').count() < 2 {
                self.folder(root, &real, path, wanted);
            }
            return;
        }
        if path.ends_with(".rhai") && wanted(&Place::of(path)) {
            self.script(&real, path);
        }
    }

    fn script(&mut self, real: &PathBuf, path: &str) {
        match fs::metadata(real) {
            Ok(meta) if meta.len() > FILE_BYTES_MAX as u64 => {
                let bytes = usize::try_from(meta.len()).unwrap_or(usize::MAX);
                return self.errors.push(too_large(path, bytes));
            }
            Ok(meta) if !meta.is_file() => return self.error(path, &"it is no file"),
            Ok(_) => {}
            Err(error) => return self.error(path, &error),
        }
        if self.bytes > SET_BYTES_MAX {
            return;
        }
        match fs::read_to_string(real) {
            Ok(text) => {
                self.bytes += text.len();
                self.files.insert(path.into(), text.into());
            }
            Err(error) => self.error(path, &error),
        }
    }
}
