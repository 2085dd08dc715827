use super::*;
use expect_test::expect;

fn user(agents: &[&str], roles: &[Role], queues: &[&str]) -> User {
    User {
        uid: Some(1000),
        agents: Agents::Named(agents.iter().map(|agent| (*agent).into()).collect()),
        roles: roles.iter().copied().collect(),
        queues: queues.iter().map(|queue| (*queue).into()).collect(),
    }
}

fn resolve(user: &User, act_as: Option<&str>, verb: &str, changes: bool) -> Result<String, String> {
    let known = BTreeSet::from(["alice".into(), "bob".into()]);
    let caller = Caller { user, known: &known };
    let act_as = act_as.map(|text| text.parse::<ActAs>().unwrap());
    match caller.resolve(act_as.as_ref(), verb, changes) {
        Ok(acting) => Ok(acting.act_as().to_string()),
        Err(refusal) => Err(format!("{} {:?}", refusal.code, refusal.choices)),
    }
}

#[test]
fn every_verb_of_the_protocol_has_a_row_and_no_other() {
    let rows: Vec<&str> = TABLE.iter().map(|(verb, _)| *verb).collect();
    assert_eq!(rows, VERBS);
}

#[test]
fn a_role_that_is_not_in_a_row_may_nothing() {
    assert_eq!(reach(Role::Admin, "no_such_verb"), Reach::None);
}

/// One cell after the other: how far each role reaches with each verb.
#[test]
fn each_cell_of_the_table_is_as_promised() {
    let mut text = String::new();
    for verb in VERBS.iter().chain([&METRICS]) {
        let cells = ROLES.map(|role| match reach(role, verb) {
            Reach::None => "-",
            Reach::Own => "own",
            Reach::Queues => "queues",
            Reach::All => "all",
        });
        text.push_str(&format!("{verb}: {}\n", cells.join(" ")));
    }
    expect![[r#"
        whoami: own own all all
        watch: own queues all all
        login: own - - -
        logout: own - - -
        status_show: own - - -
        status_set: own - - -
        status_stop_new: own - - -
        status_resume: own - - -
        offer_show: own - - -
        offer_accept: own - - -
        offer_reject: own - - -
        chat_list: own queues all all
        chat_show: own queues all all
        chat_say: own queues - -
        chat_typing: own queues - -
        chat_end: own - - -
        chat_transfer: own - - -
        chat_history: own queues all all
        explain: own queues all -
        chat_ack: own queues all -
        match_list: own queues all all
        match_search: own - all -
        match_choose: own - all -
        wrapup_show: own queues all -
        wrapup_code: own - - -
        wrapup_note: own - - -
        wrapup_extend: own - - -
        wrapup_done: own - - -
        pop_claim: own - - -
        pop_report: own - - -
        reply_list: own queues all -
        agent_list: - queues all -
        agent_show: - queues all -
        agent_set_status: - queues all -
        agent_logout: - queues all -
        agent_drain: - queues all -
        agent_hand_over: - queues all -
        queue_list: own queues all all
        queue_show: own queues all all
        queue_figures: - queues all all
        queue_drain: - queues all -
        queue_hours: - queues all -
        chat_assign: - queues all -
        chat_requeue: - queues all -
        chat_force_end: - queues all -
        desk_ticket: own queues all -
        token_create: - - all -
        token_list: - - all -
        token_revoke: - - all -
        session_list: - - all -
        session_revoke: - - all -
        daemon_status: - all all -
        daemon_drain: - - all -
        daemon_stop: - - all -
        incident_list: own queues all all
        incident_show: own queues all all
        incident_audit: - queues all all
        outbox_list: - queues all -
        outbox_show: - queues all -
        outbox_retry: - - all -
        outbox_retry_parked: - - all -
        outbox_drop: - - all -
        outbox_replay: - - all -
        script_status: - - all -
        script_reload: - - all -
        script_diff: - - all -
        script_apply: - - all -
        script_rollback: - - all -
        script_replay: - - all -
        config_status: - - all -
        person_show: - - all -
        person_export: - - all -
        person_erase: - - all -
        journal_backup: - - all -
        metrics: - all all all
    "#]]
    .assert_eq(&text);
}

#[test]
fn the_one_agent_is_acted_as_without_being_named() {
    let one = user(&["alice"], &[Role::Agent, Role::Admin], &[]);
    assert_eq!(resolve(&one, None, "login", true), Ok("agent:alice".into()));
    assert_eq!(resolve(&one, None, "agent_list", false), Ok("role:admin".into()));
}

#[test]
fn several_agents_must_be_told_apart_where_something_changes() {
    let two = user(&["alice", "bob"], &[Role::Agent, Role::Admin], &[]);
    let both = r#"which_actor ["agent:alice", "agent:bob"]"#;
    assert_eq!(resolve(&two, None, "login", true), Err(both.into()));
    let all = r#"which_actor ["role:admin", "agent:alice", "agent:bob"]"#;
    assert_eq!(resolve(&two, None, "match_choose", true), Err(all.into()));
    assert_eq!(resolve(&two, None, "chat_list", false), Ok("role:admin".into()));
}

#[test]
fn what_reads_takes_the_role_that_reaches_furthest() {
    let both = user(&[], &[Role::Supervisor, Role::Admin], &["support"]);
    assert_eq!(resolve(&both, None, "chat_list", false), Ok("role:admin".into()));
    let which = r#"which_actor ["role:supervisor", "role:admin"]"#;
    assert_eq!(resolve(&both, None, "chat_force_end", true), Err(which.into()));
}

#[test]
fn nobody_acts_as_somebody_who_is_not_theirs() {
    let alice = user(&["alice"], &[Role::Agent], &[]);
    let refused = r#"not_allowed ["agent:alice"]"#;
    assert_eq!(resolve(&alice, Some("agent:bob"), "login", true), Err(refused.into()));
    assert_eq!(resolve(&alice, Some("role:admin"), "daemon_stop", true), Err(refused.into()));
    assert_eq!(resolve(&alice, None, "daemon_stop", true), Err(refused.into()));
    let named = resolve(&alice, Some("agent:alice"), "daemon_stop", true);
    assert_eq!(named, Err("not_allowed []".into()));
}

#[test]
fn whoami_says_what_the_actor_may() {
    let known = BTreeSet::new();
    let user = user(&["alice"], &[Role::Agent], &[]);
    let you = Caller { user: &user, known: &known }.whoami(None).unwrap();
    assert_eq!(you.acting_as.map(|a| a.to_string()), Some("agent:alice".into()));
    assert!(you.may.contains(&"offer_accept".to_owned()));
    assert!(!you.may.contains(&"daemon_stop".to_owned()));
}

#[test]
fn whoami_of_an_account_with_several_agents_acts_as_nobody_yet() {
    let known = BTreeSet::from(["alice".into(), "bob".into()]);
    let user = User { agents: Agents::Any, ..user(&[], &[Role::Agent, Role::Admin], &[]) };
    let you = Caller { user: &user, known: &known }.whoami(None).unwrap();
    assert_eq!((you.agents.len(), you.acting_as), (2, None));
    assert!(you.may.contains(&"daemon_stop".to_owned()));
}
