//! A chat waited for as long as its queue lets it: what the queue says happens, unless a rule extends
//! the wait, moves the chat elsewhere or sends its customer to the form. The desk's backstop is no rule's to move.

use super::Chat;
use super::end::expire;
use super::messages::say;
use super::offer::{wait_end, wait_in};
use super::views::question;
use crate::config::WaitThen;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::QueueId;
use crate::policy::{About, Hook, Verdict};
use crate::refusal::Refusal;

/// How often a rule may extend one chat's wait.
const EXTENSIONS_MAX: u8 = 8;

/// The chat's wait has reached its queue's limit.
pub(super) fn at_limit(draft: &mut Draft<'_>, chat: &Chat) -> Result<(), Refusal> {
    let waiting = &draft.queue(&chat.queue)?.waiting;
    let way = draft.state.way_of(chat).filter(|_| waiting.then == WaitThen::Overflow);
    let ruled = ask(draft, chat, way.clone());
    let text = ruled.message.as_deref().unwrap_or(&waiting.text);
    if ruled.form {
        expire(draft, chat, text);
    } else if let Some(to) = ruled.queue.or(way.filter(|_| ruled.extend_secs.is_none())) {
        let priority = draft.queue(&to)?.priority;
        tell(draft, chat, text);
        let queue = to.clone();
        draft.emit(Event::ChatMoved { chat: chat.id, queue, priority, overflow: true });
        wait_in(draft, chat, &to);
    } else if let Some(secs) = ruled.extend_secs {
        tell(draft, chat, ruled.message.as_deref().unwrap_or_default());
        let wait_max_at = draft.desk_in(secs).min(wait_end(draft, chat));
        draft.emit(Event::WaitExtended { chat: chat.id, wait_max_at });
    } else {
        expire(draft, chat, text);
    }
    Ok(())
}

/// What a rule says of a wait that reached its limit.
#[derive(Default)]
struct Ruled {
    extend_secs: Option<u32>,
    queue: Option<QueueId>,
    message: Option<String>,
    form: bool,
}

fn ask(draft: &mut Draft<'_>, chat: &Chat, way: Option<QueueId>) -> Ruled {
    let often = chat.ruled.extended >= EXTENSIONS_MAX;
    if often || !draft.has_rule(Hook::OnWaitLimit, Some(&chat.queue)) {
        return Ruled::default();
    }
    let about = About::WaitLimit { overflow: way, extended: chat.ruled.extended };
    let question = question(draft, chat, about);
    let Some(Verdict::WaitLimit { extend_secs, queue, message, form }) = draft.ask(&question)
    else {
        return Ruled::default();
    };
    if let Some(to) = queue.as_ref().filter(|to| !draft.state.can_move(chat, to)) {
        draft.unfit(&question, &format!("the chat cannot go to queue '{to}' now"));
        return Ruled::default();
    }
    let has_form = draft.state.queue(&chat.queue).is_some_and(|queue| queue.form.is_some());
    if form && !has_form {
        draft.unfit(&question, &format!("queue '{}' has no form", chat.queue));
        return Ruled::default();
    }
    Ruled { extend_secs, queue, message, form }
}

fn tell(draft: &mut Draft<'_>, chat: &Chat, text: &str) {
    if !text.is_empty() {
        say(draft, chat.id, text);
    }
}
