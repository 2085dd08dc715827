//! The drivers against a sandbox, with a real desk over a journal on disk. Desk time is moved by
//! hand, so that a back-off or the server's window is over at once.

mod audit;
mod crew;
mod interactions;
mod lookup;
mod outbox;
mod retention;
mod trouble;
mod world;
