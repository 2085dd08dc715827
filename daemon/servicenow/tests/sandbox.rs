//! The client against the sandbox: what it finds, makes exactly once, completes and reports.

#![allow(missing_docs)]

mod common;

use common::{commits, fields, incident, kind, read, sandbox};
use desk_sandbox::faults::{Kind, Rule};
use desk_sandbox::seed::{INES, INES_OLD, JOZEF, MARA, SIOBHAN, TOM};
use desk_servicenow::{
    Change, LookupError, LookupQuery, Outcome, PopTemplate, SysId, Unsafe, pop_url,
    truncate_keeping,
};

fn done<T: std::fmt::Debug>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(value) => value,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_person_is_found_by_address_whatever_its_case() {
    let dir = tempfile::tempdir().expect("folder");
    let (_sandbox, client) = sandbox(dir.path()).await;
    let query = LookupQuery::email(&MARA.email.to_uppercase()).expect("safe");
    let found = done(client.lookup(&query).await);
    let [mara] = &found.candidates[..] else { panic!("{found:?}") };
    assert_eq!((mara.sys_id.as_str(), mara.name.as_str()), (MARA.sys_id, "Mara Lindqvist"));
    assert_eq!(mara.fields["vip"], "true");
    assert_eq!(mara.fields["department.name"], "Finance");
    assert!(mara.active && !found.more);
}

#[tokio::test]
async fn two_with_one_address_are_both_found_and_the_inactive_one_is_flagged() {
    let dir = tempfile::tempdir().expect("folder");
    let (_sandbox, client) = sandbox(dir.path()).await;
    let query = LookupQuery::email(INES.email).expect("safe");
    let found = done(client.lookup(&query).await);
    let seen: Vec<_> =
        found.candidates.iter().map(|found| (found.sys_id.as_str(), found.active)).collect();
    assert_eq!(seen, [(INES_OLD.sys_id, false), (INES.sys_id, true)]);

    let found = done(client.lookup(&query.limit(1)).await);
    assert!(found.candidates.len() == 1 && found.more, "the limit is noticed");
}

#[tokio::test]
async fn nobody_is_found_where_nobody_is() {
    let dir = tempfile::tempdir().expect("folder");
    let (_sandbox, client) = sandbox(dir.path()).await;
    let query = LookupQuery::email("nobody@nowhere.example").expect("safe");
    assert_eq!(done(client.lookup(&query).await).candidates, []);
}

#[tokio::test]
async fn hostile_addresses_find_nobody_else() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    for (address, expect) in [
        ("a^NQactive=true@x.com", Unsafe::Caret),
        ("a@x.com\n^NQactive=true", Unsafe::Control),
        ("a@x.com\n", Unsafe::Control),
        ("javascript:gs.getUserID()", Unsafe::Colon),
    ] {
        let refused = LookupQuery::email(address).expect_err(address);
        assert_eq!(refused, LookupError::Unsafe(expect));
    }
    let siobhan = LookupQuery::email(SIOBHAN.email).expect("an apostrophe and a plus are safe");
    let found = done(client.lookup(&siobhan).await);
    assert_eq!(found.candidates[0].sys_id.as_str(), SIOBHAN.sys_id);
    for address in ["o'brien+x@corp.com", "a%5ENQactive%3Dtrue@x.com", "a&sysparm_limit=9@x.com"] {
        let query = LookupQuery::email(address).expect("a mere value");
        assert_eq!(done(client.lookup(&query).await).candidates, [], "{address}");
    }
    let counted = read(&format!("{}/__sandbox/requests", sandbox.url())).await;
    assert!(counted.contains("\"GET sys_user\":4"), "the refused were not sent: {counted}");
}

#[tokio::test]
async fn a_condition_that_the_instance_drops_is_an_error_and_never_a_match() {
    let dir = tempfile::tempdir().expect("folder");
    let (_sandbox, client) = sandbox(dir.path()).await;
    let query = LookupQuery::new("sys_user", "u_private_mail", TOM.email).expect("safe");
    let found = client.lookup(&query).await;
    let Outcome::Permanent { message, .. } = &found else { panic!("{found}") };
    assert!(message.contains("may not read u_private_mail"), "{message}");
    let query = LookupQuery::new("no_such_table", "email", TOM.email).expect("safe");
    assert_eq!(kind(&client.lookup(&query).await), "permanent 400");
    assert!(LookupQuery::new("sys_user/x", "email", "a@b").is_err());
}

#[tokio::test]
async fn an_agent_finds_people_by_whichever_whole_value_they_type() {
    let dir = tempfile::tempdir().expect("folder");
    let (_sandbox, client) = sandbox(dir.path()).await;
    let typed = |words| {
        let by = ["name", "first_name", "last_name", "user_name", "email", "phone"];
        Ok::<_, LookupError>(LookupQuery::any_of("sys_user", &by, words)?.folded())
    };
    for words in ["tom okafor", "Tom.Okafor", TOM.email, " Tom Okafor ", "OKAFOR"] {
        let query = typed(words).expect("safe");
        let found = done(client.lookup(&query).await);
        let ids: Vec<&str> = found.candidates.iter().map(|found| found.sys_id.as_str()).collect();
        assert_eq!(ids, [TOM.sys_id], "{words}");
    }
    assert!(typed("a^NQactive=true").is_err());
    let query = typed("JOZEF KRÁĽ").expect("safe");
    assert_eq!(done(client.lookup(&query).await).candidates[0].sys_id.as_str(), JOZEF.sys_id);
}

#[tokio::test]
async fn an_incident_is_made_under_our_id_and_completed() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    let id = client.own_sys_id("chat-1");
    let body = incident(
        id.clone(),
        &[
            ("correlation_id", "chat-1"),
            ("correlation_display", "deskd"),
            ("caller_id", TOM.sys_id),
            ("contact_type", "chat"),
            ("short_description", "Chat with Tom Okafor"),
            ("opened_at", "2026-10-05 09:58:03"),
            ("work_notes", "made at the end of the chat"),
        ],
    );
    let created = done(client.create(&body).await);
    assert!(created.own_id && created.sys_id == id);
    assert_eq!((created.number.as_deref(), created.differences), (Some("INC0010001"), vec![]));

    let mark = "[deskd step-7]";
    let element = "work_notes";
    assert!(!done(client.has_mark("incident", &id, element, mark).await));
    let note = truncate_keeping(&"note ".repeat(2000), mark, 4000);
    let changes = fields(&[(element, &note), ("urgency", "1")]);
    let updated = done(client.update("incident", &id, &changes).await);
    assert_eq!((updated.mod_count, updated.differences), (Some(1), vec![]));
    assert!(done(client.has_mark("incident", &id, element, mark).await));
    let entries = done(client.journal_entries(&id, element).await);
    assert!(entries.len() == 2 && entries.iter().all(|entry| entry.created_by == "admin"));

    let found = done(client.find("incident", "correlation_id", "chat-1", &["number"]).await);
    assert_eq!((found.len(), found[0].get("number")), (1, "INC0010001"));
    let record = done(client.get("incident", &id, &["caller_id", "priority"]).await);
    let record = record.expect("there");
    assert_eq!((record.get("caller_id"), record.get("priority")), (TOM.sys_id, "3"));
    let counted = read(&format!("{}/__sandbox/requests", sandbox.url())).await;
    assert!(counted.contains("\"cookies_sent_back\":0"), "{counted}");
}

#[tokio::test]
async fn what_was_not_kept_is_reported() {
    let dir = tempfile::tempdir().expect("folder");
    let (_sandbox, client) = sandbox(dir.path()).await;
    let long = "x".repeat(200);
    let body = incident(
        client.own_sys_id("chat-2"),
        &[
            ("short_description", &long),
            ("u_accepted_at", "2026-10-05 09:58:03"),
            ("assigned_to", "Tom Okafor"),
            ("category", "no such category"),
        ],
    );
    let created = done(client.create(&body).await);
    let seen: Vec<_> =
        created.differences.iter().map(|d| (d.field.as_str(), d.change, d.kept.len())).collect();
    assert_eq!(
        seen,
        [
            ("assigned_to", Change::Dropped, 0),
            ("category", Change::Changed, "inquiry".len()),
            ("short_description", Change::Truncated, 160),
            ("u_accepted_at", Change::Unseen, 0),
        ]
    );
}

#[tokio::test]
async fn a_note_that_was_not_kept_is_reported() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    let note = |text: &str| fields(&[("work_notes", text), ("opened_at", "2026-10-05 09:58:03")]);
    let body = |key: &str| desk_servicenow::CreateBody {
        fields: note("all of it\n[deskd a.create]"),
        ..incident(client.own_sys_id(key), &[])
    };
    let kept = done(client.create(&body("chat-9")).await);
    assert_eq!(kept.differences, [], "values stay values beside what is shown");
    let dropped = |method| Rule {
        field: Some("work_notes".to_owned()),
        ..Rule::new(method, "/incident", Kind::DropField)
    };
    sandbox.set_faults(vec![dropped("POST"), dropped("PATCH")]).expect("taken");
    let lost = done(client.create(&body("chat-10")).await);
    let updated = done(client.update("incident", &kept.sys_id, &note("b\n[deskd a.1]")).await);
    for differences in [lost.differences, updated.differences] {
        let seen: Vec<_> = differences.iter().map(|d| (d.field.as_str(), d.change)).collect();
        assert_eq!(seen, [("work_notes", Change::Dropped)]);
    }
}

#[tokio::test]
async fn a_create_that_committed_unheard_makes_exactly_one_incident() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    for (fault, committed) in [
        (Kind::CommitThenDrop, true),
        (Kind::TruncatedBody, true),
        (Kind::Partial200, true),
        (Kind::Accepted202, false),
        (Kind::DropBefore, false),
    ] {
        let chat = format!("chat-3 {fault:?}");
        let body = incident(client.own_sys_id(&chat), &[("correlation_id", &chat)]);
        let rule = Rule::new("POST", "/table/incident", fault);
        sandbox.set_faults(vec![rule]).expect("taken");
        let made = client.create(&body).await;
        assert_eq!(kind(&made), "ambiguous", "{fault:?}: {made}");
        let found = done(client.resolve_create(&body).await);
        assert_eq!(found.is_some(), committed, "{fault:?}");
        let again = done(client.create_again(&body).await);
        assert!(again.own_id && again.differences.is_empty(), "{again:?}");
        assert_eq!(commits(&sandbox, &body.sys_id).await, ["insert"], "{fault:?}");
    }
}

#[tokio::test]
async fn a_repeat_that_is_lost_on_its_way_back_is_settled_by_a_look() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    let body = incident(client.own_sys_id("chat-4"), &[("correlation_id", "chat-4")]);
    let lost = Rule::new("POST", "/incident", Kind::CommitThenDrop);
    sandbox.set_faults(vec![lost]).expect("taken");
    assert!(done(client.create_again(&body).await).own_id);
    assert_eq!(commits(&sandbox, &body.sys_id).await, ["insert"]);
}

#[tokio::test]
async fn a_second_create_is_refused_and_the_first_found() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    let body = incident(client.own_sys_id("chat-5"), &[("correlation_id", "chat-5")]);
    done(client.create(&body).await);
    assert_eq!(kind(&client.create(&body).await), "permanent 403");
    assert!(done(client.resolve_create(&body).await).is_some());
    let foreign = incident(body.sys_id.clone(), &[("correlation_id", "another chat")]);
    let found = client.resolve_create(&foreign).await;
    assert_eq!(kind(&found), "permanent 200", "{found}");
    assert_eq!(commits(&sandbox, &body.sys_id).await, ["insert"]);
}

#[tokio::test]
async fn a_second_create_is_not_refused_for_good_while_the_first_cannot_be_seen() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    let body = incident(client.own_sys_id("chat-5"), &[("correlation_id", "chat-5")]);
    done(client.create(&body).await);
    // As when the first is committed after the look and before the second.
    let unseen = Rule { status: Some(404), ..Rule::new("GET", "/incident", Kind::Status) };
    let down = Rule { status: Some(503), ..Rule::new("GET", "/incident", Kind::Status) };
    sandbox.set_faults(vec![unseen, down]).expect("taken");
    let again = client.create_again(&body).await;
    assert_eq!(kind(&again), "ambiguous", "{again}");
    assert!(again.to_string().contains("refused with 403"), "{again}");
    assert!(done(client.create_again(&body).await).own_id, "found once it can be seen");
}

#[tokio::test]
async fn a_note_that_was_lost_on_its_way_back_is_found_by_its_mark() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    let body = incident(client.own_sys_id("chat-6"), &[]);
    done(client.create(&body).await);
    let lost = Rule::new("PATCH", "/incident", Kind::CommitThenDrop);
    sandbox.set_faults(vec![lost]).expect("taken");
    let note = fields(&[("work_notes", "resolved [deskd s1]")]);
    let updated = client.update("incident", &body.sys_id, &note).await;
    assert_eq!(kind(&updated), "ambiguous", "{updated}");
    let found = client.has_mark("incident", &body.sys_id, "work_notes", "[deskd s1]").await;
    assert!(done(found));
    let missing = client.own_sys_id("no such chat");
    assert_eq!(kind(&client.update("incident", &missing, &note).await), "permanent 404");
}

#[tokio::test]
async fn a_file_is_attached_once() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    let body = incident(client.own_sys_id("chat-7"), &[]);
    done(client.create(&body).await);
    let (id, name) = (&body.sys_id, "chat-7 & co.txt");
    assert_eq!(done(client.find_attachment("incident", id, name).await), None);
    let lost = Rule::new("POST", "/attachment", Kind::CommitThenDrop);
    sandbox.set_faults(vec![lost]).expect("taken");
    let text = || b"transcript".to_vec();
    let sent = client.attach("incident", id, name, "text/plain", text()).await;
    assert_eq!(kind(&sent), "ambiguous", "{sent}");
    let found = done(client.find_attachment("incident", id, name).await).expect("committed");
    assert_eq!((found.file_name.as_str(), found.size_bytes), (name, Some(10)));
    let other = done(client.attach("incident", id, "other.txt", "text/plain", text()).await);
    assert_ne!(other.sys_id, found.sys_id);
    let hostile = client.attach("incident", id, "a^b", "text/plain", text()).await;
    assert_eq!(kind(&hostile), "permanent");
}

#[tokio::test]
async fn records_are_still_there_after_the_instance_restarted() {
    let dir = tempfile::tempdir().expect("folder");
    let (first, client) = sandbox(dir.path()).await;
    let body = incident(client.own_sys_id("chat-8"), &[("correlation_id", "chat-8")]);
    done(client.create(&body).await);
    first.shutdown().await;
    let made = client.create(&body).await;
    assert_eq!(kind(&made), "retry", "nobody listens: {made}");
    let (second, client) = sandbox(dir.path()).await;
    assert!(done(client.create_again(&body).await).own_id);
    assert_eq!(commits(&second, &body.sys_id).await, ["insert"]);
}

#[tokio::test]
async fn the_pop_url_of_each_template_opens_the_record() {
    let dir = tempfile::tempdir().expect("folder");
    let (_sandbox, client) = sandbox(dir.path()).await;
    let id = MARA.sys_id.parse().expect("an id");
    for template in ["classic", "framed", "next_experience", "workspace"] {
        let template = PopTemplate::try_from(template.to_owned()).expect("known");
        let url = pop_url(&client.config().base_url, &template, "sys_user", &id).expect("a URL");
        let page = read(url.as_str()).await;
        assert!(page.contains("Mara Lindqvist"), "{url}: {page}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, _) = sandbox(dir.path()).await;
    let password = desk_servicenow::SecretString::from("s3cret-word");
    let config = desk_servicenow::Config::new(&sandbox.url(), "admin", password).expect("config");
    let client = desk_servicenow::Client::new(config).expect("client");
    let found = client.find("sys_user", "email", TOM.email, &[]).await;
    assert_eq!(kind(&found), "retry 60");
    assert!(!format!("{found:?} {client:?}").contains("s3cret-word"));
}

#[tokio::test]
async fn the_open_incidents_of_callers_come_in_one_request_the_newest_first() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    let caller = |id: &str| id.parse::<SysId>().expect("an id");
    let make = async |name: &str, caller: &str, opened: &str, more: &[(&str, &str)]| {
        let mut pairs = vec![("caller_id", caller), ("opened_at", opened)];
        pairs.push(("short_description", name));
        pairs.extend(more);
        done(client.create(&incident(client.own_sys_id(name), &pairs)).await)
    };
    let closed = [("state", "7"), ("close_code", "Solved"), ("close_notes", "done")];
    make("old", TOM.sys_id, "2026-10-01 10:00:00", &[]).await;
    make("new", TOM.sys_id, "2026-10-03 10:00:00", &[]).await;
    make("middle", TOM.sys_id, "2026-10-02 10:00:00", &[]).await;
    make("closed", TOM.sys_id, "2026-10-04 10:00:00", &closed).await;
    make("hers", MARA.sys_id, "2026-10-05 10:00:00", &[]).await;
    make("somebody else's", INES.sys_id, "2026-10-06 10:00:00", &[]).await;

    let callers = [caller(TOM.sys_id), caller(MARA.sys_id)];
    let asked = || async { read(&format!("{}/__sandbox/requests", sandbox.url())).await };
    let found = done(client.open_incidents("incident", &callers, 2).await);
    let seen: Vec<_> = found.iter().map(|found| found.short_description.as_str()).collect();
    assert_eq!(seen, ["hers", "new", "middle"], "two of each at most");
    assert_eq!(found[1].caller.as_str(), TOM.sys_id);
    assert_eq!(found[1].sys_id, client.own_sys_id("new"));
    assert!(asked().await.contains("\"GET incident\":1"), "one request for all");

    assert_eq!(done(client.open_incidents("incident", &callers, 0).await), []);
    assert_eq!(done(client.open_incidents("incident", &[], 5).await), []);
    assert!(asked().await.contains("\"GET incident\":1"), "nothing to ask is not asked");
    assert_eq!(done(client.open_incidents("incident", &[caller(SIOBHAN.sys_id)], 5).await), []);
    let refused = client.open_incidents("incident^x", &callers, 5).await;
    assert_eq!(kind(&refused), "permanent", "{refused}");
}
