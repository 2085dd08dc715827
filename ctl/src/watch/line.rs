//! Notices as lines, for people and for programs.

use std::io;

use desk_wire::view::{IncidentView, PopView};
use desk_wire::{Notice, NoticeLine};
use serde_json::{Map, Value, json};

use crate::noun::{chat, incident, record};
use crate::render::{DIM, Page, Render, cleaned, status, words};
use crate::time;

impl Render for NoticeLine {
    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let line = cleaned(self)?;
        let at = page.at(line.at);
        for notice in &line.notices {
            let (what, text) = say(page, notice);
            page.line(format_args!("{DIM}{at}{DIM:#} {what:<8} {text}"))?;
        }
        Ok(())
    }

    /// One object a notice, on lines of their own.
    fn json(&self) -> Vec<Value> {
        self.notices.iter().map(|notice| flat(self, notice)).collect()
    }
}

/// `{"v":1,"cursor":{…},"at":…,"notice":"message","with":{…}}`
fn flat(line: &NoticeLine, notice: &Notice) -> Value {
    let mut object = match serde_json::to_value(notice) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    };
    object.insert("v".to_owned(), json!(desk_wire::V));
    object.insert("cursor".to_owned(), json!(line.cursor));
    object.insert("at".to_owned(), json!(line.at));
    Value::Object(object)
}

/// What a notice is about, and what it says.
fn say(page: &Page<'_>, notice: &Notice) -> (&'static str, String) {
    match notice {
        Notice::OfferMade { agent, offer } => {
            let (who, left) = (chat::customer(&offer.customer), time::duration(offer.remaining_ms));
            ("offer", format!("{agent}: {who} in {}, {left} to accept", offer.queue))
        }
        Notice::OfferEnded { agent, chat, outcome, .. } => {
            ("offer", format!("{agent}: chat {chat} {}", words(outcome)))
        }
        Notice::StatusChanged { agent, status: to, sub_status, next, cause, by, .. } => {
            let sub = sub_status.as_ref().map(|sub| format!(", {sub}")).unwrap_or_default();
            let next = next.map(|next| format!(", next {}", words(next))).unwrap_or_default();
            let why = format!("{} (by {by})", words(cause));
            ("status", format!("{agent}: {}{sub}{next}, {why}", status(*to)))
        }
        Notice::ChatChanged { chat, queue, state, agent, how_ended } => {
            let agent = agent.as_ref().map(|agent| format!(", {agent}")).unwrap_or_default();
            let how = how_ended.map(|how| format!(" ({})", words(how))).unwrap_or_default();
            ("chat", format!("{chat} of {queue}: {}{how}{agent}", words(state)))
        }
        Notice::Message { chat, message } => ("message", format!("{chat} {}", chat::said(message))),
        Notice::Typing { chat, from, name, .. } => {
            let who = name.clone().unwrap_or_else(|| from.to_string());
            ("typing", format!("{chat} {who} types"))
        }
        Notice::ReplyDue { agent, chat, waiting_ms } => {
            ("reply", format!("{agent}: chat {chat} waits {}", time::duration(*waiting_ms)))
        }
        Notice::ServiceLevel { queue, below, percent, target } => {
            let how = if *below { "below" } else { "back at" };
            ("queue", format!("{queue} is {how} its service level: {percent} % of {target} %"))
        }
        Notice::QueueHours { queue, open, until } => {
            let is = if *open { "open" } else { "closed" };
            let until = until.map(|at| format!(" until {}", page.at(at))).unwrap_or_default();
            ("queue", format!("{queue} is {is}{until}"))
        }
        Notice::MatchChanged(found) => {
            ("match", format!("{}: {}", found.chat, record::line(found)))
        }
        Notice::PopWanted(PopView { agent, what, url, .. }) => {
            ("pop", format!("{agent}: {what} {url}"))
        }
        Notice::PopClaimed { pop, agent } => ("pop", format!("{agent}: {pop} claimed")),
        Notice::WrapupStarted { agent, chat, mode, deadline, .. } => {
            let until = deadline.map(|at| format!(" until {}", page.at(at))).unwrap_or_default();
            ("wrap-up", format!("{agent}: chat {chat}, {mode}{until}"))
        }
        Notice::WrapupEnded { agent, chat, codes, cause, .. } => {
            let codes = if codes.is_empty() { "no code".to_owned() } else { codes.join(", ") };
            ("wrap-up", format!("{agent}: chat {chat} wrapped up, {codes} (by {cause})"))
        }
        Notice::IncidentCreated(created) => ("incident", created_line(created)),
        Notice::IncidentDiffers { chat, differences } => {
            let lines: Vec<String> = differences.iter().map(incident::differs).collect();
            ("incident", format!("of chat {chat}: {}", lines.join("; ")))
        }
        Notice::Daemon { what, text, .. } => {
            ("daemon", format!("{}: {text}", words(format!("{what:?}").to_lowercase())))
        }
        Notice::Resync {} => {
            ("daemon", "notices were lost on the way: ask for the state anew".to_owned())
        }
    }
}

fn created_line(created: &IncidentView) -> String {
    let url = created.url.as_deref().unwrap_or_default();
    format!("{} for chat {} {url}", incident::line(created), created.chat)
}
