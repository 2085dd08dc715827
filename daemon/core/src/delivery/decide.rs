//! What rules want sent, when it is tried, and what comes of it.

use super::{
    Delivery, DeliveryWant, DeliveryWanted, DeliveryWork, Origin, Parked, Phase, PhaseEvent,
};
use crate::answer::Answer;
use crate::config::Config;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::DeliveryId;
use crate::outbox::{Answered, pause_ms, reason};
use crate::refusal::Refusal;

type Done = Result<Answer, Refusal>;

impl Config {
    /// What a delivery names that the config does not: nothing can ever be sent so.
    #[must_use]
    pub fn unknown_in(&self, wants: &[DeliveryWant]) -> Option<String> {
        wants.iter().find_map(|want| {
            let Some(sink) = self.sinks.get(&want.sink) else {
                return Some(format!("the config has no sink '{}'", want.sink));
            };
            let secrets = want.payload.secrets();
            let secret = secrets.into_iter().find(|name| !sink.secrets.contains(*name))?;
            Some(format!("sink '{}' has no secret '{secret}'", want.sink))
        })
    }
}

/// A rule's verdict stands, so what it wants sent is to be sent.
pub(crate) fn want(draft: &mut Draft<'_>, origin: &Origin, wants: Vec<DeliveryWant>) {
    for DeliveryWant { sink, payload } in wants {
        let most = draft.state.config.limits.deliveries;
        let here = |event: &&Event| match event {
            Event::DeliveryWanted(wanted) => wanted.sink == sink,
            _ => false,
        };
        let here = draft.events.iter().filter(here).count() as u64;
        // A rule is not to fail, nor a chat to go another way, because a receiver is down.
        if u64::from(draft.state.deliveries.count(&sink)) + here >= u64::from(most) {
            draft.emit(Event::DeliveryLost { sink, origin: origin.clone() });
            continue;
        }
        let delivery = DeliveryId(draft.mint());
        let (origin, payload) = (origin.clone(), Box::new(payload).into());
        let wanted = DeliveryWanted { delivery, sink, origin, payload };
        draft.emit(Event::DeliveryWanted(Box::new(wanted)));
    }
}

fn held<'a>(draft: &Draft<'a>, id: DeliveryId) -> Result<&'a Delivery, Refusal> {
    draft.state.deliveries.open.get(&id).ok_or(Refusal::UnknownDelivery(id))
}

/// A driver takes a delivery.
pub(crate) fn take(draft: &mut Draft<'_>, id: DeliveryId) -> Done {
    let delivery = held(draft, id)?;
    let now = draft.envelope.at.desk_ms;
    if !matches!(delivery.phase, Phase::Due { at } if at <= now) {
        return Err(Refusal::DeliveryNotDue);
    }
    if !draft.state.config.sinks.contains_key(&delivery.sink) {
        move_to(draft, id, PhaseEvent::Parked { why: Parked::NoSink }, "");
        return Ok(Answer::Delivery(None));
    }
    let until = draft.desk_in(draft.state.config.times.step_max_secs);
    let (attempt, chat) = (delivery.attempts + 1, delivery.origin.chat);
    draft.emit(Event::DeliveryTaken { delivery: id, chat, attempt, until });
    let (sink, seq) = (delivery.sink.clone(), delivery.seq);
    Ok(Answer::Delivery(Some(Box::new(DeliveryWork { delivery: id, sink, attempt, seq }))))
}

/// What became of a delivery. An answer that comes after its driver was given up still counts.
pub(crate) fn answered(
    draft: &mut Draft<'_>,
    id: DeliveryId,
    attempt: u32,
    answered: &Answered,
) -> Done {
    let delivery = held(draft, id)?;
    let open = matches!(delivery.phase, Phase::Taken | Phase::Due { .. });
    if !open || delivery.attempts != attempt {
        return Err(Refusal::Stale);
    }
    match answered {
        Answered::Done { .. } => move_to(draft, id, PhaseEvent::Done, ""),
        Answered::Retry { after_ms, why } => again(draft, id, delivery, *after_ms, why),
        // Receivers know a repeat by its id.
        Answered::Ambiguous { why } => again(draft, id, delivery, None, why),
        Answered::Permanent { why } => {
            move_to(draft, id, PhaseEvent::Parked { why: Parked::Refused }, why);
        }
    }
    Ok(Answer::Done)
}

/// The driver that took it has not answered.
pub(crate) fn due(draft: &mut Draft<'_>, id: DeliveryId) -> Done {
    let delivery = held(draft, id)?;
    if delivery.phase == Phase::Taken {
        again(draft, id, delivery, None, "the driver gave no answer");
    }
    Ok(Answer::Done)
}

fn again(
    draft: &mut Draft<'_>,
    id: DeliveryId,
    delivery: &Delivery,
    after_ms: Option<u64>,
    why: &str,
) {
    let now = draft.envelope.at.desk_ms;
    let give_up_ms = u64::from(draft.state.config.times.step_give_up_secs) * 1000;
    let to = if now.saturating_sub(delivery.since) >= give_up_ms {
        PhaseEvent::Parked { why: Parked::GivenUp }
    } else {
        let pause = pause_ms(draft, delivery.attempts).max(after_ms.unwrap_or(0));
        PhaseEvent::Due { at: now + pause }
    };
    move_to(draft, id, to, why);
}

fn move_to(draft: &mut Draft<'_>, delivery: DeliveryId, to: PhaseEvent, why: &str) {
    let chat = draft.state.deliveries.open.get(&delivery).and_then(|held| held.origin.chat);
    let why = (!why.is_empty()).then(|| why.to_owned().into());
    draft.emit(Event::DeliveryMoved { delivery, chat, to, why });
}

/// A new config knows sinks whose deliveries are parked because the one before did not: they go on.
pub(crate) fn sinks_are_back(draft: &mut Draft<'_>, config: &Config) {
    let (state, at) = (draft.state, draft.envelope.at.desk_ms);
    for (id, held) in &state.deliveries.open {
        let lacked = held.phase == Phase::Parked { why: Parked::NoSink };
        if lacked && config.sinks.contains_key(&held.sink) {
            move_to(draft, *id, PhaseEvent::Due { at }, "");
        }
    }
}

/// An admin wants a delivery tried again now.
pub(crate) fn retry(draft: &mut Draft<'_>, id: DeliveryId) -> Done {
    let delivery = held(draft, id)?;
    if delivery.phase == Phase::Taken {
        return Err(Refusal::DeliveryUnderWay);
    }
    let at = draft.envelope.at.desk_ms;
    move_to(draft, id, PhaseEvent::Due { at }, "");
    Ok(Answer::Done)
}

/// An admin gives a delivery up.
pub(crate) fn drop_one(draft: &mut Draft<'_>, id: DeliveryId, why: Option<&str>) -> Done {
    if held(draft, id)?.phase == Phase::Taken {
        return Err(Refusal::DeliveryUnderWay);
    }
    move_to(draft, id, PhaseEvent::Dropped, &reason(why));
    Ok(Answer::Done)
}

/// An admin wants a delivery sent once more that was sent before, under its old id.
pub(crate) fn replay(draft: &mut Draft<'_>, id: DeliveryId, header: &Delivery) -> Done {
    let sinks = &draft.state.config.sinks;
    if draft.state.deliveries.open.contains_key(&id) || !sinks.contains_key(&header.sink) {
        return Err(Refusal::Stale);
    }
    let most = draft.state.config.limits.deliveries;
    if draft.state.deliveries.count(&header.sink) >= most {
        return Err(Refusal::TooManyDeliveries(most));
    }
    draft.emit(Event::DeliveryReplayed { delivery: id, header: Box::new(header.clone()) });
    Ok(Answer::Done)
}
