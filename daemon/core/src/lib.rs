//! The pure state machine of deskd: commands in, events out.
//!
//! [`decide`] takes a command, State and a [`Policy`](policy::Policy) and answers with events;
//! [`apply_record`] makes State what the events say; [`next`] tells what is left over for a turn of
//! its own. Nothing here reads a clock, draws a random number, touches a disk or a network, runs a
//! thread or knows a script engine: time, ids and rules are arguments, and equal arguments give
//! equal results. The same events in the same order always give the same State.

mod actor;
mod agent;
mod answer;
mod apply;
mod chat;
mod command;
pub mod config;
mod config_change;
mod decide;
mod delivery;
pub mod digest;
mod envelope;
mod event;
mod follow;
mod grant;
mod hours;
mod kv;
pub mod name;
mod next;
mod outbox;
pub mod past;
mod person;
pub mod policy;
mod private;
mod queue;
mod record;
mod refusal;
mod scripts;
mod state;
mod time;
pub mod view;
mod words;
mod work;

pub use actor::{Actor, Cause};
pub use agent::{
    Agent, Intent, IntentKind, Presence, Status, SubStatus, can_take, display_name, load, status,
};
pub use answer::Answer;
pub use apply::apply_record;
pub use chat::{
    Author, Chat, Clocks, Content, Customer, EndedHow, LeftWhy, Lookup, LookupPhase, Match,
    MatchState, Missed, Offer, OfferOutcome, Participant, Phase, Pop, Preview, RecordRef, Role,
    Round, Ruled, Segment, SegmentState, TurnedAway, Visibility, WrapTimer, WrappedHow, WrapupPlan,
    queue_view, segment_view, typing,
};
pub use command::{Command, LookupWork, Lost, NewChat, PopOutcome, PopWork, Shelved, Target};
pub use decide::{Decision, decide};
pub use delivery::{
    DELIVERIES_MAX, Deliveries, Delivery, DeliveryWant, DeliveryWanted, DeliveryWork, Origin,
    PAYLOAD_BYTES_MAX, Parked as DeliveryParked, Payload, Phase as DeliveryPhase,
    PhaseEvent as DeliveryEvent, Piece,
};
pub use envelope::Envelope;
pub use event::{ChatOpened, Event, OfferMade, StepWanted};
pub use follow::{Followed, TOLD, Told, told};
pub use grant::{Grant, GrantKind, Holder, NewGrant};
pub use hours::{Hours, Planned, zone};
pub use kv::{KEY_BYTES_MAX, Kv, KvValue, KvWrite, VALUE_BYTES_MAX, WRITES_MAX};
pub use next::next;
pub use outbox::{
    Answered, Body, CallerChange, Difference, Incident, Interaction, Message, Outbox, Parked, Step,
    StepEvent, StepPhase, StepWork, Story, Written,
};
pub use private::{MARK, Private};
pub use queue::{
    Affinity, Class, Level, Profile, Routing, WaitKey, WhyNot, why_idle, why_not, why_waits,
};
pub use record::{HookAsked, Record, VERSION};
pub use refusal::{NotExtendable, Refusal};
pub use scripts::{KeptSet, SetHow, Sets};
pub use state::{Answers, State};
pub use time::{Deadlines, Stamp, Timer};
pub use words::SAID;
pub use work::Work;
