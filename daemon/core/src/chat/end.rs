//! A chat ends: by either side, by silence, by a limit, by an admin.

use super::limit::at_limit;
use super::messages::say;
use super::offer::{close_offers, wait_end};
use super::wrapup::{all_wrapped, leave_conversation, leave_segment, mark_wrapped};
use super::{Chat, EndedHow, LeftWhy, OfferOutcome, Phase, SegmentState, WrappedHow};
use crate::answer::Answer;
use crate::config::{Authority, FormConfig};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{AgentId, ChatId, CodeId};
use crate::outbox;
use crate::queue::count_for_level;
use crate::refusal::Refusal;
use crate::words::{LEAVE_FORM, SILENT, SORRY};

type Done = Result<Answer, Refusal>;

/// The agent ends their active chat; an admin (no agent) ends any.
pub(crate) fn end(draft: &mut Draft<'_>, id: ChatId, agent: Option<&AgentId>) -> Done {
    let chat = draft.chat(id)?;
    if chat.ended().is_some() {
        return Ok(Answer::Done);
    }
    let how = match agent {
        None => EndedHow::Admin,
        Some(agent) if chat.active().is_some_and(|s| s.agent == *agent) => EndedHow::Agent,
        Some(_) => return Err(Refusal::NotYours),
    };
    finish(draft, chat, how, None);
    Ok(Answer::Done)
}

/// The customer ends the chat.
pub(crate) fn leave(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    if chat.ended().is_none() {
        let how = if chat.handled() { EndedHow::Customer } else { EndedHow::Abandoned };
        finish(draft, chat, how, None);
    }
    Ok(Answer::Done)
}

/// Backstop: nobody said anything for as long as any chat may be silent.
pub(crate) fn silence_due(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    let how = match chat.authority {
        Authority::Local => EndedHow::Idle,
        Authority::Observed => EndedHow::Expired,
    };
    if chat.ended().is_none() {
        say(draft, id, SILENT);
        finish(draft, chat, how, None);
    }
    Ok(Answer::Done)
}

/// The chat waited as long as its queue lets it, or, the backstop, as long as any may. One that is
/// offered is left alone until it waits again.
pub(crate) fn wait_due(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    if !matches!(chat.phase, Phase::Waiting { .. }) {
        return Ok(Answer::Done);
    }
    if draft.envelope.at.desk_ms >= wait_end(draft, chat) {
        expire(draft, chat, "");
    } else {
        at_limit(draft, chat)?;
    }
    Ok(Answer::Done)
}

/// The desk gives the chat up, and says so: in these words, if there are any.
pub(super) fn expire(draft: &mut Draft<'_>, chat: &Chat, text: &str) {
    tell_given_up(draft, chat, text);
    finish(draft, chat, EndedHow::Expired, None);
}

/// Tells the customer that the desk gives their chat up.
pub(super) fn tell_given_up(draft: &mut Draft<'_>, chat: &Chat, text: &str) {
    let form = form_of(draft, chat).map(|form| form.text.as_str());
    let own = match form {
        Some("") => LEAVE_FORM,
        Some(own) => own,
        None => SORRY,
    };
    say(draft, chat.id, if text.is_empty() { own } else { text });
}

/// The form that the customer of a chat may leave where the desk gives it up.
fn form_of<'a>(draft: &Draft<'a>, chat: &Chat) -> Option<&'a FormConfig> {
    let local = chat.authority == Authority::Local;
    draft.state.queue(&chat.queue).filter(|_| local)?.form.as_ref()
}

/// Ends a chat that has not ended. With `wrap`, its active segment is wrapped up in the same step,
/// with these codes.
pub(super) fn finish(draft: &mut Draft<'_>, chat: &Chat, how: EndedHow, wrap: Option<Vec<CodeId>>) {
    let outcome = match how {
        EndedHow::Abandoned | EndedHow::Customer => OfferOutcome::Abandoned,
        _ => OfferOutcome::Rescinded,
    };
    close_offers(draft, chat, outcome);
    over(draft, chat, how, wrap);
}

/// Ends a chat whose offer, if there was one, is ended.
pub(super) fn over(draft: &mut Draft<'_>, chat: &Chat, how: EndedHow, wrap: Option<Vec<CodeId>>) {
    let mut just_wrapped = None;
    if let Some(segment) = chat.active().filter(|s| s.state == SegmentState::Active) {
        match wrap {
            Some(codes) => {
                leave_conversation(draft, chat, segment, LeftWhy::Ended);
                mark_wrapped(draft, chat.id, segment.n, WrappedHow::Agent, codes);
            }
            None => leave_segment(draft, chat, segment, LeftWhy::Ended),
        }
        let id = crate::name::SegmentId { chat: chat.id, n: segment.n };
        just_wrapped = draft.wraps(id).then_some(segment.n);
    }
    count_for_level(draft, chat, false);
    let form = how == EndedHow::Expired && form_of(draft, chat).is_some();
    draft.emit(Event::ChatEnded { chat: chat.id, how, form });
    let all = all_wrapped(draft, chat);
    outbox::at_chat_end(draft, chat, just_wrapped, all);
    if all && !outbox::awaits_caller(draft, chat) {
        draft.emit(Event::ChatClosed { chat: chat.id });
    }
}
