//! The notices of one event.

use super::concerned::{Around, Header};
use crate::engine::Audience;
use crate::views::{self, match_view, words};
use desk_core::name::{AgentId, ChatId, OfferId, SegmentId};
use desk_core::{
    Event, Message, OfferMade, OfferOutcome, Segment, SegmentState, SetHow, WrapTimer,
};
use desk_wire::view::{ChatState, HowEnded, IncidentState, IncidentView, OfferView};
use desk_wire::{Announcement, Notice};

type Notices = Vec<(Audience, Notice)>;

/// Adds what an event says.
pub(super) fn tell(around: &Around<'_>, event: &Event, notices: &mut Notices) {
    match event {
        Event::ConfigSet { .. }
        | Event::ScriptsSet { .. }
        | Event::DrainSet { .. }
        | Event::LowDiskSet { .. } => daemon(event, notices),
        Event::OfferMade(made) => offer_made(around, made, notices),
        Event::OfferEnded { chat, offer, agent, outcome, .. } => {
            offer_ended(around, *chat, *offer, agent, *outcome, notices);
        }
        Event::SegmentOpened { chat, segment, .. } => {
            segment_opened(around, *chat, segment, notices);
        }
        Event::SegmentLeft { .. }
        | Event::WrapupTimerSet { .. }
        | Event::WrapupExtended { .. }
        | Event::SegmentHanded { .. }
        | Event::SegmentWrapped { .. } => wrapup(around, event, notices),
        Event::MatchSet { .. } | Event::MatchChosen { .. } | Event::LookupDropped { .. } => {
            matched(around, event, notices);
        }
        Event::PopWanted(_) | Event::PopClaimed { .. } => pop(around, event, notices),
        Event::IncidentWritten { .. } | Event::IncidentDiffers { .. } => {
            incident(around, event, notices);
        }
        _ => chat(around, event, notices),
    }
}

/// Where a chat went, and what was said in it.
fn chat(around: &Around<'_>, event: &Event, notices: &mut Notices) {
    match event {
        Event::ChatOpened(opened) => {
            let header = around.header(opened.chat);
            let queue = Some(opened.queue.clone());
            let header = Header { queue, ..header };
            notices.push(moved(&header, opened.chat, ChatState::Waiting, None, None));
        }
        Event::ChatTurnedAway { chat, queue, .. } => {
            let header = Header { queue: Some(queue.clone()), ..Header::default() };
            let how = Some(HowEnded::TurnedAway);
            notices.push(moved(&header, *chat, ChatState::Ended, None, how));
        }
        Event::ChatWaits { chat, .. } => {
            let header = around.header(*chat);
            notices.push(moved(&header, *chat, ChatState::Waiting, None, None));
        }
        Event::ChatMoved { chat, queue, .. } => {
            // Whoever looks after the queue that it left; that it waits in the other is told next.
            let before = around.before.and_then(|before| before.chats.get(chat)?.queue.clone());
            let Some(left) = before.filter(|left| left != queue) else { return };
            let to = Header { queue: Some(queue.clone()), ..Header::default() };
            let (_, notice) = moved(&to, *chat, ChatState::Waiting, None, None);
            let audience = Audience { queue: Some(left), ..Audience::default() };
            notices.push((audience, notice));
        }
        Event::LevelCrossed { queue, below, percent, target } => {
            let (below, percent, target) = (*below, *percent, *target);
            let audience = Audience { queue: Some(queue.clone()), ..Audience::default() };
            let queue = queue.to_string();
            notices.push((audience, Notice::ServiceLevel { queue, below, percent, target }));
        }
        Event::QueueHoursSet { queue, hours } => {
            let audience = Audience { queue: Some(queue.clone()), ..Audience::default() };
            let (open, until) = hours.map_or((true, None), |hours| (hours.open, hours.until_ms));
            notices.push((audience, Notice::QueueHours { queue: queue.to_string(), open, until }));
        }
        Event::ReplyOverdue { chat, since } => {
            let header = around.header(*chat);
            let Some(agent) = header.holders.first().map(ToString::to_string) else { return };
            let waiting_ms = around.record.at.desk_ms.saturating_sub(*since);
            let notice = Notice::ReplyDue { agent, chat: chat.to_string(), waiting_ms };
            notices.push((header.talkers(), notice));
        }
        Event::ChatEnded { chat, how, .. } => {
            let header = around.header(*chat);
            let how = Some(words::ended(*how));
            notices.push(moved(&header, *chat, ChatState::Ended, None, how));
        }
        Event::MessageKept { chat, n, from, visibility, content, .. } => {
            let header = around.header(*chat);
            let message = Message {
                n: *n,
                at_ms: around.record.at.wall_ms,
                from: from.clone(),
                visibility: *visibility,
                content: content.clone(),
            };
            let message = views::message(&message, header.customer.as_deref());
            notices.push((header.talkers(), Notice::Message { chat: chat.to_string(), message }));
        }
        _ => {}
    }
}

fn moved(
    header: &Header,
    chat: ChatId,
    state: ChatState,
    agent: Option<&AgentId>,
    how_ended: Option<HowEnded>,
) -> (Audience, Notice) {
    let notice = Notice::ChatChanged {
        chat: chat.to_string(),
        queue: header.queue.as_ref().map(ToString::to_string).unwrap_or_default(),
        state,
        agent: agent.map(ToString::to_string),
        how_ended,
    };
    (header.audience(), notice)
}

fn offer_made(around: &Around<'_>, made: &OfferMade, notices: &mut Notices) {
    let header = around.header(made.chat);
    let views = &around.views;
    let chat = views.state.chats.get(&made.chat);
    let pending = chat.filter(|chat| chat.offers().any(|offer| offer.id == made.offer));
    let offer =
        pending.and_then(|chat| views.offer(chat, &made.agent)).unwrap_or_else(|| OfferView {
            offer: made.offer.to_string(),
            chat: made.chat.to_string(),
            queue: header.queue.as_ref().map(ToString::to_string).unwrap_or_default(),
            customer: chat.map(|chat| views::customer(&chat.customer)).unwrap_or_default(),
            candidates: chat.map(|chat| views.matched(chat).candidates).unwrap_or_default(),
            waiting_ms: 0,
            deadline: views.wall(made.deadline),
            remaining_ms: views.left(made.deadline),
            lines: made.preview.known().map(|preview| preview.lines.clone()).unwrap_or_default(),
        });
    let audience = header.with(vec![made.agent.clone()]);
    let agent = made.agent.to_string();
    notices.push((audience.clone(), Notice::OfferMade { agent, offer }));
    let (_, notice) = moved(&header, made.chat, ChatState::Offered, Some(&made.agent), None);
    notices.push((audience, notice));
}

fn offer_ended(
    around: &Around<'_>,
    chat: ChatId,
    offer: OfferId,
    agent: &AgentId,
    outcome: OfferOutcome,
    notices: &mut Notices,
) {
    let notice = Notice::OfferEnded {
        agent: agent.to_string(),
        offer: offer.to_string(),
        chat: chat.to_string(),
        outcome: words::outcome(outcome),
    };
    notices.push((around.header(chat).with(vec![agent.clone()]), notice));
}

fn segment_opened(around: &Around<'_>, chat: ChatId, segment: &Segment, notices: &mut Notices) {
    let agent = &segment.agent;
    offer_ended(around, chat, segment.offer, agent, OfferOutcome::Accepted, notices);
    let header = around.header(chat);
    notices.push(moved(&header, chat, ChatState::Active, Some(agent), None));
}

fn wrapup(around: &Around<'_>, event: &Event, notices: &mut Notices) {
    let timer_of = |chat, n| match around.views.state.segment(SegmentId { chat, n })?.state {
        SegmentState::PostProcessing { timer, .. } => Some(timer),
        _ => None,
    };
    let handed;
    let (chat, n, timer) = match event {
        // To the other it begins now.
        Event::SegmentHanded { chat, n, .. } => {
            handed = timer_of(*chat, *n);
            (*chat, *n, handed.as_ref())
        }
        Event::SegmentLeft { chat, n, timer, .. }
        | Event::WrapupTimerSet { chat, n, timer }
        | Event::WrapupExtended { chat, n, timer, .. } => (*chat, *n, Some(timer)),
        Event::SegmentWrapped { chat, n, .. } => (*chat, *n, None),
        _ => return,
    };
    let header = around.header(chat);
    let Some(agent) = header.agent_of(n) else { return };
    let notice = match (event, timer) {
        (Event::SegmentWrapped { how, codes, .. }, _) => Notice::WrapupEnded {
            agent: agent.to_string(),
            chat: chat.to_string(),
            segment: n.into(),
            codes: codes.iter().map(ToString::to_string).collect(),
            cause: words::wrapped(*how).into(),
        },
        (_, Some(timer)) if !wraps(around, chat, n) => {
            let segment = SegmentId { chat, n };
            let Some(segment) = around.views.state.segment(segment) else { return };
            Notice::WrapupStarted {
                agent: agent.to_string(),
                chat: chat.to_string(),
                segment: n.into(),
                mode: words::mode(segment.plan.mode),
                deadline: match timer {
                    WrapTimer::Running { deadline } => Some(around.views.wall(*deadline)),
                    WrapTimer::Off | WrapTimer::Stopped { .. } => None,
                },
            }
        }
        _ => return,
    };
    notices.push((header.with(vec![agent.clone()]), notice));
}

/// Whether the same record wraps the segment up.
fn wraps(around: &Around<'_>, of: ChatId, number: u16) -> bool {
    let wrapped = |event: &Event| matches!(event, Event::SegmentWrapped { chat, n, .. } if *chat == of && *n == number);
    around.record.events.iter().any(wrapped)
}

fn matched(around: &Around<'_>, event: &Event, notices: &mut Notices) {
    let Some(id) = event.chat() else { return };
    let chat = around.views.state.chats.get(&id);
    let mut view = match (chat, event) {
        (Some(chat), _) => around.views.matched(chat),
        (None, Event::MatchSet { state, candidates, chosen, .. }) => {
            let links = around.views.links;
            match_view(id, *state, &candidates.or_empty(), chosen.as_ref(), links)
        }
        _ => return,
    };
    if let Event::MatchSet { why: Some(why), .. } | Event::LookupDropped { why: Some(why), .. } =
        event
    {
        view.why = why.known().cloned();
    }
    notices.push((around.header(id).audience(), Notice::MatchChanged(view)));
}

/// Pops that are still to open; what is over is told by nobody's browser.
fn pop(around: &Around<'_>, event: &Event, notices: &mut Notices) {
    let pops = &around.views.state.pops;
    let to =
        |agent: &AgentId| Audience { everybody: false, agents: vec![agent.clone()], queue: None };
    match event {
        Event::PopWanted(pop) => {
            let open = pops.get(&pop.id).filter(|pop| !pop.claimed);
            if let Some(view) = open.and_then(|pop| around.views.pop(pop)) {
                notices.push((to(&pop.agent), Notice::PopWanted(view)));
            }
        }
        Event::PopClaimed { pop } => {
            if let Some(pop) = pops.get(pop) {
                let agent = pop.agent.to_string();
                let notice = Notice::PopClaimed { pop: pop.id.to_string(), agent };
                notices.push((to(&pop.agent), notice));
            }
        }
        _ => {}
    }
}

fn incident(around: &Around<'_>, event: &Event, notices: &mut Notices) {
    let (chat, notice) = match event {
        Event::IncidentWritten { chat, record, number, differences, appended, .. } => {
            let view = IncidentView {
                chat: chat.to_string(),
                state: IncidentState::Created,
                reason: None,
                why: None,
                tries: None,
                number: Some(number.clone()),
                appended: *appended,
                sys_id: Some(record.sys_id.clone()),
                url: around.views.links.to(record),
                steps: Vec::new(),
                differences: views::differences(differences),
                interaction: None,
            };
            (*chat, Notice::IncidentCreated(view))
        }
        Event::IncidentDiffers { step, differences } => {
            let (chat, differences) = (step.chat.to_string(), views::differences(differences));
            (step.chat, Notice::IncidentDiffers { chat, differences })
        }
        _ => return,
    };
    let header = around.header(chat);
    let last = header.segments.last().into_iter().chain(&header.open).cloned();
    let agents = last.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    notices.push((header.with(agents), notice));
}

fn daemon(event: &Event, notices: &mut Notices) {
    let (what, text) = match event {
        Event::ConfigSet { .. } => (Announcement::Config, "another config is in force"),
        Event::ScriptsSet { how: SetHow::RolledBack, .. } => {
            (Announcement::Scripts, "an earlier script set serves again")
        }
        Event::ScriptsSet { .. } => (Announcement::Scripts, "another script set serves"),
        Event::DrainSet { on: true } => (Announcement::Draining, "new chats are turned away"),
        Event::DrainSet { on: false } => (Announcement::Draining, "new chats are taken again"),
        Event::LowDiskSet { on: true } => {
            (Announcement::LowDisk, "the disk is nearly full: new chats are turned away")
        }
        Event::LowDiskSet { on: false } => {
            (Announcement::LowDisk, "the disk has room again: new chats are taken")
        }
        _ => return,
    };
    let over = matches!(event, Event::DrainSet { on: false } | Event::LowDiskSet { on: false });
    let everybody = Audience { everybody: true, ..Audience::default() };
    notices.push((everybody, Notice::Daemon { what, over, text: text.into() }));
}
