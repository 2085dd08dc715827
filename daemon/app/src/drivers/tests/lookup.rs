//! What is known of a customer.

use super::world::{World, start_sandbox};
use desk_core::{Command, Event, MatchState};
use desk_sandbox::faults::{Kind, Rule};
use desk_sandbox::seed::{INES, INES_OLD, MARA, TOM};

#[tokio::test]
async fn a_customer_is_found_with_what_the_agent_chooses_by() {
    let mut world = World::new().await;
    let chat = world.open(1, "Mara", &MARA.email.to_uppercase()).await;
    let Event::MatchSet { state, candidates, chosen, .. } = world.matched(chat, 1).await else {
        panic!("no match")
    };
    assert_eq!(state, MatchState::One);
    let found = &candidates.known().expect("kept")[0];
    assert_eq!((found.table.as_str(), found.sys_id.as_str()), ("sys_user", MARA.sys_id));
    assert_eq!((found.name.as_str(), found.email.as_str()), ("Mara Lindqvist", MARA.email));
    assert!(found.active && found.fields["vip"] == "true", "{found:?}");
    assert_eq!(chosen.expect("the only one").sys_id, MARA.sys_id);
}

#[tokio::test]
async fn all_with_the_same_address_are_found_and_others_by_words() {
    let mut world = World::new().await;
    let chat = world.open(1, "Ines", INES.email).await;
    let ids = |event: Event| match event {
        Event::MatchSet { candidates, .. } => {
            let known = candidates.or_empty().into_iter();
            known.map(|found| (found.sys_id, found.active)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let both = [(INES_OLD.sys_id.to_owned(), false), (INES.sys_id.to_owned(), true)];
    assert_eq!(ids(world.matched(chat, 1).await), both);
    let words = "tom okafor".to_owned();
    world.admin(Command::SearchMatch { chat, agent: None, words }).await;
    let all = ids(world.matched(chat, 2).await);
    assert_eq!(all.last(), Some(&(TOM.sys_id.to_owned(), true)), "{all:?}");
    assert_eq!(all.len(), 3);
}

#[tokio::test]
async fn an_address_that_could_be_more_than_a_value_finds_nobody_and_is_not_asked_again() {
    let mut world = World::new().await;
    let chat = world.open(1, "Eve", "a^NQactive=true@x.example").await;
    let Event::MatchSet { state, .. } = world.matched(chat, 1).await else { panic!("no match") };
    assert_eq!(state, MatchState::None);
    let lookups = world.desk().view(|state, _| state.lookups.len()).await;
    assert_eq!(lookups, Ok(0));
}

#[tokio::test]
async fn a_failed_lookup_is_tried_again_while_the_chat_is_open() {
    let mut world = World::new().await;
    let down = Rule { status: Some(503), ..Rule::new("GET", "/sys_user", Kind::Status) };
    world.sandbox.set_faults(vec![down]).expect("a rule");
    let chat = world.open(1, "Tom", TOM.email).await;
    let Event::MatchSet { state, .. } = world.matched(chat, 1).await else { panic!("no match") };
    assert_eq!(state, MatchState::Failed);
    let status = world.instance.status().lookup();
    assert!(status.failed == 1 && status.last_error.is_some(), "{status:?}");
    world.pass(20);
    let Event::MatchSet { state, .. } = world.matched(chat, 2).await else { panic!("no match") };
    assert_eq!(state, MatchState::One);
}

#[tokio::test]
async fn without_an_instance_nothing_is_taken_and_one_that_comes_is_used() {
    let mut world = World::idle(|_| {}).await;
    let settings = world.settings.clone();
    world.settings.servicenow.url = None;
    world.instance = crate::drivers::Instance::from_settings(&world.settings).expect("none");
    world.drive();
    let chat = world.open(1, "Tom", TOM.email).await;
    world.instance.follow(settings).await;
    let Event::MatchSet { state, .. } = world.matched(chat, 1).await else { panic!("no match") };
    assert_eq!(state, MatchState::One);
}

#[tokio::test]
async fn a_secret_that_is_missing_at_a_reload_is_taken_once_it_is_there() {
    let mut world = World::new().await;
    let elsewhere = tempfile::tempdir().expect("folder");
    let other = start_sandbox(elsewhere.path()).await;
    let mut settings = world.settings.clone();
    settings.servicenow.url = Some(other.url().parse().expect("a URL"));
    settings.servicenow.password_file = Some("later".into());
    world.instance.follow(settings).await;
    let problem = world.instance.problem().expect("said");
    assert!(problem.to_string().contains("later"), "{problem}");
    let chat = world.open(1, "Tom", TOM.email).await;
    std::fs::rename(world.dir.path().join("password"), world.dir.path().join("later"))
        .expect("renamed");
    let Event::MatchSet { state, .. } = world.matched(chat, 1).await else { panic!("no match") };
    assert_eq!((state, world.instance.problem()), (MatchState::One, None));
}
