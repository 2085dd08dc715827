//! The ServiceNow instance: an address that may be used, names of tables and fields that can be
//! such.

use super::{Found, Place};
use crate::config::servicenow::LookupPlace;
use desk_servicenow::CONDITIONS_MAX;
use url::Url;

/// How long an instance lets a request of ours run, in seconds.
const QUOTA_SECS: u32 = 60;
/// Most further places of the lookup.
const PLACES_MAX: usize = 4;

pub(super) fn check(found: &mut Found<'_>) {
    let file = found.all.file;
    let main = found.main();
    let section = &file.servicenow;
    let at = main.at("servicenow");
    for (key, value, least, most) in [
        ("servicenow.connect_secs", section.connect_secs, 1, 300),
        ("servicenow.timeout_secs", section.timeout_secs, 1, 3600),
        ("servicenow.concurrency", section.concurrency, 1, 64),
        ("servicenow.steps_per_min", section.steps_per_min, 1, 60_000),
        ("servicenow.window_secs", section.window_secs, 1, 3600),
        ("servicenow.asleep_secs", section.asleep_secs, 1, 3600),
        ("servicenow.lookup.most", section.lookup.most, 1, 50),
        ("servicenow.lookup.timeout_secs", section.lookup.timeout_secs, 1, 300),
        ("servicenow.lookup.cache_secs", section.lookup.cache_secs, 0, 600),
        ("servicenow.lookup.open_incidents", section.lookup.open_incidents, 0, 5),
    ] {
        found.range(&main, key, value, least..=most);
    }
    if (1..=QUOTA_SECS).contains(&section.timeout_secs) {
        let message = "servicenow.timeout_secs is no longer than the instance's own time-out";
        let help =
            format!("set it above {QUOTA_SECS}: what a slow write became is heard, not guessed");
        found.warning(&at.at("timeout_secs"), message, help);
    }
    match &section.url {
        Some(url) => {
            address(found, &at, url, section.allow_http);
            super::login::check(found, &at, section);
        }
        None => {
            let message = "servicenow.url is not set: no customer is looked up, incidents wait";
            found.warning(&at, message, "set url, username and password_file or password_env");
        }
    }
    let lookup = at.at("lookup");
    if section.lookup.also.len() > PLACES_MAX {
        let message = format!("more than {PLACES_MAX} further places of the lookup");
        found.error(&lookup.at("also"), message, "each costs a request for who is in none of them");
    }
    for (n, place) in section.lookup.places().enumerate() {
        let at = if n == 0 { lookup.clone() } else { lookup.at("also").at(n - 1) };
        lookup_place(found, &at, &place);
    }
    incident(found, &main.at("incident"));
}

fn lookup_place(found: &mut Found<'_>, at: &Place, place: &LookupPlace) {
    found.column(&at.at("table"), "the table of the lookup", &place.table);
    found.column(&at.at("field"), "the field of the lookup", &place.field);
    for (n, field) in place.fields.iter().enumerate() {
        found.column(&at.at("fields").at(n), "a field of the lookup", field);
    }
    for (n, field) in place.search.iter().enumerate() {
        found.column(&at.at("search").at(n), "a field of the search", field);
    }
    if place.search.is_empty() || place.search.len() > CONDITIONS_MAX {
        let message = format!("the search takes 1 to {CONDITIONS_MAX} fields");
        found.error(&at.at("search"), message, "name those that agents know people by");
    }
    if !place.fields.contains(&place.field) {
        // An instance may drop a condition that it does not understand and answer with anybody.
        let message = "the field that is asked for is not among those that are read";
        let help = format!("add \"{}\", so that the answer can be checked", place.field);
        found.error(&at.at("fields"), message, help);
    }
}

fn address(found: &mut Found<'_>, at: &Place, url: &Url, allow_http: bool) {
    let at = at.at("url");
    match url.scheme() {
        "https" => {}
        "http" if desk_servicenow::is_loopback(url) || allow_http => {}
        "http" => found.error(
            &at,
            "over http the password would cross the network unencrypted",
            "write https://, or set servicenow.allow_http = true if you mean it",
        ),
        scheme => found.error(
            &at,
            format!("an instance is not reached over {scheme}"),
            "write https://INSTANCE.service-now.com",
        ),
    }
    if !url.username().is_empty() || url.password().is_some() {
        let help = "set username, and password_file or password_env";
        found.error(&at, "an account does not belong in the address", help);
    }
    if url.query().is_some() || url.fragment().is_some() {
        let help = "write https://INSTANCE.service-now.com";
        found.error(&at, "the address must end before ? and #", help);
    }
}

fn incident(found: &mut Found<'_>, at: &Place) {
    let incident = &found.all.file.incident;
    found.column(&at.at("table"), "the table of incidents", &incident.table);
    found.name(&at.at("namespace"), "this desk's namespace", &incident.namespace);
    for (key, field) in [
        ("accepted_field", &incident.accepted_field),
        ("terminated_field", &incident.terminated_field),
    ] {
        if let Some(field) = field {
            found.column(&at.at(key), "a field of incidents", field);
        }
    }
    for field in incident.fields.keys() {
        found.column(&at.at("fields").at(field.as_str()), "a field of incidents", field);
    }
    let (interaction, at) = (&incident.interaction, at.at("interaction"));
    found.column(&at.at("table"), "the table of interactions", &interaction.table);
    found.column(&at.at("id_field"), "a field of interactions", &interaction.id_field);
    for field in interaction.fields.keys() {
        found.column(&at.at("fields").at(field.as_str()), "a field of interactions", field);
    }
}
