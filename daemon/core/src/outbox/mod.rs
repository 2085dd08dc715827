//! Incidents as work to do: one per handled chat, in steps that are sent one at a time. State holds
//! their headers; transcript and frozen bodies stay in the journal.

mod apply;
mod body;
mod decide;
mod interaction;
mod replay;
mod story;
mod text;
mod types;

pub(crate) use apply::{apply, restart, touch};
pub(crate) use decide::{
    answered, at_chat_end, at_form, at_wrapped, awaits_caller, caller_known, drop_step, pause_ms,
    reason, retry, set_caller, step_due, take,
};
pub(crate) use replay::replay;
pub use story::{Message, Story};
pub use types::{
    Answered, Body, CallerChange, Difference, Incident, Interaction, Outbox, Parked, Step,
    StepEvent, StepPhase, StepWork, Written,
};
