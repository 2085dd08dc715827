//! The one shape of a "no".

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
    pub hint: Option<String>,
    /// The field of the request that was wrong, as a path (`with.text`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What could have been meant: the chats for `which_chat`, the codes for `code_missing`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
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
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
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
