//! What trying an instance out finds.

#![allow(missing_docs)]

mod common;

use common::{Answer, answer, client, config, sandbox, serve};
use desk_sandbox::faults::{Kind, Rule};
use desk_servicenow::{Client, Grade, ProbePlan, ProbeReport};

const PLAN: ProbePlan<'_> = ProbePlan {
    lookup_table: "sys_user",
    lookup_field: "email",
    also: &[],
    incident_table: "incident",
    incident_fields: &[],
    interactions: None,
};

fn told(report: &ProbeReport, grade: Grade) -> Vec<&str> {
    let found = report.findings.iter().filter(|finding| finding.grade == grade);
    found.map(|finding| finding.message.as_str()).collect()
}

#[tokio::test]
async fn a_good_instance_is_found_good_and_says_the_time() {
    let dir = tempfile::tempdir().expect("folder");
    let (_sandbox, client) = sandbox(dir.path()).await;
    let incident = common::incident(client.own_sys_id("one"), &[("work_notes", "x")]);
    assert!(client.create(&incident).await.is_done());
    let report = client.probe(PLAN).await;
    assert_eq!(told(&report, Grade::Error), Vec::<&str>::new());
    for good in [
        "incident can be read back",
        "work_notes of incident and entries of journals can be read",
        "attachments can be listed",
    ] {
        assert!(told(&report, Grade::Good).contains(&good), "{report:?}");
    }
    let dropped = told(&report, Grade::Warning);
    assert!(dropped.len() == 1 && dropped[0].contains("finds everybody"), "{dropped:?}");
    assert!(report.date.is_some());
}

#[tokio::test]
async fn interactions_are_tried_where_they_are_to_be_made() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, client) = sandbox(dir.path()).await;
    let plan = ProbePlan { interactions: Some(("interaction", "u_chat")), ..PLAN };
    let none = client.probe(plan).await;
    let unproven = "interaction shows the account no record: reading back is not proven";
    assert!(told(&none, Grade::Warning).contains(&unproven));

    let fields = [("correlation_id", "c1")].map(|(f, v)| (f.to_owned(), v.to_owned())).into();
    let (table, sys_id) = ("interaction".to_owned(), client.own_sys_id("one"));
    assert!(client.create(&desk_servicenow::CreateBody { table, sys_id, fields }).await.is_done());
    let hidden = client.probe(plan).await;
    assert_eq!(told(&hidden, Grade::Error), ["u_chat of interaction cannot be read"]);
    let plan = ProbePlan { interactions: Some(("interaction", "correlation_id")), ..PLAN };
    assert!(told(&client.probe(plan).await, Grade::Good).contains(&"interaction can be read back"));

    let refused = Rule { status: Some(400), ..Rule::new("GET", "_related_record", Kind::Status) };
    sandbox.set_faults(vec![refused]).expect("taken");
    let report = client.probe(plan).await;
    let errors = told(&report, Grade::Error);
    assert!(errors[0].starts_with("interaction_related_record cannot be read"), "{errors:?}");
}

#[tokio::test]
async fn what_is_wrong_is_named_with_what_to_do() {
    let dir = tempfile::tempdir().expect("folder");
    let (sandbox, good) = sandbox(dir.path()).await;
    let mut wrong = config(&sandbox.url());
    wrong.auth = desk_servicenow::Auth::Basic { username: "admin".into(), password: "x".into() };
    let report = Client::new(wrong).expect("client").probe(PLAN).await;
    assert_eq!(report.findings.len(), 1, "{report:?}");
    let help = report.findings[0].help.as_deref().expect("help");
    assert!(help.starts_with("check the account"), "{report:?}");

    sandbox.set_faults(vec![Rule::new("GET", "/sys_user", Kind::Html200)]).expect("taken");
    let report = good.probe(PLAN).await;
    assert!(report.findings[0].help.as_deref().expect("help").starts_with("wake"), "{report:?}");

    let json = "content-type: application/json";
    let row = r#"{"result":[{"sys_id":"0123456789abcdef0123456789abcdef"}]}"#;
    let hides = format!("http://{}", serve(answer("200 OK", &[json], row)).await);
    let report = client(&hides).probe(PLAN).await;
    let errors = told(&report, Grade::Error);
    assert_eq!(errors[0], "the account may not read email of sys_user");
    assert_eq!(errors[1], "number, correlation_id, sys_mod_count of incident cannot be read");
}

#[tokio::test]
async fn each_place_and_each_field_of_ones_own_is_tried() {
    let dir = tempfile::tempdir().expect("folder");
    let (_sandbox, client) = sandbox(dir.path()).await;
    let plan = ProbePlan {
        also: &[("customer_contact", "email"), ("no_such_table", "email")],
        incident_fields: &["contact_type", "u_accepted"],
        ..PLAN
    };
    let unproven = client.probe(plan).await;
    let said = told(&unproven, Grade::Warning);
    assert!(said.contains(&"incident shows the account no record: reading back is not proven"));
    let incident = common::incident(client.own_sys_id("one"), &[("work_notes", "x")]);
    assert!(client.create(&incident).await.is_done());
    let report = client.probe(plan).await;
    let good = told(&report, Grade::Good);
    assert!(good.contains(&"email of customer_contact can be read"), "{good:?}");
    let errors = told(&report, Grade::Error);
    assert!(errors.len() == 1 && errors[0].starts_with("no_such_table cannot be read"));
    let own = "u_accepted of incident: no such field, or the account may not read it";
    assert!(told(&report, Grade::Warning).contains(&own), "{report:?}");
}

#[tokio::test]
async fn what_notes_and_files_can_be_looked_for_by_is_tried() {
    let json = "content-type: application/json";
    let row = |more: &str| {
        let row = format!(
            r#"{{"result":[{{"sys_id":"0123456789abcdef0123456789abcdef","number":"1",
                "email":"a@b.example","correlation_id":"","sys_mod_count":"0"{more}}}]}}"#
        );
        answer("200 OK", &[json], &row)
    };
    let refused = || {
        let body = r#"{"error":{"message":"Insufficient rights to query records"}}"#;
        answer("403 Forbidden", &[json], body)
    };
    let both = r#","work_notes":"","caller_id":"""#;
    for (incident, entries, grade, expect) in [
        (row(both), refused(), Grade::Warning, "entries of journals cannot be read: a note"),
        (row(""), row(""), Grade::Warning, "work_notes of incident cannot be read"),
        (row(""), refused(), Grade::Error, "neither work_notes of incident nor entries"),
        (row(""), row(""), Grade::Warning, "caller_id of incident cannot be read"),
        (row(both), row(""), Grade::Warning, "attachments cannot be listed"),
    ] {
        let by = vec![
            ("sys_journal_field", entries),
            ("/incident", incident),
            ("/attachment", refused()),
            ("sys_user", row("")),
        ];
        let url = format!("http://{}", serve(Answer::By(by)).await);
        let report = client(&url).probe(PLAN).await;
        let said = told(&report, grade);
        assert!(said.iter().any(|said| said.starts_with(expect)), "{expect}: {report:?}");
    }
}
