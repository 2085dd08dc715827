//! A chat: `waiting → offered → active → ended`, and its segments, one per accept.

mod apply;
mod clocks;
mod customer;
mod end;
mod extend;
mod form;
mod limit;
mod matching;
mod messages;
mod missed;
mod offer;
mod open;
mod plan;
mod pop;
mod record;
mod route;
mod segment;
mod transfer;
mod types;
mod typing;
mod views;
mod wrapup;

pub(crate) use apply::{apply, go_on, restart_lookups};
pub use clocks::Clocks;
pub(crate) use clocks::{close_due, remind_due, reply_due};
pub(crate) use customer::{customer_came, customer_went, gone_due};
pub(crate) use end::{end, leave, silence_due, wait_due};
pub(crate) use extend::extend;
pub(crate) use form::leave_form;
pub(crate) use matching::{answered, choose, look_up_now, lookup_max_due, search, take};
pub(crate) use messages::{acknowledge, post, say};
pub(crate) use offer::{
    accept, cooldown_due, hand_active, offer_due, place, reject, relax_due, rescind,
};
pub(crate) use open::open;
pub use plan::WrapupPlan;
pub use pop::Pop;
pub(crate) use pop::{claim, expire, report, want_pop, want_pop_until};
pub use record::{Lookup, LookupPhase, Match, MatchState, RecordRef};
pub(crate) use route::hold_due;
pub use segment::{LeftWhy, Segment, SegmentState, WrapTimer, WrappedHow};
pub(crate) use transfer::{close, empty, requeue, requeue_active, transfer};
pub use types::{
    Author, Chat, Content, Customer, EndedHow, Missed, Offer, OfferOutcome, Participant, Phase,
    Preview, Role, Round, Ruled, TurnedAway, Visibility,
};
pub use typing::typing;
pub(crate) use views::agent_view;
pub(crate) use views::segment_views;
pub use views::{queue_view, segment_view};
pub(crate) use wrapup::{set_codes, set_note, wrap_forced, wrap_up, wrapup_due, wrapup_max_due};
