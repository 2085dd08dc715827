//! A queue's file, as it stands, and the core's config that is made of it.

use super::ask::Ask;
use super::desk::{Levels, levels, name_or};
use super::hours::{FormEntry, HoursEntry};
use super::words::english;
use desk_core::config::{
    BroadcastMiss, CodeMissing, ConversationConfig, Disposition, Dispositions, Extend,
    IncidentWhen, MessageFailure, MissedStatus, PopWhen, QueueConfig, RoutingConfig, ServiceLevel,
    Strategy, WaitThen, WaitingConfig, WrapupConfig, WrapupMode,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A queue: `[[queue]]`, or one file of `queues.d`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct QueueEntry {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) priority: i32,
    pub(super) weight: u16,
    pub(super) accept_secs: u32,
    pub(super) cooldown_secs: u32,
    pub(super) length_max: u32,
    pub(super) wait_max_secs: u32,
    pub(super) wait_then: WaitThen,
    pub(super) wait_text: String,
    pub(super) gone_secs: u32,
    pub(super) service_level: Option<LevelEntry>,
    pub(super) strategy: Strategy,
    pub(super) order: Vec<String>,
    pub(super) relax_secs: u32,
    pub(super) affinity_secs: u32,
    pub(super) missed_max: u32,
    pub(super) broadcast_miss: BroadcastMiss,
    pub(super) missed_text: String,
    pub(super) missed_status: MissedStatus,
    pub(super) recover_secs: u32,
    pub(super) reject: bool,
    pub(super) overflow: Option<String>,
    pub(super) idle_remind_secs: u32,
    pub(super) idle_close_secs: u32,
    pub(super) idle_remind_text: String,
    pub(super) reply_remind_secs: u32,
    pub(super) on_message_failure: MessageFailure,
    pub(super) pop: PopWhen,
    pub(super) incident: IncidentWhen,
    pub(super) incident_unhandled: bool,
    pub(super) skills: Levels,
    pub(super) incident_fields: BTreeMap<String, String>,
    pub(super) fields: BTreeMap<String, String>,
    pub(super) wrapup: WrapupEntry,
    pub(super) dispositions: DispositionsEntry,
    pub(super) hours: HoursEntry,
    pub(super) form: FormEntry,
    pub(super) ask: Vec<Ask>,
}

impl Default for QueueEntry {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            priority: 0,
            weight: 1,
            accept_secs: 30,
            cooldown_secs: 60,
            length_max: 1000,
            wait_max_secs: 0,
            wait_then: WaitThen::Overflow,
            wait_text: String::new(),
            gone_secs: 120,
            service_level: None,
            strategy: Strategy::LongestIdle,
            order: Vec::new(),
            relax_secs: 0,
            affinity_secs: 0,
            missed_max: 0,
            broadcast_miss: BroadcastMiss::None,
            missed_text: said("said.missed"),
            missed_status: MissedStatus::OnBreak,
            recover_secs: 0,
            reject: true,
            overflow: None,
            idle_remind_secs: 300,
            idle_close_secs: 600,
            idle_remind_text: said("said.idle_remind"),
            reply_remind_secs: 60,
            on_message_failure: MessageFailure::Keep,
            pop: PopWhen::Accept,
            incident: IncidentWhen::AtEnd,
            incident_unhandled: false,
            skills: Levels::new(),
            incident_fields: BTreeMap::new(),
            fields: BTreeMap::new(),
            wrapup: WrapupEntry::default(),
            dispositions: DispositionsEntry::default(),
            hours: HoursEntry::default(),
            form: FormEntry::default(),
            ask: Vec::new(),
        }
    }
}

/// What customers are told where a queue has no words of its own.
fn said(key: &str) -> String {
    english(key).unwrap_or_default().to_owned()
}

impl QueueEntry {
    pub(super) fn config(&self) -> QueueConfig {
        QueueConfig {
            name: name_or(&self.name, &self.id),
            priority: self.priority,
            skills: levels(&self.skills),
            weight: self.weight,
            accept_secs: self.accept_secs,
            cooldown_secs: self.cooldown_secs,
            length_max: self.length_max,
            reject: self.reject,
            overflow: self.overflow.as_deref().map(Into::into),
            wrapup: WrapupConfig {
                mode: self.wrapup.mode,
                secs: self.wrapup.secs,
                code_missing: self.wrapup.code_missing,
                extend: Extend { secs: self.wrapup.extend_secs, most: self.wrapup.extend_max },
            },
            dispositions: self.dispositions.config(),
            pop: self.pop,
            incident: self.incident,
            incident_unhandled: self.incident_unhandled,
            incident_fields: self.incident_fields.clone(),
            fields: self.fields.clone(),
            conversation: ConversationConfig {
                idle_remind_secs: self.idle_remind_secs,
                idle_close_secs: self.idle_close_secs,
                idle_remind_text: self.idle_remind_text.clone(),
                reply_remind_secs: self.reply_remind_secs,
                message_failure: self.on_message_failure,
            },
            routing: RoutingConfig {
                strategy: self.strategy,
                order: self.order.iter().map(|agent| agent.as_str().into()).collect(),
                missed_max: self.missed_max,
                broadcast_miss: self.broadcast_miss,
                missed_text: self.missed_text.clone(),
                missed_status: self.missed_status,
                recover_secs: self.recover_secs,
                affinity_secs: self.affinity_secs,
                relax_secs: self.relax_secs,
            },
            waiting: WaitingConfig {
                max_secs: self.wait_max_secs,
                then: self.wait_then,
                text: self.wait_text.clone(),
                gone_secs: self.gone_secs,
                level: self
                    .service_level
                    .map(|level| ServiceLevel { secs: level.secs, target: level.target }),
            },
            hours: self.hours.config(),
            form: self.form.config(),
        }
    }
}

/// A queue's `service_level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelEntry {
    pub(super) secs: u32,
    pub(super) target: u8,
}

/// A queue's `wrapup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WrapupEntry {
    pub(super) mode: WrapupMode,
    pub(super) secs: u32,
    pub(super) code_missing: CodeMissing,
    pub(super) extend_secs: u32,
    pub(super) extend_max: u8,
}

impl Default for WrapupEntry {
    fn default() -> Self {
        Self {
            mode: WrapupMode::Timed,
            secs: 60,
            code_missing: CodeMissing::Stay,
            extend_secs: 60,
            extend_max: 3,
        }
    }
}

/// A queue's `dispositions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DispositionsEntry {
    pub(super) mandatory: bool,
    pub(super) default: Option<String>,
    pub(super) most: u8,
    pub(super) codes: Vec<CodeEntry>,
}

impl Default for DispositionsEntry {
    fn default() -> Self {
        Self { mandatory: false, default: None, most: 1, codes: Vec::new() }
    }
}

impl DispositionsEntry {
    fn config(&self) -> Dispositions {
        let code = |code: &CodeEntry| Disposition {
            id: code.id.as_str().into(),
            label: name_or(&code.label, &code.id),
            parent: code.parent.as_deref().map(Into::into),
        };
        Dispositions {
            codes: self.codes.iter().map(code).collect(),
            mandatory: self.mandatory,
            default: self.default.as_deref().map(Into::into),
            most: self.most,
        }
    }
}

/// One disposition code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CodeEntry {
    pub(super) id: String,
    pub(super) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<String>,
}
