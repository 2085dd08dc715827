//! Every handled chat is one incident with everything in it, once, whatever the instance and the
//! network do, and wherever `kill -9` strikes. The small run is part of every test run; the whole
//! one is asked for by `TORTURE_CHATS` and `TORTURE_KILLS` (see tests/README.md).

use crate::procedure::available;
use crate::world::{Watcher, World};
use desk_sandbox::faults::{Kind, Plan, Rule};
use desk_sandbox::seed::TOM;
use desk_wire::Call;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";
/// Every so many chats one says more than an incident holds.
const LONG_EVERY: usize = 5;

/// How much is done: a number of the environment, or what suits a test run.
pub(crate) fn amount(name: &str, small: usize) -> usize {
    std::env::var(name).map_or(small, |text| text.parse().expect("a number"))
}

/// `SplitMix64`, as the sandbox draws.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % most.max(1) as u64) as usize
    }
}

/// In the paths of incidents and of files. Lookups are left in peace: chats are short here, and one
/// that is not answered until the chat is over leaves the caller empty, as it should.
const TROUBLED: &str = "nt";

/// The field that is lost now and then, as where an account may not write it.
const DROPPED: &str = "contact_type";

/// Every fault, on about half of the requests.
fn faults(seed: u64, ignore_sys_id: bool) -> Plan {
    let any = |kind, rate| Rule {
        matches: desk_sandbox::faults::Match { path: Some(TROUBLED.into()), ..Default::default() },
        ..Rule::new("GET", "", kind).rate_percent(rate)
    };
    let status = |status, rate| Rule { status: Some(status), ..any(Kind::Status, rate) };
    let late = |method| Rule {
        delay_ms: 400,
        ..Rule::new(method, TROUBLED, Kind::CommitLate).rate_percent(8)
    };
    let rules = vec![
        any(Kind::CommitThenDrop, 8),
        Rule { delay_ms: 400, ..any(Kind::CommitThenHang, 2) },
        any(Kind::DropBefore, 6),
        any(Kind::TruncatedBody, 3),
        any(Kind::TruncatedTransfer, 3),
        any(Kind::Partial200, 6),
        any(Kind::Accepted202, 5),
        any(Kind::Html200, 3),
        any(Kind::Redirect302, 2),
        any(Kind::Busy429, 2),
        Rule { retry_after: Some(1), ..any(Kind::RateLimited429, 1) },
        status(503, 5),
        status(500, 3),
        status(401, 1),
        Rule { field: Some(DROPPED.into()), ..any(Kind::DropField, 3) },
        late("POST"),
        late("PATCH"),
        Rule { delay_ms: 50, ..any(Kind::Delay, 10) },
    ];
    Plan { seed, ignore_sys_id, rules, ..Plan::default() }
}

/// What a chat is like.
#[derive(Clone, Copy, Default)]
pub(crate) struct How {
    /// Whether it ends only once the customer's record is known.
    pub(crate) matched: bool,
    /// Whether its transcript is longer than an incident holds.
    pub(crate) long: bool,
}

/// A chat from arrival to wrap-up.
pub(crate) fn handle(world: &World, watcher: &mut Watcher, n: usize, how: How) -> String {
    let chat = world.open(&TOM.name(), TOM.email);
    watcher.until_offered(&chat.0);
    world.ok(ANN, &["offer", "accept"]);
    // The troubles of incidents hold up lookups, too: nothing leaves while the instance is busy.
    while how.matched && world.ok(ANN, &["match", "list"])["match"]["chosen"].is_null() {
        // Two refused logins in a row are a minute of silence: who watches is still there.
        watcher.ask(Call::Whoami {});
    }
    world.customer_says(&chat, "m1", &format!("question {n}"));
    if how.long {
        let text = "It is a long story. ".repeat(45);
        (2..8).for_each(|m| world.customer_says(&chat, &format!("m{m}"), &text));
    }
    world.ok(ANN, &["chat", "end"]);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "note", &format!("answer {n}")]);
    world.ok(ANN, &["wrapup", "done"]);
    chat.0
}

/// Waits until nothing is to be sent any more.
pub(crate) fn drain(world: &World) {
    loop {
        let outbox = world.ok(ADMIN, &["outbox", "list"]);
        let steps = outbox["outbox"].as_array().unwrap_or_else(|| panic!("{outbox}"));
        let parked: Vec<&Value> = steps.iter().filter(|step| step["phase"] == "parked").collect();
        assert!(parked.is_empty(), "{parked:?}");
        if steps.is_empty() {
            return;
        }
    }
}

fn torture(seed: u64, ids_of_instance: bool) {
    let (chats, kills) = (amount("TORTURE_CHATS", 12), amount("TORTURE_KILLS", 3));
    let mut world = World::new();
    let ids = if ids_of_instance { "ids = \"instance\"\n" } else { "" };
    let servicenow = "asleep_secs = 1\ntimeout_secs = 5\nsteps_per_min = 60000\n";
    world.configure("servicenow", &format!("{servicenow}{ids}"));
    world.configure("incident.interaction", "on = true\n");
    world.configure(
        "times",
        "lookup_retry_secs = 1\nstep_retry_min_secs = 1\nstep_retry_max_secs = 2\n",
    );
    world.sandbox.set_plan(faults(seed, ids_of_instance)).expect("a plan");
    world.start();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let mut draws = Draws(seed);
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    let mut killed = 0;
    for n in 0..chats {
        // The outbox is at work all the time, so a kill between two verbs strikes it anywhere.
        if draws.below(chats - n) < kills.saturating_sub(killed) {
            killed += 1;
            world.kill_and_start();
            watcher = world.watch(ANN);
        }
        let chat =
            handle(&world, &mut watcher, n, How { matched: true, long: n % LONG_EVERY == 0 });
        done.insert(chat, n);
    }
    assert_eq!(killed, kills, "as many as were asked for");
    world.kill_and_start();
    drain(&world);
    whole(&world, &done);
    // The audit sees the same, and says so.
    let quiet = Plan { ignore_sys_id: ids_of_instance, ..Plan::default() };
    world.sandbox.set_plan(quiet).expect("a plan");
    let (audit, _) = world.ctl(ADMIN, &["incident", "audit"]);
    assert_eq!(audit["audit"]["checked"], chats, "{audit}");
    // Nothing is wrong but what was dropped silently, each of which is told.
    let findings = audit["audit"]["findings"].as_array().unwrap_or_else(|| panic!("{audit}"));
    let told: BTreeSet<&str> =
        findings.iter().map(|found| found["chat"].as_str().unwrap()).collect();
    for found in findings {
        assert_eq!(found["problem"], "differs", "{found}");
        let fields: Vec<_> = found["differences"].as_array().unwrap().iter().collect();
        assert!(fields.iter().all(|one| one["field"] == DROPPED), "{found}");
    }
    let held = world.rows("incident", "contact_typeISEMPTY");
    let dropped = held.iter().map(|incident| incident["correlation_id"].as_str().unwrap());
    assert_eq!(told, dropped.filter(|chat| done.contains_key(*chat)).collect(), "{audit}");
    eprintln!("{chats} chats, {} kills, faults: {:?}", killed + 1, world.sandbox.acted());
}

/// The ledger holds exactly one incident for each chat, with its note and file once, and its
/// interaction, which is tied to it once.
fn whole(world: &World, chats: &BTreeMap<String, usize>) {
    let ledger = world.ledger();
    let puts = |table: &'static str| {
        let all = ledger.iter().flat_map(|commit| commit["puts"].as_array().unwrap());
        all.filter(move |put| put["table"] == table).map(|put| &put["fields"])
    };
    let inserts = ledger.iter().filter(|c| c["verb"] == "insert" && c["table"] == "incident");
    let mut made: BTreeMap<&str, &Value> = BTreeMap::new();
    for commit in inserts {
        let fields = &commit["puts"][0]["fields"];
        let chat = fields["correlation_id"].as_str().expect("it names its chat");
        assert!(made.insert(chat, fields).is_none(), "chat {chat} has two incidents");
    }
    assert!(made.keys().copied().eq(chats.keys().map(String::as_str)), "one for each chat");
    let inserted = |table: &'static str| {
        let inserts = ledger.iter().filter(move |c| c["verb"] == "insert" && c["table"] == table);
        inserts.map(|commit| &commit["puts"][0]["fields"])
    };
    for (chat, n) in chats {
        let fields = made[chat.as_str()];
        let of = |field: &str| fields[field].as_str().unwrap_or_default();
        assert_eq!(of("caller_id"), TOM.sys_id, "{fields}");
        for part in ["Initiated", "Accepted", "Terminated", &format!("question {n}")] {
            assert!(of("description").contains(part), "{part}: {fields}");
        }
        let id = of("sys_id");
        let of_this = |entry: &&Value| entry["element_id"] == id;
        let notes: Vec<&Value> = puts("sys_journal_field").filter(of_this).collect();
        assert_eq!(notes.len(), 1, "one note of {chat}: {notes:?}");
        let note = notes[0]["value"].as_str().unwrap();
        assert!(note.contains(&format!("Notes: answer {n}\n")), "{note}");
        assert!(note.contains("Disposition: Solved") && note.ends_with(".complete.1]"), "{note}");
        let files = puts("sys_attachment").filter(|file| file["table_sys_id"] == id).count();
        assert_eq!(files, usize::from(n % LONG_EVERY == 0), "files of {chat}");
        let of_chat = |fields: &&Value| fields["correlation_id"] == chat.as_str();
        let interactions: Vec<&Value> = inserted("interaction").filter(of_chat).collect();
        let [interaction] = &interactions[..] else { panic!("of {chat}: {interactions:?}") };
        assert_eq!(interaction["opened_for"], TOM.sys_id, "{interaction}");
        let ties = inserted("interaction_related_record")
            .filter(|tie| tie["interaction"] == interaction["sys_id"] && tie["document_id"] == id);
        assert_eq!(ties.count(), 1, "ties of {chat}");
    }
}

#[test]
fn every_fault_and_kill_leaves_each_chat_one_whole_incident() {
    torture(11, false);
}

#[test]
fn so_it_does_where_the_instance_gives_ids_of_its_own() {
    torture(12, true);
}

/// What a chat in the good case costs.
fn asked(world: &World) -> BTreeMap<String, u64> {
    let mut watcher = world.watch(ANN);
    available(world, "ann");
    handle(world, &mut watcher, 1, How { matched: true, ..How::default() });
    drain(world);
    world.sandbox.asked()
}

#[test]
fn a_chat_in_the_good_case_costs_three_requests() {
    let expect = [("GET sys_user", 1), ("PATCH incident", 1), ("POST incident", 1)];
    let expect: BTreeMap<_, _> = expect.map(|(what, times)| (what.to_owned(), times)).into();
    assert_eq!(asked(&World::running()), expect);

    let mut world = World::new();
    world.configure("incident.interaction", "on = true\n");
    world.start();
    let beside = [("POST interaction", 1), ("POST interaction_related_record", 1)];
    let beside = beside.map(|(what, times)| (what.to_owned(), times));
    assert_eq!(asked(&world), expect.into_iter().chain(beside).collect());
}
