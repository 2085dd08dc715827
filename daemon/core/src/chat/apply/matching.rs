//! Events about a chat's record and the lookups for it, applied.

use super::change;
use crate::State;
use crate::chat::{Chat, Lookup, LookupPhase, MatchState};
use crate::event::Event;
use crate::name::ChatId;
use crate::time::{Stamp, Timer};

pub(super) fn match_event(state: &mut State, seq: u64, event: &Event) {
    match event {
        Event::LookupWanted { chat, n, words, failed, at, max_at } => {
            forget_lookup(state, *chat);
            change(state, *chat, |chat| {
                chat.matched.lookups = chat.matched.lookups.max(*n);
                chat.matched.lookup = Some(Lookup {
                    n: *n,
                    words: words.clone(),
                    phase: LookupPhase::Due { at: *at },
                    failed: *failed,
                });
            });
            state.lookups.insert((*at, *chat));
            state.desk.set(Timer::LookupMax(*chat), *max_at, seq);
        }
        Event::LookupTaken { chat, max_at, .. } => {
            due_lookup(state, *chat);
            change(state, *chat, |chat| {
                if let Some(lookup) = &mut chat.matched.lookup {
                    lookup.phase = LookupPhase::Taken;
                }
            });
            state.desk.set(Timer::LookupMax(*chat), *max_at, seq);
        }
        Event::LookupDropped { chat, .. } => forget_lookup(state, *chat),
        Event::MatchSet { chat, state: to, candidates, chosen, .. } => {
            forget_lookup(state, *chat);
            change(state, *chat, |chat| {
                chat.matched.state = *to;
                // A failed try takes nothing away that an earlier one found.
                if *to != MatchState::Failed {
                    chat.matched.candidates.clone_from(candidates);
                    chat.matched.chosen.clone_from(chosen);
                }
            });
        }
        Event::MatchChosen { chat, chosen } => {
            change(state, *chat, |chat| chat.matched.chosen = Some(chosen.clone()));
        }
        _ => {}
    }
}

fn due_lookup(state: &mut State, id: ChatId) {
    let lookup = state.chats.get(&id).and_then(|chat| chat.matched.lookup.as_ref());
    if let Some(Lookup { phase: LookupPhase::Due { at }, .. }) = lookup {
        state.lookups.remove(&(*at, id));
    }
}

fn forget_lookup(state: &mut State, id: ChatId) {
    due_lookup(state, id);
    change(state, id, |chat| chat.matched.lookup = None);
    state.desk.clear(&Timer::LookupMax(id));
}

/// The daemon started: what a driver had taken is due again.
pub(crate) fn restart_lookups(state: &mut State, at: Stamp) {
    let taken =
        |chat: &Chat| chat.matched.lookup.as_ref().is_some_and(|l| l.phase == LookupPhase::Taken);
    let chats: Vec<ChatId> =
        state.chats.values().filter(|chat| taken(chat)).map(|chat| chat.id).collect();
    for id in chats {
        change(state, id, |chat| {
            if let Some(lookup) = &mut chat.matched.lookup {
                lookup.phase = LookupPhase::Due { at: at.desk_ms };
            }
        });
        state.lookups.insert((at.desk_ms, id));
    }
}
