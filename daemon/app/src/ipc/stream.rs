//! A subscription: what a client missed, then what happens, without a gap and without doubling.
//!
//! A receiver is taken first, then State is looked at: everything up to that look comes from the
//! journal, everything after it from the receiver.

use super::outgoing::{Closed, Outgoing};
use super::who::Who;
use super::{Clients, presence, replay};
use crate::access::Acting;
use crate::config::Settings;
use crate::desk::Desk;
use crate::engine::{Audience, News, Published};
use desk_core::name::AgentId;
use desk_core::policy::Policy;
use desk_core::{Event, State};
use desk_journal::Read;
use desk_wire::{
    Announcement, Cursor, Notice, NoticeLine, PING_MS_MAX, Ping, Refusal, Reply, ServerLine,
    Subscription,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// The last pong that came.
pub(super) type Pongs = watch::Receiver<u64>;

/// Most records that are told again to a client that resumes; one that missed more starts anew.
const REPLAY_MAX: u64 = 50_000;
/// Pings without a pong after which a client counts as gone.
const PINGS_OUT_MAX: u64 = 2;

/// A subscription that was taken and whose notices are still to be sent.
pub(super) struct Follow {
    who: Who,
    acting: Acting,
    receiver: broadcast::Receiver<News>,
    /// Records after this one, up to `live_after`, come from the journal.
    replay_after: u64,
    /// Records after this one come from the receiver.
    live_after: u64,
    /// Who serves a supervisor's queues.
    team: BTreeSet<AgentId>,
}

/// Takes a subscription; an agent's presence begins with it.
///
/// # Errors
/// Why there is none.
pub(super) async fn follow<P: Policy + Send + 'static>(
    desk: &Desk<P>,
    who: Who,
    acting: Acting,
    from: Option<Cursor>,
) -> Result<(Reply, Follow), Refusal> {
    let receiver = desk.subscribe();
    let of = acting.clone();
    let look = move |state: &State, _| {
        let known = of.agent().is_none_or(|agent| state.agents.contains_key(agent));
        (Cursor { epoch: state.epoch, seq: state.seq }, team(state, &of), known)
    };
    let (here, team, known) = desk.view(look).await.map_err(super::dispatch::refusal)?;
    if let (Some(agent), false) = (acting.agent(), known) {
        return Err(super::dispatch::unknown_agent(agent));
    }
    let resumed = match from {
        Some(from) if holds(desk, from, here).await? => Some(from),
        Some(_) => None,
        None => Some(here),
    };
    if let Some(agent) = acting.agent() {
        presence::opened(desk, agent).await?;
    }
    let cursor = resumed.unwrap_or(here);
    let subscription = Subscription { cursor };
    let reply = match resumed {
        Some(_) => Reply::Watching(subscription),
        None => Reply::Resync(subscription),
    };
    let (replay_after, live_after) = (cursor.seq, here.seq);
    Ok((reply, Follow { who, acting, receiver, replay_after, live_after, team }))
}

/// Whether the journal holds this cursor, and not too far back.
async fn holds<P: 'static>(desk: &Desk<P>, from: Cursor, here: Cursor) -> Result<bool, Refusal> {
    if from.seq > here.seq || here.seq - from.seq > REPLAY_MAX {
        return Ok(false);
    }
    let read = move |journal: &dyn Read| -> Result<bool, crate::history::Untold> {
        Ok(journal.row(from.seq)?.is_some_and(|row| row.epoch == from.epoch))
    };
    desk.readers().read(read).await.map_err(super::dispatch::untold)
}

fn team(state: &State, acting: &Acting) -> BTreeSet<AgentId> {
    let Acting::Supervisor(queues) = acting else { return BTreeSet::new() };
    let agents = state.config.agents.iter();
    let serves = agents.filter(|(_, agent)| agent.queues.keys().any(|id| queues.contains(id)));
    serves.map(|(id, _)| id.clone()).collect()
}

/// Sends notices until the client is gone or the daemon stops; the agent's presence ends with it.
pub(super) async fn run<P: Policy + Send + 'static>(
    shared: Arc<Clients<P>>,
    mut follow: Follow,
    out: Outgoing,
    pongs: Pongs,
    gone: CancellationToken,
) {
    let told = tell(&shared, &mut follow, &out, pongs, &gone).await;
    if told.is_ok() && shared.shutdown.is_cancelled() {
        // Leases start whole at the next start: whoever was there now counts as there then.
        let text = "deskd is about to end".to_owned();
        let notice = Notice::Daemon { what: Announcement::Stopping, over: false, text };
        let cursor = Cursor { epoch: shared.desk.epoch(), seq: shared.desk.durable() };
        let at = crate::clock::wall_ms();
        let _ =
            out.send(ServerLine::Notice(NoticeLine { cursor, at, notices: vec![notice] })).await;
        return;
    }
    if let Some(agent) = follow.acting.agent() {
        presence::lost(&shared.desk, agent).await;
    }
}

async fn tell<P: Policy + Send + 'static>(
    shared: &Clients<P>,
    follow: &mut Follow,
    out: &Outgoing,
    mut pongs: Pongs,
    gone: &CancellationToken,
) -> Result<(), Closed> {
    replay::replay(&shared.desk, follow.replay_after, follow.live_after, out, |audience| {
        concerns(&follow.acting, &follow.team, audience)
    })
    .await?;
    let mut settings = shared.settings.clone();
    settings.mark_unchanged();
    let mut ticks = tokio::time::interval(ping_every(&settings.borrow()));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let (mut pinged, mut ponged, mut lagged) = (0, 0, false);
    loop {
        tokio::select! {
            () = gone.cancelled() => return Ok(()),
            () = shared.shutdown.cancelled() => return Ok(()),
            _ = ticks.tick() => {
                if pinged - ponged >= PINGS_OUT_MAX {
                    tracing::info!(who = ?follow.who, "a client answers no pings; it is cut off");
                    gone.cancel();
                    return out.cut();
                }
                pinged += 1;
                out.send(ServerLine::Ping(Ping { ping: pinged })).await?;
            }
            Ok(()) = pongs.changed() => ponged = (*pongs.borrow_and_update()).clamp(ponged, pinged),
            Ok(()) = settings.changed() => {
                if !still_allowed(&settings.borrow_and_update(), follow) {
                    return out.cut();
                }
            }
            received = follow.receiver.recv() => match received {
                Ok(News::Record(published)) => {
                    live(shared, follow, out, &published, &mut lagged).await?;
                }
                // Whoever lost notices takes the state anew, and that is nothing of it.
                Ok(News::Typing(_)) if lagged => {}
                Ok(News::Typing(typing)) => {
                    let line = typing.line(|who| concerns(&follow.acting, &follow.team, who));
                    if let Some(line) = line {
                        out.send(ServerLine::Notice(line)).await?;
                    }
                }
                Err(RecvError::Lagged(_)) => lagged = true,
                Err(RecvError::Closed) => return Ok(()),
            }
        }
    }
}

async fn live<P: Policy + Send + 'static>(
    shared: &Clients<P>,
    follow: &mut Follow,
    out: &Outgoing,
    published: &Published,
    lagged: &mut bool,
) -> Result<(), Closed> {
    let record = &published.record;
    if record.seq <= follow.live_after {
        return Ok(());
    }
    if std::mem::take(lagged) {
        let cursor = Cursor { epoch: record.epoch, seq: record.seq - 1 };
        let notices = vec![Notice::Resync {}];
        let line = NoticeLine { cursor, at: record.at.wall_ms, notices };
        out.send(ServerLine::Notice(line)).await?;
    }
    let over = |event: &Event| match event {
        Event::GrantEnded { id } => matches!(follow.who, Who::Session(mine, _) if mine == *id),
        _ => false,
    };
    if record.events.iter().any(over) {
        return out.cut();
    }
    let reloaded = record.events.iter().any(|event| matches!(event, Event::ConfigSet { .. }));
    if reloaded && matches!(follow.acting, Acting::Supervisor(_)) {
        let of = follow.acting.clone();
        // A desk that gives no answer stops; the team does not matter then.
        if let Ok(team) = shared.desk.view(move |state, _| team(state, &of)).await {
            follow.team = team;
        }
    }
    match published.line(|audience| concerns(&follow.acting, &follow.team, audience)) {
        Some(line) => out.send(ServerLine::Notice(line)).await,
        None => Ok(()),
    }
}

/// Whether a notice is for whoever follows. What belongs to a queue concerns its supervisors alone,
/// what belongs to an agent those of the agent's queues.
fn concerns(acting: &Acting, team: &BTreeSet<AgentId>, audience: &Audience) -> bool {
    audience.everybody
        || match (acting, &audience.queue) {
            (Acting::Admin | Acting::Integrator, _) => true,
            (Acting::Agent(agent), _) => audience.agents.contains(agent),
            (Acting::Supervisor(queues), Some(queue)) => queues.contains(queue),
            (Acting::Supervisor(_), None) => audience.agents.iter().any(|a| team.contains(a)),
        }
}

/// Whether the config still lets the account act so.
fn still_allowed(settings: &Settings, follow: &Follow) -> bool {
    let uid = match follow.who {
        Who::Account(uid) | Who::Session(_, Some(uid)) => uid,
        // What it may do stands in State: what ends it is a record.
        Who::Session(_, None) => return true,
    };
    let Some(user) = settings.users.iter().find(|user| user.uid == Some(uid)) else {
        return false;
    };
    let role = user.roles.contains(&follow.acting.role());
    role && match &follow.acting {
        Acting::Agent(agent) => user.may_act_as(agent),
        Acting::Supervisor(queues) => *queues == user.queues,
        Acting::Admin | Acting::Integrator => true,
    }
}

fn ping_every(settings: &Settings) -> Duration {
    let millis = u64::from(settings.presence.ping_secs.max(1)) * 1000;
    Duration::from_millis(millis.min(PING_MS_MAX))
}
