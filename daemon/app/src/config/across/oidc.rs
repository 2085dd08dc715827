//! The provider of OpenID Connect: an address that is safe to ask, and roles that exist.

use super::{Found, did_you_mean};
use crate::config::Oidc;
use crate::config::source::Place;
use desk_wire::Role;
use url::{Host, Url};

pub(super) fn check(found: &mut Found<'_>) {
    let (main, oidc) = (found.main(), &found.all.settings.oidc);
    found.range(&main, "oidc.timeout_secs", oidc.timeout_secs, 1..=60);
    if let Some(issuer) = &oidc.issuer
        && !issuer.parse::<Url>().is_ok_and(|url| is_safe(&url))
    {
        let help = "write https://…, as the provider calls itself";
        found.error(&main.key("oidc.issuer"), "this is no address of a provider", help);
    }
    if oidc.client_id.is_empty() {
        let help = "write what the provider calls this desk";
        found.error(&main.key("oidc.client_id"), "the desk has no name at the provider", help);
    }
    if oidc.client_secret_file.is_some() && oidc.client_secret_env.is_some() {
        let message = "the client secret is to come from a file and from the environment";
        found.error(&main.key("oidc.client_secret_env"), message, "take one of both out");
    }
    if oidc.issuer.is_some() && oidc.agents.is_empty() && oidc.group.is_empty() {
        let message = "nobody may do anything whom the provider lets in";
        let help = "add [oidc.agents], or [[oidc.group]] with a role";
        found.warning(&main.key("oidc.issuer"), message, help);
    }
    people(found, &main.at("oidc"), oidc);
}

/// Whether what is said to it cannot be read on the way.
fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    plain && (url.scheme() == "https" || url.scheme() == "http" && loopback)
}

fn people(found: &mut Found<'_>, at: &Place, oidc: &Oidc) {
    let file = found.all.file;
    for (claim, agent) in &oidc.agents {
        if !file.agent.iter().any(|known| known.id == *agent) {
            let help = did_you_mean(agent, file.agent.iter().map(|agent| agent.id.as_str()));
            let place = at.at("agents").at(claim.as_str());
            found.error(&place, format!("there is no agent \"{agent}\""), help);
        }
    }
    for (n, group) in oidc.group.iter().enumerate() {
        let place = at.at("group").at(n);
        for (n, queue) in group.queues.iter().enumerate() {
            if !file.queue.iter().any(|known| known.id == *queue) {
                let help = did_you_mean(queue, file.queue.iter().map(|queue| queue.id.as_str()));
                let place = place.at("queues").at(n);
                found.error(&place, format!("there is no queue \"{queue}\""), help);
            }
        }
        if group.role == Role::Integrator {
            let help = "make a token for it: `deskctl token create --role integrator`";
            found.error(&place.at("role"), "an integrator is no person", help);
        }
        if (group.role == Role::Supervisor) == group.queues.is_empty() {
            let help = "give a supervisor queues, and nobody else";
            found.error(&place.at("role"), "this role and these queues do not go together", help);
        }
    }
}
