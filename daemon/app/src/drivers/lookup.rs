//! The lookup driver: finds the customer's record when a chat arrives.

use super::crew::{self, Item, REST, REST_SHORT, Settled};
use super::instance::{Connection, Instance};
use super::status::Tally;
use super::{Bounds, brief, may_do_better};
use crate::config::LookupPlace;
use crate::desk::{Desk, Unanswered};
use crate::engine::Wake;
use desk_core::name::ChatId;
use desk_core::view::{CandidateView, OpenIncidentView};
use desk_core::{Actor, Answer, Command, LookupWork, Refusal, State};
use desk_servicenow::{Candidate, Found, LookupError, LookupQuery, NotDone, Outcome, SysId};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The driver's name in records.
const NAME: &str = "lookup";
/// Most characters of a reason that goes into a record.
const WHY_CHARS_MAX: usize = 300;
/// The table that an incident's caller is in.
const PEOPLE: &str = "sys_user";

pub(super) async fn run<P: Send + 'static>(
    desk: Desk<P>,
    instance: Instance,
    bounds: impl Fn() -> Bounds,
    shutdown: CancellationToken,
) {
    let tally = instance.status().of_lookup().clone();
    let work = |chat: Due, connection| {
        let (desk, instance, tally) = (desk.clone(), instance.clone(), tally.clone());
        async move { look_up(&desk, &instance, &connection, &tally, chat.0).await }
    };
    crew::run(&desk, &instance, bounds, &shutdown, &tally, work).await;
}

/// A chat whose lookup is due.
#[derive(Debug, Clone, Copy)]
struct Due(ChatId);

impl Item for Due {
    const WAKE: Wake = Wake::Lookups;

    fn due(state: &State) -> impl Iterator<Item = (u64, Self)> {
        state.lookups.iter().map(|(at, chat)| (*at, Self(*chat)))
    }

    fn chat(self) -> ChatId {
        self.0
    }
}

async fn look_up<P: Send + 'static>(
    desk: &Desk<P>,
    instance: &Instance,
    connection: &Connection,
    tally: &Tally,
    chat: ChatId,
) -> Settled {
    let who = || Actor::Driver(NAME.into());
    let work = match desk.command(who(), None, Command::TakeLookup { chat }).await {
        Ok(Answer::Lookup(work)) => work,
        Ok(_) | Err(Unanswered::Stopping) => return Settled::Over,
        Err(Unanswered::Overloaded) => return Settled::Rest(REST_SHORT),
        Err(Unanswered::Refused(Refusal::Internal)) => return Settled::Rest(REST),
        // Somebody was faster: it is gone or not due any more.
        Err(Unanswered::Refused(_)) => return Settled::Over,
    };
    let result = ask(instance, connection, &work).await;
    let now = desk.now();
    match &result {
        Ok(_) => tally.done(now.wall_ms),
        Err(failed) => {
            tracing::warn!(%chat, n = work.n, why = failed.brief, "a lookup failed");
            tally.failed(now.wall_ms, failed.brief.clone());
            if failed.retry {
                instance.doubt();
            }
        }
    }
    let result = result.map_err(|failed| failed.why);
    let answer = Command::LookupAnswered { chat, n: work.n, result };
    match desk.command(who(), None, answer).await {
        Ok(_) | Err(Unanswered::Stopping) => {}
        // It came too late, or the desk could not take it: the backstop wants it again.
        Err(error) => tracing::info!(%chat, n = work.n, %error, "a lookup's answer was not used"),
    }
    Settled::Over
}

/// Why a lookup found nothing out.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    /// For the record.
    why: String,
    /// For logs.
    brief: String,
    /// Whether another try may go better.
    retry: bool,
}

impl From<NotDone> for Failed {
    fn from(not_done: NotDone) -> Self {
        let why = not_done.to_string().chars().take(WHY_CHARS_MAX).collect();
        Self { why, brief: brief(&not_done), retry: may_do_better(&not_done) }
    }
}

/// Asks each place until one holds somebody, unless it is known from a moment ago.
async fn ask(
    instance: &Instance,
    connection: &Connection,
    work: &LookupWork,
) -> Result<Vec<CandidateView>, Failed> {
    let ask = async || {
        let found = match work.asks.is_empty() {
            true => ask_all(instance, connection, work).await?,
            false => ask_ruled(instance, connection, work).await?,
        };
        Ok(with_incidents(connection, work, found).await)
    };
    // Words are typed by somebody who wants to know how it is now.
    if work.words.is_some() {
        return ask().await;
    }
    connection.memo.get(&question(work), ask).await
}

/// All that an answer depends on, beside what the connection is set to.
fn question(work: &LookupWork) -> String {
    let incidents = &work.incidents;
    if work.asks.is_empty() {
        // Compared as addresses are: without the case of ASCII letters.
        format!("{incidents}: {}", work.email.trim().to_ascii_lowercase())
    } else {
        // Each name and value in quotes, so that no two questions are written alike.
        format!("{incidents} ruled: {:?}", work.asks)
    }
}

/// The same with the incidents that are open for them, where those are wanted. Who they are is known
/// by then, so that what goes wrong here takes nothing away.
async fn with_incidents(
    connection: &Connection,
    work: &LookupWork,
    mut found: Vec<CandidateView>,
) -> Vec<CandidateView> {
    let settings = &connection.lookup;
    let people = found.iter().filter(|candidate| candidate.table == PEOPLE);
    let callers: Vec<SysId> = people.filter_map(|person| person.sys_id.parse().ok()).collect();
    if settings.open_incidents == 0 || callers.is_empty() {
        return found;
    }
    let (table, each) = (&work.incidents, settings.open_incidents as usize);
    let asked = connection.client.open_incidents(table, &callers, each);
    let patience = Duration::from_secs(settings.timeout_secs.into());
    let open = match tokio::time::timeout(patience, asked).await.map(Outcome::into_result) {
        Ok(Ok(open)) => open,
        Ok(Err(not_done)) => {
            let why = brief(&not_done);
            tracing::warn!(chat = %work.chat, why, "open incidents are not known");
            return found;
        }
        Err(_) => {
            tracing::warn!(chat = %work.chat, "open incidents are not known: no answer in time");
            return found;
        }
    };
    for incident in open {
        let caller = found.iter_mut().find(|c| c.sys_id == incident.caller.as_str());
        if let Some(caller) = caller {
            caller.incidents.push(OpenIncidentView {
                table: table.clone(),
                sys_id: incident.sys_id.into(),
                number: incident.number,
                short_description: incident.short_description,
                state: incident.state,
                opened_at: incident.opened_at,
            });
        }
    }
    found
}

/// Asks what a rule wants asked, in turn. Of each record the fields of the first place are read.
async fn ask_ruled(
    instance: &Instance,
    connection: &Connection,
    work: &LookupWork,
) -> Result<Vec<CandidateView>, Failed> {
    let settings = &connection.lookup;
    let read = settings.places().next().map(|place| place.fields).unwrap_or_default();
    for ask in &work.asks {
        let fields: Vec<&str> = ask.fields.iter().map(String::as_str).collect();
        let query = LookupQuery::any_of(&ask.table, &fields, &ask.value);
        let query = query.and_then(|query| Ok(query.fields(&read)?.limit(settings.most as usize)));
        let found = ask_one(instance, connection, work, query).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

async fn ask_all(
    instance: &Instance,
    connection: &Connection,
    work: &LookupWork,
) -> Result<Vec<CandidateView>, Failed> {
    for place in connection.lookup.places() {
        let query = query(&place, connection.lookup.most, work);
        let found = ask_one(instance, connection, work, query).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

async fn ask_one(
    instance: &Instance,
    connection: &Connection,
    work: &LookupWork,
    query: Result<LookupQuery, LookupError>,
) -> Result<Vec<CandidateView>, Failed> {
    let settings = &connection.lookup;
    let query = match query {
        Ok(query) => query,
        // It can never be looked for, so nobody has it; without its text, which is personal.
        Err(LookupError::Unsafe(why)) => {
            tracing::warn!(chat = %work.chat, n = work.n, %why, "this cannot be looked up");
            return Ok(Vec::new());
        }
        Err(error) => {
            let why = format!("servicenow.lookup: {error}");
            return Err(Failed { brief: why.clone(), why, retry: false });
        }
    };
    let patience = Duration::from_secs(settings.timeout_secs.into());
    let found = match tokio::time::timeout(patience, connection.client.lookup(&query)).await {
        Ok(outcome) => outcome.into_result()?,
        Err(_) => {
            let why = format!("no answer within {} s", settings.timeout_secs);
            return Err(Failed { brief: why.clone(), why, retry: true });
        }
    };
    instance.believe();
    let Found { candidates, more } = found;
    if more {
        tracing::info!(chat = %work.chat, most = settings.most, "more records than are shown");
    }
    let mut found: Vec<CandidateView> = candidates.into_iter().map(view).collect();
    if work.words.is_some() {
        // The first is the one that opens, and no rule is asked which: rather one that is in use.
        found.sort_by_key(|candidate| !candidate.active);
    }
    Ok(found)
}

fn query(place: &LookupPlace, most: u32, work: &LookupWork) -> Result<LookupQuery, LookupError> {
    let query = match &work.words {
        None => LookupQuery::new(&place.table, &place.field, &work.email)?,
        Some(words) => {
            let by: Vec<&str> = place.search.iter().map(String::as_str).collect();
            LookupQuery::any_of(&place.table, &by, words)?.folded()
        }
    };
    Ok(query.fields(&place.fields)?.limit(most as usize))
}

fn view(found: Candidate) -> CandidateView {
    CandidateView {
        table: found.table,
        sys_id: found.sys_id.into(),
        name: found.name,
        email: found.email,
        active: found.active,
        fields: found.fields,
        incidents: Vec::new(),
    }
}
