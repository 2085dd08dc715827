//! The config as it is in effect, for `deskd config show`: every key with its value, those that
//! are not set by name, and of a secret only where it comes from.

use super::desk::{BackstopEntry, IncidentEntry, LimitsEntry, ReasonsEntry, TimesEntry};
use super::identity::Vouching;
use super::keys::keys;
use super::load::Loaded;
use super::metrics::Metrics;
use super::oidc::Oidc;
use super::servicenow::{Auth, ServiceNow};
use super::settings::{Desk, Engine, Http, Ipc, Journal, Log, Presence, Scripts, Settings};
use serde_json::json;
use std::fmt::Write as _;
use toml_edit::DocumentMut;

/// The config in effect as TOML, which can be read as a config again.
#[must_use]
pub fn show(loaded: &Loaded) -> String {
    let mut head = String::from("# The config in effect");
    match loaded.files.as_slice() {
        [] => head.push_str(": what is built in.\n"),
        files => {
            head.push_str(", read from:\n");
            for file in files {
                let _ = writeln!(head, "#   {}", file.display());
            }
        }
    }
    let _ = writeln!(head, "# Hash of what decisions depend on: {}", loaded.hash);
    head + sections(loaded).as_str()
}

fn sections(loaded: &Loaded) -> String {
    let text = toml_edit::ser::to_string_pretty(&loaded.file).unwrap_or_default();
    let Ok(mut document) = text.parse::<DocumentMut>() else { return text };
    for (section, keys) in section_keys() {
        let Some(table) = document.get_mut(section).and_then(|item| item.as_table_mut()) else {
            continue;
        };
        // A section that holds nothing but tables would have no line for the comment.
        table.set_implicit(false);
        let mut notes = String::from("\n");
        for key in keys.iter().filter(|key| !table.contains_key(key)) {
            let _ =
                writeln!(notes, "# {section}.{key} is not set{}", instead(loaded, section, key));
        }
        if section == "servicenow" {
            let _ = writeln!(notes, "# the secret: {}", password(&loaded.settings));
        }
        table.decor_mut().set_prefix(notes);
    }
    document.to_string()
}

/// The sections and the keys that each knows.
pub(super) fn section_keys() -> [(&'static str, &'static [&'static str]); 17] {
    [
        ("desk", keys::<Desk>()),
        ("ipc", keys::<Ipc>()),
        ("http", keys::<Http>()),
        ("identity", keys::<Vouching>()),
        ("oidc", keys::<Oidc>()),
        ("journal", keys::<Journal>()),
        ("engine", keys::<Engine>()),
        ("servicenow", keys::<ServiceNow>()),
        ("incident", keys::<IncidentEntry>()),
        ("presence", keys::<Presence>()),
        ("times", keys::<TimesEntry>()),
        ("backstop", keys::<BackstopEntry>()),
        ("limits", keys::<LimitsEntry>()),
        ("reasons", keys::<ReasonsEntry>()),
        ("scripts", keys::<Scripts>()),
        ("metrics", keys::<Metrics>()),
        ("log", keys::<Log>()),
    ]
}

/// What holds where a key is not set.
fn instead(loaded: &Loaded, section: &str, key: &str) -> String {
    let settings = &loaded.settings;
    match (section, key) {
        ("ipc", "socket") => format!(": {}", settings.socket.display()),
        ("journal", "dir") => format!(": {}", settings.data_dir.display()),
        ("scripts", "dir") => ": the scripts that are built in".into(),
        _ => String::new(),
    }
}

fn password(settings: &Settings) -> String {
    let section = &settings.servicenow;
    let (file, env) = match section.auth {
        Auth::Basic => (&section.password_file, &section.password_env),
        Auth::Oauth => (&section.oauth.client_secret_file, &section.oauth.client_secret_env),
        Auth::ApiKey => (&section.api_key.key_file, &section.api_key.key_env),
        Auth::Certificate => (&section.tls.key, &None),
    };
    match (file, env) {
        (Some(path), _) => format!("from the file {}, not shown", path.display()),
        (None, Some(name)) => format!("from the variable {name}, not shown"),
        (None, None) => "not set".into(),
    }
}

/// The config in effect as JSON; what is not set is null.
#[must_use]
pub fn show_json(loaded: &Loaded) -> serde_json::Value {
    let settings = &loaded.settings;
    json!({
        "v": 1,
        "files": loaded.files,
        "hash": loaded.hash,
        "config": loaded.file,
        "socket": settings.socket,
        "data_dir": settings.data_dir,
        "scripts_dir": settings.scripts_dir,
        "users": settings.users,
        "password": password(settings),
        "warnings": loaded.warnings,
    })
}
