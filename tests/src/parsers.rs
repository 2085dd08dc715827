//! Every parser of bytes that come from outside, as one function each: a fuzzer drives them without
//! end (`fuzz/`), and a test with what was kept of it (`tests/fuzz.rs`).

use desk_core::policy::{About, Policy as _, Question};
use desk_core::{IntentKind, Kv};
use desk_hooks::{Host, Limits, STACK_BYTES, ScriptSet};
use desk_wire::{ClientLine, Decoder, ServerLine, encode};
use std::time::Duration;

/// A parser of anything.
pub type Parser = fn(&[u8]);

/// All of them, by the name of the corpus's folder.
pub const PARSERS: [(&str, Parser); 16] = [
    ("ipc_line", ipc_line),
    ("http_body", http_body),
    ("http_head", http_head),
    ("sse_cursor", sse_cursor),
    ("forwarded_for", forwarded_for),
    ("identity", identity),
    ("config", config),
    ("calendar", calendar),
    ("journal_record", journal_record),
    ("head_mark", head_mark),
    ("snapshot", snapshot),
    ("erasures", erasures),
    ("servicenow_answer", servicenow_answer),
    ("hook_verdict", hook_verdict),
    ("delivery", delivery),
    ("script_set", script_set),
];

/// Lines of the local socket, cut into pieces anywhere.
///
/// # Panics
/// Where a line that was taken is not written as it is read.
pub fn ipc_line(bytes: &[u8]) {
    let mut decoder = Decoder::new();
    let piece = usize::from(bytes.first().copied().unwrap_or(1)).max(1);
    for piece in bytes.chunks(piece) {
        decoder.push(piece);
        while let Some(line) = decoder.next_line() {
            let Ok(line) = line else { continue };
            drop(ServerLine::parse(&line));
            if let Ok(read) = ClientLine::parse(&line)
                && let Ok(written) = encode(&read)
            {
                let text = String::from_utf8(written).expect("a line is UTF-8");
                assert_eq!(ClientLine::parse(text.trim_end()).as_ref(), Ok(&read));
            }
        }
    }
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Bodies of the HTTP door.
pub fn http_body(bytes: &[u8]) {
    deskd::foreign::http_body(bytes);
}

/// Tokens and cookies of the HTTP door.
pub fn http_head(bytes: &[u8]) {
    deskd::foreign::http_head(&text(bytes));
}

/// Where a customer's stream is resumed.
pub fn sse_cursor(bytes: &[u8]) {
    deskd::foreign::sse_cursor(&text(bytes));
}

/// What a proxy says of whom it passes on.
pub fn forwarded_for(bytes: &[u8]) {
    deskd::foreign::forwarded_for(&text(bytes));
}

/// What a site is to have signed of who its visitor is.
pub fn identity(bytes: &[u8]) {
    deskd::foreign::identity(&text(bytes));
}

/// Files of the config.
pub fn config(bytes: &[u8]) {
    deskd::foreign::config(&text(bytes));
}

/// What a delivery sends.
pub fn delivery(bytes: &[u8]) {
    deskd::foreign::delivery(&text(bytes));
}

/// A calendar.
pub fn calendar(bytes: &[u8]) {
    deskd::foreign::calendar(&text(bytes));
}

/// A record: its clear part, a line break, its personal part.
pub fn journal_record(bytes: &[u8]) {
    let (clear, personal) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
        None => (bytes, None),
    };
    deskd::foreign::record(clear, personal);
}

/// The mark beside a journal that names its last row.
pub fn head_mark(bytes: &[u8]) {
    desk_journal::foreign::head_mark(bytes);
}

/// A snapshot beside a journal.
pub fn snapshot(bytes: &[u8]) {
    deskd::foreign::snapshot(bytes);
}

/// The list of erasures beside a journal.
pub fn erasures(bytes: &[u8]) {
    deskd::foreign::erasures(bytes);
}

/// An answer of an instance: its status by two bytes, what it says of itself by one, its body.
pub fn servicenow_answer(bytes: &[u8]) {
    let Some((head, body)) = bytes.split_at_checked(3) else { return };
    let status = 100 + u16::from_be_bytes([head[0], head[1]]) % 500;
    desk_servicenow::foreign::answer(status, body, head[2] & 1 == 1, head[2] & 2 == 2);
}

/// What a rule may use up here: little, so that one that loops ends at once.
fn limits() -> Limits {
    Limits { operations: 20_000, time: Duration::from_millis(200), ..Limits::default() }
}

/// A rule's verdict: the bytes are the expression that it returns.
pub fn hook_verdict(bytes: &[u8]) {
    let script = format!("fn on_status(ctx) {{\n{}\n}}", text(bytes));
    let files = [("on_status.rhai".to_owned(), script.into())].into();
    on_stack(|| {
        let Ok(set) = ScriptSet::from_files(files) else { return };
        let Ok(mut host) = Host::new(set, limits()) else { return };
        drop(host.ask(&question(), &Kv::default()));
    });
}

/// A set of scripts, as it is read from a folder: parsed, and looked at by the linter.
pub fn script_set(bytes: &[u8]) {
    let file = |path: &str| (path.to_owned(), text(bytes).as_ref().into());
    on_stack(|| {
        for path in ["on_offer.rhai", "lib/any.rhai", "queues/support/on_chat.rhai"] {
            if let Ok(set) = ScriptSet::from_files([file(path)].into()) {
                drop(Host::new(set, limits()));
            }
        }
    });
}

fn on_stack(run: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        let ended = thread.expect("a thread").join();
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

/// An agent asks for a break.
fn question() -> Question {
    let agent = desk_core::view::AgentView {
        id: "eve".into(),
        name: "Eve".into(),
        level: 80,
        skills: std::collections::BTreeMap::new(),
        load: 0,
        capacity: 2,
        idle_ms: 0,
    };
    let (now, to) = ("available".to_owned(), IntentKind::OnBreak);
    let about = About::Status { agent, now, to, reason: None };
    Question { now_ms: 1_767_796_200_000, seed: 1, queue: None, chat: None, about }
}
