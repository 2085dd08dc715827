//! `explain`: why it is as it is.

use std::io;

use clap::Args;
use desk_wire::Call;
use desk_wire::view::{
    AgentWhyView, AskedView, ChatWhyView, DecisionView, ExplainView, QueueWhyView, StoryView,
    WhyNotView,
};
use serde_json::Value;

use crate::render::{BAD, DIM, HEAD, Page, WARN, ms_if, status, words};

/// Characters of a set's hash that people are shown.
const HASH_CHARS: usize = 8;

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The chat [default: the one that there is]
    #[arg(conflicts_with_all = ["queue", "agent"])]
    chat: Option<String>,
    /// Why the chats of this queue wait
    #[arg(long, conflicts_with = "agent")]
    queue: Option<String>,
    /// Why this agent is offered none
    #[arg(long)]
    agent: Option<String>,
}

impl Explain {
    pub(crate) fn call(self) -> Call {
        let Self { chat, queue, agent } = self;
        Call::Explain { chat, queue, agent, next: None }
    }
}

pub(crate) fn show(page: &mut Page<'_>, explained: &ExplainView) -> io::Result<()> {
    match explained {
        ExplainView::Chat(story) => chat(page, story),
        ExplainView::Queue(queue) => self::queue(page, queue),
        ExplainView::Agent(agent) => self::agent(page, agent),
    }
}

fn chat(page: &mut Page<'_>, story: &StoryView) -> io::Result<()> {
    let ended = story.how_ended.map(|how| format!(" ({})", words(how))).unwrap_or_default();
    let (id, queue, state) = (&story.chat, &story.queue, words(story.state));
    page.line(format_args!("{HEAD}chat {id}{HEAD:#}: {state}{ended}, in {queue}"))?;
    for decision in &story.decisions {
        self::decision(page, decision)?;
    }
    if let Some(untold) = &story.untold {
        page.wrapped("", &format!("{WARN}{untold}{WARN:#}"))?;
    }
    Ok(())
}

fn decision(page: &mut Page<'_>, decision: &DecisionView) -> io::Result<()> {
    let DecisionView { seq, by, command, .. } = decision;
    let at = page.at(decision.at);
    page.line(format_args!("{HEAD}{at}{HEAD:#}  {}  {DIM}{by}, #{seq}{DIM:#}", words(command)))?;
    for asked in &decision.hooks {
        self::asked(page, asked)?;
    }
    for line in &decision.decided {
        page.wrapped("  ", line)?;
    }
    others(page, "    not to ", &decision.others, decision.more_others)
}

/// A rule that was asked, in a line or two.
fn asked(page: &mut Page<'_>, asked: &AskedView) -> io::Result<()> {
    let said = match (&asked.verdict, &asked.failure) {
        (_, Some(failure)) => {
            format!("{BAD}failed ({}){BAD:#}, as configured", words(failure))
        }
        (Some(verdict), None) => plain(verdict),
        (None, None) => "as configured".to_owned(),
    };
    let set: String = asked.set.chars().take(HASH_CHARS).collect();
    let (hook, operations, took) = (&asked.hook, asked.operations, asked.took_us);
    let cost = format!("{DIM}set {set}, {operations} operations, {took} µs{DIM:#}");
    page.wrapped("  ", &format!("{HEAD}{hook}{HEAD:#}: {said}  {cost}"))?;
    if let Some(error) = &asked.error {
        page.wrapped("    ", error)?;
    }
    for why in &asked.why {
        page.wrapped("    why: ", why)?;
    }
    if asked.erased {
        page.wrapped("    ", "erased")?;
    }
    Ok(())
}

/// What a verdict says, as people write it.
fn plain(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entry = |(name, value): (&String, &Value)| format!("{name} {}", plain(value));
            map.iter().map(entry).collect::<Vec<_>>().join(", ")
        }
        Value::Array(list) => {
            format!("[{}]", list.iter().map(plain).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Agents by the reason that they share.
fn others(page: &mut Page<'_>, lead: &str, agents: &[WhyNotView], more: u32) -> io::Result<()> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for why in agents {
        match reasons.iter_mut().find(|(text, _)| *text == why.text) {
            Some((_, agents)) => agents.push(&why.agent),
            None => reasons.push((&why.text, vec![&why.agent])),
        }
    }
    for (text, agents) in reasons {
        page.wrapped(lead, &format!("{}: {text}", agents.join(", ")))?;
    }
    if more > 0 {
        page.wrapped(lead, &format!("{more} more agents of the queue"))?;
    }
    Ok(())
}

fn queue(page: &mut Page<'_>, queue: &QueueWhyView) -> io::Result<()> {
    let QueueWhyView { queue: id, name, waiting, .. } = queue;
    page.line(format_args!("{HEAD}{name}{HEAD:#} ({id}): {waiting} waiting"))?;
    for note in &queue.notes {
        page.wrapped("  ", &format!("{WARN}{note}{WARN:#}"))?;
    }
    for chat in &queue.chats {
        waits(page, chat, false)?;
    }
    more(page, queue.waiting, queue.chats.len())
}

fn more(page: &mut Page<'_>, of: u32, shown: usize) -> io::Result<()> {
    match usize::try_from(of).unwrap_or(usize::MAX).saturating_sub(shown) {
        0 => Ok(()),
        more => page.line(format_args!("{DIM}and {more} more{DIM:#}")),
    }
}

fn waits(page: &mut Page<'_>, chat: &ChatWhyView, with_queue: bool) -> io::Result<()> {
    let queue = if with_queue { format!(" in {}", chat.queue) } else { String::new() };
    let (id, waiting) = (&chat.chat, ms_if(Some(chat.waiting_ms)));
    let priority = chat.priority;
    page.line(format_args!("{HEAD}{id}{HEAD:#}  {waiting}, priority {priority}{queue}"))?;
    if let Some(text) = &chat.text {
        page.wrapped("  ", text)?;
    }
    others(page, "  ", &chat.agents, chat.more_agents)
}

fn agent(page: &mut Page<'_>, agent: &AgentWhyView) -> io::Result<()> {
    let AgentWhyView { agent: id, name, .. } = agent;
    page.line(format_args!("{HEAD}{name}{HEAD:#} ({id}): {}", status(agent.status)))?;
    page.wrapped("  ", &agent.text)?;
    for note in &agent.notes {
        page.wrapped("  ", note)?;
    }
    for queue in &agent.queues {
        let notes: String = queue.notes.iter().map(|note| format!("; {note}")).collect();
        page.wrapped("  ", &format!("{}: {} waiting{notes}", queue.queue, queue.waiting))?;
    }
    for chat in &agent.chats {
        waits(page, chat, true)?;
    }
    more(page, agent.more_chats, 0)
}
