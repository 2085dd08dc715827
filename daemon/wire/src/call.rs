//! What can be asked: one variant a verb, and the table of verbs.

use serde::{Deserialize, Serialize};

use crate::parts::{OutboxFilter, PersonBy, PopResult, ReplayAsk, Visibility};
use crate::verbs::verbs;
use crate::view::{ChatState, Intent};
use crate::{UnixMs, actor::ActAs, line::Cursor};

verbs! {
    // What everybody may ask.
    /// Who the caller is and what it may do. Answers `whoami`.
    asks "whoami" Whoami {}
    /// Streams notices on this connection, those after `from` first. Answers `watching` or
    /// `resync`; notices follow either. With an agent it holds the agent's presence.
    asks "watch" Watch {
        /// The last cursor seen; left out, the stream begins now.
        #[serde(default, skip_serializing_if = "Option::is_none")] from: Option<Cursor>,
    }

    // The agent's own status.
    /// Logs the agent in, on break. Answers `agent`.
    changes "login" Login {}
    /// Logs the agent out. Answers `agent`.
    changes "logout" Logout {
        /// Log out when all is wrapped up instead of refusing while chats are open.
        #[serde(default)] after: bool,
    }
    /// The agent's own status. Answers `agent`.
    asks "status_show" StatusShow {}
    /// Asks for a status (`available`, `on_break` or `work_offline`). Answers `agent`.
    changes "status_set" StatusSet {
        /// The status that is wanted.
        to: Intent,
        /// A reason code.
        #[serde(default, skip_serializing_if = "Option::is_none")] reason: Option<String>,
    }
    /// While busy: no further offers. Answers `agent`.
    changes "status_stop_new" StatusStopNew {
        /// A reason code.
        #[serde(default, skip_serializing_if = "Option::is_none")] reason: Option<String>,
    }
    /// Takes stop new, or a logout that was to come after, back. Answers `agent`.
    changes "status_resume" StatusResume {}

    // Offers.
    /// The pending offer. Answers `offer`, which is null where there is none.
    asks "offer_show" OfferShow {}
    /// Accepts the pending offer. Answers `chat`.
    changes "offer_accept" OfferAccept {
        /// The offer's id; left out, the one that is pending.
        #[serde(default, skip_serializing_if = "Option::is_none")] offer: Option<String>,
    }
    /// Rejects the pending offer. Answers `agent`.
    changes "offer_reject" OfferReject {
        /// The offer's id; left out, the one that is pending.
        #[serde(default, skip_serializing_if = "Option::is_none")] offer: Option<String>,
        /// A reason code.
        #[serde(default, skip_serializing_if = "Option::is_none")] reason: Option<String>,
    }

    // Chats.
    /// Open chats: an agent's own, or all that a supervisor or admin may see. Answers `chats`.
    asks "chat_list" ChatList {
        /// Only this queue's.
        #[serde(default, skip_serializing_if = "Option::is_none")] queue: Option<String>,
        /// Only those in this state; `ended` also lists abandoned ones not yet acknowledged.
        #[serde(default, skip_serializing_if = "Option::is_none")] state: Option<ChatState>,
    }
    /// One chat with its messages. Answers `chat`.
    asks "chat_show" ChatShow {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// Messages from this number on; as many follow as a frame holds.
        #[serde(default, skip_serializing_if = "Option::is_none")] from: Option<u64>,
    }
    /// Sends a message. Answers `message`.
    changes "chat_say" ChatSay {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// What is said.
        text: String,
        /// Who reads it.
        #[serde(default)] visibility: Visibility,
    }
    /// Shows the customer that the agent types, for a few seconds: to be repeated while they do. It
    /// is kept nowhere. Answers `done`.
    changes "chat_typing" ChatTyping {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
    }
    /// Ends a chat. Answers `chat`.
    changes "chat_end" ChatEnd {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
    }
    /// Hands the agent's active chat to a queue or another agent; exactly one of both. Where the
    /// target cannot take it, nothing moves. Answers `chat`.
    changes "chat_transfer" ChatTransfer {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// The agent to offer it to.
        #[serde(default, skip_serializing_if = "Option::is_none")] agent: Option<String>,
        /// The queue to wait in, at the place of its arrival.
        #[serde(default, skip_serializing_if = "Option::is_none")] queue: Option<String>,
    }
    /// Closed and open chats from the journal, newest first. Answers `history`.
    asks "chat_history" ChatHistory {
        /// This chat, with its messages.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// Those of this customer.
        #[serde(default, skip_serializing_if = "Option::is_none")] email: Option<String>,
        /// Those initiated at or after this time.
        #[serde(default, skip_serializing_if = "Option::is_none")] since: Option<UnixMs>,
        /// Those initiated before this time.
        #[serde(default, skip_serializing_if = "Option::is_none")] until: Option<UnixMs>,
        /// At most so many chats; the daemon has its own bound.
        #[serde(default, skip_serializing_if = "Option::is_none")] limit: Option<u32>,
        /// Goes on where an earlier answer's `next` left off.
        #[serde(default, skip_serializing_if = "Option::is_none")] next: Option<String>,
    }
    /// Why it is as it is: the story of a chat, why a queue's chats wait, why an agent is offered
    /// none; one of the three. Answers `explained`.
    asks "explain" Explain {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// The queue.
        #[serde(default, skip_serializing_if = "Option::is_none")] queue: Option<String>,
        /// The agent.
        #[serde(default, skip_serializing_if = "Option::is_none")] agent: Option<String>,
        /// Goes on where an earlier answer's `next` left off.
        #[serde(default, skip_serializing_if = "Option::is_none")] next: Option<String>,
    }
    /// Acknowledges an abandoned chat, so that it is listed no more. Answers `done`.
    changes "chat_ack" ChatAck {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
    }

    // The customer's records.
    /// The candidates of a chat. Answers `match`.
    asks "match_list" MatchList {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
    }
    /// Looks for records by other words. Answers `match`; where the lookup is still under way
    /// its state is `pending` and the notice `match_changed` follows.
    changes "match_search" MatchSearch {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// What to look for.
        words: String,
    }
    /// Ties the chat to a candidate; the choice pops. Answers `match`.
    changes "match_choose" MatchChoose {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// The candidate: its number in the list or its `sys_id`.
        candidate: String,
    }

    // Wrapping up.
    /// The agent's segment with its codes, note and timer. Answers `wrapup`.
    asks "wrapup_show" WrapupShow {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
    }
    /// Sets the disposition codes (a draft until wrapped up). Answers `wrapup`.
    changes "wrapup_code" WrapupCode {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// All codes; an empty list takes them back.
        codes: Vec<String>,
    }
    /// Sets the note (a draft until wrapped up). Answers `wrapup`.
    changes "wrapup_note" WrapupNote {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// The whole note.
        text: String,
    }
    /// Extends the running timer of a timed wrap-up, as often as its queue allows. Answers
    /// `wrapup`.
    changes "wrapup_extend" WrapupExtend {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
    }
    /// Wraps up; an active chat ends with it. Answers `wrapup`.
    changes "wrapup_done" WrapupDone {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
    }

    // Screen pops.
    /// Claims a screen pop: the first claim wins, later ones are refused `pop_claimed`.
    /// Answers `pop`.
    changes "pop_claim" PopClaim {
        /// The pop's id, from the notice `pop_wanted`.
        pop: String,
    }
    /// Reports what became of a claimed pop. Answers `done`.
    changes "pop_report" PopReport {
        /// The pop's id.
        pop: String,
        /// What became of it.
        result: PopResult,
    }

    /// What agents may say without writing it, as the config has it now. Answers `replies`.
    asks "reply_list" ReplyList {
        /// Only this queue's, those for every queue with them.
        #[serde(default, skip_serializing_if = "Option::is_none")] queue: Option<String>,
    }

    // Agents and queues, for supervisors and admins.
    /// All agents the caller may see. Answers `agents`.
    asks "agent_list" AgentList {}
    /// One agent. Answers `agent`.
    asks "agent_show" AgentShow {
        /// The agent.
        agent: String,
    }
    /// Forces an agent's status; no hook is asked. Answers `agent`.
    changes "agent_set_status" AgentSetStatus {
        /// The agent.
        agent: String,
        /// The status.
        to: Intent,
        /// A reason code.
        #[serde(default, skip_serializing_if = "Option::is_none")] reason: Option<String>,
    }
    /// Forces an agent's logout: active chats go back to their places, open wrap-ups are closed
    /// as they are. Answers `agent`.
    changes "agent_logout" AgentLogout {
        /// The agent.
        agent: String,
    }
    /// Keeps offers from an agent, whatever they ask for, or lets them come again. Answers `agent`.
    changes "agent_drain" AgentDrain {
        /// The agent.
        agent: String,
        /// Whether to keep offers from them.
        on: bool,
    }
    /// Hands over what an agent has open, at a change of shift. Answers `agent`.
    changes "agent_hand_over" AgentHandOver {
        /// The agent who goes.
        agent: String,
        /// Who goes on with it; left out: back in front of its queues.
        #[serde(default, skip_serializing_if = "Option::is_none")] to: Option<String>,
    }
    /// All queues the caller may see. Answers `queues`.
    asks "queue_list" QueueList {}
    /// One queue with its members. Answers `queue`.
    asks "queue_show" QueueShow {
        /// The queue.
        queue: String,
    }
    /// What happened in the queues of late. Answers `figures`.
    asks "queue_figures" QueueFigures {
        /// From when on, at most a day ago; left out, the last day.
        #[serde(default, skip_serializing_if = "Option::is_none")] since: Option<UnixMs>,
    }
    /// Turns new chats of a queue away, or takes them again. Answers `queue`.
    changes "queue_drain" QueueDrain {
        /// The queue.
        queue: String,
        /// Whether to turn new chats away.
        on: bool,
    }
    /// Opens or closes a queue, or lets it go by its hours again. Answers `queue`.
    changes "queue_hours" QueueHours {
        /// The queue.
        queue: String,
        /// Whether it is open; left out: as is planned.
        #[serde(default, skip_serializing_if = "Option::is_none")] open: Option<bool>,
        /// Until when; left out: until somebody says otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")] until: Option<UnixMs>,
    }
    /// Hands a chat to an agent or a queue; exactly one of both. Answers `chat`.
    changes "chat_assign" ChatAssign {
        /// The chat.
        chat: String,
        /// The agent to offer it to.
        #[serde(default, skip_serializing_if = "Option::is_none")] agent: Option<String>,
        /// The queue to wait in.
        #[serde(default, skip_serializing_if = "Option::is_none")] queue: Option<String>,
    }
    /// Puts a chat back to its place in its queue. Answers `chat`.
    changes "chat_requeue" ChatRequeue {
        /// The chat.
        chat: String,
    }
    /// Ends a chat in whatever state it is. Answers `chat`.
    changes "chat_force_end" ChatForceEnd {
        /// The chat.
        chat: String,
    }

    // Getting in by a browser.
    /// A ticket by which the caller signs in to the desk, once and soon. Answers `ticket`.
    asks "desk_ticket" DeskTicket {}
    /// Makes a token for an agent or a role. Answers `token` with its secret.
    changes "token_create" TokenCreate {
        /// Who is to act by it.
        to: ActAs,
        /// The queues of a supervisor.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        queues: Vec<String>,
        /// What it is for.
        #[serde(default)] label: String,
        /// Until when it is good; left out, as long as the config says.
        #[serde(default, skip_serializing_if = "Option::is_none")] expires: Option<UnixMs>,
    }
    /// The tokens in force. Answers `tokens`.
    asks "token_list" TokenList {}
    /// Takes a token back, and the sessions that it opened. Answers `done`.
    changes "token_revoke" TokenRevoke {
        /// The token's id.
        token: String,
    }
    /// The browsers that are signed in. Answers `tokens`.
    asks "session_list" SessionList {}
    /// Signs a browser out. Answers `done`.
    changes "session_revoke" SessionRevoke {
        /// The session's id.
        session: String,
    }

    // The daemon.
    /// How the daemon is doing. Answers `daemon`.
    asks "daemon_status" DaemonStatus {}
    /// Turns new chats away, or takes them again. Answers `daemon`.
    changes "daemon_drain" DaemonDrain {
        /// Whether to turn new chats away.
        on: bool,
    }
    /// Stops the daemon cleanly. Answers `done`, then the connection ends.
    changes "daemon_stop" DaemonStop {}
    /// Incidents, the pending ones first. Answers `incidents`.
    asks "incident_list" IncidentList {}
    /// The incident of one chat. Answers `incident`.
    asks "incident_show" IncidentShow {
        /// The chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
    }
    /// Holds incidents against what ServiceNow holds, a few at a time, newest first. Answers
    /// `audit`.
    asks "incident_audit" IncidentAudit {
        /// This chat's.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// Those of chats initiated at or after this time.
        #[serde(default, skip_serializing_if = "Option::is_none")] since: Option<UnixMs>,
        /// Those of chats initiated before this time.
        #[serde(default, skip_serializing_if = "Option::is_none")] until: Option<UnixMs>,
        /// Goes on where an earlier answer's `next` left off.
        #[serde(default, skip_serializing_if = "Option::is_none")] next: Option<String>,
    }
    /// What is still to be sent, or parked. Answers `outbox`.
    asks "outbox_list" OutboxList {
        /// To this sink.
        #[serde(default, skip_serializing_if = "Option::is_none")] sink: Option<String>,
        /// Of this chat.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// Of incidents that were wanted at or after this time.
        #[serde(default, skip_serializing_if = "Option::is_none")] since: Option<UnixMs>,
    }
    /// One step or delivery. Answers `outbox_item`.
    asks "outbox_show" OutboxShow {
        /// Its id.
        step: String,
    }
    /// Tries a waiting or parked one now. Answers `outbox_item`, or `done` where it is sent by then.
    changes "outbox_retry" OutboxRetry {
        /// Its id.
        step: String,
    }
    /// Tries everything now that is parked, a thousand at most. Answers `outbox`: those that were.
    changes "outbox_retry_parked" OutboxRetryParked {
        /// Which.
        which: OutboxFilter,
    }
    /// Gives one up for good; with a create, what waits for it. Answers `outbox_item`, or `done`.
    changes "outbox_drop" OutboxDrop {
        /// Its id.
        step: String,
        /// Why, for the journal.
        #[serde(default, skip_serializing_if = "Option::is_none")] reason: Option<String>,
    }
    /// Looks for what was sent of a few settled incidents, newest first, and sends again what is
    /// not there, under the same ids; of a sink of the config, sends all once more. Answers `replay`.
    changes "outbox_replay" OutboxReplay {
        /// What was sent to this sink.
        #[serde(default, skip_serializing_if = "Option::is_none")] sink: Option<String>,
        /// What was sent of this chat; this or `since` is needed.
        #[serde(default, skip_serializing_if = "Option::is_none")] chat: Option<String>,
        /// What was sent of chats initiated at or after this time.
        #[serde(default, skip_serializing_if = "Option::is_none")] since: Option<UnixMs>,
        /// Goes on where an earlier answer's `next` left off.
        #[serde(default, skip_serializing_if = "Option::is_none")] next: Option<String>,
    }
    /// The hooks and how they fare. Answers `scripts`.
    asks "script_status" ScriptStatus {}
    /// Loads the scripts anew; the old set stays where the new one is rejected. Answers `scripts`.
    changes "script_reload" ScriptReload {}
    /// How another set differs from the one that serves. Answers `script_diff`.
    asks "script_diff" ScriptDiff {
        /// One of the sets that are kept, by the beginning of its hash; left out for the candidate.
        #[serde(default, skip_serializing_if = "Option::is_none")] set: Option<String>,
    }
    /// Puts the candidate in force. Answers `scripts`.
    changes "script_apply" ScriptApply {
        /// Its hash, or the beginning of it: where the folder holds another by now, nothing is done.
        #[serde(default, skip_serializing_if = "Option::is_none")] set: Option<String>,
    }
    /// Puts a set in force that was in force before. Answers `scripts`.
    changes "script_rollback" ScriptRollback {
        /// Its hash, or the beginning of it; left out for the one before the one that serves.
        #[serde(default, skip_serializing_if = "Option::is_none")] set: Option<String>,
    }
    /// Asks a script set what was asked before. Answers `script_replay`.
    asks "script_replay" ScriptReplay {
        /// What.
        what: ReplayAsk,
    }
    /// The config in force. Answers `config`.
    asks "config_status" ConfigStatus {}
    /// What is held about a person. Answers `person`.
    asks "person_show" PersonShow {
        /// By what they are known.
        by: PersonBy,
    }
    /// Everything that is held of one chat, in pages. Answers `person_records`.
    asks "person_export" PersonExport {
        /// The chat.
        chat: String,
        /// The `next` of an earlier answer; 0 at first.
        after: u64,
    }
    /// Erases everything personal that is held of these chats, for good. Answers `erased`.
    changes "person_erase" PersonErase {
        /// The chats, as `person_show` lists them.
        chats: Vec<String>,
    }
    /// Copies the journal, as it is now, into a folder that is empty or not there. Answers `backup`.
    changes "journal_backup" JournalBackup {
        /// The folder, as the daemon sees it; from the root on.
        dir: String,
    }
}
