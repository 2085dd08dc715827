//! The configs and the scripts of the plays.

use desk_core::config::Config;
use desk_core::name::Hash;
use desk_hooks::{CpuClock, Host, Limits, ScriptSet};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The agents, of every config.
pub(crate) const AGENTS: [&str; 6] = ["ann", "ben", "cat", "dov", "eve", "fay"];
/// The queues, of every config.
pub(crate) const QUEUES: [&str; 4] = ["support", "billing", "vip", "general"];

const DESK: &str = r#"
[desk]
name = "A desk at random"
[times]
step_give_up_secs = 86400
[backstop]
wait_max_secs = 7200
silence_max_secs = 7200
wrapup_max_secs = 3600
[reasons.on_break]
codes = ["lunch", "training"]
required = false
"#;

const TEAM: &str = r#"
[[agent]]
id = "ann"
capacity = 2
queues = { support = 80, general = 20 }
skills = { german = 60 }
[[agent]]
id = "ben"
capacity = 3
queues = { support = 60, billing = 40, general = 50 }
[[agent]]
id = "cat"
capacity = 1
queues = { support = 60, billing = 90 }
skills = { german = 20 }
[[agent]]
id = "dov"
capacity = 4
queues = { billing = 50, vip = 50, general = 50 }
skills = { german = 90 }
[[agent]]
id = "eve"
capacity = 2
queues = { vip = 90, support = 30 }
[[agent]]
id = "fay"
capacity = 2
queues = { general = 90, support = 50, billing = 50, vip = 20 }
skills = { german = 50 }
"#;

const CODES: &str = r#"
codes = [
    { id = "solved" },
    { id = "group" },
    { id = "first", parent = "group" },
    { id = "second", parent = "group" },
    { id = "escalated" },
    { id = "other" },
]
"#;

const SINKS: &str = r#"
[[sink]]
id = "pager"
url = "https://pager.example"
[sink.secrets.key]
env = "KEY"
[[sink]]
id = "crm"
url = "https://crm.example"
"#;

const GENERAL: &str = r#"
[[queue]]
id = "general"
length_max = 12
pop = "never"
strategy = "round_robin"
wait_max_secs = 1800
wait_then = "form"
[queue.wrapup]
mode = "none"
[queue.form]
on = true
text = "Please write to us."
[queue.form.incident_fields]
category = "inquiry"
"#;

/// What differs from one config to the next.
fn queues(variant: usize) -> String {
    let strategy = ["longest_idle", "broadcast", "least_busy", "fewest_chats"][variant % 4];
    let support = format!(
        r#"
[[queue]]
id = "support"
accept_secs = 20
cooldown_secs = 30
strategy = "{strategy}"
service_level = {{ secs = 20, target = 80 }}
wait_max_secs = 3600
relax_secs = 90
missed_max = 4
missed_status = "available"
affinity_secs = 3600
idle_remind_secs = 120
idle_close_secs = 300
reply_remind_secs = 60
overflow = "general"
[queue.wrapup]
mode = "timed"
secs = 40
extend_secs = 20
extend_max = 2
code_missing = "default"
[queue.dispositions]
mandatory = true
default = "other"
most = 2
{CODES}
[queue.hours]
zone = "Europe/Berlin"
week = ["mon-fri 06:00-22:00", "sat,sun 10:00-02:00"]
[queue.hours.days]
2026-11-24 = ["09:00-12:00", "13:00-20:00"]
"#
    );
    let billing = format!(
        r#"
[[queue]]
id = "billing"
priority = 5
accept_secs = 15
strategy = "top_down"
order = ["cat", "dov", "ben"]
recover_secs = 120
incident = "at_wrapup"
incident_unhandled = true
overflow = "general"
[queue.wrapup]
mode = "optional"
[queue.dispositions]
mandatory = true
default = "other"
{CODES}
"#
    );
    let vip = format!(
        r#"
[[queue]]
id = "vip"
priority = 50
weight = 2
accept_secs = 10
reject = false
missed_status = "work_offline"
pop = "offer"
[queue.wrapup]
mode = "fixed"
secs = 20
[queue.dispositions]
{CODES}
[queue.hours]
zone = "Pacific/Auckland"
week = ["daily 20:00-01:00", "daily 02:00-18:00"]
closing_then = "form"
[queue.form]
on = true
"#
    );
    let limits = match variant {
        // Bounds so tight that they are met.
        2 => {
            "[limits]\ndeliveries = 2\nchats = 12\nmessages = 8\nmessage_chars = 60\nnote_chars = 60\nfields = 2\nfield_chars = 20\nclasses = 2\nabandoned = 2\nanswers = 40\naffinity = 2\nkv = 2\ngrants = 1\ntranscript_chars = 200\n"
        }
        _ => "",
    };
    // A queue that is taken out, and an agent too, go into retirement.
    let vip = if variant == 1 { String::new() } else { vip };
    format!("{limits}{support}{billing}{vip}{GENERAL}")
}

/// How many configs there are.
pub(crate) const CONFIGS: usize = 4;

/// The n-th config, as its files make it.
pub(crate) fn config(n: usize) -> (Config, Hash) {
    static ALL: OnceLock<Vec<(Config, Hash)>> = OnceLock::new();
    let all = ALL.get_or_init(|| (0..CONFIGS).map(read).collect());
    all[n % CONFIGS].clone()
}

fn read(variant: usize) -> (Config, Hash) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut team = TEAM.to_owned();
    if variant == 1 {
        team = team.replace("vip = 50, ", "").replace("vip = 90, ", "").replace(", vip = 20", "");
    }
    if variant == 3 {
        // Eve has left, and nobody else may take more than one.
        team = team.split("[[agent]]\nid = \"eve\"").next().expect("a text").to_owned();
        team = team.replace("capacity = 4", "capacity = 2");
    }
    let interaction =
        if variant.is_multiple_of(2) { "[incident.interaction]\non = true\n" } else { "" };
    // The sink of some deliveries is taken away and comes back.
    let sinks =
        if variant == 3 { SINKS.split("[[sink]]\nid = \"crm\"").next() } else { Some(SINKS) };
    let sinks = sinks.unwrap_or_default();
    let text = format!("{DESK}{interaction}{}{team}{sinks}", queues(variant));
    let file = folder.path().join("deskd.toml");
    write(&file, &text);
    let loaded = deskd::config::load(Some(&file)).unwrap_or_else(|error| panic!("{error}"));
    (loaded.core, loaded.hash)
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("a folder of our own");
}

/// A set of scripts: those that are built in, those that decide by chance, those that fail.
pub(crate) fn set(n: usize) -> &'static ScriptSet {
    static ALL: OnceLock<[ScriptSet; 3]> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        [
            ScriptSet::shipped(),
            ScriptSet::from_files(files(CHANCE)).expect("good scripts"),
            ScriptSet::from_files(files(FAILING)).expect("scripts that fail when they run"),
        ]
    });
    &all[n % 3]
}

/// Such a set, with what asks its rules.
pub(crate) fn scripts(n: usize) -> (Host, Hash, BTreeMap<String, String>) {
    let set = set(n).clone();
    let hash = set.hash().clone();
    let files = set.files().iter().map(|(name, text)| (name.clone(), text.to_string())).collect();
    // By operations alone: a busy machine must not change what a play does.
    let host = Host::by_clock(set, Limits::default(), CpuClock::stopped());
    (host.expect("a host"), hash, files)
}

fn files(of: &[(&str, &str)]) -> BTreeMap<String, Arc<str>> {
    of.iter().map(|(name, text)| ((*name).to_owned(), Arc::from(*text))).collect()
}

/// Rules that bend something, and now and then nothing.
const CHANCE: &[(&str, &str)] = &[
    (
        "on_chat.rhai",
        r#"fn on_chat(ctx) {
            let today = kv_add("chats of " + ctx.queue.id, 1, 86400);
            if today % 7 == 0 { kv_set("chats of " + ctx.queue.id, ()); }
            if ctx.chat.customer.email == "" { return #{ priority: 3 }; }
            if !ctx.queue.open && ctx.queue.id == "vip" { return #{ queue: "general" }; }
            if ctx.waiting > 9 { return #{ turn_away: "too many" }; }
            if today % 3 == 0 {
                deliver("pager", #{ chat: ctx.chat.id, key: secret("key") });
            }
        }"#,
    ),
    (
        "on_route.rhai",
        r#"fn on_route(ctx) {
            if ctx.queue.id == "general" && ctx.held_secs < 10 { return #{ hold: 5 }; }
            if ctx.agents.len() > 1 { return #{ order: [ctx.agents[1].id] }; }
        }"#,
    ),
    (
        "on_offer.rhai",
        r#"fn on_offer(ctx) { if ctx.queue.id != "vip" { return #{ accept_secs: 7 }; } }"#,
    ),
    (
        "on_offer_missed.rhai",
        r#"fn on_offer_missed(ctx) { kv_set("missed", ctx.agent.id, 600); if ctx.rejected { return #{ cooldown_secs: 5, priority: 7 }; } }"#,
    ),
    (
        "on_wait_limit.rhai",
        r#"fn on_wait_limit(ctx) {
            if ctx.chat.misses == 0 { return #{ extend_secs: 60 }; }
            if ctx.queue.id == "general" { return #{ form: true, message: "write, please" }; }
        }"#,
    ),
    (
        "on_lookup.rhai",
        r#"fn on_lookup(ctx) {
            if ctx.words == () {
                let by = ctx.chat.customer.email;
                return #{ asks: [#{ table: "sys_user", field: "email", value: by }] };
            }
        }"#,
    ),
    (
        "on_match.rhai",
        r#"fn on_match(ctx) {
            if ctx.candidates.len() > 1 { return #{ choose: ctx.candidates[1].sys_id }; }
        }"#,
    ),
    (
        "on_message.rhai",
        r#"fn on_message(ctx) { if ctx.text.len() > 40 { return #{ tag: "long" }; } }"#,
    ),
    (
        "on_idle.rhai",
        r#"fn on_idle(ctx) { if ctx.what == "remind" { return #{ text: "Hello?" }; }
            if ctx.what == "close" && ctx.chat.priority > 0 { return #{ extend_secs: 60 }; } }"#,
    ),
    (
        "on_wrapup.rhai",
        r#"fn on_wrapup(ctx) {
            if ctx.trigger == "submitted" && ctx.segment.note == "" {
                return #{ deny: "a note, please" };
            }
        }"#,
    ),
    (
        "on_incident.rhai",
        r#"fn on_incident(ctx) {
            if ctx.queue.id == "vip" { return #{ skip: true }; }
            if ctx.step != "create" { return; }
            let answer = #{ fields: #{ urgency: 2 }, attach: true };
            if ctx.caller != () && ctx.caller.incidents.len() > 0 {
                answer.append_to = ctx.caller.incidents[0].sys_id;
            }
            return answer;
        }"#,
    ),
    (
        "on_status.rhai",
        r#"fn on_status(ctx) {
            if ctx.agent.id == "eve" { deliver("pager", #{ eve: ctx.to }); }
            if ctx.to == "on_break" { return #{ return_secs: 600 }; }
            if ctx.to == "work_offline" { return #{ deny: "not now" }; }
        }"#,
    ),
    (
        "on_event.rhai",
        r#"fn on_event(ctx) {
            if ctx.event == "chat_ended" {
                deliver("crm", #{ seq: ctx.seq, chat: ctx.chat.id, how: ctx.fields.how });
            }
            if ctx.event == "low_disk_set" { kv_add("low", 1); }
        }"#,
    ),
];

/// Rules that fail, each in a way of its own.
const FAILING: &[(&str, &str)] = &[
    ("on_chat.rhai", "fn on_chat(ctx) { #{ queue: \"nowhere\" } }"),
    ("on_route.rhai", "fn on_route(ctx) { #{ order: [\"zoe\"] } }"),
    ("on_offer.rhai", "fn on_offer(ctx) { loop { } }"),
    ("on_offer_missed.rhai", "fn on_offer_missed(ctx) { 1 / 0 }"),
    ("on_wait_limit.rhai", "fn on_wait_limit(ctx) { #{ queue: 7 } }"),
    ("on_lookup.rhai", "fn on_lookup(ctx) { #{ asks: [] } }"),
    ("on_match.rhai", "fn on_match(ctx) { throw \"no\"; }"),
    ("on_message.rhai", "fn on_message(ctx) { on_message(ctx) }"),
    ("on_idle.rhai", "fn on_idle(ctx) { let x = 5; x.y }"),
    ("on_wrapup.rhai", "fn on_wrapup(ctx) { let x = [1]; x[7] }"),
    ("on_incident.rhai", "fn on_incident(ctx) { #{ fields: 3 } }"),
    ("on_status.rhai", "fn on_status(ctx) { \"away\" }"),
    ("on_event.rhai", "fn on_event(ctx) { deliver(\"nowhere\", #{ event: ctx.event }); }"),
];
