//! Reading the config: the main file and the folders beside it, or what is built in.

use super::across;
use super::calendar;
use super::desk::{AgentEntry, core_config};
use super::files::{AgentsFile, File, QueuesFile};
use super::parse::{has_key, parse};
use super::problem::{ConfigError, Problem, Severity};
use super::queue::QueueEntry;
use super::replies::RepliesFile;
use super::settings::Settings;
use super::source::{Place, Source};
use super::users::{User, uid_of};
use super::words::Words;
use desk_core::config::Config;
use desk_core::name::Hash;
use serde::de::DeserializeOwned;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Most bytes of one file.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// A config that may be used.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What the shell reads.
    pub settings: Settings,
    /// What the core reads.
    pub core: Config,
    /// The digest of what the core reads.
    pub hash: Hash,
    /// What may not be as meant.
    pub warnings: Vec<Problem>,
    /// The files that were read; none where the config is the one that is built in.
    pub files: Vec<PathBuf>,
    /// The folders in which a new or changed file changes the config.
    pub folders: Vec<PathBuf>,
    /// The sections as they stand in the files, defaults filled in.
    pub(super) file: File,
}

/// What surrounds a config: the environment's variables.
pub(super) type Var<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Reads the config at this path; without one, the file at [`default_path`], and without that the
/// config that is built in.
///
/// # Errors
/// Everything that is wrong with it, each with its file and line.
pub fn load(path: Option<&Path>) -> Result<Loaded, ConfigError> {
    match path.map(Path::to_owned).or_else(default_path) {
        Some(path) => load_with(&path, &process_var),
        None => embedded(),
    }
}

/// The config that is built in: every default, one queue `support` and two agents.
///
/// # Errors
/// Where these surroundings do not bear it, such as a home folder whose path is too long for a
/// socket.
pub fn embedded() -> Result<Loaded, ConfigError> {
    let mut read = Read::default();
    for (name, text) in super::init::FILES {
        let source = Source::new(&Path::new("(built in)").join(name), text.to_owned());
        match name.split_once('/') {
            Some(("agents.d", _)) => read.agents(source),
            Some(("replies.d", _)) => read.replies(source),
            Some(_) => read.queues(source),
            None => read.main(source),
        }
    }
    read.finish(Path::new("."), &process_var)
}

/// Reads a text as each kind of file, and tells what is wrong with it.
pub(super) fn any(text: &str) {
    for take in [Read::main, Read::queues, Read::agents, Read::replies, Read::words] {
        let mut read = Read::default();
        take(&mut read, Source::new(Path::new("any.toml"), text.to_owned()));
        if let Err(error) = read.finish(Path::new("/nowhere"), &|_| None) {
            drop(error.to_string());
        }
    }
}

/// Where the config is looked for when no path is given: the first that exists of
/// `$XDG_CONFIG_HOME/deskd/deskd.toml`, `~/.config/deskd/deskd.toml` and `/etc/deskd/deskd.toml`.
#[must_use]
pub fn default_path() -> Option<PathBuf> {
    let home = process_var("HOME").map(|home| PathBuf::from(home).join(".config"));
    let user = process_var("XDG_CONFIG_HOME").map(PathBuf::from).or(home);
    let folders = user.into_iter().chain([PathBuf::from("/etc")]);
    folders.map(|folder| folder.join("deskd/deskd.toml")).find(|path| path.exists())
}

/// A variable of the process's environment, where it is not empty.
pub(super) fn process_var(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

pub(super) fn load_with(path: &Path, var: Var<'_>) -> Result<Loaded, ConfigError> {
    let mut read = Read::default();
    // Relative paths are made whole once, so that a later change of folder changes nothing.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let base = path.parent().unwrap_or(Path::new("/"));
    read.file(&path, Read::main);
    read.folder(&base.join("agents.d"), Read::agents);
    read.folder(&base.join("queues.d"), Read::queues);
    read.folder(&base.join("replies.d"), Read::replies);
    read.folder(&base.join("words.d"), Read::words);
    read.folders.insert(0, base.to_owned());
    read.finish(base, var)
}

/// What was read so far.
#[derive(Default)]
struct Read {
    file: File,
    sources: Vec<Source>,
    agent_places: Vec<Place>,
    queue_places: Vec<Place>,
    reply_places: Vec<Place>,
    word_places: Vec<Place>,
    problems: Vec<Problem>,
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Read {
    fn file(&mut self, path: &Path, take: fn(&mut Self, Source)) {
        let text = match std::fs::metadata(path) {
            Ok(meta) if meta.len() > FILE_BYTES_MAX => {
                Err(format!("it is longer than {FILE_BYTES_MAX} bytes"))
            }
            Ok(_) => std::fs::read_to_string(path).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match text {
            // As a file is while somebody writes it anew.
            Ok(text) if text.is_empty() => {
                let empty = Problem::new(Severity::Error, "the file is empty").in_file(path);
                let help = "save it again; if it is to say nothing, leave a comment in it";
                self.problems.push(empty.help(help));
            }
            Ok(text) => {
                self.files.push(path.to_owned());
                take(self, Source::new(path, text));
            }
            Err(why) => {
                let message = format!("the file cannot be read: {why}");
                self.problems.push(Problem::new(Severity::Error, message).in_file(path));
            }
        }
    }

    /// Reads the `*.toml` of a folder by name, hidden ones left out; the folder may be missing.
    fn folder(&mut self, folder: &Path, take: fn(&mut Self, Source)) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                let message = format!("the folder cannot be read: {error}");
                self.problems.push(Problem::new(Severity::Error, message).in_file(folder));
                return;
            }
        };
        self.folders.push(folder.to_owned());
        let visible = |path: &PathBuf| {
            let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
            path.extension().is_some_and(|extension| extension == "toml") && !hidden
        };
        let mut paths: Vec<PathBuf> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(visible).collect();
        paths.sort();
        for path in paths {
            self.file(&path, take);
        }
    }

    fn main(&mut self, source: Source) {
        if let Some(file) = self.parsed::<File>(&source) {
            let at = Place::file(self.sources.len());
            self.file = file;
            let agents = (0..self.file.agent.len()).map(|n| at.at("agent").at(n));
            self.agent_places.extend(agents);
            let queues = (0..self.file.queue.len()).map(|n| at.at("queue").at(n));
            self.queue_places.extend(queues);
        }
        self.sources.push(source);
    }

    fn agents(&mut self, source: Source) {
        let at = Place::file(self.sources.len());
        if has_key(&source, "agent") {
            if let Some(several) = self.parsed::<AgentsFile>(&source) {
                let places = (0..several.agent.len()).map(|n| at.at("agent").at(n));
                self.agent_places.extend(places);
                self.file.agent.extend(several.agent);
            }
        } else if let Some(mut agent) = self.parsed::<AgentEntry>(&source) {
            take_stem(&mut agent.id, &source.path);
            self.agent_places.push(at);
            self.file.agent.push(agent);
        }
        self.sources.push(source);
    }

    fn queues(&mut self, source: Source) {
        let at = Place::file(self.sources.len());
        if has_key(&source, "queue") {
            if let Some(several) = self.parsed::<QueuesFile>(&source) {
                let places = (0..several.queue.len()).map(|n| at.at("queue").at(n));
                self.queue_places.extend(places);
                self.file.queue.extend(several.queue);
            }
        } else if let Some(mut queue) = self.parsed::<QueueEntry>(&source) {
            take_stem(&mut queue.id, &source.path);
            self.queue_places.push(at);
            self.file.queue.push(queue);
        }
        self.sources.push(source);
    }

    fn replies(&mut self, source: Source) {
        if let Some(replies) = self.parsed::<RepliesFile>(&source) {
            self.reply_places.push(Place::file(self.sources.len()));
            self.file.replies.push(replies);
        }
        self.sources.push(source);
    }

    fn words(&mut self, source: Source) {
        if let Some(words) = self.parsed::<Words>(&source) {
            self.word_places.push(Place::file(self.sources.len()));
            let mut language = String::new();
            take_stem(&mut language, &source.path);
            self.file.words.push((language, words));
        }
        self.sources.push(source);
    }

    fn parsed<T: DeserializeOwned>(&mut self, source: &Source) -> Option<T> {
        match parse(source) {
            Ok(value) => Some(value),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    /// Reads the calendars that queues name, where their zones are known.
    fn calendars(&mut self, base: &Path) {
        for queue in &mut self.file.queue {
            let zone = queue.hours.zone.as_deref().and_then(desk_core::zone);
            let (Some(path), Some(zone)) = (&queue.hours.calendar, zone) else { continue };
            let path = base.join(path);
            match calendar::read(&path, &zone) {
                Ok(closed) => queue.hours.closed = closed,
                Err(problems) => self.problems.extend(problems),
            }
            if !self.files.contains(&path) {
                self.files.push(path);
            }
        }
    }

    /// Checks across files what was read, and makes of it what the parts of the daemon read.
    fn finish(mut self, base: &Path, var: Var<'_>) -> Result<Loaded, ConfigError> {
        self.calendars(base);
        let Self {
            file,
            sources,
            agent_places,
            queue_places,
            reply_places,
            word_places,
            problems,
            files,
            folders,
        } = self;
        // Checks across a config of which a part could not be read would find what is not wrong.
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }
        let settings = settings(&file, base, var);
        let all = across::All {
            file: &file,
            settings: &settings,
            sources: &sources,
            agent_places: &agent_places,
            queue_places: &queue_places,
            reply_places: &reply_places,
            word_places: &word_places,
        };
        let (errors, warnings): (Vec<_>, Vec<_>) =
            across::check(&all).into_iter().partition(|found| found.severity == Severity::Error);
        if !errors.is_empty() {
            return Err(ConfigError { problems: [errors, warnings].concat() });
        }
        let core = core_config(&file);
        let hash = desk_core::digest::of_json(&core);
        Ok(Loaded { settings, core, hash, warnings, files, folders, file })
    }
}

/// A file that is one agent or queue and names no id is named like its file.
fn take_stem(id: &mut String, path: &Path) {
    if id.is_empty() {
        *id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    }
}

fn settings(file: &File, base: &Path, var: Var<'_>) -> Settings {
    let own = rustix::process::geteuid().as_raw();
    let mut users: Vec<User> = Vec::new();
    for entry in &file.ipc.user {
        if let Some(uid) = entry.uid.or_else(|| entry.user.as_deref().and_then(uid_of)) {
            users.push(User::listed(uid, entry));
        }
    }
    if !users.iter().any(|user| user.uid == Some(own)) {
        users.push(User::owner(own));
    }
    Settings {
        desk: file.desk.clone(),
        ipc: file.ipc.clone(),
        http: file.http.clone(),
        identity: file.identity.clone(),
        oidc: file.oidc.clone(),
        journal: file.journal.clone(),
        engine: file.engine.clone(),
        servicenow: file.servicenow.clone(),
        presence: file.presence.clone(),
        scripts: file.scripts.clone(),
        metrics: file.metrics.clone(),
        log: file.log.clone(),
        replies: file.replies.iter().flat_map(RepliesFile::replies).collect(),
        words: file.words.iter().cloned().collect(),
        asks: file.queue.iter().map(|queue| (queue.id.clone(), queue.ask.clone())).collect(),
        sinks: file.sink.clone(),
        socket: file.ipc.socket.as_ref().map_or_else(|| default_socket(var), |p| base.join(p)),
        data_dir: file.journal.dir.as_ref().map_or_else(|| default_data(var), |p| base.join(p)),
        scripts_dir: file.scripts.dir.as_ref().map(|dir| base.join(dir)),
        users,
        base: base.to_owned(),
    }
}

/// `$RUNTIME_DIRECTORY/deskd.sock` (under systemd), `$XDG_RUNTIME_DIR/deskd.sock`, or
/// `/run/deskd/deskd.sock`: where deskctl looks, too.
fn default_socket(var: Var<'_>) -> PathBuf {
    let folder = first_folder(var("RUNTIME_DIRECTORY"));
    let folder = folder.or_else(|| var("XDG_RUNTIME_DIR").map(PathBuf::from));
    folder.unwrap_or_else(|| "/run/deskd".into()).join("deskd.sock")
}

/// `$STATE_DIRECTORY` (under systemd), `$XDG_STATE_HOME/deskd`, `~/.local/state/deskd`, or
/// `/var/lib/deskd`.
fn default_data(var: Var<'_>) -> PathBuf {
    if let Some(folder) = first_folder(var("STATE_DIRECTORY")) {
        return folder;
    }
    let home = || var("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let state = var("XDG_STATE_HOME").map(PathBuf::from).or_else(home);
    state.unwrap_or_else(|| "/var/lib".into()).join("deskd")
}

/// systemd names several folders with colons between.
fn first_folder(value: Option<OsString>) -> Option<PathBuf> {
    std::env::split_paths(&value?).next()
}
