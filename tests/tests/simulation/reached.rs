//! What the plays must have reached, read from the source of what there is: what is added there
//! must come up here.

use crate::counts::Counts;

/// Commands that no play gives: what stands for them comes up otherwise.
const COMMANDS_NEVER: [&str; 1] = ["shelve"];
/// Refusals that no play can meet, and why.
const REFUSALS_NEVER: [(&str, &str); 6] = [
    ("internal", "a decision that panicked"),
    ("reason_required", "the plays' configs require none"),
    ("queues_in_use", "a config that the shell would not hand on"),
    ("too_many_profiles", "a config that the shell would not hand on"),
    ("already_chosen", "kept for clients of other versions"),
    ("stale", "an answer to an attempt of before the last two"),
];
const EVENTS_NEVER: [&str; 1] = ["shelved"];

/// Statuses, and the commands that agents give in each.
const STATUSES: [&str; 7] =
    ["logged_out", "busy", "offered", "post_processing", "on_break", "available", "work_offline"];
const BY_AGENTS: [&str; 20] = [
    "login",
    "logout",
    "ask_status",
    "stop_new",
    "stream_opened",
    "stream_lost",
    "accept",
    "reject",
    "post_message",
    "acknowledge",
    "end_chat",
    "transfer",
    "search_match",
    "choose_match",
    "set_codes",
    "set_note",
    "extend_wrapup",
    "wrap_up",
    "claim_pop",
    "report_pop",
];
const FAULTS: [&str; 28] = [
    "instance answers",
    "instance busy",
    "instance refuses",
    "instance commits, answer lost",
    "instance commits nothing, answer lost",
    "instance commits late, answer lost",
    "receiver answers",
    "receiver busy",
    "receiver refuses",
    "receiver commits, answer lost",
    "receiver commits nothing, answer lost",
    "receiver commits late, answer lost",
    "what was followed is told twice",
    "records are passed over",
    "report lost",
    "report doubled",
    "report out of order",
    "report late",
    "client answers late",
    "client vanishes",
    "command repeated",
    "config changed",
    "scripts changed",
    "clock set",
    "disk fails, rows kept",
    "disk fails, rows lost",
    "crash",
    "crash before the answers",
];

/// Holds that everything came up.
pub(crate) fn hold(counts: &Counts) {
    let mut missing = Vec::new();
    let mut want = |kind: &'static str, name: &str| {
        if counts.of(kind, name) == 0 {
            missing.push(format!("{kind}: {name}"));
        }
    };
    for command in quoted(include_str!("../../../daemon/core/src/command/kind.rs")) {
        let inner = ["due", "follow", "start"].contains(&command);
        if !COMMANDS_NEVER.contains(&command) {
            want(if inner { "record" } else { "command" }, command);
        }
    }
    let refusals = include_str!("../../../daemon/core/src/refusal.rs");
    // Words that tell more of one refusal stand before.
    let (_, codes) = refusals.split_once("pub const fn code(").expect("the codes are there");
    for code in quoted(codes) {
        if !REFUSALS_NEVER.iter().any(|(never, _)| *never == code) {
            want("refusal", code);
        }
    }
    for event in variants(include_str!("../../../daemon/core/src/event.rs"), "pub enum Event {") {
        if !EVENTS_NEVER.contains(&event.as_str()) {
            want("event", &event);
        }
    }
    for hook in desk_core::policy::Hook::ALL {
        for outcome in ["decided", "left it", "failed"] {
            // What follows the journal has nothing to decide.
            if hook == desk_core::policy::Hook::OnEvent && outcome == "decided" {
                continue;
            }
            want("hook", &format!("{hook} {outcome}"));
        }
    }
    for status in STATUSES {
        for command in BY_AGENTS {
            want("in status", &format!("{status} {command}"));
        }
    }
    for fault in FAULTS {
        want("fault", fault);
    }
    assert!(missing.is_empty(), "never reached:\n{}", missing.join("\n"));
}

/// The texts that arms of a match give: `… => "name",`.
fn quoted(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| {
        let (_, text) = line.trim().strip_prefix("Self::")?.split_once("=> \"")?;
        text.strip_suffix("\",")
    })
}

/// The variants of an enum, as they are written in JSON.
fn variants(source: &str, head: &str) -> Vec<String> {
    let (_, body) = source.split_once(head).expect("the enum is there");
    let (body, _) = body.split_once("\n}\n").expect("it ends");
    let names = body.lines().filter_map(|line| {
        let line = line.strip_prefix("    ")?;
        let name: String = line.chars().take_while(char::is_ascii_alphanumeric).collect();
        name.starts_with(|c: char| c.is_ascii_uppercase()).then_some(name)
    });
    names.map(|name| snake(&name)).collect()
}

fn snake(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}
