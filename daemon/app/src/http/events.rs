//! A customer's chat as it happens: server-sent events that go on where the client left off.
//!
//! What happened before is read from the journal, what happens from then on comes from the desk; a
//! stream that falls behind reads the journal again. Each event's id is where a new stream goes on.

use super::auth::Customer;
use super::body::Asked;
use super::cursor::Cursor;
use super::lease::Lease;
use super::problem::Fault;
use super::streams::Seat;
use super::told::{ChatState, Names, Place, Told, agents, told, typing};
use super::{Door, journal, names, status};
use crate::engine::News;
use crate::waits::Waits;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use desk_core::name::ChatId;
use desk_core::{Author, Record};
use desk_journal::Read;
use futures_util::stream;
use serde::Deserialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;
use utoipa::IntoParams;

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct After {
    /// The id of the last event seen; the header `Last-Event-ID` comes before it.
    after: Option<String>,
}

/// Follows a chat: events `message`, `state`, `place` while it waits, `typing`, and at last `end`. After
/// `resync` everything comes from the beginning, because the id that was given is not this desk's.
#[utoipa::path(get, path = "/v1/chats/{chat}/events", security(("chat" = [])),
    params(("chat" = String, Path, description = "The chat."), After),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = 204, description = "The chat has ended and everything was seen."),
        (status = 401, body = super::Problem),
        (status = 503, body = super::Problem, description = "too_many_streams"),
    ))]
pub(super) async fn follow(
    State(door): State<Arc<Door>>,
    Customer { chat }: Customer,
    headers: HeaderMap,
    Asked(After { after }): Asked<After>,
) -> Result<Response, Fault> {
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?").to_owned());
    let cursor = header.or(after).filter(|text| !text.is_empty()).map(|text| text.parse());
    let mut follower = Follower::new(Arc::clone(&door), chat, door.streams.take(chat)?);
    follower.lease = Lease::take(&door, chat).await;
    // Looked at after subscribing: if it has not ended here, its end is yet to be published.
    let ended = status::look(&door, chat).await?.state == ChatState::Ended;
    if let Some(cursor) = cursor.transpose()? {
        follower.go_on_after(cursor).await?;
    }
    follower.catch_up().await?;
    if ended && follower.ready.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let keepalive = Duration::from_secs(door.settings.keepalive_secs.into());
    let events = stream::unfold(follower, async |mut follower| {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    let keepalive = KeepAlive::new().interval(keepalive).text("alive");
    let mut response = Sse::new(events).keep_alive(keepalive).into_response();
    let headers = response.headers_mut();
    // A proxy that gathers an answer before it passes it on would hold back the events.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    // A stream's own `no-cache` lets a cache keep it; this is a conversation.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Where the next event comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The journal.
    Reading,
    /// The desk.
    Live,
    /// Nowhere: the chat has ended.
    Over,
}

/// One customer's stream. It keeps at most what one page of the journal tells.
pub(super) struct Follower {
    door: Arc<Door>,
    chat: ChatId,
    published: Receiver<News>,
    stage: Stage,
    /// The last record of the chat that was told or is in `ready`.
    after: u64,
    /// So many of this record's events were sent before.
    sent: Option<(u64, usize)>,
    ready: VecDeque<Event>,
    names: Names,
    waits: watch::Receiver<Arc<Waits>>,
    place: Option<Place>,
    lease: Option<Lease>,
    _seat: Seat,
}

impl Follower {
    pub(super) fn new(door: Arc<Door>, chat: ChatId, seat: Seat) -> Self {
        Self {
            published: door.desk.subscribe(),
            waits: door.desk.waits(),
            place: None,
            lease: None,
            door,
            chat,
            stage: Stage::Reading,
            after: 0,
            sent: None,
            ready: VecDeque::new(),
            names: Names::new(),
            _seat: seat,
        }
    }

    /// Goes on behind this event, if the journal holds its record.
    async fn go_on_after(&mut self, cursor: Cursor) -> Result<(), Fault> {
        let held = move |journal: &dyn Read| {
            let row = journal.row(cursor.seq)?;
            Ok::<_, Fault>(row.is_some_and(|row| row.epoch == cursor.epoch))
        };
        if !self.door.desk.readers().read(held).await? {
            self.ready.push_back(Event::default().event("resync").data("{}"));
        } else if let Some(sent) = cursor.sent {
            self.after = cursor.seq.saturating_sub(1);
            self.sent = Some((cursor.seq, sent));
        } else {
            self.after = cursor.seq;
        }
        Ok(())
    }

    /// Reads until there is something to tell or all is read.
    pub(super) async fn catch_up(&mut self) -> Result<(), Fault> {
        while self.ready.is_empty() && self.stage == Stage::Reading {
            self.read_on().await?;
        }
        Ok(())
    }

    /// Takes a page from the journal; once there is none, what comes is live.
    async fn read_on(&mut self) -> Result<(), Fault> {
        let (chat, after) = (self.chat, self.after);
        let read = move |journal: &dyn Read| journal::page(journal, chat, after);
        let records = self.door.desk.readers().read(read).await?;
        if records.is_empty() {
            self.stage = Stage::Live;
            self.tell_place();
        }
        let named = records.iter().flat_map(|record| agents(record, chat));
        names::learn(&self.door.desk, &mut self.names, named).await?;
        records.iter().for_each(|record| self.tell(record));
        Ok(())
    }

    fn tell(&mut self, record: &Record) {
        let told = told(record, self.chat, &self.names);
        let sent = self.sent.take_if(|(seq, _)| *seq == record.seq).map_or(0, |(_, sent)| sent);
        let last = told.len();
        for (told, count) in told.into_iter().zip(1..).skip(sent) {
            if matches!(told, Told::End(_)) {
                self.stage = Stage::Over;
            }
            let sent = (count < last).then_some(count);
            let cursor = Cursor { epoch: record.epoch, seq: record.seq, sent };
            self.ready.push_back(event(&told).id(cursor.to_string()));
        }
        self.after = record.seq;
    }

    /// Tells where the chat stands, where that has changed. It is no part of the journal, so the event
    /// has no id.
    fn tell_place(&mut self) {
        let place = self.waits.borrow_and_update().place(self.chat).map(Place::from);
        if place != self.place {
            self.place = place;
            let data = place.map(|place| serde_json::to_string(&place).unwrap_or_default());
            self.ready.extend(data.map(|data| Event::default().event("place").data(data)));
        }
    }

    /// Waits until something of this chat is published, or too much was.
    async fn wait(&mut self) -> Option<()> {
        let shutdown = self.door.shutdown.clone();
        let received = tokio::select! {
            () = shutdown.cancelled() => return None,
            received = self.published.recv() => received,
            Ok(()) = self.waits.changed() => {
                self.tell_place();
                return Some(());
            }
        };
        match received {
            Ok(News::Typing(heard)) => {
                if let (true, Author::Agent(agent)) = (heard.chat == self.chat, &heard.from) {
                    let named = std::iter::once(agent);
                    names::learn(&self.door.desk, &mut self.names, named).await.ok()?;
                }
                self.ready.extend(typing(&heard, self.chat, &self.names).map(|typing| {
                    let data = serde_json::to_string(&typing).unwrap_or_default();
                    Event::default().event("typing").data(data)
                }));
            }
            Ok(News::Record(published)) => {
                let record = &published.record;
                let mine = record.events.iter().any(|event| event.chat() == Some(self.chat));
                if mine && record.seq > self.after {
                    let named = agents(record, self.chat);
                    names::learn(&self.door.desk, &mut self.names, named).await.ok()?;
                    self.tell(record);
                }
            }
            Err(RecvError::Lagged(_)) => self.stage = Stage::Reading,
            Err(RecvError::Closed) => return None,
        }
        Some(())
    }

    /// The next event; none once the chat has ended, the daemon stops, or the journal cannot be
    /// read: the client goes on with a new stream.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            match self.stage {
                Stage::Reading => self.read_on().await.ok()?,
                Stage::Live => self.wait().await?,
                Stage::Over => return None,
            }
        }
    }
}

fn event(told: &Told) -> Event {
    let (name, data) = match told {
        Told::Message(message) => ("message", serde_json::to_string(message)),
        Told::State(state) => ("state", serde_json::to_string(state)),
        Told::End(end) => ("end", serde_json::to_string(end)),
    };
    Event::default().event(name).data(data.unwrap_or_default())
}
