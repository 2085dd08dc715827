use crate::testing::{Play, candidate};
use desk_core::name::{AgentId, ChatId, CodeId};
use desk_core::{
    Actor, Answer, Answered, Author, Command, Content, EndedHow, IntentKind, RecordRef, Visibility,
};
use desk_wire::Notice;
use desk_wire::view::{ChatState, HowEnded, MatchState, PopSubject, Status};

fn alice() -> Actor {
    Actor::Agent("alice".into())
}

/// What the records since the last look say: the words of their notices and whom they are for.
fn told(play: &mut Play) -> Vec<(Notice, Vec<String>, Option<String>)> {
    let published = std::mem::take(&mut play.published);
    let notices = published.iter().flat_map(|published| published.notices.clone());
    notices
        .map(|(audience, notice)| {
            let agents = audience.agents.iter().map(ToString::to_string).collect();
            (notice, agents, audience.queue.map(|queue| queue.to_string()))
        })
        .collect()
}

fn words(told: &[(Notice, Vec<String>, Option<String>)]) -> Vec<String> {
    let word = |notice: &Notice| serde_json::to_value(notice).unwrap()["notice"].clone();
    told.iter().map(|(notice, ..)| word(notice).as_str().unwrap().to_owned()).collect()
}

fn accepted(play: &mut Play) -> ChatId {
    play.ready("alice");
    let chat = play.chat(1, "help");
    play.accept("alice", chat);
    play.published.clear();
    chat
}

fn wrap_up(play: &mut Play, chat: ChatId) {
    let (agent, codes) = (AgentId::from("alice"), vec![CodeId::from("solved")]);
    play.done(alice(), Command::SetCodes { agent: agent.clone(), chat, codes });
    play.done(alice(), Command::WrapUp { agent, chat });
}

#[test]
fn an_offer_is_told_to_its_agent_and_the_queues_supervisors() {
    let mut play = Play::new();
    play.ready("alice");
    play.published.clear();
    let chat = play.chat(1, "help");
    let told = told(&mut play);
    assert_eq!(words(&told), ["chat_changed", "offer_made", "chat_changed", "status_changed"]);
    let (Notice::OfferMade { agent, offer }, agents, queue) = &told[1] else { panic!("{told:?}") };
    assert_eq!((agent.as_str(), offer.chat.clone()), ("alice", chat.to_string()));
    assert_eq!(offer.customer.name.as_deref(), Some("Dana"));
    assert_eq!((&agents[..], queue.as_deref()), (&["alice".to_owned()][..], Some("help")));
    let (Notice::StatusChanged { status, cause, by, .. }, _, queue) = &told[3] else {
        panic!("{told:?}")
    };
    assert_eq!(
        (*status, cause.as_str(), by.as_str()),
        (Status::Offered, "offer_made", "follow_up")
    );
    assert_eq!(*queue, None, "a status is the agent's, not a queue's");
}

#[test]
fn a_missed_offer_is_told_with_what_it_makes_of_the_agent() {
    let mut play = Play::new();
    play.ready("alice");
    play.chat(1, "help");
    play.published.clear();
    play.pass(600_000);
    let told = told(&mut play);
    let of_offer: Vec<_> =
        words(&told).into_iter().filter(|word| word != "match_changed").collect();
    assert_eq!(of_offer, ["offer_ended", "chat_changed", "status_changed"]);
    let status = told.iter().find_map(|(notice, ..)| match notice {
        Notice::StatusChanged { status, cause, by, .. } => {
            Some((*status, cause.clone(), by.clone()))
        }
        _ => None,
    });
    let expected = (Status::OnBreak, "offer_timed_out".to_owned(), "deadline".to_owned());
    assert_eq!(status, Some(expected));
}

#[test]
fn a_message_is_told_to_whoever_talks_in_the_chat() {
    let mut play = Play::new();
    let chat = accepted(&mut play);
    let content = Content::Text { text: "hello".into() };
    let (from, visibility) = (Author::Customer, Visibility::All);
    play.done(Actor::Customer(chat), Command::PostMessage { chat, from, visibility, content });
    let told = told(&mut play);
    let [(Notice::Message { message, .. }, agents, queue)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((message.text.as_deref(), message.name.as_deref()), (Some("hello"), Some("Dana")));
    assert_eq!((&agents[..], queue.as_deref()), (&["alice".to_owned()][..], Some("help")));
}

#[test]
fn nothing_is_said_of_a_status_that_is_what_it_was() {
    let mut play = Play::new();
    accepted(&mut play);
    play.chat(2, "help");
    let told = words(&told(&mut play));
    assert!(!told.contains(&"status_changed".to_owned()), "busy stays busy: {told:?}");
}

#[test]
fn the_end_of_a_chat_starts_the_wrap_up_with_its_deadline() {
    let mut play = Play::new();
    let chat = accepted(&mut play);
    play.done(alice(), Command::EndChat { chat, agent: Some("alice".into()) });
    let told = told(&mut play);
    assert_eq!(words(&told), ["wrapup_started", "chat_changed", "status_changed"]);
    let (Notice::WrapupStarted { deadline, segment, .. }, ..) = &told[0] else {
        panic!("{told:?}")
    };
    assert_eq!((*deadline, *segment), (Some(play.now.wall_ms + 600_000), 1));
    let (Notice::ChatChanged { state, how_ended, queue, .. }, ..) = &told[1] else {
        panic!("{told:?}")
    };
    assert_eq!((*state, *how_ended), (ChatState::Ended, Some(HowEnded::Agent)));
    assert_eq!(queue, "help");
}

#[test]
fn a_chat_that_leaves_memory_in_the_same_record_is_still_told_in_full() {
    let mut play = Play::new();
    let chat = accepted(&mut play);
    wrap_up(&mut play, chat);
    assert!(!play.state().chats.contains_key(&chat));
    let told = told(&mut play);
    assert_eq!(words(&told), ["wrapup_ended", "chat_changed", "status_changed"]);
    let (Notice::WrapupEnded { agent, codes, cause, .. }, agents, queue) = &told[0] else {
        panic!("{told:?}")
    };
    assert_eq!((agent.as_str(), cause.as_str()), ("alice", "agent"));
    assert_eq!((codes[0].as_str(), agents[0].as_str()), ("solved", "alice"));
    assert_eq!(queue.as_deref(), Some("help"));
    let (Notice::StatusChanged { status, cause, .. }, ..) = &told[2] else { panic!("{told:?}") };
    assert_eq!((*status, cause.as_str()), (Status::Available, "wrapped_up"));
}

#[test]
fn candidates_are_told_and_the_record_pops_once() {
    let mut play = Play::new();
    let chat = accepted(&mut play);
    let driver = || Actor::Driver("lookup".into());
    let Answer::Lookup(work) = play.done(driver(), Command::TakeLookup { chat }) else { panic!() };
    play.published.clear();
    let result = Ok(vec![candidate("Dana", 1), candidate("Other", 2)]);
    play.done(driver(), Command::LookupAnswered { chat, n: work.n, result });
    let told = told(&mut play);
    assert_eq!(words(&told), ["match_changed", "pop_wanted"]);
    let (Notice::MatchChanged(view), ..) = &told[0] else { panic!("{told:?}") };
    assert_eq!((view.state, view.candidates.len()), (MatchState::Many, 2));
    let (Notice::PopWanted(pop), agents, queue) = &told[1] else { panic!("{told:?}") };
    assert_eq!((pop.what, pop.until), (PopSubject::Record, play.now.wall_ms + 30_000));
    assert_eq!((&agents[..], queue), (&["alice".to_owned()][..], &None), "one browser's business");
}

#[test]
fn an_incident_is_told_to_its_last_agent_although_the_chat_is_gone() {
    let mut play = Play::new();
    let chat = accepted(&mut play);
    wrap_up(&mut play, chat);
    play.published.clear();
    let driver = || Actor::Driver("outbox".into());
    let step = play.state().outbox.due().next().unwrap().1;
    let story = desk_core::Story::fold(chat, std::iter::empty());
    assert!(story.is_none(), "a story begins with its chat's arrival");
    let opened = desk_core::Event::ChatOpened(Box::new(desk_core::ChatOpened {
        asked_for: None,
        chat,
        queue: "help".into(),
        priority: 0,
        skills: Default::default(),
        authority: Default::default(),
        foreign: None,
        customer: Default::default(),
        fields: Default::default(),
        email_key: None,
        wait_max_at: 0,
        relax_at: None,
    }));
    let ended = desk_core::Event::ChatEnded { chat, how: EndedHow::Agent, form: false };
    let events = [(play.now, &opened), (play.now, &ended)];
    let story = Box::new(desk_core::Story::fold(chat, events.into_iter()).unwrap());
    let read_to = play.state().seq;
    let taken = play.done(driver(), Command::TakeStep { step, story, read_to });
    let Answer::Step(Some(work)) = taken else { panic!("{taken:?}") };
    play.published.clear();
    let record = RecordRef { table: "incident".into(), sys_id: "c".repeat(32) };
    let created = Some((record, "INC0010001".to_owned()));
    let answered = Answered::Done { created, foreign: false, differences: Vec::new() };
    play.done(driver(), Command::StepAnswered { step, attempt: work.attempt, answered });
    let told = told(&mut play);
    let (Notice::IncidentCreated(view), agents, queue) = &told[0] else { panic!("{told:?}") };
    assert_eq!(view.number.as_deref(), Some("INC0010001"));
    assert!(view.url.as_deref().is_some_and(|url| url.contains("incident.do")));
    assert_eq!((&agents[..], queue.as_deref()), (&["alice".to_owned()][..], Some("help")));
    let (Notice::PopWanted(pop), ..) = &told[1] else { panic!("{told:?}") };
    assert_eq!(pop.what, PopSubject::Incident);
}

#[test]
fn a_chat_that_moves_is_told_to_both_queues() {
    let mut play = Play::new();
    let chat = play.chat(1, "help");
    play.published.clear();
    let to = desk_core::Target::Queue("sales".into());
    play.done(Actor::Admin("root".into()), Command::Transfer { chat, agent: None, to });
    let told = told(&mut play);
    let queues: Vec<_> = told.iter().map(|(_, _, queue)| queue.clone().unwrap()).collect();
    assert_eq!(queues, ["help", "sales"]);
    for (notice, ..) in &told {
        let Notice::ChatChanged { queue, .. } = notice else { panic!("{notice:?}") };
        assert_eq!(queue, "sales");
    }
}

#[test]
fn what_becomes_of_the_desk_is_told_to_everybody() {
    let mut play = Play::new();
    play.done(Actor::Admin("root".into()), Command::Drain { on: true });
    let [published] = &play.published[..] else { panic!() };
    assert!(published.notices[0].0.everybody);
    assert!(published.line(|audience| audience.everybody).is_some());
    assert!(published.line(|_| false).is_none(), "nobody is told nothing");
}

#[test]
fn an_asked_status_is_told_with_who_asked() {
    let mut play = Play::new();
    play.ready("alice");
    play.published.clear();
    let (agent, to) = ("alice".into(), IntentKind::OnBreak);
    play.done(Actor::Admin("root".into()), Command::ForceStatus { agent, to, reason: None });
    let told = told(&mut play);
    let [(Notice::StatusChanged { cause, by, .. }, ..)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((cause.as_str(), by.as_str()), ("forced", "role:admin (root)"));
}
