//! Old formats stay readable: a journal that the first version wrote is verified, brought back to a
//! State, and told as history by every version after it.

use desk_core::{Event, Story};
use desk_journal::{Read, Reader, verify};
use deskd::codec::{ARRIVED, CHAT, decode};
use deskd::engine::replay;
use std::fs;
use std::path::Path;

/// The journal of the demo's play, as the first version wrote it.
fn first() -> tempfile::TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1");
    let to = tempfile::tempdir().unwrap();
    fs::create_dir(to.path().join("snapshots")).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
    }
    to
}

#[test]
fn the_first_format_is_read_whole() {
    let folder = first();
    let report = verify(folder.path()).unwrap();
    let journal = Reader::open(folder.path()).unwrap();
    let replayed = replay(&journal, None, u64::MAX).unwrap();
    assert_eq!(replayed.records, report.rows);
    let state = replayed.state;
    assert_eq!(state.seq, report.head.seq);
    assert!(state.chats.is_empty(), "every chat of the play was closed");
    assert!(state.outbox.incidents.is_empty(), "every incident of the play was settled");
    assert_eq!(state.config.queues.len(), 2);
    assert_eq!(state.agents.len(), 2);
}

#[test]
fn the_first_formats_chats_are_told_as_history() {
    let folder = first();
    let journal = Reader::open(folder.path()).unwrap();
    let arrivals = journal.by_index(ARRIVED, "1", 0, 100).unwrap();
    assert_eq!(arrivals.len(), 5, "five chats came in the play");
    let mut handled = 0;
    for arrival in arrivals {
        let record = decode(&arrival).unwrap();
        let chat = record.events.iter().find_map(Event::chat).unwrap();
        let rows = journal.by_index(CHAT, &chat.to_string(), 0, 1000).unwrap();
        let records: Vec<_> = rows.iter().map(|row| decode(row).unwrap()).collect();
        let events = records.iter().flat_map(|r| r.events.iter().map(move |e| (r.at, e)));
        let story = Story::fold(chat, events).unwrap();
        assert!(story.ended.is_some());
        assert!(!story.customer.or_empty().name.is_empty());
        if let Some(segment) = story.segments.first() {
            handled += 1;
            assert!(!segment.codes.is_empty(), "every segment of the play has a code");
            assert!(!story.messages.is_empty());
        }
    }
    assert_eq!(handled, 4, "one of them was missed and abandoned");
}
