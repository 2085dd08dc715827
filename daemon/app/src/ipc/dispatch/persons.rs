//! What is held about a person, and its end.

use super::refusals::wrong;
use super::which::chat_id;
use super::{Asker, Result, refusal, untold};
use crate::codec::{CHAT, decode};
use crate::history::{Untold, told};
use crate::person::{self, By, Found};
use desk_core::name::ChatId;
use desk_core::policy::Policy;
use desk_core::{Private, StepPhase};
use desk_journal::Read;
use desk_wire::view::{ErasedView, PersonChatRecords, PersonChatView, PersonView};
use desk_wire::{Call, PersonBy, Refusal, Reply};
use std::collections::{BTreeMap, BTreeSet};

/// Most bytes of a page's records; one that is longer stands on a page of its own.
const PAGE_BYTES_MAX: usize = 400 * 1024;
/// Most bytes of a chat's messages on its first page; all of them are in its records.
const MESSAGES_BYTES_MAX: usize = 200 * 1024;
/// Records that are read at once.
const RECORDS: usize = 64;

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn persons(&self, call: Call) -> Result<Reply> {
        match call {
            Call::PersonShow { by } => self.person(known_by(by)?).await,
            Call::PersonExport { chat, after } => self.person_records(chat_id(&chat)?, after).await,
            Call::PersonErase { chats } => self.erase(chats).await,
            _ => unreachable!("not about a person"),
        }
    }

    async fn person(&self, by: By) -> Result<Reply> {
        let keys = self.desk().keys().clone();
        let (found, told) = self
            .read(move |journal| -> std::result::Result<_, Untold> {
                let found = person::find(journal, &keys, &by)?;
                let mut all = Vec::with_capacity(found.chats.len());
                for chat in &found.chats {
                    all.extend(told(journal, *chat)?);
                }
                Ok((found, all))
            })
            .await?;
        let Found { chats, more } = found;
        let unsent = self.unsent(chats).await?;
        let mut view = PersonView { more, ..PersonView::default() };
        view.elsewhere = person::elsewhere(self.desk().dir());
        // Of a chat whose arrival was cut off, what came after may still be held.
        let lost = |chat: &&ChatId| told.iter().all(|told| told.chat != **chat);
        view.chats = unsent.keys().filter(lost).map(of_unknown).collect();
        for told in told {
            if let Private::Known(customer) = told.customer() {
                note(&mut view.names, &customer.name);
                note(&mut view.emails, &customer.email);
            }
            let (open, steps) = unsent.get(&told.chat).cloned().unwrap_or_default();
            let fields = told.story.as_ref().map(|story| story.fields.or_empty());
            view.chats.push(PersonChatView {
                chat: told.chat.to_string(),
                arrived: told.arrived,
                open,
                erased: *told.customer() == Private::Erased,
                messages: told.story.as_ref().map_or(0, |story| story.messages.len() as u64),
                fields: fields.map(|fields| fields.into_keys().collect()).unwrap_or_default(),
                incident: told.number().map(Into::into),
                steps,
            });
        }
        Ok(Reply::Person(view))
    }

    /// Of these chats, whether they are open, and the steps that are not sent.
    async fn unsent(&self, chats: Vec<ChatId>) -> Result<BTreeMap<ChatId, (bool, Vec<String>)>> {
        self.see(move |views| {
            let state = views.state;
            let of = |chat: &ChatId| {
                let incident = state.outbox.incidents.get(chat);
                let steps = incident.into_iter().flat_map(|incident| &incident.steps);
                let open = steps.filter(|(_, step)| {
                    !matches!(step.phase, StepPhase::Done | StepPhase::Dropped)
                });
                let steps = open.map(|(kind, _)| format!("{chat}.{kind}")).collect();
                (*chat, (state.chats.contains_key(chat), steps))
            };
            chats.iter().map(of).collect()
        })
        .await
    }

    async fn person_records(&self, chat: ChatId, after: u64) -> Result<Reply> {
        let (told, records, next) = self
            .read(move |journal| -> std::result::Result<_, Untold> {
                let told = if after == 0 { told(journal, chat)? } else { None };
                let (records, next) = page(journal, chat, after)?;
                Ok((told, records, next))
            })
            .await?;
        let chat = told.map(|told| {
            let mut view = told.chat_view(self.desk().now(), self.links());
            view.messages = told.messages(1, MESSAGES_BYTES_MAX);
            Box::new(view)
        });
        Ok(Reply::PersonRecords(PersonChatRecords { chat, records, next }))
    }

    async fn erase(&self, chats: Vec<String>) -> Result<Reply> {
        let most = person::CHATS_MAX;
        if chats.len() > most {
            return Err(wrong("chats", format!("at most {most} chats at once")));
        }
        let chats: BTreeSet<ChatId> =
            chats.iter().map(|chat| chat_id(chat)).collect::<Result<_>>()?;
        let (actor, cmd) = (self.actor.clone(), self.cmd.clone());
        let erased = person::erase(self.desk(), actor, cmd, chats).await.map_err(not_erased)?;
        Ok(Reply::Erased(ErasedView {
            records: erased.records,
            snapshots: erased.snapshots,
            incidents: erased.incidents,
            elsewhere: person::elsewhere(self.desk().dir()),
            hashes_kept: erased.for_good,
        }))
    }
}

fn of_unknown(chat: &ChatId) -> PersonChatView {
    PersonChatView {
        chat: chat.to_string(),
        arrived: 0,
        open: false,
        erased: false,
        messages: 0,
        fields: Vec::new(),
        incident: None,
        steps: Vec::new(),
    }
}

fn not_erased(error: person::NotErased) -> Refusal {
    match error {
        person::NotErased::Unanswered(unanswered) => refusal(unanswered),
        person::NotErased::Untold(error) => untold(error),
        person::NotErased::Unfinished(why) => {
            tracing::error!(why, "an erasure is decided, but not carried out to the end");
            Refusal::new("erasure_unfinished", why)
                .hint("ask once more, or start the daemon anew: both go on with it")
        }
    }
}

fn known_by(by: PersonBy) -> Result<By> {
    match by {
        PersonBy::Email(email) if !email.trim().is_empty() => Ok(By::Email(email)),
        PersonBy::Name(name) if !name.trim().is_empty() => Ok(By::Name(name)),
        PersonBy::Chat(chat) => Ok(By::Chat(chat_id(&chat)?)),
        _ => Err(wrong("by", "there is nothing in it")),
    }
}

fn note(all: &mut Vec<String>, one: &str) {
    if !one.is_empty() && !all.iter().any(|known| known == one) {
        all.push(one.to_owned());
    }
}

/// Records of a chat after one, and where to go on.
fn page(
    journal: &dyn Read,
    chat: ChatId,
    mut after: u64,
) -> std::result::Result<(Vec<serde_json::Value>, Option<u64>), Untold> {
    let (mut records, mut bytes) = (Vec::new(), 0);
    loop {
        let rows = journal.by_index(CHAT, &chat.to_string(), after, RECORDS)?;
        if rows.is_empty() {
            return Ok((records, None));
        }
        for row in &rows {
            let size = row.clear.len()
                + match &row.personal {
                    desk_journal::Personal::Kept(bytes) => bytes.len(),
                    _ => 0,
                };
            if bytes + size > PAGE_BYTES_MAX && !records.is_empty() {
                return Ok((records, Some(after)));
            }
            bytes += size;
            // Every record can be written as JSON.
            records.push(serde_json::to_value(decode(row)?).unwrap_or_default());
            after = row.seq;
        }
    }
}
