//! Where the demo is to be seen in a browser, signed in.

use super::site::{AGENT, SUPPORT};
use super::tell::Tell;
use crate::run::Running;
use anyhow::{Context, Result, ensure};
use desk_core::Holder;
use serde_json::json;
use std::time::Duration;

/// How long a link signs in, once: whoever started the demo reads first what it did.
const GOOD_FOR: Duration = Duration::from_secs(3600);

/// A page, and what it shows.
pub(super) struct Link {
    what: &'static str,
    url: String,
}

/// The pages of this demo.
pub(super) fn links(running: &Running) -> Result<Vec<Link>> {
    let chat = format!("http://{}/chat?queue={SUPPORT}", running.http);
    Ok(vec![
        Link { what: "desk", url: running.invite("desk", Holder::Agent(AGENT.into()), GOOD_FOR)? },
        Link { what: "chat", url: chat },
        Link { what: "wall", url: running.invite("wall", Holder::Admin, GOOD_FOR)? },
    ])
}

pub(super) fn print(tell: &Tell, links: &[Link]) {
    tell.head("In a browser (desk and wall sign in, once): the agent, a customer, the supervisor");
    for link in links {
        tell.fact(link.what, &link.url);
    }
    tell.line("");
}

/// Opens each as a browser does; whether all of them are there and signed in.
pub(super) async fn try_each(tell: &mut Tell, links: &[Link]) -> bool {
    let mut good = true;
    for link in links {
        match opens(&link.url).await {
            Ok(()) => tell.verified(&format!("{} opens", link.what)),
            Err(error) => {
                good = false;
                tell.failed(&format!("{}: {error:#}", link.url));
            }
        }
    }
    good
}

async fn opens(url: &str) -> Result<()> {
    let client = super::instance::client()?;
    let (page, ticket) = url.split_once("#ticket=").map_or((url, None), |(p, t)| (p, Some(t)));
    let shown = client.get(page).send().await?.error_for_status()?.text().await?;
    ensure!(shown.contains("<html"), "it is no page");
    let Some(ticket) = ticket else { return Ok(()) };
    let (base, _) = page.rsplit_once('/').context("a link has a path")?;
    let asked = client.post(format!("{base}/v1/session")).json(&json!({ "ticket": ticket }));
    asked.send().await?.error_for_status()?;
    Ok(())
}
