//! The command by which a record came, as far as rules are asked about it.

use super::Untold;
use crate::State;
use crate::chat::{Content, MatchState, OfferOutcome};
use crate::command::{Command, NewChat, Target};
use crate::config::Authority;
use crate::event::{ChatOpened, Event};
use crate::name::{ChatId, StepId, StepKind};
use crate::next::next;
use crate::outbox::Story;
use crate::policy::Given;
use crate::private::Private;
use crate::record::Record;

type Told = Result<Option<Command>, Untold>;

/// The command; `None` where no rule is asked about such a one.
pub(super) fn of(
    state: &State,
    record: &Record,
    story: &mut dyn FnMut(ChatId) -> Option<Story>,
) -> Told {
    Ok(match record.kind.as_str() {
        "open_chat" => arrival(record)?.map(|new| Command::OpenChat(Box::new(new))),
        "leave_form" => form(record)?,
        "post_message" => message(record)?,
        "follow" => next(state),
        "due" => record.events.first().and_then(|event| match event {
            Event::TimerCleared { timer } => Some(Command::Due(timer.clone())),
            _ => None,
        }),
        "transfer" => record.events.iter().find_map(|event| match event {
            Event::OfferMade(made) => Some(Command::Transfer {
                chat: made.chat,
                agent: record.who.agent().cloned(),
                to: Target::Agent(made.agent.clone()),
            }),
            _ => None,
        }),
        "reject" => record.events.iter().find_map(|event| match event {
            Event::OfferEnded { chat, offer, agent, outcome, reason, .. }
                if *outcome == OfferOutcome::Rejected =>
            {
                let (agent, offer, reason) = (agent.clone(), Some(*offer), reason.clone());
                Some(Command::Reject { agent, chat: *chat, offer, reason })
            }
            _ => None,
        }),
        "take_lookup" => record.events.iter().find_map(|event| match event {
            Event::LookupTaken { chat, .. } => Some(Command::TakeLookup { chat: *chat }),
            _ => None,
        }),
        "lookup_answered" => found(state, record)?,
        "ask_status" => status(record)?,
        "stop_new" => record.who.agent().map(|agent| Command::StopNew { agent: agent.clone() }),
        "wrap_up" => {
            let named = record.events.iter().find_map(Event::chat);
            let chat = named.or(record.about);
            let agent = record.who.agent().cloned();
            agent.zip(chat).map(|(agent, chat)| Command::WrapUp { agent, chat })
        }
        "take_step" => step(state, record, story)?,
        _ => None,
    })
}

/// What came in, where the events do not tell it.
fn given(record: &Record) -> Result<Option<&Given>, Untold> {
    match record.hooks.iter().find_map(|asked| asked.given.as_ref()) {
        Some(Private::Known(given)) => Ok(Some(given)),
        Some(Private::Erased) => Err(Untold::Erased),
        None => Ok(None),
    }
}

fn known<T: Clone>(private: &Private<T>) -> Result<T, Untold> {
    private.known().cloned().ok_or(Untold::Erased)
}

/// A chat as its customer asked for it.
fn arrival(record: &Record) -> Result<Option<NewChat>, Untold> {
    let given = given(record)?;
    for event in &record.events {
        let mut new = match event {
            Event::ChatOpened(opened) => opened_as(opened)?,
            Event::ChatTurnedAway { chat, queue, customer, email_key, .. } => {
                // What it asked for beyond its queue is kept only where a rule was asked.
                if given.is_none() {
                    return Ok(None);
                }
                NewChat {
                    chat: *chat,
                    queue: queue.clone(),
                    customer: known(customer)?,
                    fields: Default::default(),
                    skills: Default::default(),
                    email_key: email_key.clone(),
                    foreign: None,
                    authority: Authority::Local,
                }
            }
            _ => continue,
        };
        if let Some(Given::Arrival { queue, skills, fields }) = given {
            new.queue.clone_from(queue);
            new.skills.clone_from(skills);
            new.fields.clone_from(fields);
        }
        return Ok(Some(new));
    }
    Ok(None)
}

fn opened_as(opened: &ChatOpened) -> Result<NewChat, Untold> {
    Ok(NewChat {
        chat: opened.chat,
        queue: opened.queue.clone(),
        customer: known(&opened.customer)?,
        fields: known(&opened.fields)?,
        skills: opened.skills.clone(),
        email_key: opened.email_key.clone(),
        foreign: opened.foreign.clone(),
        authority: opened.authority,
    })
}

fn form(record: &Record) -> Told {
    let opened = record.events.iter().find_map(|event| match event {
        Event::ChatOpened(opened) => Some(opened),
        _ => None,
    });
    let (Some(opened), Some(Command::PostMessage { content, .. })) = (opened, message(record)?)
    else {
        return Ok(None);
    };
    let mut new = opened_as(opened)?;
    if let Some(Given::Arrival { skills, .. }) = given(record)? {
        new.skills.clone_from(skills);
    }
    let Content::Text { text } = content;
    Ok(Some(Command::LeaveForm { new: Box::new(new), text }))
}

/// The message, with what was kept of it.
fn message(record: &Record) -> Told {
    let said = record.events.iter().find_map(|event| match event {
        Event::MessageKept { chat, from, visibility, content, .. } => {
            Some((*chat, from.clone(), *visibility, content))
        }
        _ => None,
    });
    let Some((chat, from, visibility, content)) = said else { return Ok(None) };
    let content = known(content)?;
    Ok(Some(Command::PostMessage { chat, from, visibility, content }))
}

/// What a lookup of the customer's address found.
fn found(state: &State, record: &Record) -> Told {
    let set = record.events.iter().find_map(|event| match event {
        Event::MatchSet { chat, state, candidates, .. } if *state != MatchState::Failed => {
            Some((*chat, candidates))
        }
        _ => None,
    });
    let chat = set.and_then(|(id, candidates)| Some((state.chats.get(&id)?, candidates)));
    let Some((chat, candidates)) = chat else { return Ok(None) };
    let n = match &chat.matched.lookup {
        // No rule is asked about what an agent looked for.
        Some(lookup) if lookup.words.is_some() => return Ok(None),
        Some(lookup) => lookup.n,
        None => chat.matched.lookups,
    };
    let found = match given(record)? {
        Some(Given::Found(found)) => found.clone(),
        _ => known(candidates)?,
    };
    Ok(Some(Command::LookupAnswered { chat: chat.id, n, result: Ok(found) }))
}

fn status(record: &Record) -> Told {
    let set = record.events.iter().find_map(|event| match event {
        Event::IntentSet { to, reason, .. } => Some((*to, reason.clone())),
        _ => None,
    });
    let asked_for = match given(record)? {
        Some(Given::Status { to, reason }) => Some((*to, reason.clone())),
        _ => set,
    };
    let agent = record.who.agent().cloned();
    Ok(agent.zip(asked_for).map(|(agent, (to, reason))| Command::AskStatus { agent, to, reason }))
}

fn step(state: &State, record: &Record, story: &mut dyn FnMut(ChatId) -> Option<Story>) -> Told {
    let taken = record.events.iter().find_map(|event| match event {
        Event::StepTaken { step, body: Some(_), .. } => Some(*step),
        Event::IncidentSkipped { chat } => Some(StepId { chat: *chat, kind: StepKind::Create }),
        _ => None,
    });
    let Some(step) = taken.filter(|step| state.outbox.step(*step).is_some()) else {
        return Ok(None);
    };
    let story = story(step.chat).ok_or(Untold::NotKept)?;
    if story.customer.known().is_none() {
        return Err(Untold::Erased);
    }
    Ok(Some(Command::TakeStep { step, story: Box::new(story), read_to: record.seq - 1 }))
}
