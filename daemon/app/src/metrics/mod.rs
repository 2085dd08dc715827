//! The desk in numbers, for those who watch over it (`/metrics`).
//!
//! What lives here: what is counted as it happens ([`Counted`], by the journal's writer and the doors,
//! beside decisions and never in them), what is looked up when somebody asks ([`Metrics`]), and the
//! text that comes of both. What each figure means stands in `docs/metrics.md`.
//!
//! What must not live here: a label whose values people outside could make up. They are words of this
//! program, and names from config and script folder.

mod counted;
mod figure;
mod of_desk;
mod of_rules;
mod text;

pub(crate) use counted::Counted;
pub(crate) use text::{CONTENT_TYPE, Connections, Metrics};
