//! The sections that decisions depend on, as they stand in the files, and the core's config that
//! is made of them. Files leave out what has a default; the core's config is always whole.

use super::words::said;
use desk_core::config::{
    AgentConfig, Authority, Config, IncidentConfig, InteractionConfig, Limits, ReasonList, Reasons,
    Times,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Levels by name.
pub(super) type Levels = BTreeMap<String, u8>;

/// An agent: `[[agent]]`, or one file of `agents.d`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AgentEntry {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) capacity: u16,
    pub(super) authority: Authority,
    pub(super) queues: Levels,
    pub(super) skills: Levels,
}

impl Default for AgentEntry {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            capacity: 2,
            authority: Authority::Local,
            queues: Levels::new(),
            skills: Levels::new(),
        }
    }
}

impl AgentEntry {
    fn config(&self) -> AgentConfig {
        AgentConfig {
            name: name_or(&self.name, &self.id),
            capacity: self.capacity,
            skills: levels(&self.skills),
            queues: levels(&self.queues),
            authority: self.authority,
        }
    }
}

/// `[incident]`: how incidents are made, desk-wide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct IncidentEntry {
    pub(super) table: String,
    pub(super) namespace: String,
    pub(super) accepted_field: Option<String>,
    pub(super) terminated_field: Option<String>,
    pub(super) fields: BTreeMap<String, String>,
    pub(super) interaction: InteractionEntry,
}

/// `[incident.interaction]`: the interactions that chats become beside their incidents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct InteractionEntry {
    pub(super) on: bool,
    pub(super) table: String,
    pub(super) id_field: String,
    pub(super) fields: BTreeMap<String, String>,
}

impl Default for InteractionEntry {
    fn default() -> Self {
        let InteractionConfig { wanted, table, id_field, fields } = InteractionConfig::default();
        Self { on: wanted, table, id_field, fields }
    }
}

impl InteractionEntry {
    fn config(&self) -> InteractionConfig {
        let Self { on, table, id_field, fields } = self.clone();
        InteractionConfig { wanted: on, table, id_field, fields }
    }
}

impl Default for IncidentEntry {
    fn default() -> Self {
        let IncidentConfig { table, namespace, fields, accepted_field, terminated_field, .. } =
            IncidentConfig::default();
        let interaction = InteractionEntry::default();
        Self { table, namespace, accepted_field, terminated_field, fields, interaction }
    }
}

/// `[times]`: pauses and patience of the drivers, in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TimesEntry {
    pub(super) pop_secs: u32,
    pub(super) typing_secs: u32,
    pub(super) lookup_retry_secs: u32,
    pub(super) caller_wait_secs: u32,
    pub(super) step_max_secs: u32,
    pub(super) step_retry_min_secs: u32,
    pub(super) step_retry_max_secs: u32,
    pub(super) step_give_up_secs: u32,
}

impl Default for TimesEntry {
    fn default() -> Self {
        let times = Times::default();
        Self {
            pop_secs: times.pop_secs,
            typing_secs: times.typing_secs,
            lookup_retry_secs: times.lookup_retry_secs,
            caller_wait_secs: times.caller_wait_secs,
            step_max_secs: times.step_max_secs,
            step_retry_min_secs: times.step_retry_secs.0,
            step_retry_max_secs: times.step_retry_secs.1,
            step_give_up_secs: times.step_give_up_secs,
        }
    }
}

/// `[backstop]`: what ends a state that nobody ended, in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct BackstopEntry {
    pub(super) wait_max_secs: u32,
    pub(super) silence_max_secs: u32,
    pub(super) wrapup_max_secs: u32,
    pub(super) lookup_max_secs: u32,
    pub(super) observed_max_secs: u32,
}

impl Default for BackstopEntry {
    fn default() -> Self {
        let times = Times::default();
        Self {
            wait_max_secs: times.wait_max_secs,
            silence_max_secs: times.silence_max_secs,
            wrapup_max_secs: times.wrapup_max_secs,
            lookup_max_secs: times.lookup_max_secs,
            observed_max_secs: times.observed_max_secs,
        }
    }
}

/// `[limits]`: desk-wide bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LimitsEntry {
    pub(super) chats: u32,
    pub(super) classes: u32,
    pub(super) profiles: u32,
    pub(super) messages: u32,
    pub(super) message_chars: u32,
    pub(super) note_chars: u32,
    pub(super) fields: u32,
    pub(super) field_chars: u32,
    pub(super) answers: u32,
    pub(super) abandoned: u32,
    pub(super) affinity: u32,
    pub(super) kv: u32,
    pub(super) grants: u32,
    pub(super) deliveries: u32,
    pub(super) transcript_chars: u32,
}

impl Default for LimitsEntry {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            chats: limits.chats,
            classes: limits.classes,
            profiles: limits.profiles,
            messages: limits.messages,
            message_chars: limits.message_chars,
            note_chars: limits.note_chars,
            fields: limits.fields.0,
            field_chars: limits.fields.1,
            answers: limits.answers,
            abandoned: limits.abandoned,
            affinity: limits.affinity,
            kv: limits.kv,
            grants: limits.grants,
            deliveries: limits.deliveries,
            transcript_chars: limits.transcript_chars,
        }
    }
}

impl LimitsEntry {
    fn config(&self) -> Limits {
        Limits {
            chats: self.chats,
            classes: self.classes,
            profiles: self.profiles,
            messages: self.messages,
            message_chars: self.message_chars,
            note_chars: self.note_chars,
            fields: (self.fields, self.field_chars),
            answers: self.answers,
            abandoned: self.abandoned,
            affinity: self.affinity,
            kv: self.kv,
            grants: self.grants,
            deliveries: self.deliveries,
            transcript_chars: self.transcript_chars,
            ..Limits::default()
        }
    }
}

/// `[reasons]`: reason codes by what they are for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ReasonsEntry {
    pub(super) on_break: ReasonEntry,
    pub(super) work_offline: ReasonEntry,
    pub(super) logged_out: ReasonEntry,
    pub(super) reject: ReasonEntry,
}

/// The reason codes for one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ReasonEntry {
    pub(super) codes: Vec<String>,
    pub(super) required: bool,
}

impl ReasonEntry {
    fn config(&self) -> ReasonList {
        ReasonList { codes: self.codes.clone(), required: self.required }
    }
}

/// What the core reads, made of the files' sections.
pub(super) fn core_config(file: &super::files::File) -> Config {
    let times = Times {
        presence_grace_secs: file.presence.grace_secs,
        presence_requeue_secs: file.presence.requeue_secs,
        pop_secs: file.times.pop_secs,
        wait_max_secs: file.backstop.wait_max_secs,
        silence_max_secs: file.backstop.silence_max_secs,
        wrapup_max_secs: file.backstop.wrapup_max_secs,
        lookup_max_secs: file.backstop.lookup_max_secs,
        lookup_retry_secs: file.times.lookup_retry_secs,
        caller_wait_secs: file.times.caller_wait_secs,
        observed_max_secs: file.backstop.observed_max_secs,
        step_max_secs: file.times.step_max_secs,
        step_retry_secs: (file.times.step_retry_min_secs, file.times.step_retry_max_secs),
        step_give_up_secs: file.times.step_give_up_secs,
        servicenow_window_secs: file.servicenow.window_secs,
        typing_secs: file.times.typing_secs,
    };
    let incident = IncidentConfig {
        table: file.incident.table.clone(),
        namespace: file.incident.namespace.clone(),
        fields: file.incident.fields.clone(),
        accepted_field: file.incident.accepted_field.clone(),
        terminated_field: file.incident.terminated_field.clone(),
        ids_of_instance: file.servicenow.ids == super::servicenow::Ids::Instance,
        ids_of_ours: file.servicenow.ids == super::servicenow::Ids::Own,
        interaction: file.incident.interaction.config(),
    };
    let reasons = Reasons {
        on_break: file.reasons.on_break.config(),
        work_offline: file.reasons.work_offline.config(),
        logged_out: file.reasons.logged_out.config(),
        reject: file.reasons.reject.config(),
    };
    let agents = file.agent.iter().map(|agent| (agent.id.as_str().into(), agent.config()));
    let queues = file.queue.iter().map(|queue| (queue.id.as_str().into(), queue.config()));
    let words = file.words.iter().map(|(language, words)| (language.clone(), said(words)));
    let sinks = file.sink.iter().map(|sink| (sink.id.as_str().into(), sink.config()));
    Config {
        agents: agents.collect(),
        queues: queues.collect(),
        sinks: sinks.collect(),
        times,
        limits: Limits { script_sets: file.scripts.keep, ..file.limits.config() },
        incident,
        reasons,
        words: words.filter(|(_, words)| !words.is_empty()).collect(),
    }
}

pub(super) fn name_or(name: &str, id: &str) -> String {
    if name.is_empty() { id.to_owned() } else { name.to_owned() }
}

pub(super) fn levels<K: for<'a> From<&'a str> + Ord>(levels: &Levels) -> BTreeMap<K, u8> {
    levels.iter().map(|(name, level)| (name.as_str().into(), *level)).collect()
}
