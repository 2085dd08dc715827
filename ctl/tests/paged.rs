//! What comes in pages is asked for page by page and shown as one.

mod common;

use common::{Fake, reply, run};
use desk_wire::view::AuditView;
use desk_wire::{Call, Outcome, Reply};

fn page(n: u64, findings: bool) -> Reply {
    let Reply::Audit(sample) = reply("audit") else { panic!("a sample") };
    let findings = if findings { sample.findings } else { Vec::new() };
    let next = (n < 3).then(|| (n + 1).to_string());
    Reply::Audit(AuditView { checked: 25, findings, done: n, of: 3, next })
}

fn asked(fake: Fake) -> Vec<Option<String>> {
    let next = |call: &Call| match call {
        Call::IncidentAudit { next, .. } => next.clone(),
        other => panic!("{other:?}"),
    };
    fake.requests().iter().map(|request| next(&request.call)).collect()
}

fn number(call: &Call) -> u64 {
    match call {
        Call::IncidentAudit { next, .. } => {
            next.as_deref().map_or(1, |next| next.parse().expect("a number"))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_audit_goes_on_to_the_last_page_and_sums_up() {
    let fake = Fake::answering(|request| Outcome::Ok(page(number(&request.call), false)));
    let told = run(&fake, &["incident", "audit"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{told:?}");
    assert_eq!(told.out, "75 incidents looked at, 0 findings\n");
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(asked(fake), [None, some("2"), some("3")]);
}

#[test]
fn findings_of_every_page_are_told_and_make_the_exit_code() {
    let fake = Fake::answering(|request| {
        let n = number(&request.call);
        Outcome::Ok(page(n, n != 2))
    });
    let told = run(&fake, &["--json", "incident", "audit"]);
    assert_eq!((told.code, told.err.as_str()), (1, ""), "{told:?}");
    let json = told.json();
    assert_eq!((&json["v"], &json["audit"]["checked"]), (&1.into(), &75.into()));
    assert_eq!(json["audit"]["findings"].as_array().map(Vec::len), Some(6));
    assert_eq!(json["audit"].get("next"), None);
}

#[test]
fn a_replay_without_bounds_is_wrong_usage() {
    let fake = Fake::answering(|_| Outcome::Ok(reply("replay")));
    let told = run(&fake, &["outbox", "replay"]);
    assert_eq!(told.code, 2, "{told:?}");
    assert!(fake.requests().is_empty());
}
