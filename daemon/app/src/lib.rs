//! deskd: the daemon that carries a contact-centre chat from arrival to incident.
//!
//! The pure core decides; [`engine`] keeps what it decided apart from the world until it is durable;
//! [`desk`] runs the engine and the journal's writer on their threads. Around it stand the doors
//! (IPC, HTTP) and the drivers (lookup, outbox), which reach State through [`desk::Desk`] alone.

pub mod access;
pub mod alive;
pub mod cli;
pub mod clock;
pub mod codec;
pub mod config;
mod demo;
pub mod desk;
pub mod drivers;
pub mod engine;
pub mod events;
pub mod explain;
pub mod figures;
pub mod foreign;
pub mod history;
pub mod http;
pub mod ipc;
pub mod keys;
pub mod links;
mod metrics;
pub mod notices;
pub mod person;
pub mod replay;
pub mod retention;
pub mod rules;
pub mod run;
pub mod shadow;
pub mod signals;
pub mod site;
mod verbs;
pub mod views;
pub mod waits;

#[cfg(test)]
mod testing;

pub use cli::main;
