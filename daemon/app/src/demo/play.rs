//! The play: nine steps, and what must be true after each.

use super::agent::Agent;
use super::customer::Customer;
use super::instance::Instance;
use super::receiver::Receiver;
use super::site::{AGENT, MISS_SECS, QUICK, SECURITY, SUPPORT};
use super::tell::Tell;
use crate::codec::{CHAT, decode};
use crate::desk::{Desk, Unread};
use crate::rules::Rules;
use anyhow::{Context, Result, bail, ensure};
use desk_sandbox::seed::{INES, INES_OLD, TOM};
use desk_wire::view::{IncidentView, Intent, MatchState, OfferView, PopSubject, PopView, Status};
use desk_wire::{Call, Notice, PopResult, Reply};
use serde_json::Value;
use std::path::PathBuf;

/// Where the play takes place.
pub(super) struct Stage {
    pub(super) instance: Instance,
    pub(super) receiver: Receiver,
    pub(super) http: String,
    pub(super) socket: PathBuf,
    pub(super) desk: Desk<Rules>,
}

/// Plays the procedure; ends at the first thing that is not as it should be.
pub(super) async fn play(stage: &Stage, tell: &mut Tell) -> Result<()> {
    let mut ann = Agent::connect(&stage.socket, AGENT).await?;
    ann.ask(Call::Watch { from: None }).await?;
    available(&mut ann, tell).await?;
    one_record(stage, &mut ann, tell).await?;
    two_records(stage, &mut ann, tell).await?;
    no_record(stage, &mut ann, tell).await?;
    missed(stage, &mut ann, tell).await?;
    work_offline(stage, &mut ann, tell).await
}

/// Step 1: the agent sets their status to Available.
async fn available(ann: &mut Agent, tell: &mut Tell) -> Result<()> {
    tell.step(1, "The agent logs in and sets the status to Available");
    ann.ask(Call::Login {}).await?;
    is_status(ann, Status::OnBreak).await?;
    tell.verified("login lands on_break, as 8x8 does");
    set_status(ann, Intent::Available).await?;
    is_status(ann, Status::Available).await?;
    tell.verified("status available (8x8 number 4)");
    Ok(())
}

/// Steps 2 to 8, for a customer with one record.
async fn one_record(stage: &Stage, ann: &mut Agent, tell: &mut Tell) -> Result<()> {
    tell.step(2, "A chat is offered with a preview and an acceptance timer; the agent accepts");
    let name = TOM.name();
    let mut tom = Customer::open(&stage.http, SUPPORT, &name, TOM.email).await?;
    let offer = offered(ann, &tom.chat).await?;
    ensure!(offer.customer.name.as_deref() == Some(&name), "the preview names somebody else");
    tell.verified(&format!(
        "offered: {name} <{}>, {} s to accept",
        TOM.email,
        offer.remaining_ms.div_ceil(1000)
    ));
    ann.ask(Call::OfferAccept { offer: Some(offer.offer) }).await?;
    is_status(ann, Status::Busy).await?;
    tell.verified("accepted; status busy (9)");

    tell.step(3, "The customer's record pops up in a browser tab");
    let pop = popped(ann, PopSubject::Record).await?;
    open(stage, ann, &pop, &name).await?;
    tell.verified(&format!("{} shows {name}", pop.url));

    tell.step(4, "Agent and customer talk");
    let chat = Some(tom.chat.clone());
    tom.say("Hello, my scanner does not print labels any more.").await?;
    say(ann, &chat, "Hello Tom. Please switch it off and on again.").await?;
    tom.say("It prints again, thank you!").await?;
    let read = tom.read().await?;
    ensure!(read.len() == 3 && read[1].starts_with("Hello Tom"), "the customer reads {read:?}");
    tell.verified("three messages, each in its place on both sides");

    tell.step(5, "The agent finishes the chat; the post-processing timer starts");
    ann.ask(Call::ChatEnd { chat: chat.clone() }).await?;
    is_status(ann, Status::PostProcessing).await?;
    tell.verified("status post_processing (8), 120 s to go");

    tell.step(6, "The agent selects a disposition code");
    let refused = ann.try_ask(Call::WrapupDone { chat: chat.clone() }).await?;
    let code = refused.err().map(|refusal| refusal.code);
    ensure!(code.as_deref() == Some("code_missing"), "wrap-up without a code: {code:?}");
    tell.verified("without a code the wrap-up is refused: code_missing");
    ann.ask(Call::WrapupCode { chat: chat.clone(), codes: vec!["solved".into()] }).await?;
    let text = "Power-cycled the scanner.".to_owned();
    ann.ask(Call::WrapupNote { chat: chat.clone(), text }).await?;
    tell.verified("code solved, and a note");

    tell.step(7, "The agent wraps up");
    ann.ask(Call::WrapupDone { chat: chat.clone() }).await?;
    is_status(ann, Status::Available).await?;
    tell.verified("status available again");

    tell.step(8, "The incident opens in a browser tab, with times, transcript and notes");
    let pop = popped(ann, PopSubject::Incident).await?;
    let incident = completed(stage, ann, &tom.chat).await?;
    open(stage, ann, &pop, text_of(&incident, "number")?).await?;
    ensure!(text_of(&incident, "caller_id")? == TOM.sys_id, "the caller is not Tom");
    holds_everything(&incident)?;
    tell.verified(&format!(
        "{} in the sandbox: caller {name}, initiated, accepted and terminated, transcript",
        text_of(&incident, "number")?
    ));
    let notes = stage.instance.work_notes(text_of(&incident, "sys_id")?).await?;
    let has = |text: &str| notes.iter().filter(|note| note.contains(text)).count();
    ensure!(has("Solved (solved)") == 1 && has("Power-cycled the scanner.") == 1, "{notes:?}");
    tell.verified("one work note with disposition and note");
    journal(stage, tell, &tom.chat).await
}

/// Step 3 for a customer with two records, and step 7 by the timer.
async fn two_records(stage: &Stage, ann: &mut Agent, tell: &mut Tell) -> Result<()> {
    tell.step(3, "Another customer has two records: the first is the default, the agent chooses");
    let ines = Customer::open(&stage.http, QUICK, &INES.name(), INES.email).await?;
    accept(ann, &ines.chat).await?;
    let first = popped(ann, PopSubject::Record).await?;
    let chat = Some(ines.chat.clone());
    let Reply::Match(found) = ann.ask(Call::MatchList { chat: chat.clone() }).await? else {
        bail!("match_list was not answered with a match");
    };
    ensure!(found.state == MatchState::Many && found.candidates.len() == 2, "{found:?}");
    ensure!(found.chosen.as_deref() == Some(INES.sys_id), "the active record is the default");
    tell.verified("two candidates are listed; the rule on_match puts the active one first");
    open(stage, ann, &first, &INES.name()).await?;
    ann.ask(Call::MatchChoose { chat: chat.clone(), candidate: "2".into() }).await?;
    let second = popped(ann, PopSubject::Record).await?;
    open(stage, ann, &second, "ines.duarte.old").await?;
    tell.verified("the agent chose the second; it popped too");
    say(ann, &chat, "Which of your two accounts is this about?").await?;
    ann.forget();
    ines.end().await?;
    is_status(ann, Status::PostProcessing).await?;
    tell.step(5, "The customer ends the chat; nobody touches the post-processing timer (3 s)");
    until_status(ann, Status::Available).await?;
    tell.verified("at zero the status is available by itself; the default code was taken");
    let incident = completed(stage, ann, &ines.chat).await?;
    ensure!(text_of(&incident, "caller_id")? == INES_OLD.sys_id, "the caller is not the choice");
    tell.verified(&format!("{} is tied to the choice", text_of(&incident, "number")?));
    Ok(())
}

/// Step 8 for a customer without a record.
async fn no_record(stage: &Stage, ann: &mut Agent, tell: &mut Tell) -> Result<()> {
    tell.step(8, "A customer without a record: an incident opens at the end of the chat");
    let zoe = Customer::open(&stage.http, SUPPORT, "Zoe Unknown", "zoe@nowhere.example").await?;
    accept(ann, &zoe.chat).await?;
    let chat = Some(zoe.chat.clone());
    say(ann, &chat, "How can I help you?").await?;
    ann.forget();
    ann.ask(Call::ChatEnd { chat: chat.clone() }).await?;
    let pop = popped(ann, PopSubject::Incident).await?;
    ann.ask(Call::WrapupCode { chat: chat.clone(), codes: vec![SECURITY.into()] }).await?;
    let text = "A stranger asks for passwords.".to_owned();
    ann.ask(Call::WrapupNote { chat: chat.clone(), text: text.clone() }).await?;
    ann.ask(Call::WrapupDone { chat }).await?;
    let incident = completed(stage, ann, &zoe.chat).await?;
    open(stage, ann, &pop, text_of(&incident, "number")?).await?;
    ensure!(text_of(&incident, "caller_id")?.is_empty(), "somebody is the caller");
    tell.verified(&format!("{} popped, without a caller", text_of(&incident, "number")?));
    let delivered = stage.receiver.of(&zoe.chat).await?;
    let said = |field: &str| delivered.body[field].as_str().unwrap_or_default();
    ensure!(said("note") == text && said("agent") == AGENT, "delivered: {}", delivered.body);
    ensure!(!delivered.id.is_empty(), "the delivery has no id");
    tell.verified("the rule on_incident told the sink 'security' of it, with the note");
    Ok(())
}

/// Step 2 when nobody accepts.
async fn missed(stage: &Stage, ann: &mut Agent, tell: &mut Tell) -> Result<()> {
    tell.step(2, "An offer is missed: the acceptance timer reaches zero");
    let tom = Customer::open(&stage.http, QUICK, &TOM.name(), TOM.email).await?;
    offered(ann, &tom.chat).await?;
    tell.happens(&format!("nobody accepts for {MISS_SECS} s …"));
    until_status(ann, Status::OnBreak).await?;
    let Reply::Agent(view) = ann.ask(Call::StatusShow {}).await? else {
        bail!("status_show was not answered with an agent");
    };
    ensure!(view.last_missed.is_some(), "the miss is not remembered");
    tell.verified(&format!("status on_break (3), cause {}; the chat waits again", view.cause));
    tom.end().await?;
    Ok(())
}

/// Step 9.
async fn work_offline(stage: &Stage, ann: &mut Agent, tell: &mut Tell) -> Result<()> {
    tell.step(9, "The agent needs more time after a chat: Work Offline");
    set_status(ann, Intent::Available).await?;
    let tom = Customer::open(&stage.http, SUPPORT, &TOM.name(), TOM.email).await?;
    accept(ann, &tom.chat).await?;
    let chat = Some(tom.chat.clone());
    say(ann, &chat, "I will look this up and write it into your ticket.").await?;
    ann.ask(Call::ChatEnd { chat: chat.clone() }).await?;
    set_status(ann, Intent::WorkOffline).await?;
    is_status(ann, Status::WorkOffline).await?;
    let Reply::Wrapup(wrapup) = ann.ask(Call::WrapupShow { chat: chat.clone() }).await? else {
        bail!("wrapup_show was not answered with a wrap-up");
    };
    ensure!(wrapup.timer.deadline.is_none(), "the timer still runs");
    tell.verified("status work_offline (5); the wrap-up timer is stopped");
    ann.ask(Call::WrapupCode { chat: chat.clone(), codes: vec!["escalated".into()] }).await?;
    let denied = ann.try_ask(Call::WrapupDone { chat: chat.clone() }).await?;
    let code = denied.err().map(|refusal| refusal.code);
    ensure!(code.as_deref() == Some("denied"), "the rule on_wrapup did not deny: {code:?}");
    tell.verified("the rule on_wrapup wants a note for 'escalated'");
    let text = "Sent to second level.".to_owned();
    ann.ask(Call::WrapupNote { chat: chat.clone(), text }).await?;
    ann.ask(Call::WrapupDone { chat }).await?;
    let incident = completed(stage, ann, &tom.chat).await?;
    is_status(ann, Status::WorkOffline).await?;
    tell.verified(&format!("wrapped up; {} is complete", text_of(&incident, "number")?));
    set_status(ann, Intent::Available).await
}

async fn offered(ann: &mut Agent, chat: &str) -> Result<OfferView> {
    ann.until("an offer", |notice| match notice {
        Notice::OfferMade { offer, .. } if offer.chat == chat => Some(offer.clone()),
        _ => None,
    })
    .await
}

async fn accept(ann: &mut Agent, chat: &str) -> Result<()> {
    let offer = offered(ann, chat).await?;
    ann.ask(Call::OfferAccept { offer: Some(offer.offer) }).await?;
    Ok(())
}

async fn popped(ann: &mut Agent, what: PopSubject) -> Result<PopView> {
    ann.until("a pop", |notice| match notice {
        Notice::PopWanted(pop) if pop.what == what => Some(pop.clone()),
        _ => None,
    })
    .await
}

/// Claims the pop, fetches its page as a browser would, and reports it opened.
async fn open(stage: &Stage, ann: &mut Agent, pop: &PopView, shows: &str) -> Result<()> {
    ann.ask(Call::PopClaim { pop: pop.pop.clone() }).await?;
    let page = stage.instance.page(&pop.url).await?;
    ensure!(page.contains(shows), "the page at {} does not show {shows}", pop.url);
    ann.ask(Call::PopReport { pop: pop.pop.clone(), result: PopResult::Opened }).await?;
    Ok(())
}

async fn say(ann: &mut Agent, chat: &Option<String>, text: &str) -> Result<()> {
    let (chat, text) = (chat.clone(), text.to_owned());
    ann.ask(Call::ChatSay { chat, text, visibility: desk_wire::Visibility::All }).await?;
    Ok(())
}

async fn set_status(ann: &mut Agent, to: Intent) -> Result<()> {
    ann.ask(Call::StatusSet { to, reason: None }).await?;
    Ok(())
}

async fn is_status(ann: &mut Agent, status: Status) -> Result<()> {
    let Reply::Agent(view) = ann.ask(Call::StatusShow {}).await? else {
        bail!("status_show was not answered with an agent");
    };
    ensure!(view.status == status, "the status is {}, not {status}", view.status);
    Ok(())
}

async fn until_status(ann: &mut Agent, wanted: Status) -> Result<()> {
    ann.until(&format!("status {wanted}"), |notice| match notice {
        Notice::StatusChanged { status, .. } if *status == wanted => Some(()),
        _ => None,
    })
    .await
}

/// Waits until every step of the chat's incident is done, and reads it back: there must be one.
async fn completed(stage: &Stage, ann: &mut Agent, chat: &str) -> Result<Value> {
    loop {
        let call = Call::IncidentShow { chat: Some(chat.to_owned()) };
        let Reply::Incident(IncidentView { steps, number, .. }) = ann.ask(call).await? else {
            bail!("incident_show was not answered with an incident");
        };
        if number.is_some() && steps.iter().all(|step| step.phase == "done") {
            break;
        }
        if let Some(parked) = steps.iter().find(|step| step.phase == "parked") {
            bail!("step {} is parked: {:?}", parked.step, parked.reason);
        }
        let mut published = stage.desk.subscribe();
        let next = tokio::time::timeout(std::time::Duration::from_millis(200), published.recv());
        // Either something happened, or it happened just before: look again.
        let _ = next.await;
    }
    let mut incidents = stage.instance.incidents(chat).await?;
    ensure!(incidents.len() == 1, "the sandbox holds {} incidents for {chat}", incidents.len());
    incidents.pop().context("no incident")
}

fn holds_everything(incident: &Value) -> Result<()> {
    let description = text_of(incident, "description")?;
    let wanted = ["Initiated ", "Accepted ", "Terminated ", "does not print labels", "Hello Tom."];
    for text in wanted {
        ensure!(description.contains(text), "'{text}' is not in the description: {description}");
    }
    Ok(())
}

fn text_of<'a>(record: &'a Value, field: &str) -> Result<&'a str> {
    record[field].as_str().with_context(|| format!("no {field} in the record"))
}

/// What the journal holds of a chat.
async fn journal(stage: &Stage, tell: &mut Tell, chat: &str) -> Result<()> {
    let chat = chat.to_owned();
    let read = stage.desk.readers().read(move |journal| -> Result<_, Unread> {
        let rows = journal.by_index(CHAT, &chat, 0, 1000)?;
        Ok(rows.iter().filter_map(|row| decode(row).ok()).collect::<Vec<_>>())
    });
    let records = read.await?;
    let kinds: Vec<&str> = records.iter().map(|record| record.kind.as_str()).collect();
    let wanted = ["open_chat", "accept", "post_message", "end_chat", "wrap_up", "take_step"];
    let missing: Vec<_> = wanted.iter().filter(|kind| !kinds.contains(*kind)).collect();
    ensure!(missing.is_empty(), "the journal lacks {missing:?}");
    tell.verified(&format!("{} records in the journal: {}", kinds.len(), kinds.join(" ")));
    Ok(())
}
