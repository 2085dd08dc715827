//! The conversation. State keeps a count; texts are in the journal alone.

use super::clocks::after_word;
use super::customer::heard;
use super::views::chat_view;
use super::{Author, Chat, Content, Phase, Visibility, queue_view};
use crate::answer::Answer;
use crate::config::{Authority, MessageFailure};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::ChatId;
use crate::policy::{About, Hook, Question, Verdict};
use crate::refusal::Refusal;
use crate::view::ChatView;
use crate::words::worded;

/// What is kept in place of a message whose rule failed, where the queue wants none kept unseen.
const WITHHELD: &str = "[withheld: the rule for messages failed]";

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
    may_speak(chat, from)?;
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
    let kept = match chat.authority {
        Authority::Local => {
            let view = chat_view(chat, draft.envelope.at);
            kept_of(draft, view, from, (visibility, content))
        }
        Authority::Observed => Heard::as_said(content),
    };
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
        chars: kept.content.chars(),
        content: kept.content.into(),
        internal: chat.internal,
        silence_at: silence.map(|secs| draft.desk_in(secs)),
        clocks,
        tag: kept.tag,
    });
    if *from == Author::Customer {
        heard(draft, chat);
    }
    if let Some(reply) = kept.reply.filter(|_| n < u64::from(limits.messages)) {
        let internal = chat.internal + u64::from(visibility == Visibility::Internal);
        say_as(draft, id, (n + 1, internal), &reply);
    }
    Ok(Answer::MessageKept { chat: id, n, internal: chat.internal })
}

/// Whether somebody may speak in a chat now: nobody after its end, of agents the one who has it.
pub(super) fn may_speak(chat: &Chat, from: &Author) -> Result<(), Refusal> {
    if chat.ended().is_some() {
        return Err(Refusal::ChatEnded);
    }
    match from {
        Author::Agent(agent) if chat.active().is_none_or(|segment| segment.agent != *agent) => {
            Err(Refusal::NotYours)
        }
        _ => Ok(()),
    }
}

/// What is kept of a message, as a rule bends it.
pub(super) struct Heard {
    pub(super) content: Content,
    pub(super) tag: Option<String>,
    reply: Option<String>,
}

impl Heard {
    fn as_said(content: &Content) -> Self {
        Self { content: content.clone(), tag: None, reply: None }
    }
}

/// Asks before a message is kept. Where the rule fails, the queue says what is kept.
pub(super) fn kept_of(
    draft: &mut Draft<'_>,
    chat: ChatView,
    from: &Author,
    (visibility, content): (Visibility, &Content),
) -> Heard {
    let mut heard = Heard::as_said(content);
    let queue = chat.queue.clone();
    if !draft.has_rule(Hook::OnMessage, Some(&queue)) {
        return heard;
    }
    let Content::Text { text } = content;
    let about = About::Message {
        from: from.role(),
        text: text.clone(),
        internal: visibility == Visibility::Internal,
    };
    let question = Question {
        now_ms: draft.envelope.at.wall_ms,
        seed: draft.envelope.seq,
        queue: Some(queue_view(draft.state, &queue, draft.envelope.at)),
        chat: Some(chat),
        about,
    };
    match draft.ask(&question) {
        Some(Verdict::Message { text, tag, reply }) => {
            heard.content = text.map_or(heard.content, |text| Content::Text { text });
            (heard.tag, heard.reply) = (tag, reply);
        }
        _ => {
            let keeps = draft.state.queue(&queue).map(|q| q.conversation.message_failure);
            if draft.withhold(&question, keeps == Some(MessageFailure::Withhold)) {
                heard.content = Content::Text { text: WITHHELD.into() };
            }
        }
    }
    heard
}

/// Says something to everybody in deskd's own name, in the customer's language where the config has it.
pub(crate) fn say(draft: &mut Draft<'_>, id: ChatId, text: &str) {
    let state = draft.state;
    if let Some(chat) = state.chats.get(&id) {
        let text = worded(state, chat, text);
        say_as(draft, id, (chat.messages + 1, chat.internal), text);
    }
}

/// Says something as the n-th message, after so many internal ones.
fn say_as(draft: &mut Draft<'_>, id: ChatId, (n, internal): (u64, u64), text: &str) {
    let content = Content::Text { text: text.into() };
    draft.emit(Event::MessageKept {
        chat: id,
        n,
        from: Author::System,
        visibility: Visibility::All,
        chars: content.chars(),
        content: content.into(),
        internal,
        silence_at: None,
        clocks: None,
        tag: None,
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
