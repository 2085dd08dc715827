//! Chats: listed, shown, talked in, ended.

use super::which::{self, For, sees_chat, sees_queue, sees_told, unknown_chat};
use super::{Asker, Meant, Result, chat_of, done};
use crate::access::Acting;
use crate::codec::{CHAT, decode};
use crate::desk::Unanswered;
use crate::history::{Told, Untold, is_known_chat, told};
use crate::views::{Views, message, words};
use desk_core::name::{ChatId, QueueId};
use desk_core::policy::Policy;
use desk_core::{Actor, Answer, Author, Command, Content, Event, Message, Refusal as Core};
use desk_journal::{READ_ROWS_MAX, Read};
use desk_wire::view::{ChatState, ChatView, MessageView};
use desk_wire::{Call, Refusal, Reply, Visibility};

/// Most bytes of messages in one answer: a frame holds 1 MiB, and the rest of the chat with it.
const MESSAGES_BYTES_MAX: usize = 512 * 1024;
/// Most abandoned chats in a list.
const ABANDONED_MAX: usize = 100;

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn chats(&self, call: Call) -> Result<Reply> {
        match call {
            Call::ChatList { queue, state } => self.chat_list(queue, state).await,
            Call::ChatShow { chat, from } => self.chat_show(chat, from.unwrap_or(1)).await,
            Call::ChatSay { chat, text, visibility } => self.say(chat, text, visibility).await,
            Call::ChatTyping { chat } => self.typing(chat).await,
            Call::ChatEnd { chat } => self.chat_end(chat).await,
            Call::ChatTransfer { chat, agent, queue } => self.transfer(chat, agent, queue).await,
            Call::ChatAck { chat } => self.acknowledge(chat).await,
            Call::ChatHistory { chat, email, since, until, limit, next } => {
                let page = super::history::Wanted { email, since, until, limit, next };
                self.history(chat, page).await
            }
            _ => unreachable!("not about chats"),
        }
    }

    /// Open chats, and abandoned ones that nobody has acknowledged.
    async fn chat_list(&self, queue: Option<String>, state: Option<ChatState>) -> Result<Reply> {
        let acting = self.acting.clone();
        let queue = queue.map(QueueId::from);
        let look = move |views: Views<'_>| {
            which::known(views.state, &acting)?;
            if let Some(queue) = queue.as_ref().filter(|id| views.state.queue(id).is_none()) {
                return Err(super::refusal(Core::UnknownQueue(queue.clone()).into()));
            }
            let of_queue = |id: &QueueId| queue.as_ref().is_none_or(|queue| queue == id);
            let mine = |chat: &desk_core::Chat| match &acting {
                Acting::Agent(agent) => {
                    let offered = chat.offer_to(agent).is_some();
                    offered || chat.open_segment_of(agent).is_some()
                }
                other => sees_queue(views.state, other, &chat.queue),
            };
            let chats = views.state.chats.values().filter(|chat| of_queue(&chat.queue));
            let mut open: Vec<_> = chats.filter(|chat| mine(chat)).collect();
            open.sort_by_key(|chat| chat.opened_seq);
            let seen = |id: &QueueId| of_queue(id) && sees_queue(views.state, &acting, id);
            let abandoned = views.state.abandoned.values().rev().filter(|(_, id)| seen(id));
            let abandoned: Vec<ChatId> =
                abandoned.map(|(chat, _)| *chat).take(ABANDONED_MAX).collect();
            let open: Vec<_> = open.into_iter().map(|chat| views.chat_in_list(chat)).collect();
            Ok((open, abandoned, views.now))
        };
        let (mut list, abandoned, now) = self.see(look).await??;
        if state.is_none_or(|state| state == ChatState::Ended) {
            let links = self.links().clone();
            let read = move |journal: &dyn Read| -> std::result::Result<Vec<ChatView>, Untold> {
                let told = abandoned.into_iter().map(|chat| told(journal, chat));
                let found = told.collect::<std::result::Result<Vec<_>, _>>()?;
                Ok(found.iter().flatten().map(|told| told.chat_view(now, &links)).collect())
            };
            list.extend(self.read(read).await?);
        }
        list.retain(|chat| state.is_none_or(|state| chat.state == state));
        Ok(Reply::Chats(list))
    }

    /// A chat as it is now, or was at last, without its messages.
    pub(super) async fn chat_reply(&self, chat: ChatId) -> Result<Reply> {
        let open = self.see(move |views| Some(views.chat(views.state.chats.get(&chat)?))).await?;
        if let Some(view) = open {
            return Ok(Reply::Chat(view));
        }
        let told = self.told(chat).await?.ok_or_else(|| unknown_chat(chat))?;
        Ok(Reply::Chat(told.chat_view(self.desk().now(), self.links())))
    }

    async fn chat_show(&self, chat: Option<String>, from: u64) -> Result<Reply> {
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            let id = which::which(&views, &acting, chat.as_deref(), For::Look)?;
            let Some(chat) = views.state.chats.get(&id) else { return Ok((id, None)) };
            sees_chat(&acting, chat)?;
            Ok((id, Some(views.chat(chat))))
        };
        let (id, open) = self.see(look).await??;
        let told = self.told(id).await?.ok_or_else(|| unknown_chat(id))?;
        let mut view = match open {
            Some(view) => view,
            None => {
                sees_told(&self.acting, &told)?;
                told.chat_view(self.desk().now(), self.links())
            }
        };
        view.messages = told.messages(from, MESSAGES_BYTES_MAX);
        Ok(Reply::Chat(view))
    }

    async fn say(
        &self,
        chat: Option<String>,
        text: String,
        visibility: Visibility,
    ) -> Result<Reply> {
        let named = chat.as_deref().map(which::chat_id).transpose()?;
        let find = move |views: Views<'_>, acting: &Acting| {
            let id = which::which(&views, acting, chat.as_deref(), For::Talk)?;
            if let Some(chat) = views.state.chats.get(&id) {
                sees_chat(acting, chat)?;
            }
            Ok((id, views.state.seq))
        };
        let (answer, after) = match self.meant(find).await? {
            Meant::Repeated(answer) => (answer, 0),
            Meant::New((chat, seq)) => {
                let from = self.author();
                let visibility = words::to_core(visibility);
                let content = Content::Text { text };
                let command = Command::PostMessage { chat, from, visibility, content };
                (self.about(chat, Core::ChatEnded, command).await?, seq)
            }
        };
        match answer {
            Answer::MessageKept { chat, n, .. } => match self.message(chat, n, after).await? {
                Some(view) => Ok(Reply::Message(view)),
                None => Ok(done(Some(chat))),
            },
            _ => Ok(done(named)),
        }
    }

    async fn typing(&self, chat: Option<String>) -> Result<Reply> {
        let acting = self.acting.clone();
        let find = move |views: Views<'_>| {
            let id = which::which(&views, &acting, chat.as_deref(), For::Talk)?;
            views.state.chats.get(&id).map_or(Ok(id), |chat| sees_chat(&acting, chat).map(|()| id))
        };
        let chat = self.see(find).await??;
        match self.desk().typing(chat, self.author()).await {
            Err(unanswered) => Err(self.closed(chat, Core::ChatEnded, unanswered).await),
            Ok(()) => Ok(done(Some(chat))),
        }
    }

    fn author(&self) -> Author {
        match &self.actor {
            Actor::Agent(agent) => Author::Agent(agent.clone()),
            Actor::Supervisor(name) | Actor::Admin(name) => Author::Supervisor(name.to_string()),
            _ => Author::System,
        }
    }

    /// The n-th message of a chat, which stands after this record.
    async fn message(&self, chat: ChatId, n: u64, after: u64) -> Result<Option<MessageView>> {
        let read = move |journal: &dyn Read| -> std::result::Result<_, Untold> {
            let mut after = after;
            loop {
                let rows = journal.by_index(CHAT, &chat.to_string(), after, READ_ROWS_MAX)?;
                let Some(last) = rows.last() else { return Ok(None) };
                after = last.seq;
                for row in &rows {
                    let record = decode(row)?;
                    let found = record.events.iter().find_map(|event| kept(event, &record, n));
                    if found.is_some() {
                        return Ok(found);
                    }
                }
            }
        };
        self.read(read).await
    }

    /// Gives a command about a chat. Where it is refused because the chat is not open, and the
    /// journal knows it, `closed` says what that means for this command.
    pub(super) async fn about(
        &self,
        chat: ChatId,
        closed: Core,
        command: Command,
    ) -> Result<Answer> {
        match self.command(command).await {
            Ok(answer) => Ok(answer),
            Err(unanswered) => Err(self.closed(chat, closed, unanswered).await),
        }
    }

    /// Why something about a chat was not done: `closed` where the journal knows the chat alone.
    async fn closed(&self, chat: ChatId, closed: Core, unanswered: Unanswered) -> Refusal {
        match unanswered {
            Unanswered::Refused(Core::UnknownChat(unknown)) if unknown == chat => {
                match self.read(move |journal| is_known_chat(journal, chat)).await {
                    Ok(true) => super::refusal(closed.into()),
                    Ok(false) => unknown_chat(chat),
                    Err(unread) => unread,
                }
            }
            other => super::refusal(other),
        }
    }

    async fn chat_end(&self, chat: Option<String>) -> Result<Reply> {
        let agent = self.agent()?.clone();
        let find = {
            let chat = chat.clone();
            move |views: Views<'_>, acting: &Acting| {
                which::which(&views, acting, chat.as_deref(), For::Talk)
            }
        };
        let chat = match self.meant(find).await? {
            Meant::Repeated(answer) => {
                let named = chat.as_deref().map(which::chat_id).transpose()?;
                let Some(chat) = chat_of(&answer).or(named) else { return Ok(done(None)) };
                chat
            }
            Meant::New(chat) => {
                let command = Command::EndChat { chat, agent: Some(agent) };
                match self.about(chat, Core::Closed, command).await {
                    // It has ended: the same answer as the first time, to whoever had it.
                    Err(refusal) if refusal.code == Core::Closed.code() => {
                        sees_told(&self.acting, &self.known(chat).await?)?;
                    }
                    other => {
                        other?;
                    }
                }
                chat
            }
        };
        self.chat_reply(chat).await
    }

    /// A chat that the journal knows.
    pub(super) async fn known(&self, chat: ChatId) -> Result<Told> {
        self.told(chat).await?.ok_or_else(|| unknown_chat(chat))
    }

    async fn acknowledge(&self, chat: Option<String>) -> Result<Reply> {
        let named = chat.as_deref().map(which::chat_id).transpose()?;
        let find = move |views: Views<'_>, acting: &Acting| {
            let id = which::which(&views, acting, chat.as_deref(), For::Ack)?;
            let queue = views.state.abandoned.values().find(|(chat, _)| *chat == id);
            match queue {
                Some((_, queue)) if !sees_queue(views.state, acting, queue) => {
                    Err(super::refusals::out_of_reach("this chat"))
                }
                Some(_) => Ok(id),
                None => Err(Refusal::new("unknown_chat", format!("no abandoned chat {id} waits"))
                    .field("with.chat")),
            }
        };
        let chat = match self.meant(find).await? {
            Meant::Repeated(_) => named,
            Meant::New(chat) => {
                self.give(Command::Acknowledge { chat }).await?;
                Some(chat)
            }
        };
        Ok(done(chat))
    }
}

fn kept(event: &Event, record: &desk_core::Record, wanted: u64) -> Option<MessageView> {
    let Event::MessageKept { n, from, visibility, content, .. } = event else { return None };
    let (from, content) = (from.clone(), content.clone());
    let told = Message { n: *n, at_ms: record.at.wall_ms, from, visibility: *visibility, content };
    (*n == wanted).then(|| message(&told, None))
}
