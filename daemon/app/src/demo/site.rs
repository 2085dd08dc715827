//! The demo's config and scripts: small files that anyone may look at and change while it runs.

use anyhow::Result;
use desk_hooks::ScriptSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The agent of the play.
pub(super) const AGENT: &str = "ann";
/// The queue of the play: the agent finishes by hand.
pub(super) const SUPPORT: &str = "support";
/// The queue whose wrap-up timer the play waits out, and whose offer it misses.
pub(super) const QUICK: &str = "quick";
/// The disposition of which a rule tells the sink of the same name.
pub(super) const SECURITY: &str = "security";
/// The shortest time to accept that a config may name.
pub(super) const MISS_SECS: u32 = 5;

/// Writes the config and answers where it is.
pub(super) fn write(folder: &Path, instance: &str, receiver: &str) -> Result<PathBuf> {
    let base = folder.join("config");
    let scripts = folder.join("scripts");
    for dir in [&base, &base.join("agents.d"), &base.join("queues.d"), &scripts] {
        fs::create_dir_all(dir)?;
    }
    let password = base.join("servicenow.password");
    fs::write(&password, "admin\n")?;
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600))?;
    for (name, text) in ScriptSet::shipped().files() {
        let path = scripts.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text.as_bytes())?;
    }
    let config = base.join("deskd.toml");
    fs::write(&config, main_file(folder, instance, receiver))?;
    fs::write(base.join("queues.d/support.toml"), queue_file("Support", 120, 20))?;
    fs::write(base.join("queues.d/quick.toml"), queue_file("Quick questions", 3, MISS_SECS))?;
    let queues = format!("[queues]\n{SUPPORT} = 50\n{QUICK} = 50\n");
    fs::write(base.join("agents.d/ann.toml"), format!("name = \"Ann\"\ncapacity = 1\n\n{queues}"))?;
    fs::write(base.join("agents.d/ben.toml"), format!("name = \"Ben\"\n\n{queues}"))?;
    Ok(config)
}

fn main_file(folder: &Path, instance: &str, receiver: &str) -> String {
    let folder = folder.display();
    format!(
        r#"[ipc]
socket = "{folder}/deskd.sock"

[http]
listen = "127.0.0.1:0"

[journal]
dir = "{folder}/journal"

[servicenow]
url = "{instance}"
username = "admin"
password_file = "servicenow.password"

[scripts]
dir = "{folder}/scripts"

[[sink]]
id = "{SECURITY}"
url = "{receiver}"
"#
    )
}

fn queue_file(name: &str, wrapup_secs: u32, accept_secs: u32) -> String {
    format!(
        r#"name = "{name}"
accept_secs = {accept_secs}

[incident_fields]
category = "software"

[fields]
security_sink = "{SECURITY}"

[wrapup]
mode = "timed"
secs = {wrapup_secs}
code_missing = "default"

[dispositions]
mandatory = true
default = "other"
codes = [
    {{ id = "solved", label = "Solved" }},
    {{ id = "escalated", label = "Escalated" }},
    {{ id = "{SECURITY}", label = "Security" }},
    {{ id = "other", label = "Other" }},
]
"#
    )
}
