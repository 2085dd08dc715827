//! The wire's words for what the core knows.

use desk_core::config::WrapupMode;
use desk_core::{
    Actor, Author, Cause, EndedHow, IntentKind, LeftWhy, MatchState, OfferOutcome, Role, Status,
    SubStatus, Visibility, WrappedHow,
};
use desk_wire as wire;

/// `agent:alice`, `role:admin (root)`, `deadline`: who caused something, by name.
#[must_use]
pub fn by(actor: &Actor) -> String {
    match actor {
        Actor::Agent(agent) => format!("agent:{agent}"),
        Actor::Customer(_) => "customer".into(),
        Actor::Supervisor(name) => format!("role:supervisor ({name})"),
        Actor::Admin(name) => format!("role:admin ({name})"),
        Actor::Integrator(name) => format!("role:integrator ({name})"),
        Actor::Driver(driver) => format!("driver:{driver}"),
        Actor::Deadline => "deadline".into(),
        Actor::FollowUp => "follow_up".into(),
        Actor::Daemon => "daemon".into(),
    }
}

/// What made an intent what it is.
#[must_use]
pub const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Initial => "initial",
        Cause::Login => "login",
        Cause::Asked => "asked",
        Cause::StopNew => "stop_new",
        Cause::Missed => "offer_timed_out",
        Cause::Rejected => "offer_rejected",
        Cause::Forced => "forced",
        Cause::Away => "away",
        Cause::Returned => "returned",
        Cause::Retired => "retired",
    }
}

/// What ended a segment's wrap-up: `agent`, `timer`, `admin`, `backstop`, or `none` where the queue
/// has none.
#[must_use]
pub const fn wrapped(how: WrappedHow) -> &'static str {
    match how {
        WrappedHow::None => "none",
        WrappedHow::Agent => "agent",
        WrappedHow::Timer => "timer",
        WrappedHow::Forced => "admin",
        WrappedHow::Backstop => "backstop",
    }
}

/// What an agent does.
#[must_use]
pub const fn status(status: Status) -> wire::view::Status {
    match status {
        Status::LoggedOut => wire::view::Status::LoggedOut,
        Status::OnBreak => wire::view::Status::OnBreak,
        Status::Available => wire::view::Status::Available,
        Status::WorkOffline => wire::view::Status::WorkOffline,
        Status::Offered => wire::view::Status::Offered,
        Status::PostProcessing => wire::view::Status::PostProcessing,
        Status::Busy => wire::view::Status::Busy,
    }
}

/// `stopnew`, or the reason code.
#[must_use]
pub fn sub_status(sub: SubStatus, reason: Option<&str>) -> Option<String> {
    match sub {
        SubStatus::StopNew => Some("stopnew".into()),
        SubStatus::None => reason.map(Into::into),
    }
}

/// What an agent wants.
#[must_use]
pub const fn intent(kind: IntentKind) -> wire::view::Intent {
    match kind {
        IntentKind::Available => wire::view::Intent::Available,
        IntentKind::OnBreak => wire::view::Intent::OnBreak,
        IntentKind::WorkOffline => wire::view::Intent::WorkOffline,
        IntentKind::LoggedOut => wire::view::Intent::LoggedOut,
    }
}

/// What an agent asks for.
#[must_use]
pub const fn intent_kind(intent: wire::view::Intent) -> IntentKind {
    match intent {
        wire::view::Intent::Available => IntentKind::Available,
        wire::view::Intent::OnBreak => IntentKind::OnBreak,
        wire::view::Intent::WorkOffline => IntentKind::WorkOffline,
        wire::view::Intent::LoggedOut => IntentKind::LoggedOut,
    }
}

/// How an offer went.
#[must_use]
pub const fn outcome(outcome: OfferOutcome) -> wire::view::OfferOutcome {
    match outcome {
        OfferOutcome::Accepted => wire::view::OfferOutcome::Accepted,
        OfferOutcome::Rejected => wire::view::OfferOutcome::Rejected,
        OfferOutcome::TimedOut => wire::view::OfferOutcome::TimedOut,
        OfferOutcome::Abandoned => wire::view::OfferOutcome::Abandoned,
        OfferOutcome::Rescinded => wire::view::OfferOutcome::Rescinded,
    }
}

/// How a chat ended.
#[must_use]
pub const fn ended(how: EndedHow) -> wire::view::HowEnded {
    match how {
        EndedHow::Agent => wire::view::HowEnded::Agent,
        EndedHow::Customer => wire::view::HowEnded::Customer,
        EndedHow::Idle => wire::view::HowEnded::Idle,
        EndedHow::Admin => wire::view::HowEnded::Admin,
        EndedHow::Expired => wire::view::HowEnded::Expired,
        EndedHow::Abandoned => wire::view::HowEnded::Abandoned,
        EndedHow::Offline => wire::view::HowEnded::Offline,
    }
}

/// Why an agent's part is over.
#[must_use]
pub const fn left(why: LeftWhy) -> wire::view::WhyLeft {
    match why {
        LeftWhy::Ended => wire::view::WhyLeft::Ended,
        LeftWhy::Transferred => wire::view::WhyLeft::Transferred,
        LeftWhy::Requeued => wire::view::WhyLeft::Requeued,
        LeftWhy::Lost => wire::view::WhyLeft::Lost,
    }
}

/// How wrap-up is timed.
#[must_use]
pub const fn mode(mode: WrapupMode) -> wire::view::WrapupMode {
    match mode {
        WrapupMode::None => wire::view::WrapupMode::None,
        WrapupMode::Optional => wire::view::WrapupMode::Optional,
        WrapupMode::Timed => wire::view::WrapupMode::Timed,
        WrapupMode::Fixed => wire::view::WrapupMode::Fixed,
    }
}

/// How a lookup stands.
#[must_use]
pub const fn matched(state: MatchState) -> wire::view::MatchState {
    match state {
        MatchState::Pending => wire::view::MatchState::Pending,
        MatchState::None => wire::view::MatchState::None,
        MatchState::One => wire::view::MatchState::One,
        MatchState::Many => wire::view::MatchState::Many,
        MatchState::Failed => wire::view::MatchState::Failed,
    }
}

/// Who says something.
#[must_use]
pub const fn sender(author: &Author) -> wire::view::Sender {
    match author.role() {
        Role::Customer => wire::view::Sender::Customer,
        Role::Agent => wire::view::Sender::Agent,
        Role::Supervisor => wire::view::Sender::Supervisor,
        Role::Bot => wire::view::Sender::Bot,
        Role::System => wire::view::Sender::System,
    }
}

/// Who reads something.
#[must_use]
pub const fn visibility(visibility: Visibility) -> wire::Visibility {
    match visibility {
        Visibility::All => wire::Visibility::All,
        Visibility::Internal => wire::Visibility::Internal,
    }
}

/// Who is to read something.
#[must_use]
pub const fn to_core(visibility: wire::Visibility) -> Visibility {
    match visibility {
        wire::Visibility::All => Visibility::All,
        wire::Visibility::Internal => Visibility::Internal,
    }
}
