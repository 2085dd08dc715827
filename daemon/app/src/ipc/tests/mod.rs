//! What the local socket promises.

mod chats;
mod client;
mod door;
mod forced;
mod helpers;
pub(crate) mod house;
mod presence;
mod refusals;
mod verbs;
mod watch;
