//! What is shown: plain structs, filled by the daemon, read by clients.
//!
//! An absent value is left out of the JSON. A deadline stands beside what is left of it, because
//! the client's clock need not agree with the daemon's.

mod agent;
mod audit;
mod canned_reply;
mod chat;
mod daemon;
mod explain;
mod figures;
mod grant;
mod incident;
mod offer;
mod person;
mod queue;
mod record;
mod script;
mod script_replay;
mod script_set;
mod segment;
mod whoami;

pub use agent::{AgentView, Intent, MissedView, NoOffersView, ReasonListView, ReasonsView, Status};
pub use audit::{AuditProblem, AuditView, FindingView, ReplayOutcome, ReplayView, ReplayedView};
pub use canned_reply::CannedReplyView;
pub use chat::{
    ChatState, ChatTimes, ChatView, CustomerView, HistoryView, HowEnded, MessageView, Sender,
};
pub use daemon::{
    BackupView, ChatCounts, ConfigView, DaemonStatus, ErrorView, FollowedView, OutboxCounts,
    SinkView,
};
pub use explain::{
    AgentWhyView, AskedView, ChatWhyView, DecisionView, ExplainView, QueueStandView, QueueWhyView,
    StoryView, WhyNot, WhyNotView,
};
pub use figures::{FiguresView, OfferFiguresView, QuarterView, QueueFiguresView, TookView};
pub use grant::{GrantView, TicketView};
pub use incident::{DifferenceView, IncidentState, IncidentView, IncidentWhy, OutboxItemView};
pub use offer::{OfferOutcome, OfferView};
pub use person::{ErasedView, PersonChatRecords, PersonChatView, PersonView};
pub use queue::{HoursView, LevelView, MemberView, QueueView};
pub use record::{CandidateView, MatchState, MatchView, OpenIncidentView, PopSubject, PopView};
pub use script::{Breaker, HookView, RestingWhy, ScriptsView, TimesView};
pub use script_replay::ScriptReplayView;
pub use script_set::{
    CandidateSetState, CandidateSetView, FileChange, FileDiffView, KeptSetView, ScriptDiffView,
    ScriptMode, ScriptSetView, SetHow, ShadowDifferenceView, ShadowHookView, ShadowView,
};
pub use segment::{
    CodeView, SegmentState, SegmentView, TimerView, WhyLeft, WrapupMode, WrapupView,
};
pub use whoami::Whoami;

/// Gives a closed word its text on the wire, for people to read too.
macro_rules! word {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$doc:meta])* $variant:ident = $text:literal ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $( $(#[$doc])* #[serde(rename = $text)] $variant, )*
        }

        impl $name {
            /// Every word of this kind.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),* ];

            /// The word on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text ),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use word;

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) const fn is_zero(n: &u64) -> bool {
    *n == 0
}
