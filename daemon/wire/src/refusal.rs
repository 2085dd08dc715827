//! The one shape of a "no".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why something was not done. `code` is stable and made for programs, `message` for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// One stable word, such as `offer_gone`, `which_chat`, `open_chats`, `not_allowed`.
    pub code: String,
    /// One sentence that says what was wrong.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Box<str>>,
    /// The field of the request that was wrong, as a path (`with.text`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What could have been meant: the chats for `which_chat`, the codes for `code_missing`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What `message` says it of, by name, for texts in another language: `secs`, `most`, `agent`.
    #[serde(default, skip_serializing_if = "none")]
    pub values: Box<Values>,
}

/// What a sentence says it of, by name.
type Values = BTreeMap<String, String>;

fn none(values: &Values) -> bool {
    values.is_empty()
}

impl Refusal {
    /// A refusal without hint, field and choices.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            hint: None,
            field: None,
            choices: Vec::new(),
            values: Box::default(),
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into().into_boxed_str());
        self
    }

    /// Adds the field that was wrong.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds what could have been meant.
    #[must_use]
    pub fn choices(mut self, choices: Vec<String>) -> Self {
        self.choices = choices;
        self
    }

    /// Adds what the message says it of.
    #[must_use]
    pub fn values(mut self, values: BTreeMap<String, String>) -> Self {
        self.values = Box::new(values);
        self
    }

    /// The refusal for a left-out chat where there are several (or none: `chats` is empty).
    #[must_use]
    pub fn which_chat(chats: Vec<String>) -> Self {
        let message = if chats.is_empty() {
            "there is no chat to take this for"
        } else {
            "there is more than one chat; name the one that is meant"
        };
        Self::new("which_chat", message).choices(chats)
    }
}
