//! The figures as OpenMetrics text: those that were counted, and those that are looked up now.

use super::figure::{Figure, counters, gauge, gauges, label};
use super::of_desk::OfDesk;
use super::{Counted, of_rules};
use crate::desk::{Desk, Unanswered};
use crate::drivers::{DriverStatus, DriverView};
use crate::ipc::Site;
use desk_core::State;
use desk_core::policy::Policy;
use desk_wire::view::{HookView, ScriptSetView, ShadowView};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// The type of the text.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What every name begins with.
const PREFIX: &str = "deskd";

/// Connections that are open, by door.
pub(crate) type Connections = [(&'static str, usize); 4];

/// What was looked up last: however often somebody asks, the engine is not.
#[derive(Default)]
pub(crate) struct Metrics {
    last: Mutex<Option<(Instant, Arc<Looked>)>>,
}

/// What the engine tells.
struct Looked {
    desk: OfDesk,
    hooks: Vec<HookView>,
}

impl Metrics {
    /// The text. What the engine has to tell is at most this old.
    ///
    /// # Errors
    /// Where the desk does not answer.
    pub(crate) async fn text<P: Policy + Send + 'static>(
        &self,
        desk: &Desk<P>,
        site: &dyn Site,
        connections: Connections,
        oldest: Duration,
    ) -> Result<String, Unanswered> {
        let now = Now {
            looked: self.looked(desk, site, oldest).await?,
            durable: desk.durable(),
            set: site.script_set(),
            shadow: site.shadow(),
            drivers: site.drivers(),
            connections,
            started_ms: desk.started_ms(),
        };
        Ok(written(desk.counted(), &now))
    }

    /// One looks at a time; who comes meanwhile gets the same.
    async fn looked<P: Policy + Send + 'static>(
        &self,
        desk: &Desk<P>,
        site: &dyn Site,
        oldest: Duration,
    ) -> Result<Arc<Looked>, Unanswered> {
        let mut last = self.last.lock().await;
        if let Some((at, looked)) = &*last
            && at.elapsed() < oldest
        {
            return Ok(Arc::clone(looked));
        }
        let hooks = site.hooks().await.map_err(|_| Unanswered::Stopping)?;
        let followed = site.followed().await.map_err(|_| Unanswered::Stopping)?;
        let durable = desk.durable();
        let look = move |state: &State, now| OfDesk::look(state, now, followed, durable);
        let of_desk = desk.view(look).await?;
        let looked = Arc::new(Looked { desk: of_desk, hooks });
        *last = Some((Instant::now(), Arc::clone(&looked)));
        Ok(looked)
    }
}

/// All that is looked up.
struct Now {
    looked: Arc<Looked>,
    durable: u64,
    set: ScriptSetView,
    shadow: Option<ShadowView>,
    drivers: DriverStatus,
    connections: Connections,
    started_ms: i64,
}

impl Now {
    fn figures(&self) -> Vec<Figure> {
        let mut figures = self.looked.desk.figures(self.durable);
        figures.extend(of_rules::rules(&self.looked.hooks));
        figures.extend(of_rules::sets(&self.set, self.shadow.as_ref()));
        figures.extend(drivers(&self.drivers));
        let open = self.connections.iter().map(|(door, open)| (label("door", door), *open));
        figures.push(gauges("connections", "Connections that are open, by door.", open));
        let version = label("version", env!("CARGO_PKG_VERSION"));
        figures.push(gauges("build", "1, with the version that runs.", [(version, 1)]));
        let started = usize::try_from(self.started_ms / 1000).unwrap_or(0);
        let help = "When the daemon started, in seconds since 1970.";
        figures.push(gauge("started", help, started));
        figures
    }
}

fn drivers(status: &DriverStatus) -> Vec<Figure> {
    let views = [("lookup", status.lookup()), ("outbox", status.outbox())];
    let deliver = status.deliver();
    let came = |(driver, view): &(&str, DriverView)| {
        let of = |outcome, n| ([label("driver", driver), label("came", outcome)].concat(), n);
        [of("done", view.done), of("failed", view.failed)]
    };
    let busy =
        views.iter().map(|(driver, view)| (label("driver", driver), view.in_flight as usize));
    vec![
        gauges("servicenow_in_flight", "Items that ServiceNow is being asked about.", busy),
        counters(
            "servicenow_items",
            "Lookups and steps that ServiceNow was asked for, by what came of it.",
            views.iter().flat_map(came),
        ),
        counters(
            "delivery_attempts",
            "Attempts to deliver, by what came of them.",
            [("done", deliver.done), ("failed", deliver.failed)]
                .map(|(came, n)| (label("came", came), n)),
        ),
    ]
}

fn written(counted: &Counted, now: &Now) -> String {
    let mut registry = Registry::with_prefix(PREFIX);
    counted.register(&mut registry);
    for figure in now.figures() {
        registry.register_collector(Box::new(figure));
    }
    let mut text = String::new();
    encode(&mut text, &registry).expect("a text takes whatever is written");
    text
}

#[cfg(test)]
mod tests;
