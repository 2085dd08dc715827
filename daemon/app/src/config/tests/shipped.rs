//! The shipped files are the defaults, whole, and good.

use super::super::ask::Ask;
use super::super::desk::{AgentEntry, InteractionEntry};
use super::super::files::File;
use super::super::hours::{FormEntry, HoursEntry};
use super::super::identity::SignedSite;
use super::super::keys::keys;
use super::super::load::{embedded, load_with};
use super::super::oidc::OidcGroup;
use super::super::queue::{CodeEntry, DispositionsEntry, QueueEntry, WrapupEntry};
use super::super::servicenow::{ApiKey, Lookup, LookupPlace, OAuth, Tls};
use super::super::settings::IpcUser;
use super::super::show::section_keys;
use super::super::sink::{Sink, SinkSecret};
use super::super::tls::HttpTls;
use super::super::{Problem, init};
use super::no_var;
use desk_core::config::{IncidentConfig, Limits, Times};
use desk_core::name::{AgentId, QueueId};
use std::path::{Path, PathBuf};

fn config_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(config_folder().join(name)).unwrap()
}

/// The lines below a header, up to the next one.
fn section<'a>(text: &'a str, header: &str) -> &'a str {
    let start = text.find(&format!("\n{header}\n")).unwrap_or_else(|| panic!("no {header}"));
    let body = &text[start + header.len() + 2..];
    &body[..body.find("\n[").unwrap_or(body.len())]
}

fn holds(section: &str, key: &str) -> bool {
    section.lines().any(|line| {
        let line = line.strip_prefix("# ").unwrap_or(line);
        line.strip_prefix(key).is_some_and(|rest| rest.starts_with(" = "))
    })
}

#[test]
fn the_shipped_file_equals_the_defaults() {
    let shipped: File = toml::from_str(&text("deskd.toml")).unwrap();
    assert_eq!(shipped, File::default());
}

#[test]
fn every_key_stands_in_the_shipped_file() {
    let text = text("deskd.toml");
    for (name, keys) in section_keys() {
        assert!(!keys.is_empty(), "{name} has no keys");
        for key in keys {
            let table = text.contains(&format!("\n[{name}.{key}]\n"));
            assert!(
                table || holds(section(&text, &format!("[{name}]")), key),
                "{name}.{key} does not stand in deskd.toml"
            );
        }
    }
    for (table, keys) in [
        ("servicenow.lookup", keys::<Lookup>()),
        ("[servicenow.lookup.also]", keys::<LookupPlace>()),
        ("[sink]", keys::<Sink>()),
        ("sink.secrets.token", keys::<SinkSecret>()),
        ("servicenow.oauth", keys::<OAuth>()),
        ("servicenow.api_key", keys::<ApiKey>()),
        ("servicenow.tls", keys::<Tls>()),
        ("http.tls", keys::<HttpTls>()),
        ("incident.interaction", keys::<InteractionEntry>()),
    ] {
        let header = format!("[{table}]");
        let example = table.starts_with('[') || table.starts_with("sink");
        let header = if example { format!("# {header}") } else { header };
        let section = section(&text, &header);
        for key in keys {
            // Some are tables of their own.
            let own = [format!("\n[{table}.{key}]\n"), format!("\n# [sink.{key}.token]\n")];
            let stands = holds(section, key) || own.iter().any(|own| text.contains(own));
            assert!(stands, "{table}.{key} does not stand in deskd.toml");
        }
    }
    for key in keys::<OidcGroup>() {
        assert!(text.contains(&format!("\n# {key} = ")), "oidc.group.{key} does not stand there");
    }
    for key in keys::<SignedSite>() {
        assert!(
            text.contains(&format!("\n# {key} = ")),
            "identity.site.{key} does not stand there"
        );
    }
    for key in keys::<IpcUser>() {
        assert!(text.contains(key), "ipc.user.{key} does not stand in deskd.toml");
    }
}

#[test]
fn every_section_is_among_those_that_are_looked_through() {
    let known: Vec<&str> = section_keys().iter().map(|(name, _)| *name).collect();
    let sections: Vec<&str> = keys::<File>()
        .iter()
        .copied()
        .filter(|key| !["agent", "queue", "sink"].contains(key))
        .collect();
    assert_eq!(known, sections);
}

#[test]
fn every_key_of_a_queue_and_an_agent_stands_in_the_examples() {
    let queue = text("queues.d/support.toml");
    let keys_of_a_queue = [
        keys::<QueueEntry>(),
        keys::<WrapupEntry>(),
        keys::<DispositionsEntry>(),
        keys::<CodeEntry>(),
        keys::<HoursEntry>(),
        keys::<FormEntry>(),
        keys::<Ask>(),
    ];
    for key in keys_of_a_queue.concat() {
        let stands = holds(&queue, key) || queue.contains(&format!("\n[{key}]\n"));
        let stands = stands || queue.contains(&format!(".{key}]\n"));
        let stands = stands || queue.contains(&format!("\n# [[{key}]]\n"));
        // The id is the file's name.
        assert!(stands || key == "id" || queue.contains(&format!("{key} = ")), "{key}");
    }
    let agent = text("agents.d/ann.toml");
    for key in keys::<AgentEntry>() {
        let stands = holds(&agent, key) || agent.contains(&format!("\n[{key}]\n"));
        assert!(stands || *key == "id", "{key} does not stand in agents.d/ann.toml");
    }
}

#[test]
fn the_examples_leave_a_queue_and_an_agent_at_their_defaults() {
    let mut queue: QueueEntry = toml::from_str(&text("queues.d/support.toml")).unwrap();
    (queue.name, queue.dispositions) = (String::new(), DispositionsEntry::default());
    assert_eq!(queue, QueueEntry::default());
    let mut agent: AgentEntry = toml::from_str(&text("agents.d/ann.toml")).unwrap();
    (agent.name, agent.queues) = (String::new(), Default::default());
    assert_eq!(agent, AgentEntry::default());
}

#[test]
fn the_defaults_are_those_of_the_core() {
    let core = super::super::desk::core_config(&File::default());
    assert_eq!(core.times, Times::default());
    assert_eq!(core.limits, Limits::default());
    assert_eq!(core.incident, IncidentConfig::default());
    assert_eq!(core, desk_core::config::Config::default());
}

#[test]
fn without_any_file_there_is_a_queue_with_two_agents() {
    let loaded = embedded().unwrap_or_else(|error| panic!("{error}"));
    let support = QueueId::from("support");
    assert!(loaded.core.queues.contains_key(&support));
    for agent in ["ann", "ben"] {
        let agent = &loaded.core.agents[&AgentId::from(agent)];
        assert!(agent.queues.contains_key(&support));
    }
    assert!(loaded.files.is_empty());
}

#[test]
fn the_shipped_folder_and_every_example_load() {
    let examples = std::fs::read_dir(config_folder().join("examples")).unwrap();
    let mut folders: Vec<PathBuf> = examples.map(|entry| entry.unwrap().path()).collect();
    assert!(folders.len() >= 2, "there are examples");
    folders.push(config_folder());
    for folder in folders {
        let loaded = load_with(&folder.join("deskd.toml"), &no_var);
        let loaded = loaded.unwrap_or_else(|error| panic!("{}:\n{error}", folder.display()));
        assert!(!loaded.core.queues.is_empty(), "{} has no queue", folder.display());
        let unexpected = |warning: &&Problem| {
            !["servicenow.url is not set", "this machine has no account"]
                .iter()
                .any(|start| warning.message.starts_with(start))
        };
        let warnings: Vec<_> = loaded.warnings.iter().filter(unexpected).collect();
        assert!(warnings.is_empty(), "{}: {warnings:?}", folder.display());
    }
}

#[test]
fn init_writes_what_loads_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let written = init(folder.path()).unwrap();
    let loaded = load_with(&folder.path().join("deskd.toml"), &no_var).unwrap();
    assert_eq!(loaded.files.len(), written.len());
    assert_eq!(loaded.core, embedded().unwrap().core);

    std::fs::remove_file(&written[0]).unwrap();
    std::fs::write(&written[1], "mine").unwrap();
    let refused = init(folder.path()).unwrap_err();
    assert!(refused.to_string().contains("is there already; nothing was written"), "{refused}");
    assert!(!written[0].exists());
    assert_eq!(std::fs::read_to_string(&written[1]).unwrap(), "mine");
}
