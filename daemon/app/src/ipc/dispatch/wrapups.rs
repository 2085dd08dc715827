//! Wrapping up.

use super::which::{self, For, not_yours, sees_chat, sees_told};
use super::{Asker, Meant, Result, done};
use crate::access::Acting;
use crate::views::Views;
use desk_core::name::{AgentId, ChatId, CodeId};
use desk_core::policy::Policy;
use desk_core::{Command, Refusal as Core, Segment, State};
use desk_wire::{Call, Refusal, Reply};

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn wrapups(&self, call: Call) -> Result<Reply> {
        match call {
            Call::WrapupShow { chat } => {
                let acting = self.acting.clone();
                let look = move |views: Views<'_>| {
                    let id = which::which(&views, &acting, chat.as_deref(), For::Wrapup)?;
                    if let Some(chat) = views.state.chats.get(&id) {
                        sees_chat(&acting, chat)?;
                    }
                    Ok(id)
                };
                let chat = self.see(look).await??;
                self.wrapup_reply(chat).await
            }
            Call::WrapupCode { chat, codes } => {
                let codes: Vec<_> = codes.into_iter().map(CodeId::from).collect();
                self.wrap(chat, |agent, chat| Command::SetCodes { agent, chat, codes }).await
            }
            Call::WrapupNote { chat, text } => {
                self.wrap(chat, |agent, chat| Command::SetNote { agent, chat, note: text }).await
            }
            Call::WrapupExtend { chat } => {
                self.wrap(chat, |agent, chat| Command::ExtendWrapup { agent, chat }).await
            }
            Call::WrapupDone { chat } => {
                self.wrap(chat, |agent, chat| Command::WrapUp { agent, chat }).await
            }
            _ => unreachable!("not about wrapping up"),
        }
    }

    async fn wrap(
        &self,
        chat: Option<String>,
        command: impl FnOnce(AgentId, ChatId) -> Command,
    ) -> Result<Reply> {
        let agent = self.agent()?.clone();
        let named = chat.as_deref().map(which::chat_id).transpose()?;
        let find = move |views: Views<'_>, acting: &Acting| {
            which::which(&views, acting, chat.as_deref(), For::Wrapup)
        };
        let chat = match self.meant(find).await? {
            Meant::Repeated(_) => named,
            Meant::New(chat) => {
                let command = command(agent, chat);
                let wraps_up = matches!(command, Command::WrapUp { .. });
                match self.about(chat, Core::Closed, command).await {
                    Ok(_) => {}
                    // Wrapped up and out of memory: whoever had it gets the same answer again.
                    Err(refusal) if refusal.code == Core::Closed.code() => {
                        sees_told(&self.acting, &self.known(chat).await?)?;
                        if !wraps_up {
                            return Err(refusal);
                        }
                    }
                    Err(refusal) => return Err(self.with_codes(chat, refusal).await?),
                }
                Some(chat)
            }
        };
        match chat {
            Some(chat) => self.wrapup_reply(chat).await,
            None => Ok(done(None)),
        }
    }

    /// Where a code is missing or unknown, the refusal lists those that there are.
    async fn with_codes(&self, chat: ChatId, refusal: Refusal) -> Result<Refusal> {
        if !matches!(refusal.code.as_str(), "code_missing" | "code_unknown" | "code_is_group") {
            return Ok(refusal);
        }
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            let segment = segment(views.state, &acting, chat)?;
            Some(segment.plan.leaves(None).map(ToString::to_string).collect::<Vec<_>>())
        };
        Ok(refusal.choices(self.see(look).await?.unwrap_or_default()))
    }

    /// The agent's segment; for others the one that is not wrapped up, else the last.
    async fn wrapup_reply(&self, chat: ChatId) -> Result<Reply> {
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            let open = views.state.chats.contains_key(&chat);
            let view = segment(views.state, &acting, chat).map(|s| views.wrapup(chat, s));
            (open, view)
        };
        match self.see(look).await? {
            (_, Some(view)) => return Ok(Reply::Wrapup(view)),
            (true, None) => return Err(not_yours()),
            (false, None) => {}
        }
        let told = self.known(chat).await?;
        sees_told(&self.acting, &told)?;
        let segment = last_of(&self.acting, told.segments()).ok_or_else(not_yours)?;
        let empty = State::default();
        let views = Views::new(&empty, self.desk().now(), self.links());
        Ok(Reply::Wrapup(views.wrapup(chat, segment)))
    }
}

fn segment<'a>(state: &'a State, acting: &Acting, chat: ChatId) -> Option<&'a Segment> {
    last_of(acting, &state.chats.get(&chat)?.segments)
}

fn last_of<'a>(acting: &Acting, segments: &'a [Segment]) -> Option<&'a Segment> {
    let mine = |s: &&Segment| acting.agent().is_none_or(|agent| s.agent == *agent);
    let open = segments.iter().rev().filter(mine).find(|segment| segment.is_open());
    open.or_else(|| segments.iter().rev().find(mine))
}
