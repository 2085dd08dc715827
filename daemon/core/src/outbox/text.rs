//! What people read of a chat in its incident. Times are RFC 3339 by the clocks of the queue's zone;
//! where it goes by no hours, in UTC. The zone is named at the head.

use super::{Incident, Story};
use crate::chat::{Author, Content, Segment, Visibility};
use crate::decide::Draft;
use crate::hours::zone;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// By whose clocks a text tells times.
pub(super) struct Clock {
    name: String,
    zone: TimeZone,
}

impl Clock {
    /// The clocks of an incident's queue.
    pub(super) fn of(draft: &Draft<'_>, incident: &Incident) -> Self {
        let hours = draft.state.queue(&incident.queue).and_then(|queue| queue.hours.as_ref());
        let known = hours.and_then(|hours| Some((hours.zone.clone(), zone(&hours.zone)?)));
        let (name, zone) = known.unwrap_or_else(|| ("UTC".into(), TimeZone::UTC));
        Self { name, zone }
    }

    fn at(&self, wall_ms: i64) -> String {
        let at = Timestamp::from_millisecond(wall_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        if self.zone == TimeZone::UTC {
            return at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        }
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// When the chat was initiated, accepted and terminated, or the form left.
pub(super) fn times(clock: &Clock, story: &Story) -> String {
    let mut text = format!("Times are in {}\n", clock.name);
    let opened = clock.at(story.opened.wall_ms);
    // Erased, it is nobody's.
    if let Some(customer) = story.customer.known() {
        let is = if customer.verified { "verified by the site" } else { "unverified" };
        let _ = writeln!(text, "Customer {is}");
    }
    if story.is_form() {
        let _ = writeln!(text, "Offline form, left {opened}");
        return text;
    }
    let _ = writeln!(text, "Initiated {opened}");
    for segment in &story.segments {
        let at = clock.at(segment.accepted.wall_ms);
        let _ = writeln!(text, "Accepted {at} by {}", segment.agent);
    }
    if let Some((how, at)) = story.ended {
        let _ = writeln!(text, "Terminated {} ({})", clock.at(at.wall_ms), how.name());
    }
    text
}

/// What was said, without what only agents may read.
pub(super) fn transcript(clock: &Clock, story: &Story) -> String {
    let customer = story.customer.or_empty().name;
    let mut text = String::new();
    for message in story.messages.iter().filter(|m| m.visibility == Visibility::All) {
        let name = match &message.from {
            Author::Customer if customer.is_empty() => "customer",
            Author::Customer => &customer,
            Author::Agent(agent) => agent.as_str(),
            Author::Supervisor(name) | Author::Bot(name) => name,
            Author::System => "deskd",
        };
        let said = match message.content.known() {
            Some(Content::Text { text }) => text,
            None => "(erased)",
        };
        let _ = writeln!(text, "[{}] {name}: {said}", clock.at(message.at_ms));
    }
    text
}

/// The work note of a segment: agent, times, disposition, note.
pub(super) fn note_of(
    draft: &Draft<'_>,
    clock: &Clock,
    story: &Story,
    segment: &Segment,
) -> String {
    let agent = crate::agent::display_name(draft.state, &segment.agent);
    let mut text = format!("Chat {}, part {} by {agent}\n", story.chat, segment.n);
    let _ = writeln!(text, "Accepted {}", clock.at(segment.accepted.wall_ms));
    if let Some((at, _)) = segment.left {
        let _ = writeln!(text, "Left {}", clock.at(at.wall_ms));
    }
    let label = |code: &crate::name::CodeId| {
        let known = segment.plan.codes.iter().find(|known| known.id == *code);
        known.map_or_else(|| code.to_string(), |known| format!("{} ({code})", known.label))
    };
    let codes: Vec<String> = segment.codes.iter().map(label).collect();
    let codes = if codes.is_empty() { "none".into() } else { codes.join(", ") };
    let _ = write!(text, "Disposition: {codes}");
    let note = segment.note.or_empty();
    if !note.is_empty() {
        let _ = write!(text, "\nNotes: {note}");
    }
    text
}
