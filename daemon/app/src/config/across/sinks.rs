//! Sinks: names that can be such, addresses that may be used, secrets that have one place each.

use super::{Found, Place};
use crate::config::sink::Sink;
use std::collections::BTreeSet;

/// Most sinks, and most secrets of one.
const SINKS_MAX: usize = 100;
const SECRETS_MAX: usize = 20;

pub(super) fn check(found: &mut Found<'_>) {
    let file = found.all.file;
    let at = found.main().at("sink");
    if file.sink.len() > SINKS_MAX {
        let help = "let one receiver hand on to the others";
        found.error(&at, format!("there are more than {SINKS_MAX} sinks"), help);
    }
    let mut names = BTreeSet::new();
    for (n, sink) in file.sink.iter().enumerate() {
        let at = at.at(n);
        found.name(&at.at("id"), "a sink", &sink.id);
        if !names.insert(&sink.id) {
            let message = format!("there are two sinks \"{}\"", sink.id);
            found.error(&at.at("id"), message, "give each a name of its own");
        }
        numbers(found, &at, sink);
        address(found, &at, sink);
        secrets(found, &at, sink);
    }
}

fn numbers(found: &mut Found<'_>, at: &Place, sink: &Sink) {
    for (key, value, most) in [
        ("connect_secs", sink.connect_secs, 300),
        ("timeout_secs", sink.timeout_secs, 3600),
        ("concurrency", sink.concurrency, 64),
    ] {
        found.range(at, key, value, 1..=most);
    }
    let most = found.all.file.times.step_max_secs;
    if sink.timeout_secs > most {
        let message = format!(
            "`timeout_secs` is {}, more than `times.step_max_secs` ({most})",
            sink.timeout_secs
        );
        let help = "lower `timeout_secs` or raise `times.step_max_secs`";
        found.error(&at.at("timeout_secs"), message, help);
    }
}

fn address(found: &mut Found<'_>, at: &Place, sink: &Sink) {
    let Some(url) = &sink.url else {
        found.error(at, "a sink without an address", "set url");
        return;
    };
    let at = at.at("url");
    match url.scheme() {
        "https" => {}
        "http" if desk_servicenow::is_loopback(url) || sink.allow_http => {}
        "http" => found.error(
            &at,
            "over http a delivery would cross the network unencrypted",
            "write https://, or set allow_http = true if you mean it",
        ),
        scheme => found.error(
            &at,
            format!("a sink is not reached over {scheme}"),
            "write https://HOST/PATH",
        ),
    }
    if !url.username().is_empty() || url.password().is_some() {
        let help = "let the rule set the authorization header, with a secret of the sink";
        found.error(&at, "an account does not belong in the address", help);
    }
    if url.fragment().is_some() {
        found.error(&at, "the address must end before #", "what follows is never sent");
    }
}

fn secrets(found: &mut Found<'_>, at: &Place, sink: &Sink) {
    let at = at.at("secrets");
    if sink.secrets.len() > SECRETS_MAX {
        found.error(&at, format!("a sink has at most {SECRETS_MAX} secrets"), "name fewer");
    }
    for (name, secret) in &sink.secrets {
        let at = at.at(name.as_str());
        found.name(&at, "a secret", name);
        if secret.file.is_some() == secret.env.is_some() {
            let help = "name the file that holds it, or the environment variable";
            found.error(&at, "a secret is in one place: `file` or `env`", help);
        }
    }
}
