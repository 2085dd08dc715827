//! Answers that come in pages: asked for one after the other, shown as one, with a bar on a terminal
//! while it lasts.

use std::time::Duration;

use desk_wire::view::{AuditView, ExplainView, ReplayView, StoryView};
use desk_wire::{Call, ReplayAsk, Reply};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Globals;
use crate::client::Connection;
use crate::failure::Failure;
use crate::host::Host;

/// What is kept of all pages at most; what comes after it is not asked for.
const KEPT_MAX: usize = 10_000;
/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(200);

/// Asks for all pages of a call; one that has no pages is asked once.
pub(crate) fn ask(
    call: Call,
    connection: &mut Connection,
    globals: &Globals,
    host: &Host<'_>,
) -> Result<Reply, Failure> {
    let mut whole = connection.ask(call.clone(), globals)?;
    let bar = Bar::new(host);
    while let Some(next) = next_of(&whole) {
        bar.show(&whole);
        let page = connection.ask(on(&call, next), globals)?;
        match (&mut whole, page) {
            (Reply::Audit(whole), Reply::Audit(page)) => {
                let (checked, mut findings) = (whole.checked + page.checked, page.findings);
                let before = std::mem::take(&mut whole.findings);
                findings.splice(0..0, before);
                *whole = AuditView { checked, findings, ..page };
            }
            (Reply::Replay(whole), Reply::Replay(page)) => {
                let mut steps = std::mem::take(&mut whole.steps);
                steps.extend(page.steps.iter().cloned());
                *whole = ReplayView { steps, ..page };
            }
            (
                Reply::Explained(ExplainView::Chat(whole)),
                Reply::Explained(ExplainView::Chat(page)),
            ) => {
                let mut decisions = std::mem::take(&mut whole.decisions);
                decisions.extend(page.decisions.iter().cloned());
                *whole = StoryView { decisions, ..page };
            }
            // Each tells all that was found so far.
            (Reply::ScriptReplay(whole), Reply::ScriptReplay(page)) => *whole = page,
            // Another answer than the one before: it is the daemon's last word.
            (_, other) => return Ok(other),
        }
    }
    Ok(whole)
}

/// Where the next page begins, if there is one and room for it.
fn next_of(reply: &Reply) -> Option<String> {
    match reply {
        Reply::Audit(view) if view.findings.len() < KEPT_MAX => view.next.clone(),
        Reply::Replay(view) if view.steps.len() < KEPT_MAX => view.next.clone(),
        Reply::ScriptReplay(view) => (!view.finished).then(|| view.job.clone()),
        Reply::Explained(ExplainView::Chat(view)) if view.decisions.len() < KEPT_MAX => {
            view.next.clone()
        }
        _ => None,
    }
}

/// The same call, from there on.
fn on(call: &Call, from: String) -> Call {
    if matches!(call, Call::ScriptReplay { .. }) {
        return Call::ScriptReplay { what: ReplayAsk::Follow { job: from } };
    }
    let mut call = call.clone();
    if let Call::IncidentAudit { next, .. }
    | Call::OutboxReplay { next, .. }
    | Call::Explain { next, .. } = &mut call
    {
        *next = Some(from);
    }
    call
}

/// A bar on standard error, where somebody sees it.
struct Bar(Option<ProgressBar>);

impl Bar {
    fn new(host: &Host<'_>) -> Self {
        Self(host.can_ask.then(|| {
            let bar = ProgressBar::new(1);
            let style = "{spinner} {wide_bar} {percent:>3} %, {msg}, {eta} left";
            bar.set_style(
                ProgressStyle::with_template(style)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.enable_steady_tick(TICK);
            bar
        }))
    }

    fn show(&self, whole: &Reply) {
        let Some(bar) = &self.0 else { return };
        let (done, of, told) = match whole {
            Reply::Audit(view) => {
                let told = format!("{} looked at, {} found", view.checked, view.findings.len());
                (view.done, view.of, told)
            }
            Reply::ScriptReplay(view) => {
                let asked: u64 = view.found.hooks.iter().map(|hook| hook.asked).sum();
                (view.done, view.of, format!("{asked} asked"))
            }
            Reply::Replay(view) => (view.done, view.of, format!("{} steps", view.steps.len())),
            _ => return,
        };
        bar.set_length(of.max(1));
        bar.set_position(done);
        bar.set_message(told);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
