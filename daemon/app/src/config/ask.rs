//! What customers are asked before a chat, beside their name, their address and what it is about.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// `[[ask]]` of a queue: a field of the form before a chat. Its answer is a field of the chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ask {
    /// The field of the chat.
    pub name: String,
    /// What is asked.
    pub label: String,
    /// The same in further languages, such as `de`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Whether it must be answered.
    pub required: bool,
    /// The answers that there are; none where any words will do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}
