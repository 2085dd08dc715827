//! Whether the customer is there, as far as their streams tell: who waits and is gone for long has
//! abandoned the chat.

use super::end::finish;
use super::{Chat, EndedHow, Phase};
use crate::answer::Answer;
use crate::config::Authority;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::ChatId;
use crate::refusal::Refusal;
use crate::time::Timer;

type Done = Result<Answer, Refusal>;

/// A stream of the customer's opened.
pub(crate) fn customer_came(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    // Where nobody asks whether they are there, no stream is counted.
    let counts = chat.streams > 0 || grace(draft, chat).is_some();
    if chat.ended().is_none() && counts {
        let streams = chat.streams.saturating_add(1);
        draft.emit(Event::CustomerStreams { chat: id, streams, gone_at: None });
    }
    Ok(Answer::Done)
}

/// A stream of the customer's is gone; with the last one their grace begins.
pub(crate) fn customer_went(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    if chat.streams > 0 && chat.ended().is_none() {
        let streams = chat.streams - 1;
        let gone_at = if streams == 0 { grace(draft, chat) } else { None };
        draft.emit(Event::CustomerStreams { chat: id, streams, gone_at });
    }
    Ok(Answer::Done)
}

/// The customer said something without a stream: their grace begins anew.
pub(super) fn heard(draft: &mut Draft<'_>, chat: &Chat) {
    if draft.state.desk.at(&Timer::CustomerGone(chat.id)).is_some() {
        let gone_at = grace(draft, chat);
        draft.emit(Event::CustomerStreams { chat: chat.id, streams: 0, gone_at });
    }
}

fn grace(draft: &Draft<'_>, chat: &Chat) -> Option<u64> {
    let secs = draft.state.queue(&chat.queue).map_or(0, |queue| queue.waiting.gone_secs);
    (secs > 0 && chat.authority == Authority::Local).then(|| draft.desk_in(secs))
}

/// The customer did not come back. Of a chat that an agent has the idle clock decides.
pub(crate) fn gone_due(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    let waits = matches!(chat.phase, Phase::Waiting { .. } | Phase::Offered(_));
    if waits && chat.streams == 0 {
        let how = if chat.handled() { EndedHow::Customer } else { EndedHow::Abandoned };
        finish(draft, chat, how, None);
    }
    Ok(Answer::Done)
}
