//! What deskd says to customers in its own name, and in which language. The texts here are the English
//! ones; the config may have each of them in the language that a chat's field `language` names.

use crate::State;
use crate::chat::Chat;

/// Nobody took the chat in time.
pub(crate) const SORRY: &str =
    "We are sorry: nobody was free to take this chat. Please try again later.";
/// The same, where there is a form.
pub(crate) const LEAVE_FORM: &str = "We are sorry: nobody is free to take this chat now. Please leave us a \
    message, and we will come back to you.";
/// The customer did not answer the agent.
pub(crate) const UNANSWERED: &str =
    "This chat was closed because you did not answer for some time.";
/// Nobody said anything.
pub(crate) const SILENT: &str = "This chat was closed because nothing was said for a long time.";
/// The agent's connection is gone.
pub(crate) const DISCONNECTED: &str =
    "The agent was disconnected. You are back at your place in the queue.";
/// The agent's shift is over.
pub(crate) const BACK: &str = "Your agent has to go. You are back at your place in the queue.";
/// The same, and another agent goes on.
pub(crate) const TAKES_OVER: &str = "{name} takes over from here.";

/// All of them.
pub const SAID: [&str; 7] = [SORRY, LEAVE_FORM, UNANSWERED, SILENT, DISCONNECTED, BACK, TAKES_OVER];

/// The field of a chat that names its customer's language, as browsers do: `de-AT`.
const LANGUAGE: &str = "language";

/// A text of deskd's own in the language of a chat's customer, else as it stands. What an operator or a
/// rule wrote is no text of deskd's, and stays.
pub(crate) fn worded<'t>(state: &'t State, chat: &Chat, text: &'t str) -> &'t str {
    let words = &state.config.words;
    let language = chat.fields.known().and_then(|fields| fields.get(LANGUAGE));
    let base = language.and_then(|tag| tag.split('-').next()).map(str::to_ascii_lowercase);
    let found = |language: &str| words.get(language).and_then(|words| words.get(text));
    let own = base.as_deref().and_then(found);
    own.or_else(|| found("en")).map_or(text, String::as_str)
}
