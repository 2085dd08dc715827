//! What is known of a customer.

use super::world::{ANN, World, answer, start_sandbox};
use desk_core::name::StepKind::Create;
use desk_core::policy::{About, Asked, LookupAsk, Question, Verdict, Wants};
use desk_core::{Command, Event, MatchState};
use desk_sandbox::faults::{Kind, Rule};
use desk_sandbox::seed::{CONTACT, INES, INES_OLD, MARA, TOM};
use desk_servicenow::CreateBody;

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
async fn of_those_whom_words_find_one_in_use_is_the_first() {
    let mut world = World::new().await;
    let chat = world.open(1, "Zoe", "zoe@nowhere.example").await;
    world.matched(chat, 1).await;
    let words = "duarte".to_owned();
    world.admin(Command::SearchMatch { chat, agent: None, words }).await;
    let Event::MatchSet { candidates, chosen, .. } = world.matched(chat, 2).await else {
        panic!("no match")
    };
    let found = candidates.or_empty();
    assert_eq!(found.iter().map(|one| one.active).collect::<Vec<_>>(), [true, false]);
    assert!(!found[0].fields.contains_key("last_name"), "what was compared is not shown again");
    assert_eq!(chosen.expect("the first").sys_id, INES.sys_id);
}

#[tokio::test]
async fn an_address_that_could_be_more_than_a_value_finds_nobody_and_is_never_sent() {
    let mut world = World::new().await;
    let hostile = ["a^NQactive=true@x.example", "a@x.example\nb", "javascript:gs.log()"];
    for (n, email) in (1..).zip(hostile) {
        let chat = world.open(n, "Eve", email).await;
        let found = world.matched(chat, 1).await;
        let Event::MatchSet { state, .. } = found else { panic!("no match") };
        assert_eq!(state, MatchState::None, "{email:?}");
    }
    assert_eq!(world.asked("GET sys_user"), 0);
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
async fn a_chat_that_is_over_before_it_was_looked_up_has_its_caller_all_the_same() {
    let mut world = World::new().await;
    let slow = Rule { delay_ms: 300, ..Rule::new("GET", "/sys_user", Kind::Delay) };
    world.sandbox.set_faults(vec![slow]).expect("a rule");
    let chat = world.open(1, "Tom", TOM.email).await;
    world.accept(chat, ANN).await;
    world.wrap_up(chat, ANN, "solved", "").await;
    world.done(chat, Create).await;
    assert_eq!(world.incident(chat).await.get("caller_id"), TOM.sys_id);
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

#[tokio::test]
async fn signs_that_an_address_may_hold_are_looked_for_as_they_are() {
    let mut world = World::idle(|_| {}).await;
    let email = "o'brien+x@corp.example";
    let fields = [("name", "Pat O'Brien"), ("email", email)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let sys_id = world.client().own_sys_id("pat");
    let pat = CreateBody { table: "sys_user".into(), sys_id: sys_id.clone(), fields };
    answer(world.client().create(&pat).await);
    world.drive();
    let chat = world.open(1, "Pat", email).await;
    let Event::MatchSet { state, chosen, .. } = world.matched(chat, 1).await else {
        panic!("no match")
    };
    assert_eq!(state, MatchState::One);
    assert_eq!(chosen.expect("found").sys_id, sys_id.to_string());
}

#[tokio::test]
async fn one_address_is_one_request_for_all_who_ask_at_once_or_soon_after() {
    let mut world = World::new().await;
    let slow = Rule { delay_ms: 200, ..Rule::new("GET", "/sys_user", Kind::Delay) };
    world.sandbox.set_faults(vec![slow]).expect("a rule");
    let first = world.open(1, "Tom", TOM.email).await;
    let second = world.open(2, "Tom", &TOM.email.to_uppercase()).await;
    for chat in [first, second] {
        let found = world.matched(chat, 1).await;
        assert!(matches!(found, Event::MatchSet { state: MatchState::One, .. }), "{found:?}");
    }
    let third = world.open(3, "Tom", TOM.email).await;
    world.matched(third, 1).await;
    assert_eq!(world.asked("GET sys_user"), 1);
}

#[tokio::test]
async fn what_a_rule_wants_asked_is_one_request_for_the_same_question_and_another_for_another() {
    fn by_id(question: &Question) -> Option<Asked> {
        let About::Lookup { words: None, .. } = question.about else { return None };
        let value = question.chat.as_ref()?.customer.name.clone();
        let ask = LookupAsk { table: "sys_user".into(), fields: vec!["user_name".into()], value };
        Some(Asked {
            set: "set".into(),
            verdict: Ok(Some(Verdict::Lookup { asks: vec![ask] })),
            why: Vec::new(),
            operations: 0,
            took_us: 0,
            wants: Wants::default(),
        })
    }
    let mut world = World::idle(|_| {}).await;
    world.stop().await;
    world.rule = by_id;
    world.start().await;
    world.drive();
    let slow = Rule { delay_ms: 200, ..Rule::new("GET", "/sys_user", Kind::Delay) };
    world.sandbox.set_faults(vec![slow]).expect("a rule");
    let first = world.open(1, "tom.okafor", "a@x.example").await;
    let second = world.open(2, "tom.okafor", "b@x.example").await;
    for chat in [first, second] {
        let found = world.matched(chat, 1).await;
        assert!(matches!(found, Event::MatchSet { state: MatchState::One, .. }), "{found:?}");
    }
    let third = world.open(3, "tom.okafor", "c@x.example").await;
    world.matched(third, 1).await;
    assert_eq!(world.asked("GET sys_user"), 1);
    let other = world.open(4, "mara.lindqvist", "a@x.example").await;
    world.matched(other, 1).await;
    assert_eq!(world.asked("GET sys_user"), 2);
}

#[tokio::test]
async fn a_certificate_that_was_renewed_is_taken_without_a_restart() {
    let mut world = World::idle(|_| {}).await;
    let folder = world.dir.path().join("tls");
    let options = desk_sandbox::Options { tls: true, ..desk_sandbox::Options::new(&folder) };
    let secure = desk_sandbox::Sandbox::start(options).await.expect("a sandbox");
    let other = rcgen::generate_simple_self_signed(["other".to_owned()]).expect("a certificate");
    let authorities = world.dir.path().join("authorities.pem");
    std::fs::write(&authorities, other.cert.pem()).expect("written");
    world.settings.servicenow.url = Some(secure.url().parse().expect("a URL"));
    world.settings.servicenow.tls.authorities = Some("authorities.pem".into());
    world.instance = crate::drivers::Instance::from_settings(&world.settings).expect("made");
    let mut changes = world.instance.changes();
    world.instance.follow(world.settings.clone()).await;
    assert!(!changes.has_changed().expect("it lives"), "the same files keep their client");
    world.drive();
    let chat = world.open(1, "Tom", TOM.email).await;
    let found = world.matched(chat, 1).await;
    assert!(matches!(found, Event::MatchSet { state: MatchState::Failed, .. }), "{found:?}");
    std::fs::copy(folder.join("certificate.pem"), &authorities).expect("copied");
    world.pass(20);
    let found = world.matched(chat, 2).await;
    assert!(matches!(found, Event::MatchSet { state: MatchState::One, .. }), "{found:?}");
    changes.mark_unchanged();
    std::fs::write(&authorities, other.cert.pem()).expect("written");
    world.instance.follow(world.settings.clone()).await;
    assert!(changes.has_changed().expect("it lives"), "a reload looks at the files, too");
}

#[tokio::test]
async fn who_is_not_in_the_first_table_is_looked_for_in_the_next() {
    let mut world = World::idle(|_| {}).await;
    world.settings.servicenow.lookup.also = vec![crate::config::LookupPlace {
        table: "customer_contact".into(),
        field: "email".into(),
        fields: vec!["email".into(), "account.name".into()],
        ..Default::default()
    }];
    let instance = crate::drivers::Instance::from_settings(&world.settings);
    world.instance = instance.expect("an instance");
    world.drive();
    let chat = world.open(1, "Noor", CONTACT.1).await;
    let Event::MatchSet { candidates, .. } = world.matched(chat, 1).await else {
        panic!("no match")
    };
    let found = &candidates.known().expect("kept")[0];
    assert_eq!((found.table.as_str(), found.sys_id.as_str()), ("customer_contact", CONTACT.0));
    assert_eq!(found.fields["account.name"], "Brackwater Ferries");
    let chat = world.open(2, "Tom", TOM.email).await;
    world.matched(chat, 1).await;
    assert_eq!(world.asked("GET customer_contact"), 1, "Tom is in the first");
}
