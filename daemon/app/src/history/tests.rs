use super::*;
use crate::codec::{SCRIPTS, email_key, encode};
use crate::keys::Keys;
use crate::links::Links;
use crate::testing::record;
use desk_core::config::Authority;
use desk_core::{
    Author, ChatOpened, Content, Customer, EndedHow, Event, Stamp, TurnedAway, Visibility,
};
use desk_journal::{BATCH_ROWS_MAX, Journal, MemoryJournal, MemoryWriter};
use desk_wire::view::{ChatState, HowEnded};
use uuid::Uuid;

/// Wall time of the first record.
const AT: i64 = 1_700_000_000_000;

/// A journal that is written by hand; a record a second.
struct Book {
    journal: MemoryJournal,
    writer: MemoryWriter,
    epoch: u64,
    seq: u64,
}

impl Book {
    fn new() -> Self {
        let journal = MemoryJournal::new();
        let (writer, start) = journal.open(1);
        Self { journal, writer, epoch: start.epoch, seq: 0 }
    }

    fn write(&mut self, records: Vec<Vec<Event>>) {
        let rows: Vec<_> = records.into_iter().map(|events| encode(&self.record(events))).collect();
        for rows in rows.chunks(BATCH_ROWS_MAX) {
            self.writer.append(rows[0].seq, self.epoch, rows).unwrap();
        }
    }

    fn record(&mut self, events: Vec<Event>) -> Record {
        self.seq += 1;
        let at = Stamp { desk_ms: self.seq * 1000, wall_ms: wall(self.seq) };
        record(self.seq, self.epoch, at, events)
    }

    fn pages(&self, filter: &Filter, limit: usize, visible: impl Fn(&Told) -> bool) -> Vec<u128> {
        let (mut found, mut filter) = (Vec::new(), filter.clone());
        loop {
            let page = page(&self.journal, &filter, limit, &visible).unwrap();
            found.extend(page.chats.iter().map(|told| told.chat.0.as_u128()));
            match page.next {
                Some(next) => filter.before_seq = Some(next),
                None => return found,
            }
        }
    }
}

fn wall(seq: u64) -> i64 {
    AT + i64::try_from(seq).unwrap() * 1000
}

fn chat(n: u128) -> ChatId {
    ChatId(Uuid::from_u128(n))
}

fn keys() -> Keys {
    Keys::fixed([7; 32])
}

fn opened(n: u128, email: &str) -> Event {
    let customer = Customer { name: "Dana".into(), email: email.into(), verified: false };
    Event::ChatOpened(Box::new(ChatOpened {
        asked_for: None,
        chat: chat(n),
        queue: "help".into(),
        priority: 0,
        skills: Default::default(),
        authority: Authority::Local,
        foreign: None,
        customer: customer.into(),
        fields: Default::default(),
        email_key: email_key(&keys(), email),
        wait_max_at: 0,
        relax_at: None,
    }))
}

fn said(n: u128, number: u64, text: &str) -> Event {
    let content = Content::Text { text: text.into() };
    Event::MessageKept {
        tag: None,
        chat: chat(n),
        n: number,
        from: Author::Customer,
        visibility: Visibility::All,
        chars: content.chars(),
        content: content.into(),
        internal: 0,
        silence_at: None,
        clocks: None,
    }
}

/// Chats 0, 1, 2 … each `gap` records after the one before.
fn chats(count: u128, gap: usize) -> Book {
    let mut book = Book::new();
    let mut records = Vec::new();
    for n in 0..count {
        let email = if n % 10 == 0 { "Rare@example.com" } else { "often@example.com" };
        records.push(vec![opened(n, email)]);
        records.extend((1..gap).map(|on| vec![Event::DrainSet { on: on % 2 == 0 }]));
    }
    book.write(records);
    book
}

fn newest_first(of: impl DoubleEndedIterator<Item = u128>) -> Vec<u128> {
    of.rev().collect()
}

#[test]
fn pages_hold_every_chat_once_newest_first_however_sparse() {
    for (count, gap) in [(300, 1), (20, 150), (2, 9_000)] {
        let book = chats(count, gap);
        let all = newest_first(0..count);
        for limit in [7, PAGE_MAX] {
            assert_eq!(book.pages(&Filter::default(), limit, |_| true), all, "{count}, {gap}");
        }
    }
}

#[test]
fn what_a_reader_may_not_see_is_passed_over_without_ending_the_search() {
    let book = chats(1_100, 1);
    let visible = |told: &Told| told.chat.0.as_u128() == 3;
    assert_eq!(book.pages(&Filter::default(), 10, visible), [3]);
}

#[test]
fn a_customer_is_found_by_the_address_however_it_is_written() {
    let book = chats(100, 3);
    let email_key = email_key(&keys(), " rare@EXAMPLE.com ");
    let found = book.pages(&Filter { email_key, ..Filter::default() }, 4, |_| true);
    assert_eq!(found, newest_first((0..10).map(|n| n * 10)));
}

#[test]
fn times_bound_what_is_found_from_and_before() {
    let book = chats(500, 2);
    // Chat n is record 2n + 1.
    let (since, until) = (Some(wall(101)), Some(wall(201)));
    let found =
        |since, until| book.pages(&Filter { since, until, ..Filter::default() }, 30, |_| true);
    assert_eq!(found(since, until), newest_first(50..100));
    assert_eq!(found(None, Some(wall(1))), []);
    assert_eq!(found(Some(wall(999)), None), [499]);
    assert_eq!(found(Some(wall(1_000)), None), []);
}

#[test]
fn an_empty_journal_has_an_empty_page() {
    let book = Book::new();
    assert!(book.pages(&Filter::default(), 10, |_| true).is_empty());
    assert!(!is_known_chat(&book.journal, chat(1)).unwrap());
    assert!(told(&book.journal, chat(1)).unwrap().is_none());
}

#[test]
fn a_chat_is_told_with_as_many_messages_as_fit() {
    let mut book = Book::new();
    let messages = (1..=100).map(|n| vec![said(1, n, &"x".repeat(100))]);
    book.write([vec![opened(1, "dana@example.com")]].into_iter().chain(messages).collect());
    let told = told(&book.journal, chat(1)).unwrap().unwrap();
    let all = told.messages(1, usize::MAX);
    assert_eq!((all.len(), all[0].name.as_deref()), (100, Some("Dana")));
    let some = told.messages(11, 2_000);
    assert!((5..20).contains(&some.len()) && some[0].n == 11, "{}", some.len());
    assert_eq!(told.messages(100, 1).len(), 1, "one that is too long goes out alone");
    assert!(told.messages(101, 1).is_empty());
}

#[test]
fn what_was_erased_is_told_without_names_and_texts() {
    let mut book = Book::new();
    book.write(vec![
        vec![opened(1, "dana@example.com")],
        vec![said(1, 1, "secret")],
        vec![Event::ChatEnded { chat: chat(1), how: EndedHow::Abandoned, form: false }],
    ]);
    book.writer.erase(&[1, 2]).unwrap();
    let told = told(&book.journal, chat(1)).unwrap().unwrap();
    let view = told.chat_view(Stamp::default(), &Links::default());
    assert_eq!((view.customer.name, view.customer.email), (None, None));
    assert_eq!((view.state, view.how_ended), (ChatState::Ended, Some(HowEnded::Abandoned)));
    assert_eq!((view.message_count, view.unacknowledged), (1, true));
    let messages = told.messages(1, usize::MAX);
    assert_eq!((messages[0].text.clone(), messages[0].name.clone()), (None, None));
}

#[test]
fn a_chat_that_was_turned_away_is_told_too() {
    let mut book = Book::new();
    let customer = Customer { name: "Eve".into(), ..Customer::default() };
    book.write(vec![vec![Event::ChatTurnedAway {
        message: None,
        chat: chat(1),
        queue: "help".into(),
        why: TurnedAway::Full,
        customer: customer.into(),
        email_key: None,
    }]]);
    let told = told(&book.journal, chat(1)).unwrap().unwrap();
    let view = told.chat_view(Stamp::default(), &Links::default());
    assert_eq!((view.state, view.how_ended), (ChatState::Ended, Some(HowEnded::TurnedAway)));
    assert_eq!(view.customer.name.as_deref(), Some("Eve"));
    assert!(told.is_closed());
    assert_eq!(book.pages(&Filter::default(), 10, |_| true), [1]);
}

#[test]
fn an_incident_that_was_given_up_is_not_to_be_sent() {
    use desk_core::name::{StepId, StepKind};
    use desk_core::{StepEvent, StepWanted};
    use desk_wire::view::IncidentState;
    let step = StepId { chat: chat(1), kind: StepKind::Create };
    let wanted = StepWanted {
        step,
        queue: "help".into(),
        agent: None,
        whole: false,
        caller: None,
        not_before: None,
    };
    let mut book = Book::new();
    book.write(vec![vec![opened(1, "dana@example.com"), Event::StepWanted(Box::new(wanted))]]);
    let seen = |book: &Book| {
        let view = told(&book.journal, chat(1)).unwrap().unwrap().incident(&Links::default());
        (view.state, view.reason.expect("it has a reason"))
    };
    assert_eq!(seen(&book), (IncidentState::Pending, "to be sent".into()));
    book.write(vec![vec![Event::StepMoved { step, to: StepEvent::Dropped, why: None }]]);
    assert_eq!(seen(&book), (IncidentState::None, "given up by an admin".into()));
}

#[test]
fn what_was_sent_of_an_incident_is_told_and_what_was_erased_is_not_kept() {
    use desk_core::name::{StepId, StepKind};
    use desk_core::{Body, RecordRef, StepEvent, StepWanted};
    let step = |kind| StepId { chat: chat(1), kind };
    let (create, complete) = (step(StepKind::Create), step(StepKind::Complete(1)));
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let taken = |step, body: Body| Event::StepTaken {
        step,
        attempt: 1,
        until: 0,
        body: Some(Box::new(body).into()),
    };
    let done = |step| Event::StepMoved { step, to: StepEvent::Done, why: None };
    let wanted = |step| {
        let (queue, agent, whole, caller) = ("help".into(), None, false, None);
        Event::StepWanted(Box::new(StepWanted {
            step,
            queue,
            agent,
            whole,
            caller,
            not_before: None,
        }))
    };
    let record = |id: &str| RecordRef { table: "sys_user".into(), sys_id: id.into() };
    let written = Event::IncidentWritten {
        chat: chat(1),
        record: RecordRef { table: "incident".into(), sys_id: "i".into() },
        number: "INC1".into(),
        caller: Some(record("later")),
        differences: Vec::new().into(),
        foreign: false,
        appended: false,
    };
    let made = Body::Create {
        table: "incident".into(),
        sys_id: "i".into(),
        fields: [field("caller_id", "first"), field("work_notes", "x"), field("state", "1")].into(),
    };
    let mark = format!("[deskd {complete}]");
    let added = Body::Complete {
        fields: [field("state", "2"), field("work_notes", "y")].into(),
        mark: mark.clone(),
        caller: None,
    };
    let mut book = Book::new();
    book.write(vec![
        vec![opened(1, "dana@example.com"), wanted(create), wanted(complete)],
        vec![taken(create, made)],
        vec![written, done(create)],
        vec![taken(complete, added)],
    ]);
    let told = sent(&book.journal, chat(1)).unwrap().expect("it was written");
    assert_eq!(told.done().collect::<Vec<_>>(), [create], "the other is not done yet");
    let fields = [field("caller_id", "later"), field("state", "1")];
    assert_eq!(told.fields(), fields.into(), "what create sent, with the caller of now");
    book.write(vec![vec![done(complete)]]);
    let told = sent(&book.journal, chat(1)).unwrap().unwrap();
    assert_eq!(told.fields()["state"], "2", "a completion's fields count, too");
    assert_eq!((told.mark(complete), told.is_kept(complete)), (Some(mark.clone()), true));

    book.writer.erase(&[1, 2, 3, 4]).unwrap();
    let told = sent(&book.journal, chat(1)).unwrap().unwrap();
    assert!(!told.is_kept(create) && !told.is_kept(complete) && told.fields().is_empty());
    assert_eq!(told.mark(complete), Some(mark), "its note is found all the same");
    assert!(sent(&book.journal, chat(2)).unwrap().is_none());
}

#[test]
fn a_script_set_is_found_by_its_hash_in_the_clear_part_of_its_record() {
    let mut book = Book::new();
    let set = |hash: &str, text: &str| Event::ScriptsSet {
        hash: hash.into(),
        files: [("on_offer.rhai".to_owned(), text.to_owned())].into(),
        how: desk_core::SetHow::Taken,
        held: None,
    };
    book.write(vec![vec![set("a", "one")], vec![set("b", "two")], vec![set("a", "one")]]);
    let row = &book.journal.by_index(SCRIPTS, "b", 0, 9).unwrap()[0];
    assert_eq!(row.personal, desk_journal::Personal::None, "scripts are about nobody");
    let text = |hash: &str| {
        let files = script_files(&book.journal, &hash.into()).unwrap();
        files.map(|files| files["on_offer.rhai"].to_string())
    };
    assert_eq!(text("b"), Some("two".into()));
    assert_eq!(text("a"), Some("one".into()));
    assert_eq!(text("c"), None);
}
