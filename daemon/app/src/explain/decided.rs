//! What was decided, a sentence an event. What was said stands in the chat's history, not here.

use desk_core::name::StepKind;
use desk_core::{
    DeliveryEvent, DeliveryParked, Event, LeftWhy, Parked, Private, Record, StepEvent, WrapTimer,
    WrappedHow,
};

/// The sentence; `None` for what is nothing to people.
#[allow(clippy::too_many_lines, reason = "one arm an event")]
pub(super) fn line(record: &Record, event: &Event) -> Option<String> {
    let now = record.at.desk_ms;
    let within = |at: u64| format!("{} s", at.saturating_sub(now).div_ceil(1000));
    Some(match event {
        Event::ChatOpened(opened) => {
            let skills: Vec<String> =
                opened.skills.iter().map(|(skill, least)| format!("{skill} {least}")).collect();
            let needs = needs(&skills);
            let (queue, priority) = (&opened.queue, opened.priority);
            format!("arrived in {queue}, priority {priority}{needs}")
        }
        Event::ChatTurnedAway { queue, why, message, .. } => {
            let told = message.as_ref().map(|message| private(message, |text| quoted(text)));
            let told = told.map(|text| format!(", told {text}")).unwrap_or_default();
            format!("turned away from {queue}: {}{told}", why.name().replace('_', " "))
        }
        Event::MessageKept { n, from, chars, tag, .. } => {
            let tag = tag.as_ref().map(|tag| format!(", tagged {tag}")).unwrap_or_default();
            format!("message {n} by {}, {chars} characters{tag}", role(from))
        }
        Event::ClocksSet { clocks, .. } => {
            let due = [
                ("the customer is reminded", clocks.remind_at),
                ("the chat is closed", clocks.close_at),
                ("the agent is reminded", clocks.reply_at),
            ];
            let due = due.into_iter().filter_map(|(what, at)| Some((what, at?)));
            let due: Vec<_> = due.map(|(what, at)| format!("{what} in {}", within(at))).collect();
            if due.is_empty() { "nobody's silence counts".to_owned() } else { due.join(", ") }
        }
        Event::ReplyOverdue { since, .. } => {
            let waited = now.saturating_sub(*since).div_ceil(1000);
            format!("the customer has waited {waited} s for an answer")
        }
        Event::OfferMade(made) => {
            let (agent, secs) = (&made.agent, within(made.deadline));
            format!("offered to {agent}, {secs} to accept")
        }
        Event::OfferEnded { agent, outcome, reason, cooldown_until, .. } => {
            let why = reason.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
            let again = cooldown_until.filter(|until| *until > now);
            let again = again.map(|at| format!(", not asked again for {}", within(at)));
            let how = crate::views::words::outcome(*outcome).to_string().replace('_', " ");
            format!("the offer to {agent} {how}{why}{}", again.unwrap_or_default())
        }
        Event::ChatWaits { wait_max_at, relax_at, .. } => {
            let relax = relax_at.filter(|at| *at > now);
            let relax = relax.map(|at| format!(", any level of its skills after {}", within(at)));
            format!("waits, for {} at most{}", within(*wait_max_at), relax.unwrap_or_default())
        }
        Event::ChatHeld { secs, .. } => format!("held back from its queue for {secs} s"),
        Event::HoldEnded { .. } => "in its queue again".to_owned(),
        Event::WaitExtended { wait_max_at, .. } => {
            format!("may wait for {} more", within(*wait_max_at))
        }
        Event::PrioritySet { priority, .. } => format!("priority {priority} from now on"),
        Event::ChatRelaxed { .. } => "any level of the skills that it needs will do".to_owned(),
        Event::CustomerStreams { streams, gone_at, .. } => match (streams, gone_at) {
            (0, Some(at)) => format!("the customer is gone, and has {} to come back", within(*at)),
            (0, None) => "the customer's page is closed".to_owned(),
            _ => "the customer's page is open".to_owned(),
        },
        Event::ChatMoved { queue, priority, overflow, .. } => {
            let how = if *overflow { "by overflow" } else { "by hand" };
            format!("moved to {queue} {how}, priority {priority}")
        }
        Event::SegmentOpened { segment, .. } => {
            format!("{} accepted: segment {}", segment.agent, segment.n)
        }
        Event::SegmentLeft { n, why, timer, .. } => {
            let why = match why {
                LeftWhy::Ended => "the chat ended",
                LeftWhy::Transferred => "transferred",
                LeftWhy::Requeued => "put back",
                LeftWhy::Lost => "the agent was gone",
            };
            format!("segment {n} left, {why}; {}", wrap_timer(*timer, now))
        }
        Event::DraftSet { n, codes, note, .. } => {
            let codes = codes.as_ref().map(|codes| {
                let codes: Vec<_> = codes.iter().map(ToString::to_string).collect();
                format!("codes [{}]", codes.join(", "))
            });
            let chars = |text: &String| format!("a note of {} characters", text.chars().count());
            let note = note.as_ref().map(|note| private(note, chars));
            let set: Vec<_> = codes.into_iter().chain(note).collect();
            format!("segment {n}: {}", set.join(", "))
        }
        Event::SegmentHanded { n, to, .. } => format!("segment {n} is {to}'s to finish up"),
        Event::WrapupTimerSet { n, timer, .. } => {
            format!("segment {n}: {}", wrap_timer(*timer, now))
        }
        Event::WrapupExtended { n, timer, extended, .. } => {
            format!("segment {n} extended, {extended} so far: {}", wrap_timer(*timer, now))
        }
        Event::WrapupDenied { n, .. } => {
            format!("the wrap-up of segment {n} is denied by the rule")
        }
        Event::SegmentWrapped { n, how, codes, .. } => {
            let how = match how {
                WrappedHow::None => "at once",
                WrappedHow::Agent => "by its agent",
                WrappedHow::Timer => "by the timer",
                WrappedHow::Forced => "by force",
                WrappedHow::Backstop => "by the backstop",
            };
            let codes: Vec<_> = codes.iter().map(ToString::to_string).collect();
            format!("segment {n} wrapped up {how}, codes [{}]", codes.join(", "))
        }
        Event::ChatEnded { how, form, .. } => {
            let form = if *form { ", the customer is offered the form" } else { "" };
            format!("ended: {}{form}", how.name())
        }
        Event::ChatClosed { .. } => "closed".to_owned(),
        Event::AbandonedAcknowledged { .. } => "somebody took note of it".to_owned(),
        Event::CooldownEnded { .. } => "a cool-down is over".to_owned(),
        Event::LookupWanted { n, words, at, failed, .. } => {
            let what = if words.is_some() { "other words" } else { "the address" };
            let tries =
                if *failed > 0 { format!(", {failed} failed before") } else { String::new() };
            let when = if *at > now { format!(" in {}", within(*at)) } else { String::new() };
            format!("lookup {n} by {what} is wanted{when}{tries}")
        }
        Event::LookupTaken { n, .. } => format!("lookup {n} is under way"),
        Event::LookupDropped { n, why, .. } => format!("lookup {n} given up{}", because(why)),
        Event::MatchSet { state, why, count, chosen, .. } => {
            let chosen = chosen.as_ref().map(|r| format!(", {} {} chosen", r.table, r.sys_id));
            let chosen = chosen.unwrap_or_default();
            format!("match: {}, {count} found{chosen}{}", state.name(), because(why))
        }
        Event::MatchChosen { chosen, .. } => {
            format!("{} {} chosen", chosen.table, chosen.sys_id)
        }
        Event::PopWanted(pop) => format!("{} pops at {}", pop.record.table, pop.agent),
        Event::StepWanted(wanted) => {
            let wait = wanted.not_before.filter(|at| *at > now);
            let wait =
                wait.map(|at| format!(", within {}, once the customer is known", within(at)));
            format!("incident: {} is wanted{}", wanted.step.kind, wait.unwrap_or_default())
        }
        Event::StepTaken { step, attempt, body, .. } => {
            let frozen = if body.is_some() { ", its content frozen" } else { "" };
            format!("incident: {} is sent, attempt {attempt}{frozen}", step.kind)
        }
        Event::StepMoved { step, to, why } => {
            let to = match to {
                StepEvent::Due { at, doubtful: true } => {
                    format!("is looked for in {}: it may have been done", within(*at))
                }
                StepEvent::Due { at, doubtful: false } => {
                    format!("is tried again in {}", within(*at))
                }
                StepEvent::Parked { why: Parked::Refused } => "is parked: refused".to_owned(),
                StepEvent::Parked { why: Parked::GivenUp } => {
                    "is parked: tried for long".to_owned()
                }
                StepEvent::Parked { why: Parked::BehindCreate } => {
                    "is parked behind its create".to_owned()
                }
                StepEvent::Done => "is done".to_owned(),
                StepEvent::Dropped => "is given up".to_owned(),
            };
            format!("incident: {} {to}{}", step.kind, because(why))
        }
        Event::IncidentWritten { number, .. } => format!("incident {number} is written"),
        Event::InteractionWritten { step, number, .. } => match step.kind {
            StepKind::Relate => "the interaction is tied to the incident".to_owned(),
            _ => format!("interaction {number} is written"),
        },
        Event::IncidentDiffers { step, .. } => {
            format!("incident: ServiceNow holds {} otherwise than it was sent", step.kind)
        }
        Event::CallerSet { .. } => "the incident's caller changed".to_owned(),
        Event::IncidentAppends { .. } => "the rule adds it to an incident that is open".to_owned(),
        Event::AppendRefused { why, .. } => {
            let why = private(why, Clone::clone);
            format!("that incident takes nothing, so it is made one of its own: {why}")
        }
        Event::IncidentSkipped { .. } => "the rule wants no incident".to_owned(),
        Event::StepsReplayed { .. } => "incident: steps are looked for once more".to_owned(),
        Event::IntentSet { agent, to, return_at, .. } => {
            let back = return_at.map(|at| format!(", available again in {}", within(at)));
            let to = to.name().replace('_', " ");
            format!("{agent} wants {to}{}", back.unwrap_or_default())
        }
        Event::KvSet { key, value, .. } => {
            let does = if value.is_some() { "remembers" } else { "forgets" };
            format!("a rule {does} {}", private(key, |key| quoted(key)))
        }
        Event::DeliveryWanted(wanted) => {
            let (id, sink, hook) = (wanted.delivery, &wanted.sink, wanted.origin.hook);
            format!("delivery {id} to {sink} is wanted by {hook}")
        }
        Event::DeliveryLost { sink, origin } => {
            format!("what {} delivers to {sink} is given up: too much waits there", origin.hook)
        }
        Event::DeliveryTaken { delivery, attempt, .. } => {
            format!("delivery {delivery} is sent, attempt {attempt}")
        }
        Event::DeliveryMoved { delivery, to, why, .. } => {
            let to = match to {
                DeliveryEvent::Due { at } => format!("is tried again in {}", within(*at)),
                DeliveryEvent::Parked { why: DeliveryParked::Refused } => {
                    "is parked: refused".to_owned()
                }
                DeliveryEvent::Parked { why: DeliveryParked::GivenUp } => {
                    "is parked: tried for long".to_owned()
                }
                DeliveryEvent::Parked { why: DeliveryParked::NoSink } => {
                    "is parked: the config has no such sink".to_owned()
                }
                DeliveryEvent::Done => "is done".to_owned(),
                DeliveryEvent::Dropped => "is given up".to_owned(),
            };
            format!("delivery {delivery} {to}{}", because(why))
        }
        Event::DeliveryReplayed { delivery, .. } => {
            format!("delivery {delivery} is sent once more")
        }
        Event::PersonErased { .. } => "what was known of the person is erased".to_owned(),
        Event::RefusalKept { refusal, .. } => {
            format!("refused: {}", private(refusal, ToString::to_string))
        }
        _ => return None,
    })
}

fn needs(skills: &[String]) -> String {
    if skills.is_empty() { String::new() } else { format!(", needs {}", skills.join(", ")) }
}

fn role(from: &desk_core::Author) -> String {
    match from {
        desk_core::Author::Agent(agent) => agent.to_string(),
        other => crate::views::words::sender(other).to_string(),
    }
}

/// A private value, or that it was erased.
fn private<T>(value: &Private<T>, tell: impl Fn(&T) -> String) -> String {
    value.known().map_or_else(|| "(erased)".to_owned(), tell)
}

fn quoted(text: &str) -> String {
    format!("'{text}'")
}

fn because(why: &Option<Private<String>>) -> String {
    let why = why.as_ref().map(|why| private(why, Clone::clone));
    why.map(|why| format!(": {why}")).unwrap_or_default()
}

fn wrap_timer(timer: WrapTimer, now: u64) -> String {
    match timer {
        WrapTimer::Off => "post-processing without a timer".to_owned(),
        WrapTimer::Running { deadline } => {
            format!("{} s of post-processing", deadline.saturating_sub(now).div_ceil(1000))
        }
        WrapTimer::Stopped { left_ms } => {
            format!("timer stopped with {} s left", left_ms.div_ceil(1000))
        }
    }
}
