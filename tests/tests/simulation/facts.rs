//! What was acknowledged, and that the journal still tells it: each exactly once.

use crate::desk::Desk;
use desk_core::name::{AgentId, ChatId, CommandId};
use desk_core::{Answer, Command, Content, Visibility};
use std::collections::{BTreeMap, BTreeSet};

/// Acknowledged facts, by chat.
#[derive(Default)]
pub(crate) struct Facts {
    chats: BTreeMap<ChatId, OfChat>,
    /// The answers that commands with an id got: a repeat gets the same.
    answers: BTreeMap<CommandId, Answer>,
}

#[derive(Default)]
struct OfChat {
    messages: BTreeMap<u64, (String, Visibility)>,
    segments: BTreeMap<u16, AgentId>,
    wrapped: BTreeSet<AgentId>,
    left: bool,
}

impl Facts {
    /// A command was answered so.
    pub(crate) fn acknowledged(
        &mut self,
        id: Option<&CommandId>,
        command: &Command,
        answer: &Answer,
    ) {
        if let Some(id) = id {
            let before = self.answers.insert(id.clone(), answer.clone());
            assert!(
                before.is_none_or(|before| before == *answer),
                "{id}: a repeat is told otherwise"
            );
        }
        match (command, answer) {
            (Command::OpenChat(_), Answer::ChatOpened { chat }) => {
                self.chats.entry(*chat).or_default();
            }
            (Command::LeaveForm { text, .. }, Answer::FormKept { chat }) => {
                let messages = &mut self.chats.entry(*chat).or_default().messages;
                messages.insert(1, (text.clone(), Visibility::All));
            }
            (
                Command::PostMessage { chat, content, visibility, .. },
                Answer::MessageKept { n, .. },
            ) => {
                let Content::Text { text } = content;
                let said = (text.clone(), *visibility);
                let messages = &mut self.chats.entry(*chat).or_default().messages;
                let before = messages.insert(*n, said.clone());
                assert!(
                    before.is_none_or(|before| before == said),
                    "{chat}: two messages are number {n}"
                );
            }
            (Command::Accept { agent, .. }, Answer::Accepted { chat, segment, .. }) => {
                let segments = &mut self.chats.entry(*chat).or_default().segments;
                segments.insert(*segment, agent.clone());
            }
            (Command::WrapUp { agent, chat }, Answer::Done) => {
                self.chats.entry(*chat).or_default().wrapped.insert(agent.clone());
            }
            (Command::LeaveChat { chat }, Answer::Done) => {
                self.chats.entry(*chat).or_default().left = true;
            }
            _ => {}
        }
    }

    /// How many chats were opened.
    pub(crate) fn chats(&self) -> impl Iterator<Item = ChatId> {
        self.chats.keys().copied()
    }

    /// Holds that the journal tells of these chats whatever was acknowledged.
    pub(crate) fn hold(&self, desk: &Desk, wanted: impl Fn(ChatId) -> bool) {
        for (chat, facts) in self.chats.iter().filter(|(chat, _)| wanted(**chat)) {
            facts.hold(desk, *chat);
        }
    }
}

impl OfChat {
    fn hold(&self, desk: &Desk, chat: ChatId) {
        let Some(story) = desk.story(chat) else { panic!("{chat} was acknowledged and is lost") };
        for (place, message) in (1..).zip(&story.messages) {
            assert_eq!(message.n, place, "{chat}: messages are told in their order, each once");
        }
        for (n, (text, visibility)) in &self.messages {
            let index = usize::try_from(*n).expect("a small number") - 1;
            let told = story.messages.get(index);
            let Some(told) = told else {
                panic!("{chat}: message {n} was acknowledged and is lost")
            };
            let same = told.content.known() == Some(&Content::Text { text: text.clone() });
            assert!(same && told.visibility == *visibility, "{chat}: message {n} is another one");
        }
        for (n, agent) in &self.segments {
            // At a change of shift it may have become somebody else's.
            let told = story.segments.iter().any(|segment| segment.n == *n);
            assert!(told, "{chat}: the accept of {agent} is lost");
        }
        for agent in &self.wrapped {
            let told = story.segments.iter().any(|s| s.agent == *agent && !s.is_open());
            assert!(told, "{chat}: the wrap-up of {agent} is lost");
        }
        assert!(!self.left || story.ended.is_some(), "{chat}: its customer left, and it goes on");
    }
}
