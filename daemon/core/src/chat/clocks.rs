//! The clocks of an active chat: the customer's runs while the last word is the desk's, the agent's
//! while it is the customer's.

use super::end::finish;
use super::messages::say;
use super::views::question;
use super::{Author, Chat, EndedHow, Phase, Role, Visibility};
use crate::State;
use crate::answer::Answer;
use crate::config::Authority;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::ChatId;
use crate::policy::{About, Hook, Idle, Verdict};
use crate::refusal::Refusal;
use crate::time::Timer;
use crate::words::UNANSWERED;
use serde::{Deserialize, Serialize};

type Done = Result<Answer, Refusal>;

/// The deadlines that somebody's word leaves behind, in desk time; one that is not set is off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// When the customer is reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<u64>,
    /// When the chat is closed because the customer is silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_at: Option<u64>,
    /// When the agent is reminded of the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_at: Option<u64>,
}

/// The clocks after a word; `None` where it changes none: what deskd says, what the customer does
/// not see, what is said while nobody has the chat.
pub(super) fn after_word(
    draft: &Draft<'_>,
    chat: &Chat,
    from: &Author,
    visibility: Visibility,
) -> Option<Clocks> {
    let talks = chat.authority == Authority::Local && matches!(chat.phase, Phase::Active);
    if !talks || visibility == Visibility::Internal {
        return None;
    }
    let config = &draft.state.queue(&chat.queue)?.conversation;
    let within = |secs: u32| (secs > 0).then(|| draft.desk_in(secs));
    match from.role() {
        Role::System => None,
        // A second word does not make the first one younger.
        Role::Customer if chat.unanswered_since.is_some() => {
            let reply_at = draft.state.desk.at(&Timer::ReplyRemind(chat.id));
            Some(Clocks { reply_at, ..Clocks::default() })
        }
        Role::Customer => {
            Some(Clocks { reply_at: within(config.reply_remind_secs), ..Clocks::default() })
        }
        Role::Agent | Role::Supervisor | Role::Bot => Some(Clocks {
            remind_at: within(config.idle_remind_secs),
            close_at: within(config.idle_close_secs),
            reply_at: None,
        }),
    }
}

/// When an agent who accepts now is reminded, where they say nothing until then.
pub(super) fn at_accept(draft: &Draft<'_>, chat: &Chat) -> Option<u64> {
    let secs = draft.state.queue(&chat.queue)?.conversation.reply_remind_secs;
    (secs > 0).then(|| draft.desk_in(secs))
}

/// Sets an active chat's clocks.
pub(super) fn set(state: &mut State, seq: u64, id: ChatId, clocks: Clocks) {
    for (timer, at) in [
        (Timer::IdleRemind(id), clocks.remind_at),
        (Timer::IdleClose(id), clocks.close_at),
        (Timer::ReplyRemind(id), clocks.reply_at),
    ] {
        match at {
            Some(at) => state.desk.set(timer, at, seq),
            None => state.desk.clear(&timer),
        }
    }
}

/// The customer is silent: they are reminded once.
pub(crate) fn remind_due(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    if !matches!(chat.phase, Phase::Active) {
        return Ok(Answer::Done);
    }
    let config = &draft.queue(&chat.queue)?.conversation;
    let silent = u64::from(config.idle_remind_secs) * 1000;
    let ruled = ask(draft, chat, Idle::Remind, (silent, &config.idle_remind_text));
    if ruled.close {
        close(draft, chat, ruled.text.as_deref());
    } else if let Some(secs) = ruled.extend_secs {
        let close_at = draft.state.desk.at(&Timer::IdleClose(id));
        let clocks = Clocks {
            remind_at: Some(draft.desk_in(secs)),
            close_at: close_at.map(|at| at + u64::from(secs) * 1000),
            reply_at: None,
        };
        tell(draft, id, ruled.text.as_deref());
        draft.emit(Event::ClocksSet { chat: id, clocks });
    } else {
        say(draft, id, ruled.text.as_deref().unwrap_or(&config.idle_remind_text));
    }
    Ok(Answer::Done)
}

/// What a rule says of a silence.
#[derive(Default)]
struct Ruled {
    text: Option<String>,
    extend_secs: Option<u32>,
    close: bool,
}

fn ask(draft: &mut Draft<'_>, chat: &Chat, what: Idle, (silent_ms, text): (u64, &str)) -> Ruled {
    if !draft.has_rule(Hook::OnIdle, Some(&chat.queue)) {
        return Ruled::default();
    }
    let about = About::Idle { what, silent_ms, text: text.into() };
    let question = question(draft, chat, about);
    match draft.ask(&question) {
        Some(Verdict::Idle { text, extend_secs, close }) => Ruled { text, extend_secs, close },
        _ => Ruled::default(),
    }
}

fn tell(draft: &mut Draft<'_>, id: ChatId, text: Option<&str>) {
    if let Some(text) = text {
        say(draft, id, text);
    }
}

fn close(draft: &mut Draft<'_>, chat: &Chat, text: Option<&str>) {
    say(draft, chat.id, text.unwrap_or(UNANSWERED));
    finish(draft, chat, EndedHow::Idle, None);
}

/// The customer stayed silent.
pub(crate) fn close_due(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    if matches!(chat.phase, Phase::Active) {
        let silent = u64::from(draft.queue(&chat.queue)?.conversation.idle_close_secs) * 1000;
        let ruled = ask(draft, chat, Idle::Close, (silent, UNANSWERED));
        match ruled.extend_secs.filter(|_| !ruled.close) {
            Some(secs) => {
                let close_at = Some(draft.desk_in(secs));
                tell(draft, id, ruled.text.as_deref());
                let clocks = Clocks { close_at, ..Clocks::default() };
                draft.emit(Event::ClocksSet { chat: id, clocks });
            }
            None => close(draft, chat, ruled.text.as_deref()),
        }
    }
    Ok(Answer::Done)
}

/// The customer waits for an answer for too long: the agent is told, once for each wait.
pub(crate) fn reply_due(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    if let (Some(since), Phase::Active) = (chat.unanswered_since, &chat.phase) {
        let silent = draft.envelope.at.desk_ms.saturating_sub(since);
        let ruled = ask(draft, chat, Idle::Reply, (silent, ""));
        tell(draft, id, ruled.text.as_deref());
        match ruled.extend_secs {
            Some(secs) => {
                let reply_at = Some(draft.desk_in(secs));
                let clocks = Clocks { reply_at, ..Clocks::default() };
                draft.emit(Event::ClocksSet { chat: id, clocks });
            }
            None => draft.emit(Event::ReplyOverdue { chat: id, since }),
        }
    }
    Ok(Answer::Done)
}
