use std::fs;

use super::*;
use crate::schema;

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn incident() -> &'static Table {
    schema::table("incident").expect("known")
}

fn open(dir: &Path) -> Store {
    Store::open(dir, 1_000, Schema::default()).expect("a folder to write to")
}

#[test]
fn records_survive_a_restart_and_the_seed_is_made_once() {
    let dir = tempfile::tempdir().expect("folder");
    let made = {
        let store = open(dir.path());
        store
            .insert(
                incident(),
                None,
                &fields(&[("work_notes", "first"), ("urgency", "1")]),
                "admin",
            )
            .expect("made")
    };
    let store = open(dir.path());
    let id = made.get("sys_id");
    store.read(|tables| {
        let row = tables.row("incident", id).expect("kept");
        assert_eq!((row.get("number"), row.get("priority")), ("INC0010001", "3"));
        assert!(tables.journal_text("incident", id, "work_notes").contains("first"));
        assert_eq!(tables.rows("sys_user").len(), crate::seed::PEOPLE.len());
    });
}

#[test]
fn a_torn_last_line_is_cut_and_damage_before_it_stops_the_start() {
    let dir = tempfile::tempdir().expect("folder");
    drop(open(dir.path()));
    let path = dir.path().join("log.jsonl");
    let whole = fs::read(&path).expect("log");
    fs::write(&path, [&whole[..], b"{\"seq\":99,\"at\""].concat()).expect("written");
    drop(open(dir.path()));
    assert_eq!(fs::read(&path).expect("log"), whole, "the torn line is gone");

    let mut damaged = whole;
    damaged[3] = b'!';
    fs::write(&path, damaged).expect("written");
    let error = Store::open(dir.path(), 1_000, Schema::default()).expect_err("damaged");
    assert!(matches!(error, OpenError::Damaged { line: 1, .. }), "{error}");
}

#[test]
fn a_folder_serves_one_sandbox_at_a_time() {
    let dir = tempfile::tempdir().expect("folder");
    let _first = open(dir.path());
    let error = Store::open(dir.path(), 1_000, Schema::default()).expect_err("locked");
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
}

#[test]
fn a_start_that_was_cut_off_while_seeding_finishes_it() {
    let dir = tempfile::tempdir().expect("folder");
    drop(open(dir.path()));
    let path = dir.path().join("log.jsonl");
    let whole = fs::read_to_string(&path).expect("log");
    let half: String = whole.split_inclusive('\n').take(4).collect();
    fs::write(&path, half).expect("written");
    let store = open(dir.path());
    store.read(|tables| assert_eq!(tables.count(), crate::seed::rows().len()));
}

#[test]
fn no_more_records_than_allowed_are_taken() {
    let dir = tempfile::tempdir().expect("folder");
    let store =
        Store::open(dir.path(), crate::seed::rows().len(), Schema::default()).expect("open");
    let error = store.insert(incident(), None, &Fields::new(), "admin").expect_err("full");
    assert!(matches!(error, WriteError::Full(_)), "{error}");
}

#[test]
fn an_update_that_changes_nothing_counts_nothing() {
    let dir = tempfile::tempdir().expect("folder");
    let store = open(dir.path());
    let id = random_hex(32).expect("id");
    store.insert(incident(), Some(id.clone()), &fields(&[("urgency", "2")]), "a").expect("made");
    let row = store.update(incident(), &id, &fields(&[("urgency", "2"), ("u_x", "1")]), "a");
    assert_eq!(row.expect("row").get("sys_mod_count"), "0");
}

#[test]
fn closing_needs_code_and_notes() {
    let dir = tempfile::tempdir().expect("folder");
    let store = open(dir.path());
    let error = store.insert(incident(), None, &fields(&[("state", "7")]), "a").expect_err("no");
    assert!(matches!(error, WriteError::Policy(_)), "{error}");
    let whole = [("state", "7"), ("close_code", "Solved"), ("close_notes", "done")];
    let row = store.insert(incident(), None, &fields(&whole), "a").expect("closed");
    assert_eq!(row.get("active"), "false");
}

#[test]
fn what_the_table_does_not_take_is_dropped_or_cut() {
    let dir = tempfile::tempdir().expect("folder");
    let store = open(dir.path());
    let long = "é".repeat(200);
    let sent = [
        ("short_description", long.as_str()),
        ("u_unknown", "x"),
        ("category", "no such choice"),
        ("assigned_to", "Tom Okafor"),
        ("sys_created_by", "someone else"),
    ];
    let row = store.insert(incident(), None, &fields(&sent), "admin").expect("made");
    assert_eq!(row.get("short_description").chars().count(), 160);
    assert_eq!(row.get("category"), "inquiry");
    assert_eq!((row.get("u_unknown"), row.get("assigned_to")), ("", ""));
    assert_eq!(row.get("sys_created_by"), "admin");
}

#[test]
fn a_full_store_takes_what_adds_nothing() {
    let dir = tempfile::tempdir().expect("folder");
    let most = crate::seed::rows().len() + 1;
    let store = Store::open(dir.path(), most, Schema::default()).expect("open");
    let id = random_hex(32).expect("id");
    store.insert(incident(), Some(id.clone()), &Fields::new(), "a").expect("the last");
    store.update(incident(), &id, &fields(&[("urgency", "1")]), "a").expect("adds nothing");
    let error = store.update(incident(), &id, &fields(&[("work_notes", "x")]), "a");
    assert!(matches!(error, Err(WriteError::Full(_))), "{error:?}");
    let file = file(&id);
    let error = store.attach(&file, "a").expect_err("full");
    assert!(matches!(error, WriteError::Full(_)), "{error}");
    assert_eq!(files_in(dir.path()), 0, "its file is not left behind");
}

fn file(of: &str) -> NewFile {
    NewFile {
        table: incident(),
        row: of.to_owned(),
        name: "a.txt".to_owned(),
        content_type: "text/plain".to_owned(),
        bytes: b"hello".to_vec(),
    }
}

fn files_in(dir: &Path) -> usize {
    fs::read_dir(dir.join("attachments")).expect("a folder").count()
}

#[test]
fn files_go_with_their_record_and_those_of_no_record_at_the_next_start() {
    let dir = tempfile::tempdir().expect("folder");
    let store = open(dir.path());
    let id = random_hex(32).expect("id");
    store.insert(incident(), Some(id.clone()), &Fields::new(), "a").expect("made");
    let ids = [(); 3].map(|()| {
        let row = store.attach(&file(&id), "a").expect("kept");
        row.get("sys_id").to_owned()
    });
    let table = store.table("sys_attachment").expect("known");
    store.delete(table, &ids[0], "a").expect("deleted");
    assert!(store.content(&ids[0]).is_err() && store.content(&ids[1]).is_ok());
    store.read(|tables| assert_eq!(tables.children(&id, "sys_attachment").len(), 2));
    store.delete(incident(), &id, "a").expect("deleted");
    assert_eq!(files_in(dir.path()), 0);
    drop(store);
    fs::write(dir.path().join("attachments").join(&id), "left").expect("written");
    let _store = open(dir.path());
    assert_eq!(files_in(dir.path()), 0);
}

#[test]
fn what_is_no_time_and_no_number_is_dropped() {
    let dir = tempfile::tempdir().expect("folder");
    let column = schema::Column {
        table: "incident",
        name: "u_count".to_owned(),
        label: "Count".to_owned(),
        kind: schema::Kind::Integer,
        chars_max: 40,
    };
    let store = Store::open(dir.path(), 1_000, Schema::with(&[column])).expect("open");
    let table = store.table("incident").expect("known");
    let whole = fields(&[("closed_at", "2026-10-05 09:58:03"), ("u_count", "007")]);
    let row = store.insert(table, None, &whole, "a").expect("made");
    let id = row.get("sys_id").to_owned();
    for time in ["yesterday", "2026-10-05T09:58:03Z", "2026-13-05 09:58:03", "2026-1-5 9:58:03"] {
        let sent = fields(&[("closed_at", time), ("u_count", "seven")]);
        let row = store.update(table, &id, &sent, "a").expect("taken");
        assert_eq!(row.get("closed_at"), "2026-10-05 09:58:03", "{time}");
        assert_eq!((row.get("u_count"), row.get("sys_mod_count")), ("7", "0"));
    }
    let none = fields(&[("closed_at", ""), ("u_count", "")]);
    let row = store.update(table, &id, &none, "a").expect("taken");
    assert_eq!((row.get("closed_at"), row.get("u_count")), ("", ""));
}

#[test]
fn a_person_is_called_by_both_names_unless_it_is_said_otherwise() {
    let dir = tempfile::tempdir().expect("folder");
    let store = open(dir.path());
    for table in ["sys_user", "customer_contact"] {
        let table = store.table(table).expect("known");
        let names = fields(&[("first_name", "Ada"), ("last_name", "King")]);
        let row = store.insert(table, None, &names, "a").expect("made");
        assert_eq!(row.get("name"), "Ada King");
        let id = row.get("sys_id");
        for (sent, expect) in [
            (vec![("last_name", "Lovelace")], "Ada Lovelace"),
            (vec![("name", "The Countess"), ("first_name", "A.")], "The Countess"),
            (vec![("title", "Countess")], "The Countess"),
            (vec![("name", "")], "A. Lovelace"),
        ] {
            let row = store.update(table, id, &fields(&sent), "a").expect("changed");
            assert_eq!(row.get("name"), expect, "{sent:?}");
        }
    }
}
