//! The tables of the state machine, cell by cell.

#[path = "../kit/mod.rs"]
mod kit;

mod agents;
mod bodies;
mod chats;
mod clocks;
mod config;
mod deliveries;
mod desk;
mod forms;
mod grants;
mod hours;
mod incidents;
mod interactions;
mod matches;
mod records;
mod routing;
mod rules;
mod segments;
mod waiting;
mod whys;
