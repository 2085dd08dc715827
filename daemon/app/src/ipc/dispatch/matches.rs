//! The customer's records.

use super::which::{self, For, sees_chat, sees_told};
use super::{Asker, Meant, Result, done};
use crate::access::Acting;
use crate::views::Views;
use desk_core::name::ChatId;
use desk_core::policy::Policy;
use desk_core::{Command, Refusal as Core};
use desk_wire::{Call, Reply};

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn matches(&self, call: Call) -> Result<Reply> {
        match call {
            Call::MatchList { chat } => {
                let acting = self.acting.clone();
                let look = move |views: Views<'_>| {
                    let id = which::which(&views, &acting, chat.as_deref(), For::Look)?;
                    if let Some(chat) = views.state.chats.get(&id) {
                        sees_chat(&acting, chat)?;
                    }
                    Ok(id)
                };
                let chat = self.see(look).await??;
                self.match_reply(chat, true).await
            }
            Call::MatchSearch { chat, words } => {
                self.change(chat, move |_, chat, agent| {
                    Ok(Command::SearchMatch { chat, agent, words })
                })
                .await
            }
            Call::MatchChoose { chat, candidate } => {
                self.change(chat, move |views, chat, agent| {
                    let sys_id = sys_id(&views, chat, &candidate);
                    Ok(Command::ChooseMatch { chat, agent, sys_id })
                })
                .await
            }
            _ => unreachable!("not about the match"),
        }
    }

    async fn change(
        &self,
        chat: Option<String>,
        command: impl FnOnce(Views<'_>, ChatId, Option<desk_core::name::AgentId>) -> Result<Command>
        + Send
        + 'static,
    ) -> Result<Reply> {
        let named = chat.as_deref().map(which::chat_id).transpose()?;
        let find = move |views: Views<'_>, acting: &Acting| {
            let id = which::which(&views, acting, chat.as_deref(), For::Look)?;
            Ok((id, command(views, id, acting.agent().cloned())?))
        };
        let chat = match self.meant(find).await? {
            Meant::Repeated(_) => named,
            Meant::New((chat, command)) => {
                self.about(chat, Core::Closed, command).await?;
                Some(chat)
            }
        };
        match chat {
            Some(chat) => self.match_reply(chat, false).await,
            None => Ok(done(None)),
        }
    }

    async fn match_reply(&self, chat: ChatId, check: bool) -> Result<Reply> {
        let open = self.see(move |v| v.state.chats.get(&chat).map(|chat| v.matched(chat))).await?;
        if let Some(view) = open {
            return Ok(Reply::Match(view));
        }
        let told = self.known(chat).await?;
        if check {
            sees_told(&self.acting, &told)?;
        }
        Ok(Reply::Match(told.matched(self.links())))
    }
}

/// The record of a candidate that is named by its number in the list or its `sys_id`.
fn sys_id(views: &Views<'_>, chat: ChatId, candidate: &str) -> String {
    let found = views.state.chats.get(&chat).and_then(|chat| chat.matched.candidates.known());
    let n = candidate.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let by_number = found.zip(n).and_then(|(found, n)| found.get(n));
    by_number.map_or_else(|| candidate.to_owned(), |candidate| candidate.sys_id.clone())
}
