//! What scripts read: cheap handles around what the core shows, and the one list of their
//! properties, from which both the getters and the registry come.

mod ctx;

pub(crate) use ctx::{Ctx, object_of};

use crate::registry::{Object, Property, Ty};
use desk_core::view::{
    AgentView, CandidateView, ChatView, OpenIncidentView, QueueView, SegmentView,
};
use rhai::{Array, Dynamic, Engine, INT, ImmutableString};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub(crate) struct Queue(Arc<QueueView>);
#[derive(Debug, Clone)]
pub(crate) struct Chat(Arc<ChatView>);
#[derive(Debug, Clone)]
pub(crate) struct Customer(Arc<ChatView>);
#[derive(Debug, Clone)]
pub(crate) struct Agent(Arc<AgentView>);
#[derive(Debug, Clone)]
pub(crate) struct Candidate(Arc<CandidateView>);
#[derive(Debug, Clone)]
pub(crate) struct OpenIncident(Arc<OpenIncidentView>);
#[derive(Debug, Clone)]
pub(crate) struct Segment(Arc<SegmentView>);

/// Named texts, wherever they are kept.
#[derive(Debug, Clone)]
pub(crate) enum Fields {
    Queue(Arc<QueueView>),
    Chat(Arc<ChatView>),
    Candidate(Arc<CandidateView>),
    Incident(Arc<BTreeMap<String, String>>),
}

/// Named levels, wherever they are kept.
#[derive(Debug, Clone)]
pub(crate) enum Levels {
    Chat(Arc<ChatView>),
    Agent(Arc<AgentView>),
}

impl Fields {
    fn map(&self) -> &BTreeMap<String, String> {
        match self {
            Self::Queue(view) => &view.fields,
            Self::Chat(view) => &view.fields,
            Self::Candidate(view) => &view.fields,
            Self::Incident(fields) => fields,
        }
    }

    fn get(&mut self, name: &str) -> Dynamic {
        self.map().get(name).map_or(Dynamic::UNIT, |value| value.as_str().into())
    }
}

impl Levels {
    fn get(&mut self, name: &str) -> INT {
        let map = match self {
            Self::Chat(view) => &view.skills,
            Self::Agent(view) => &view.skills,
        };
        map.get(&name.into()).copied().map_or(0, INT::from)
    }
}

fn text(text: impl AsRef<str>) -> ImmutableString {
    text.as_ref().into()
}

fn int(number: u64) -> INT {
    INT::try_from(number).unwrap_or(INT::MAX)
}

fn maybe<T: rhai::Variant + Clone>(value: Option<T>) -> Dynamic {
    value.map_or(Dynamic::UNIT, Dynamic::from)
}

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> Array {
    values.map(|value| value.into()).collect()
}

fn objects<T: rhai::Variant + Clone>(values: impl Iterator<Item = T>) -> Array {
    values.map(Dynamic::from).collect()
}

/// Defines an object's list of properties and the function that registers their getters.
macro_rules! object {
    ($object:ident $register:ident $handle:ident, $doc:literal;
     $($property:ident: $ty:expr, $about:literal, $get:expr;)*) => {
        pub(crate) static $object: Object = Object {
            name: stringify!($handle),
            doc: $doc,
            properties: &[
                $(Property { name: stringify!($property), ty: $ty, doc: $about }),*
            ],
        };

        fn $register(engine: &mut Engine) {
            engine.register_type_with_name::<$handle>(stringify!($handle));
            $(engine.register_get(stringify!($property), $get);)*
        }
    };
}

object! { QUEUE register_queue Queue, "A queue.";
    id: Ty::Text, "Its id.", |q: &mut Queue| text(q.0.id.as_str());
    name: Ty::Text, "Its name for people.", |q: &mut Queue| text(&q.0.name);
    fields: Ty::Fields, "The site's own words for it (`[queue.fields]`).",
        |q: &mut Queue| Fields::Queue(q.0.clone());
    open: Ty::Bool, "Whether it is open.", |q: &mut Queue| q.0.open;
    opens_in_secs: Ty::Int,
        "In how many seconds it opens; 0 where it is open, or nobody knows.",
        |q: &mut Queue| int(q.0.opens_in_secs);
    closes_in_secs: Ty::Int,
        "In how many seconds it closes; 0 where it is closed, or nobody knows.",
        |q: &mut Queue| int(q.0.closes_in_secs);
    zone: Ty::Text, "The zone of its hours, for `local`; `UTC` where it has none.",
        |q: &mut Queue| text(&q.0.zone);
}

object! { CUSTOMER register_customer Customer, "The customer of a chat.";
    name: Ty::Text, "Their name, as they gave it.", |c: &mut Customer| text(&c.0.customer.name);
    email: Ty::Text, "Their e-mail address, as they gave it.",
        |c: &mut Customer| text(&c.0.customer.email);
    verified: Ty::Bool, "Whether a site vouched for name and address.",
        |c: &mut Customer| c.0.customer.verified;
}

object! { CHAT register_chat Chat, "A chat.";
    id: Ty::Text, "Its id.", |c: &mut Chat| text(c.0.id.to_string());
    queue: Ty::Text, "The id of its queue.", |c: &mut Chat| text(c.0.queue.as_str());
    priority: Ty::Int, "Its priority: higher goes first.", |c: &mut Chat| INT::from(c.0.priority);
    customer: Ty::One(&CUSTOMER), "The customer.", |c: &mut Chat| Customer(c.0.clone());
    fields: Ty::Fields, "What the pre-chat form held.", |c: &mut Chat| Fields::Chat(c.0.clone());
    skills: Ty::Levels, "The skills it needs, with the least level of each.",
        |c: &mut Chat| Levels::Chat(c.0.clone());
    arrived: Ty::Int, "When it arrived, in milliseconds since 1970.",
        |c: &mut Chat| c.0.arrived_ms;
    age_ms: Ty::Int, "How long it has been there, in milliseconds that deskd was running.",
        |c: &mut Chat| int(c.0.age_ms);
    misses: Ty::Int, "How many offers of it were missed or rejected.",
        |c: &mut Chat| INT::from(c.0.misses);
    messages: Ty::Int, "How many messages it has.", |c: &mut Chat| int(c.0.messages);
    matched: Ty::Text, "The match: `pending`, `none`, `one`, `many` or `failed`.",
        |c: &mut Chat| text(&c.0.matched);
    caller: Ty::Maybe(&CANDIDATE), "The record that the chat is tied to.",
        |c: &mut Chat| maybe(c.0.caller.clone().map(|view| Candidate(Arc::new(view))));
    segments: Ty::Many(&SEGMENT), "The segments so far, the last 50; `n` says which each is.",
        |c: &mut Chat| objects(c.0.segments.iter().map(|s| Segment(Arc::new(s.clone()))));
    ended: Ty::MaybeText, "How it ended, in a word.",
        |c: &mut Chat| maybe(c.0.ended.as_deref().map(ImmutableString::from));
}

object! { AGENT register_agent Agent, "An agent.";
    id: Ty::Text, "Their id.", |a: &mut Agent| text(a.0.id.as_str());
    name: Ty::Text, "Their name for people.", |a: &mut Agent| text(&a.0.name);
    level: Ty::Int, "Their level in the queue at hand.", |a: &mut Agent| INT::from(a.0.level);
    skills: Ty::Levels, "Their skills and levels.", |a: &mut Agent| Levels::Agent(a.0.clone());
    load: Ty::Int, "The capacity in use.", |a: &mut Agent| INT::from(a.0.load);
    capacity: Ty::Int, "Their capacity.", |a: &mut Agent| INT::from(a.0.capacity);
    idle_ms: Ty::Int, "How long they have been idle, in milliseconds.",
        |a: &mut Agent| int(a.0.idle_ms);
}

object! { CANDIDATE register_candidate Candidate, "A ServiceNow record found for a customer.";
    table: Ty::Text, "Its table.", |c: &mut Candidate| text(&c.0.table);
    sys_id: Ty::Text, "Its sys_id.", |c: &mut Candidate| text(&c.0.sys_id);
    name: Ty::Text, "Its name for people.", |c: &mut Candidate| text(&c.0.name);
    email: Ty::Text, "Its e-mail address.", |c: &mut Candidate| text(&c.0.email);
    active: Ty::Bool, "Whether it is active.", |c: &mut Candidate| c.0.active;
    fields: Ty::Fields, "Further fields of the record.",
        |c: &mut Candidate| Fields::Candidate(c.0.clone());
    incidents: Ty::Many(&OPEN_INCIDENT),
        "Their open incidents, the newest first, as many as `servicenow.lookup.open_incidents` says.",
        |c: &mut Candidate| {
            objects(c.0.incidents.iter().map(|open| OpenIncident(Arc::new(open.clone()))))
        };
}

object! { OPEN_INCIDENT register_open_incident OpenIncident, "An incident that is open for a candidate.";
    table: Ty::Text, "Its table.", |i: &mut OpenIncident| text(&i.0.table);
    sys_id: Ty::Text, "Its sys_id.", |i: &mut OpenIncident| text(&i.0.sys_id);
    number: Ty::Text, "Its number.", |i: &mut OpenIncident| text(&i.0.number);
    short_description: Ty::Text, "What it is about.",
        |i: &mut OpenIncident| text(&i.0.short_description);
    state: Ty::Text, "Its state, as ServiceNow counts them.",
        |i: &mut OpenIncident| text(&i.0.state);
    opened_at: Ty::Text, "When it was opened: `yyyy-MM-dd HH:mm:ss`, UTC.",
        |i: &mut OpenIncident| text(&i.0.opened_at);
}

object! { SEGMENT register_segment Segment, "A segment: one agent's part of a chat.";
    n: Ty::Int, "Its number, from 1.", |s: &mut Segment| INT::from(s.0.n);
    agent: Ty::Text, "The agent's id.", |s: &mut Segment| text(s.0.agent.as_str());
    queue: Ty::Text, "The queue's id.", |s: &mut Segment| text(s.0.queue.as_str());
    accepted: Ty::Int, "When it was accepted, in milliseconds since 1970.",
        |s: &mut Segment| s.0.accepted_ms;
    talk_ms: Ty::Int, "How long the agent talked, in milliseconds.",
        |s: &mut Segment| int(s.0.talk_ms);
    codes: Ty::Texts, "The disposition codes so far.",
        |s: &mut Segment| texts(s.0.codes.iter().map(desk_core::name::CodeId::as_str));
    note: Ty::Text, "The note so far.", |s: &mut Segment| text(&s.0.note);
}

/// The objects that several hooks share.
pub(crate) static SHARED: [&Object; 7] =
    [&CHAT, &CUSTOMER, &QUEUE, &AGENT, &CANDIDATE, &OPEN_INCIDENT, &SEGMENT];

/// Makes the objects known to an engine.
pub(crate) fn register(engine: &mut Engine) {
    register_queue(engine);
    register_customer(engine);
    register_chat(engine);
    register_agent(engine);
    register_candidate(engine);
    register_open_incident(engine);
    register_segment(engine);
    ctx::register(engine);
    engine
        .register_type_with_name::<Fields>("Fields")
        .register_indexer_get(Fields::get)
        .register_fn("contains", |f: &mut Fields, name: &str| f.map().contains_key(name))
        .register_fn("len", |f: &mut Fields| int(f.map().len() as u64))
        .register_fn("keys", |f: &mut Fields| texts(f.map().keys().map(String::as_str)))
        .register_type_with_name::<Levels>("Levels")
        .register_indexer_get(Levels::get);
}
