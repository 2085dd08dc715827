//! What is answered: one variant a view.

use serde::{Deserialize, Serialize};

use crate::line::Cursor;
use crate::view::{
    AgentView, AuditView, BackupView, CannedReplyView, ChatView, ConfigView, DaemonStatus,
    ErasedView, ExplainView, FiguresView, GrantView, HistoryView, IncidentView, MatchView,
    MessageView, OfferView, OutboxItemView, PersonChatRecords, PersonView, PopView, QueueView,
    ReplayView, ScriptDiffView, ScriptReplayView, ScriptsView, TicketView, Whoami, WrapupView,
};

/// An answer's content: `{"agent": {…}}`, `{"chats": […]}`, `{"done": {}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It was done.
    Done(Done),
    /// The caller.
    Whoami(Whoami),
    /// Notices follow, without a gap after the cursor asked for.
    Watching(Subscription),
    /// The journal does not hold the cursor asked for: take the state anew, notices follow from
    /// this cursor on.
    Resync(Subscription),
    /// One agent.
    Agent(AgentView),
    /// Several agents.
    Agents(Vec<AgentView>),
    /// The pending offer, or null.
    Offer(Option<OfferView>),
    /// One chat.
    Chat(ChatView),
    /// Several chats, without messages.
    Chats(Vec<ChatView>),
    /// A page of history.
    History(HistoryView),
    /// Why it is as it is.
    Explained(ExplainView),
    /// The message that was kept.
    Message(MessageView),
    /// Candidates and choice.
    Match(MatchView),
    /// A segment's wrap-up.
    Wrapup(WrapupView),
    /// A screen pop that is now the caller's to open.
    Pop(PopView),
    /// Canned replies.
    Replies(Vec<CannedReplyView>),
    /// One queue.
    Queue(QueueView),
    /// Several queues.
    Queues(Vec<QueueView>),
    /// What happened in the queues.
    Figures(FiguresView),
    /// A ticket to sign in by.
    Ticket(TicketView),
    /// A token that was made.
    Token(GrantView),
    /// Tokens or sessions.
    Tokens(Vec<GrantView>),
    /// The daemon.
    Daemon(DaemonStatus),
    /// One incident.
    Incident(IncidentView),
    /// Several incidents.
    Incidents(Vec<IncidentView>),
    /// How incidents fare in ServiceNow.
    Audit(AuditView),
    /// What became of what was sent.
    Replay(ReplayView),
    /// Several outbox items.
    Outbox(Vec<OutboxItemView>),
    /// One outbox item.
    OutboxItem(OutboxItemView),
    /// The script set and its hooks.
    Scripts(ScriptsView),
    /// How two script sets differ.
    ScriptDiff(ScriptDiffView),
    /// What a script set would have answered before.
    ScriptReplay(ScriptReplayView),
    /// The config in force.
    Config(ConfigView),
    /// A backup that was made.
    Backup(BackupView),
    /// What is held about a person.
    Person(PersonView),
    /// What is held of one of their chats.
    PersonRecords(PersonChatRecords),
    /// What was erased.
    Erased(ErasedView),
}

/// That something was done, with the one thing it was done to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The chat it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<String>,
    /// One sentence for people, where there is more to say than "done".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Where a subscription begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Notices after this one follow.
    pub cursor: Cursor,
}
