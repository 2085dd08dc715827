//! Wrap-up belongs to the segment: an agent may finish one chat while talking in another.

use super::end::finish;
use super::views::question;
use super::{Chat, EndedHow, LeftWhy, Segment, SegmentState, WrapTimer, WrappedHow, segment_view};
use crate::answer::Answer;
use crate::config::{CodeMissing, WrapupMode};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{AgentId, ChatId, CodeId, SegmentId};
use crate::outbox;
use crate::policy::{About, Verdict, WrapupTrigger};
use crate::refusal::Refusal;

type Done = Result<Answer, Refusal>;

/// After so many denials in a row a rule is not asked again about this segment.
const DENIALS_MAX: u8 = 5;

/// The code of a segment that the backstop closed and that has no default.
const UNCODED: &str = "uncoded";

/// Sets the codes of the agent's segment.
pub(crate) fn set_codes(
    draft: &mut Draft<'_>,
    agent: &AgentId,
    id: ChatId,
    codes: &[CodeId],
) -> Done {
    let segment = open_segment(draft, agent, id)?;
    let mut chosen: Vec<CodeId> = Vec::new();
    for code in codes {
        if !chosen.contains(code) {
            chosen.push(code.clone());
        }
    }
    segment.plan.check(&chosen)?;
    let codes = Some(chosen);
    draft.emit(Event::DraftSet { chat: id, n: segment.n, codes, note: None });
    Ok(Answer::Done)
}

/// Sets the note of the agent's segment.
pub(crate) fn set_note(draft: &mut Draft<'_>, agent: &AgentId, id: ChatId, note: &str) -> Done {
    let segment = open_segment(draft, agent, id)?;
    let most = draft.state.config.limits.note_chars;
    if note.chars().count() > most as usize {
        return Err(Refusal::TooLong(most));
    }
    let note = Some(note.to_owned().into());
    draft.emit(Event::DraftSet { chat: id, n: segment.n, codes: None, note });
    Ok(Answer::Done)
}

pub(super) fn open_segment<'a>(
    draft: &Draft<'a>,
    agent: &AgentId,
    id: ChatId,
) -> Result<&'a Segment, Refusal> {
    let chat = draft.chat(id)?;
    let had = chat.segments.iter().any(|segment| segment.agent == *agent);
    let refusal = if had { Refusal::Closed } else { Refusal::NotYours };
    chat.open_segment_of(agent).ok_or(refusal)
}

/// Wraps the agent's segment up; an active one ends its chat in the same step.
pub(crate) fn wrap_up(draft: &mut Draft<'_>, agent: &AgentId, id: ChatId) -> Done {
    let segment = match open_segment(draft, agent, id) {
        Err(Refusal::Closed) => return Ok(Answer::Done),
        found => found?,
    };
    let chat = draft.chat(id)?;
    let now = draft.envelope.at.desk_ms;
    if let (WrapupMode::Fixed, SegmentState::PostProcessing { timer, .. }) =
        (segment.plan.mode, &segment.state)
        && let WrapTimer::Running { deadline } = timer
        && *deadline > now
    {
        return Err(Refusal::TooEarly((deadline - now).div_ceil(1000)));
    }
    let codes = match ask(draft, chat, segment, WrapupTrigger::Submitted) {
        Ruling::Denied { message, .. } => {
            draft.emit(Event::WrapupDenied { chat: id, n: segment.n });
            return Err(Refusal::Denied(message));
        }
        Ruling::Allowed(codes) => codes,
    };
    if codes.is_empty() && segment.plan.mandatory {
        return Err(Refusal::CodeMissing);
    }
    if segment.state == SegmentState::Active {
        finish(draft, chat, EndedHow::Agent, Some(codes));
    } else {
        wrap(draft, chat, segment.n, WrappedHow::Agent, codes);
    }
    Ok(Answer::Done)
}

/// What a rule says of a wrap-up.
enum Ruling {
    Allowed(Vec<CodeId>),
    Denied { message: String, post_secs: Option<u32> },
}

fn ask(draft: &mut Draft<'_>, chat: &Chat, segment: &Segment, trigger: WrapupTrigger) -> Ruling {
    if segment.denials >= DENIALS_MAX {
        return Ruling::Allowed(segment.codes.clone());
    }
    let about = About::Wrapup {
        segment: segment_view(segment, draft.envelope.at),
        trigger,
        post_secs: segment.plan.secs,
    };
    let question = question(draft, chat, about);
    let Some(Verdict::Wrapup { deny, post_secs, codes }) = draft.ask(&question) else {
        return Ruling::Allowed(segment.codes.clone());
    };
    match (deny, post_secs, trigger) {
        (Some(message), _, _) => Ruling::Denied { message, post_secs },
        (None, Some(_), WrapupTrigger::Timer) => {
            Ruling::Denied { message: String::new(), post_secs }
        }
        _ => {
            let ruled = codes.filter(|codes| segment.plan.check(codes).is_ok());
            Ruling::Allowed(ruled.unwrap_or_else(|| segment.codes.clone()))
        }
    }
}

/// The wrap-up timer is at zero.
pub(crate) fn wrapup_due(draft: &mut Draft<'_>, id: SegmentId) -> Done {
    let chat = draft.chat(id.chat)?;
    let segment = draft.state.segment(id).filter(|s| s.is_open()).ok_or(Refusal::Closed)?;
    let mut codes = match ask(draft, chat, segment, WrapupTrigger::Timer) {
        Ruling::Denied { post_secs, .. } => {
            draft.emit(Event::WrapupDenied { chat: id.chat, n: id.n });
            let timer = post_secs.map_or(WrapTimer::Off, |secs| WrapTimer::Running {
                deadline: draft.desk_in(secs),
            });
            draft.emit(Event::WrapupTimerSet { chat: id.chat, n: id.n, timer });
            return Ok(Answer::Done);
        }
        Ruling::Allowed(codes) => codes,
    };
    if codes.is_empty() && segment.plan.mandatory {
        match (&segment.plan.default, segment.plan.code_missing) {
            (Some(default), CodeMissing::Default) => codes.push(default.clone()),
            _ => {
                let timer = WrapTimer::Off;
                draft.emit(Event::WrapupTimerSet { chat: id.chat, n: id.n, timer });
                return Ok(Answer::Done);
            }
        }
    }
    wrap(draft, chat, id.n, WrappedHow::Timer, codes);
    Ok(Answer::Done)
}

/// Backstop: a forgotten segment is closed with its default code.
pub(crate) fn wrapup_max_due(draft: &mut Draft<'_>, id: SegmentId) -> Done {
    wrap_forced(draft, id, WrappedHow::Backstop);
    Ok(Answer::Done)
}

/// Wraps a segment up as it is, whatever is missing. No rule is asked.
pub(crate) fn wrap_forced(draft: &mut Draft<'_>, id: SegmentId, how: WrappedHow) {
    let state = draft.state;
    let (Some(chat), Some(segment)) = (state.chats.get(&id.chat), state.segment(id)) else {
        return;
    };
    if segment.is_open() && !draft.wraps(id) {
        let codes = codes_at_last(segment);
        wrap(draft, chat, id.n, how, codes);
    }
}

/// The codes of a segment that ends without its agent.
fn codes_at_last(segment: &Segment) -> Vec<CodeId> {
    if !segment.misses_code() {
        return segment.codes.clone();
    }
    vec![segment.plan.default.clone().unwrap_or_else(|| CodeId::from(UNCODED))]
}

/// The agent's part in the conversation ends: post-processing begins, or, where the queue has none,
/// the segment is wrapped up at once.
pub(crate) fn leave_segment(draft: &mut Draft<'_>, chat: &Chat, segment: &Segment, why: LeftWhy) {
    leave_conversation(draft, chat, segment, why);
    if segment.plan.mode == WrapupMode::None {
        let codes = codes_at_last(segment);
        mark_wrapped(draft, chat.id, segment.n, WrappedHow::None, codes);
    }
}

/// The agent's part in the conversation ends; how it is wrapped up is the caller's to say.
pub(super) fn leave_conversation(
    draft: &mut Draft<'_>,
    chat: &Chat,
    segment: &Segment,
    why: LeftWhy,
) {
    let timer = match segment.plan.mode {
        WrapupMode::Timed | WrapupMode::Fixed => {
            WrapTimer::Running { deadline: draft.desk_in(segment.plan.secs) }
        }
        WrapupMode::None | WrapupMode::Optional => WrapTimer::Off,
    };
    let max_at = draft.desk_in(draft.state.config.times.wrapup_max_secs);
    draft.emit(Event::SegmentLeft { chat: chat.id, n: segment.n, why, timer, max_at });
}

/// Writes that a segment is wrapped up; what follows for the chat is the caller's to say.
pub(super) fn mark_wrapped(
    draft: &mut Draft<'_>,
    chat: ChatId,
    n: u16,
    how: WrappedHow,
    codes: Vec<CodeId>,
) {
    draft.note_wrapped(SegmentId { chat, n });
    draft.emit(Event::SegmentWrapped { chat, n, how, codes });
}

/// Wraps a segment in post-processing up; with the last one of an ended chat, the chat leaves
/// memory, unless its customer is still being looked up for its incident.
fn wrap(draft: &mut Draft<'_>, chat: &Chat, n: u16, how: WrappedHow, codes: Vec<CodeId>) {
    mark_wrapped(draft, chat.id, n, how, codes);
    if chat.ended().is_some() {
        let last = all_wrapped(draft, chat);
        outbox::at_wrapped(draft, chat, n, last);
        if last && !outbox::awaits_caller(draft, chat) {
            draft.emit(Event::ChatClosed { chat: chat.id });
        }
    }
}

/// Whether every segment is wrapped up, with what this decision wraps up.
pub(super) fn all_wrapped(draft: &Draft<'_>, chat: &Chat) -> bool {
    let wrapped = |s: &Segment| !s.is_open() || draft.wraps(SegmentId { chat: chat.id, n: s.n });
    chat.segments.iter().all(wrapped)
}
