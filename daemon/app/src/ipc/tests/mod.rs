//! What the local socket promises.

mod client;
mod door;
mod house;
mod presence;
mod refusals;
mod verbs;
mod watch;
