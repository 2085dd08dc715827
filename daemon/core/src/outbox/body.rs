//! What a step sends. Times in a record are UTC, as ServiceNow keeps them
//! (`yyyy-MM-dd HH:mm:ss`); in texts they are those of the queue's clocks.

use super::text::{Clock, note_of, times, transcript};
use super::{Body, CallerChange, Incident, Story, interaction};
use crate::chat::{RecordRef, Segment, queue_view, segment_view};
use crate::decide::Draft;
use crate::name::{StepId, StepKind};
use crate::policy::{About, IncidentStep, Question, Verdict};
use crate::view::OpenIncidentView;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Display;

/// ServiceNow's lengths of the fields that we write, in characters as it counts them.
const SHORT_DESCRIPTION_CHARS: usize = 160;
const DESCRIPTION_CHARS: usize = 4000;
const WORK_NOTE_CHARS: usize = 4000;

/// What stands at the end of what is not whole.
const ATTACHED: &str = "\n… the whole transcript is attached";

/// A step's body.
pub(super) struct Built {
    pub(super) body: Body,
    /// Whether the whole is to be attached as well.
    pub(super) attach: bool,
    /// A note that had to be cut: as it was, and as it is sent.
    pub(super) cut: Option<(String, String)>,
}

impl Built {
    const fn alone(body: Body) -> Self {
        Self { body, attach: false, cut: None }
    }
}

/// Builds what a step sends; `None` where a rule wants no incident.
pub(super) fn build(
    draft: &mut Draft<'_>,
    id: StepId,
    incident: &Incident,
    story: &Story,
) -> Option<Built> {
    match id.kind {
        StepKind::Create => create(draft, id, incident, story),
        StepKind::Attach => {
            let clock = Clock::of(draft, incident);
            let mut text = format!("{}\n{}", times(&clock, story), transcript(&clock, story));
            if let Some(notes) = notes(draft, &clock, incident, story) {
                text = format!("{text}\n{notes}\n");
            }
            let file_name = format!("chat-{}.txt", id.chat);
            Some(Built::alone(Body::Attach { file_name, text }))
        }
        StepKind::Complete(n) => Some(complete(draft, id, n, incident, story)),
        StepKind::Interaction => Some(Built::alone(interaction::body(draft, id, incident, story))),
        StepKind::Relate => Some(Built::alone(interaction::relation(draft, id))),
    }
}

fn create(draft: &mut Draft<'_>, id: StepId, incident: &Incident, story: &Story) -> Option<Built> {
    let config = &draft.state.config;
    let clock = Clock::of(draft, incident);
    let mut fields = base_fields(draft, incident, story);
    let most = config.limits.transcript_chars as usize;
    let head = format!("{}\n", times(&clock, story));
    let (description, mut long) = fit(&head, &transcript(&clock, story), most, DESCRIPTION_CHARS);
    fields.insert("description".into(), description);
    if let Some(notes) = notes(draft, &clock, incident, story) {
        let (notes, cut) = fit("", &notes, WORK_NOTE_CHARS, WORK_NOTE_CHARS);
        fields.insert("work_notes".into(), notes);
        long |= cut;
    }
    let mut table = config.incident.table.clone();
    let namespace = config.incident.namespace.clone();
    let mut attach = long;
    let step = IncidentStep::Create;
    match ask(draft, incident, story, step, None, &table, &fields) {
        Some(Verdict::Incident { skip: true, .. }) => return None,
        Some(Verdict::Incident { table: other, fields: more, attach: wish, append_to, .. }) => {
            let append_to = append_to.filter(|_| !incident.append_refused);
            let open = append_to.and_then(|sys_id| open_incident(incident, story, &sys_id));
            if let Some(open) = open {
                let fields = (fields.remove("work_notes"), more);
                return Some(append(id, story, &clock, open, fields, wish));
            }
            fields.extend(more);
            table = other.unwrap_or(table);
            attach = wish.unwrap_or(long);
        }
        _ => {}
    }
    fields.insert("correlation_id".into(), id.chat.to_string());
    fields.insert("correlation_display".into(), namespace.clone());
    let body = Body::Create { table, sys_id: sys_id_of(&namespace, id.chat), fields };
    Some(Built { body, attach, cut: None })
}

/// Each part's note, where create carries everything.
fn notes(draft: &Draft<'_>, clock: &Clock, incident: &Incident, story: &Story) -> Option<String> {
    if !incident.whole || story.segments.is_empty() {
        return None;
    }
    let notes = story.segments.iter().map(|segment| note_of(draft, clock, story, segment));
    Some(notes.collect::<Vec<_>>().join("\n\n"))
}

/// One of the caller's open incidents.
fn open_incident<'a>(
    incident: &Incident,
    story: &'a Story,
    sys_id: &str,
) -> Option<&'a OpenIncidentView> {
    let caller = incident.caller.as_ref()?;
    let caller = story.candidates.known()?.iter().find(|c| c.sys_id == caller.sys_id)?;
    caller.incidents.iter().find(|open| open.sys_id == sys_id)
}

/// The chat as a work note of an incident that is there: what create would have told, and, where
/// that would have carried everything, each part's note. Of its fields only those are written that
/// the rule names: people are editing that record.
fn append(
    id: StepId,
    story: &Story,
    clock: &Clock,
    open: &OpenIncidentView,
    (parts, mut fields): (Option<String>, BTreeMap<String, String>),
    attach: Option<bool>,
) -> Built {
    let mark = format!("[deskd {id}]");
    let room = WORK_NOTE_CHARS - mark.len() - 1;
    let parts = parts.map(|parts| format!("{parts}\n\n")).unwrap_or_default();
    let head = format!("{parts}Chat {}\n{}\n", story.chat, times(clock, story));
    let (text, long) = fit(&head, &transcript(clock, story), room, room);
    let note = cut(&fields.remove("work_notes").unwrap_or(text), room);
    fields.insert("work_notes".into(), format!("{note}\n{mark}"));
    let record = RecordRef { table: open.table.clone(), sys_id: open.sys_id.clone() };
    let body = Body::Append { record, number: open.number.clone(), fields, mark };
    Built { body, attach: attach.unwrap_or(long), cut: None }
}

fn base_fields(draft: &Draft<'_>, incident: &Incident, story: &Story) -> BTreeMap<String, String> {
    let config = &draft.state.config;
    let mut fields = config.incident.fields.clone();
    if let Some(queue) = draft.state.queue(&incident.queue) {
        fields.extend(queue.incident_fields.clone());
    }
    let contact = if story.is_form() { "self-service" } else { "chat" };
    fields.entry("contact_type".into()).or_insert_with(|| contact.into());
    if let Some(form) = draft.state.queue(&incident.queue).and_then(|queue| queue.form.as_ref())
        && story.is_form()
    {
        fields.extend(form.incident_fields.clone());
    }
    fields.insert("short_description".into(), subject(story));
    fields.insert("opened_at".into(), field_time(story.opened.wall_ms));
    if let Some(caller) = person(incident) {
        fields.insert("caller_id".into(), caller);
    }
    let accepted = story.segments.first().map(|s| s.accepted.wall_ms);
    let ended = story.ended.map(|(_, at)| at.wall_ms);
    let times =
        [(&config.incident.accepted_field, accepted), (&config.incident.terminated_field, ended)];
    for (field, at) in times {
        if let (Some(field), Some(at)) = (field, at) {
            fields.insert(field.clone(), field_time(at));
        }
    }
    fields
}

/// What a chat is about, in a line.
pub(super) fn subject(story: &Story) -> String {
    let customer = story.customer.or_empty();
    let who = if customer.name.is_empty() { customer.email } else { customer.name };
    let what = if story.is_form() { "Offline form from" } else { "Chat with" };
    cut(&format!("{what} {who}"), SHORT_DESCRIPTION_CHARS)
}

/// Whom fields that refer to people can name.
pub(super) fn person(incident: &Incident) -> Option<String> {
    let caller = incident.caller.as_ref().filter(|caller| caller.table == "sys_user");
    caller.map(|caller| caller.sys_id.clone())
}

fn complete(
    draft: &mut Draft<'_>,
    id: StepId,
    n: u16,
    incident: &Incident,
    story: &Story,
) -> Built {
    let mut fields = BTreeMap::new();
    let mark = format!("[deskd {id}]");
    let room = WORK_NOTE_CHARS - mark.len() - 1;
    let mut shortened = None;
    let segment = story.segments.iter().find(|segment| segment.n == n);
    if let Some(segment) = segment {
        let clock = Clock::of(draft, incident);
        let note = note_of(draft, &clock, story, segment);
        let table = incident.written.as_ref().map_or("incident", |w| &w.record.table).to_owned();
        let seen = BTreeMap::from([("work_notes".to_owned(), note.clone())]);
        let step = IncidentStep::Complete;
        let verdict = ask(draft, incident, story, step, Some(segment), &table, &seen);
        if let Some(Verdict::Incident { fields: more, .. }) = verdict {
            fields.extend(more);
        }
        let whole = fields.remove("work_notes").unwrap_or(note);
        let note = cut(&whole, room);
        fields.insert("work_notes".into(), format!("{note}\n{mark}"));
        shortened = (note != whole).then_some((whole, note));
    } else {
        fields.insert("work_notes".into(), mark.clone());
    }
    let before = incident.written.as_ref().and_then(|written| written.caller.clone());
    let before = before.filter(|caller| caller.table == "sys_user");
    let caller = match &incident.caller {
        // Whose an incident is that was there before is not for a chat to say.
        _ if incident.appends.is_some() => None,
        Some(to) if to.table == "sys_user" && before.as_ref() != Some(to) => {
            Some(CallerChange { from: before, to: to.clone() })
        }
        _ => None,
    };
    Built { body: Body::Complete { fields, mark, caller }, attach: false, cut: shortened }
}

fn ask(
    draft: &mut Draft<'_>,
    incident: &Incident,
    story: &Story,
    step: IncidentStep,
    segment: Option<&Segment>,
    table: &str,
    fields: &BTreeMap<String, String>,
) -> Option<Verdict> {
    let now = draft.envelope.at;
    let candidates = story.candidates.known().map_or(&[][..], Vec::as_slice);
    let caller = incident.caller.as_ref();
    let caller = candidates.iter().find(|c| caller.is_some_and(|r| r.sys_id == c.sys_id)).cloned();
    let question = Question {
        now_ms: now.wall_ms,
        seed: draft.envelope.seq,
        queue: Some(queue_view(draft.state, &incident.queue, now)),
        chat: Some(story.view(caller.clone(), now)),
        about: About::Incident {
            step,
            segment: segment.map(|s| segment_view(s, now)),
            caller,
            table: table.into(),
            fields: fields.clone(),
        },
    };
    draft.ask(&question)
}

/// The `sys_id` of what is made of a chat, of a step of it: always the same, so that a second create
/// cannot make a second record.
pub(super) fn sys_id_of(namespace: &str, what: impl Display) -> String {
    let digest = Sha256::digest(format!("{namespace}|{what}"));
    crate::digest::hex(&digest[..16])
}

pub(super) fn field_time(wall_ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(wall_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// How many characters ServiceNow takes it for: one beyond the basic plane, such as most emoji, counts
/// twice.
fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// At most so many characters, the last replaced by an ellipsis where something was cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let mut room = most.saturating_sub(1);
    let fits = |c: &char| room.checked_sub(c.len_utf16()).map(|left| room = left).is_some();
    text.chars().take_while(fits).collect::<String>() + "…"
}

/// A head and as much of a text, in all at most `most` characters and of the text at most `of_text`;
/// and whether something is missing, which then is said.
fn fit(head: &str, text: &str, of_text: usize, most: usize) -> (String, bool) {
    let room = most.saturating_sub(length(head)).min(of_text);
    if length(text) <= room {
        return (format!("{head}{text}"), false);
    }
    let beside = most.saturating_sub(length(ATTACHED));
    let kept = cut(text, beside.saturating_sub(length(head)).min(of_text));
    (cut(&format!("{head}{kept}"), beside) + ATTACHED, true)
}
