//! How incidents are made, and the interactions beside them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How incidents are made, desk-wide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentConfig {
    /// The table.
    pub table: String,
    /// What sets this desk's records apart from those of others: part of every `sys_id`.
    pub namespace: String,
    /// Fields of every incident.
    pub fields: BTreeMap<String, String>,
    /// A field for the time of acceptance, where the instance has one.
    pub accepted_field: Option<String>,
    /// A field for the time of the end, where the instance has one.
    pub terminated_field: Option<String>,
    /// Whether the instance is known to give records ids of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ids_of_instance: bool,
    /// Whether it is known to take ours; where neither is known, that is found out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ids_of_ours: bool,
    /// The interactions that chats become beside their incidents.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub interaction: InteractionConfig,
}

/// The interactions that chats become beside their incidents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InteractionConfig {
    /// Whether each handled chat becomes one.
    pub wanted: bool,
    /// The table.
    pub table: String,
    /// The field that holds the chat's id.
    pub id_field: String,
    /// Fields of every interaction.
    pub fields: BTreeMap<String, String>,
}

impl Default for InteractionConfig {
    fn default() -> Self {
        Self {
            wanted: false,
            table: "interaction".into(),
            id_field: "correlation_id".into(),
            fields: BTreeMap::new(),
        }
    }
}

impl Default for IncidentConfig {
    fn default() -> Self {
        Self {
            table: "incident".into(),
            namespace: "deskd".into(),
            fields: BTreeMap::new(),
            accepted_field: None,
            terminated_field: None,
            ids_of_instance: false,
            ids_of_ours: false,
            interaction: InteractionConfig::default(),
        }
    }
}
