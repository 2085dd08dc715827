//! Of notices.

use super::*;

/// One of each notice.
pub fn notices() -> Vec<Notice> {
    let (agent, chat) = ("alice".to_owned(), "c1".to_owned());
    vec![
        Notice::OfferMade { agent: agent.clone(), offer: offer() },
        Notice::OfferEnded {
            agent: agent.clone(),
            offer: "o1".to_owned(),
            chat: chat.clone(),
            outcome: OfferOutcome::TimedOut,
        },
        Notice::StatusChanged {
            agent: agent.clone(),
            status: Status::OnBreak,
            status_number: 3,
            sub_status: None,
            next: None,
            reason: None,
            cause: "offer_timed_out".to_owned(),
            by: "deadline".to_owned(),
        },
        Notice::ChatChanged {
            chat: chat.clone(),
            queue: "support".to_owned(),
            state: ChatState::Active,
            agent: Some(agent.clone()),
            how_ended: None,
        },
        Notice::Message { chat: chat.clone(), message: message() },
        Notice::Typing {
            chat: chat.clone(),
            from: Sender::Customer,
            name: some("Ada Byron"),
            until: AT + 6_000,
        },
        Notice::ServiceLevel { queue: "support".to_owned(), below: true, percent: 75, target: 80 },
        Notice::QueueHours {
            queue: "support".to_owned(),
            open: false,
            until: Some(AT + 3_600_000),
        },
        Notice::MatchChanged(record()),
        Notice::PopWanted(pop()),
        Notice::PopClaimed { pop: "p1".to_owned(), agent: agent.clone() },
        Notice::WrapupStarted {
            agent: agent.clone(),
            chat: chat.clone(),
            segment: 1,
            mode: WrapupMode::Timed,
            deadline: Some(AT + 60_000),
        },
        Notice::WrapupEnded {
            agent,
            chat,
            segment: 1,
            codes: vec!["solved".to_owned()],
            cause: "timer".to_owned(),
        },
        Notice::IncidentCreated(incident()),
        Notice::IncidentDiffers {
            chat: "c1".to_owned(),
            differences: vec![DifferenceView { held: None, ..difference() }],
        },
        Notice::Daemon {
            what: Announcement::Config,
            over: false,
            text: "a new config serves".to_owned(),
        },
        Notice::Resync {},
    ]
}
