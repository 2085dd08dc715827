//! The conversation. State keeps a count; texts are in the journal alone.

use super::clocks::after_word;
use super::customer::heard;
use super::{Author, Content, Phase, Visibility};
use crate::answer::Answer;
use crate::config::Authority;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::ChatId;
use crate::refusal::Refusal;

/// Keeps a message. Nothing is taken after the end, and the sender is told so.
pub(crate) fn post(
    draft: &mut Draft<'_>,
    id: ChatId,
    from: &Author,
    visibility: Visibility,
    content: &Content,
) -> Result<Answer, Refusal> {
    let chat = draft.chat(id)?;
    let limits = &draft.state.config.limits;
    let chars = content.chars();
    if chat.ended().is_some() {
        return Err(Refusal::ChatEnded);
    }
    if let Author::Agent(agent) = from
        && chat.active().is_none_or(|segment| segment.agent != *agent)
    {
        return Err(Refusal::NotYours);
    }
    if chars == 0 {
        return Err(Refusal::Empty);
    }
    if chars > limits.message_chars {
        return Err(Refusal::TooLong(limits.message_chars));
    }
    if chat.messages >= u64::from(limits.messages) {
        return Err(Refusal::TooManyMessages(limits.messages));
    }
    let n = chat.messages + 1;
    let times = &draft.state.config.times;
    let silence = match (chat.authority, &chat.phase) {
        (Authority::Observed, _) => Some(times.observed_max_secs),
        (Authority::Local, Phase::Active) => Some(times.silence_max_secs),
        _ => None,
    };
    let clocks = after_word(draft, chat, from, visibility);
    draft.emit(Event::MessageKept {
        chat: id,
        n,
        from: from.clone(),
        visibility,
        chars,
        content: content.clone().into(),
        silence_at: silence.map(|secs| draft.desk_in(secs)),
        clocks,
    });
    if *from == Author::Customer {
        heard(draft, chat);
    }
    Ok(Answer::MessageKept { chat: id, n })
}

/// Says something to everybody in deskd's own name.
pub(super) fn say(draft: &mut Draft<'_>, id: ChatId, text: &str) {
    let Some(chat) = draft.state.chats.get(&id) else { return };
    let content = Content::Text { text: text.into() };
    draft.emit(Event::MessageKept {
        chat: id,
        n: chat.messages + 1,
        from: Author::System,
        visibility: Visibility::All,
        chars: content.chars(),
        content: content.into(),
        silence_at: None,
        clocks: None,
    });
}

/// Somebody took note of an abandoned chat.
pub(crate) fn acknowledge(draft: &mut Draft<'_>, id: ChatId) -> Result<Answer, Refusal> {
    if !draft.state.abandoned.values().any(|(chat, _)| *chat == id) {
        return Err(Refusal::UnknownChat(id));
    }
    draft.emit(Event::AbandonedAcknowledged { chat: id });
    Ok(Answer::Done)
}
