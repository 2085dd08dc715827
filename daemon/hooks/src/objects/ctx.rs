//! `ctx`: what each hook is called with. One table says what it holds and where that comes from.

use super::{AGENT, CANDIDATE, CHAT, QUEUE, SEGMENT};
use super::{Agent, Candidate, Chat, Fields, Queue, Segment, int, maybe, objects, text};
use crate::registry::{Object, Property, Ty};
use desk_core::config::{MissedStatus, PopWhen};
use desk_core::policy::{About, Hook, Idle, IncidentStep, Question, WrapupTrigger};
use desk_core::view::{AgentView, CandidateView, SegmentView};
use rhai::{Dynamic, Engine, EvalAltResult, INT, ImmutableString};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a hook is called with.
#[derive(Debug, Clone)]
pub(crate) struct Ctx(Arc<Shown>);

#[derive(Debug)]
struct Shown {
    hook: Hook,
    /// The values of the properties, in the order of the hook's table.
    values: Vec<Dynamic>,
}

impl Ctx {
    pub(crate) fn new(question: &Question) -> Self {
        let hook = question.hook();
        let values = table(hook).1.iter().map(|get| get(question)).collect();
        Self(Arc::new(Shown { hook, values }))
    }

    fn get(&self, name: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        let hook = self.0.hook;
        let place = object_of(hook).properties.iter().position(|property| property.name == name);
        match place.and_then(|place| self.0.values.get(place)) {
            Some(value) => Ok(value.clone()),
            None => Err(format!("ctx has no '{name}' in {hook}").into()),
        }
    }
}

/// Makes `ctx` known to an engine.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Ctx>("ctx");
    let names: BTreeSet<&'static str> = Hook::ALL
        .into_iter()
        .flat_map(|hook| object_of(hook).properties)
        .map(|property| property.name)
        .collect();
    for name in names {
        engine.register_get(name, move |ctx: &mut Ctx| ctx.get(name));
    }
}

/// What `ctx` holds in a hook.
pub(crate) fn object_of(hook: Hook) -> &'static Object {
    table(hook).0
}

type Getters = &'static [fn(&Question) -> Dynamic];

fn table(hook: Hook) -> (&'static Object, Getters) {
    match hook {
        Hook::OnChat => chat::TABLE,
        Hook::OnRoute => route::TABLE,
        Hook::OnOffer => offer::TABLE,
        Hook::OnOfferMissed => missed::TABLE,
        Hook::OnWaitLimit => wait_limit::TABLE,
        Hook::OnLookup => lookup::TABLE,
        Hook::OnMatch => matching::TABLE,
        Hook::OnMessage => message::TABLE,
        Hook::OnIdle => idle::TABLE,
        Hook::OnWrapup => wrapup::TABLE,
        Hook::OnIncident => incident::TABLE,
        Hook::OnStatus => status::TABLE,
        Hook::OnEvent => event::TABLE,
    }
}

fn chat_of(question: &Question) -> Dynamic {
    maybe(question.chat.clone().map(|view| Chat(Arc::new(view))))
}

fn queue_of(question: &Question) -> Dynamic {
    maybe(question.queue.clone().map(|view| Queue(Arc::new(view))))
}

fn agent_of(view: &AgentView) -> Agent {
    Agent(Arc::new(view.clone()))
}

fn candidate_of(view: &CandidateView) -> Candidate {
    Candidate(Arc::new(view.clone()))
}

fn segment_of(view: &SegmentView) -> Segment {
    Segment(Arc::new(view.clone()))
}

fn optional(value: Option<&String>) -> Dynamic {
    maybe(value.map(ImmutableString::from))
}

fn missed_word(status: MissedStatus) -> ImmutableString {
    match status {
        MissedStatus::OnBreak => "on_break",
        MissedStatus::WorkOffline => "work_offline",
        MissedStatus::Available => "available",
    }
    .into()
}

fn pop_word(pop: PopWhen) -> ImmutableString {
    match pop {
        PopWhen::Offer => "offer",
        PopWhen::Accept => "accept",
        PopWhen::Never => "never",
    }
    .into()
}

/// Defines what `ctx` holds in one hook: its own part is taken out of what the hook is about.
macro_rules! context {
    ($module:ident $doc:literal, $pattern:pat =>
     $($property:ident: $ty:expr, $about:literal, $get:expr;)*) => {
        context! { @all $module $doc, $pattern =>
            chat: Ty::One(&CHAT), "The chat.", chat_of;
            queue: Ty::One(&QUEUE), "The queue.", queue_of;
            @own $($property: $ty, $about, $get;)*
        }
    };
    (@all $module:ident $doc:literal, $pattern:pat =>
     $($common:ident: $common_ty:expr, $common_about:literal, $common_get:expr;)*
     @own $($property:ident: $ty:expr, $about:literal, $get:expr;)*) => {
        mod $module {
            #[allow(clippy::wildcard_imports, reason = "the table is part of the file around it")]
            use super::*;

            pub(super) const TABLE: (&Object, Getters) = (&OBJECT, GETTERS);

            static OBJECT: Object = Object {
                name: "ctx",
                doc: $doc,
                properties: &[
                    $(Property { name: stringify!($common), ty: $common_ty, doc: $common_about },)*
                    Property { name: "now", ty: Ty::Int, doc: "Now, in milliseconds since 1970." },
                    $(Property { name: stringify!($property), ty: $ty, doc: $about }),*
                ],
            };

            static GETTERS: Getters = &[
                $($common_get,)*
                |question| Dynamic::from(question.now_ms),
                $(|question| {
                    #[allow(unused_variables, reason = "each property takes what it needs")]
                    match &question.about {
                        $pattern => Dynamic::from($get),
                        _ => Dynamic::UNIT,
                    }
                }),*
            ];
        }
    };
}

context! { chat "What `on_chat` is given.", About::Chat { waiting } =>
    waiting: Ty::Int, "How many chats wait in its queue.", INT::from(*waiting);
}

context! { route "What `on_route` is given.", About::Route { agents, held_secs } =>
    agents: Ty::Many(&AGENT),
        "Who could be offered the chat now, at most 50, best first as configured.",
        objects(agents.iter().map(agent_of));
    held_secs: Ty::Int, "For how many seconds the chat was held so far.", INT::from(*held_secs);
}

context! { offer "What `on_offer` is given.", About::Offer { agent, accept_secs, pop } =>
    agent: Ty::One(&AGENT), "Who is to be offered the chat.", agent_of(agent);
    accept_secs: Ty::Int, "As configured: how long the agent has, in seconds.",
        INT::from(*accept_secs);
    pop: Ty::Text, "As configured: `offer`, `accept` or `never`.", pop_word(*pop);
}

context! { missed "What `on_offer_missed` is given.",
    About::Missed { agent, rejected, reason, status, recover_secs, cooldown_secs } =>
    agent: Ty::One(&AGENT), "Who missed or rejected the chat.", agent_of(agent);
    rejected: Ty::Bool, "Whether they rejected it; else the timer ran out.", *rejected;
    reason: Ty::MaybeText, "The reason that they gave.", optional(reason.as_ref());
    status: Ty::Text, "As configured: what they are set to.", missed_word(*status);
    recover_secs: Ty::Int,
        "As configured: after how many seconds they are available again, 0 for not by themselves.",
        INT::from(*recover_secs);
    cooldown_secs: Ty::Int,
        "As configured: for how many seconds they are not offered this chat again.",
        INT::from(*cooldown_secs);
}

context! { wait_limit "What `on_wait_limit` is given.", About::WaitLimit { overflow, extended } =>
    overflow: Ty::MaybeText, "The queue that its overflow way leads to now.",
        maybe(overflow.as_ref().map(|id| text(id.as_str())));
    extended: Ty::Int, "How often its wait was extended before.", INT::from(*extended);
}

context! { lookup "What `on_lookup` is given.", About::Lookup { words, n } =>
    words: Ty::MaybeText, "What an agent looks for; `()`: the customer's address is looked up.",
        optional(words.as_ref());
    n: Ty::Int, "Which of the chat's lookups it is, from 1.", INT::from(*n);
}

context! { matching "What `on_match` is given.", About::Match { candidates } =>
    candidates: Ty::Many(&CANDIDATE), "The records found, at most 50, in ServiceNow's order.",
        objects(candidates.iter().map(candidate_of));
}

context! { message "What `on_message` is given.", About::Message { from, text, internal } =>
    from: Ty::Text, "Who says it: `customer`, `agent`, `supervisor` or `bot`.", role_word(*from);
    text: Ty::Text, "What is said.", ImmutableString::from(text);
    internal: Ty::Bool, "Whether the customer does not see it.", *internal;
}

context! { idle "What `on_idle` is given.", About::Idle { what, silent_ms, text } =>
    what: Ty::Text,
        "What is due: `remind` or `close` where the customer is silent, `reply` where the agent is.",
        idle_word(*what);
    silent_ms: Ty::Int, "For how long, in milliseconds.", int(*silent_ms);
    text: Ty::Text, "As configured: what the customer would be told.", ImmutableString::from(text);
}

context! { wrapup "What `on_wrapup` is given.", About::Wrapup { segment, trigger, post_secs } =>
    segment: Ty::One(&SEGMENT), "The segment, with the codes and the note to be kept.",
        segment_of(segment);
    trigger: Ty::Text, "`submitted` by the agent, or `timer`.", trigger_word(*trigger);
    post_secs: Ty::Int, "As configured: the length of post-processing in seconds, 0 for none.",
        INT::from(*post_secs);
}

context! { incident "What `on_incident` is given.",
    About::Incident { step, segment, caller, table, fields } =>
    step: Ty::Text, "`create` or `complete`.", step_word(*step);
    segment: Ty::Maybe(&SEGMENT), "The segment that a `complete` is about.",
        maybe(segment.as_ref().map(segment_of));
    caller: Ty::Maybe(&CANDIDATE), "The record that the incident will name as caller.",
        maybe(caller.as_ref().map(candidate_of));
    table: Ty::Text, "The table, as configured.", ImmutableString::from(table);
    fields: Ty::Fields, "The fields as they would be sent.",
        Fields::Incident(Arc::new(fields.clone()));
}

context! { @all status "What `on_status` is given; it has neither chat nor queue.",
    About::Status { agent, now, to, reason } =>
    @own
    agent: Ty::One(&AGENT), "Who asks; `level` is 0.", agent_of(agent);
    status: Ty::Text, "Their status now, such as `busy`.", ImmutableString::from(now);
    to: Ty::Text, "What they ask for: `available`, `on_break` or `work_offline`.", text(to.name());
    reason: Ty::MaybeText, "The reason that they gave.", optional(reason.as_ref());
}

context! { @all event "What `on_event` is given.",
    About::Event { event, seq, queue, agent, fields } =>
    chat: Ty::Maybe(&CHAT), "The chat that it is about, as it was then.", chat_of;
    @own
    event: Ty::Text, "What happened, in a word.", ImmutableString::from(event);
    seq: Ty::Int, "The number of its record; several events may share it.", int(*seq);
    queue: Ty::MaybeText, "The id of the queue that it is about.",
        maybe(queue.as_ref().map(|id| text(id.as_str())));
    agent: Ty::MaybeText, "The id of the agent that it is about.",
        maybe(agent.as_ref().map(|id| text(id.as_str())));
    fields: Ty::Fields, "What else is told of it, as texts.",
        Fields::Incident(Arc::new(fields.clone()));
}

fn role_word(role: desk_core::Role) -> ImmutableString {
    match role {
        desk_core::Role::Customer => "customer",
        desk_core::Role::Agent => "agent",
        desk_core::Role::Supervisor => "supervisor",
        desk_core::Role::Bot => "bot",
        desk_core::Role::System => "system",
    }
    .into()
}

fn idle_word(what: Idle) -> ImmutableString {
    match what {
        Idle::Remind => "remind",
        Idle::Close => "close",
        Idle::Reply => "reply",
    }
    .into()
}

fn trigger_word(trigger: WrapupTrigger) -> ImmutableString {
    match trigger {
        WrapupTrigger::Submitted => "submitted",
        WrapupTrigger::Timer => "timer",
    }
    .into()
}

fn step_word(step: IncidentStep) -> ImmutableString {
    match step {
        IncidentStep::Create => "create",
        IncidentStep::Complete => "complete",
    }
    .into()
}
