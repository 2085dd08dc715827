//! Logging in to ServiceNow: what the chosen way needs is there, each secret has one place, and
//! nothing is set that another way would need.

use super::{Found, Place};
use crate::config::servicenow::{Auth, ServiceNow};
use std::path::Path;

pub(super) fn check(found: &mut Found<'_>, at: &Place, section: &ServiceNow) {
    let (oauth, api_key) = (&section.oauth, &section.api_key);
    if section.by_password() {
        if section.username.as_deref().unwrap_or_default().is_empty() {
            found.error(&at.at("username"), "servicenow.username is not set", "add the account");
        }
        let keys = ["password_file", "password_env"];
        secret(found, at, "password", keys, &section.password_file, &section.password_env);
    }
    if section.auth == Auth::Oauth {
        let at = at.at("oauth");
        if oauth.client_id.as_deref().unwrap_or_default().is_empty() {
            let help = "add the id of the application that the instance's registry holds";
            found.error(&at, "servicenow.oauth.client_id is not set", help);
        }
        let keys = ["client_secret_file", "client_secret_env"];
        let (file, env) = (&oauth.client_secret_file, &oauth.client_secret_env);
        secret(found, &at, "client secret", keys, file, env);
    }
    if section.auth == Auth::ApiKey {
        let keys = ["key_file", "key_env"];
        secret(found, &at.at("api_key"), "key", keys, &api_key.key_file, &api_key.key_env);
    }
    needless(found, at, section);
    tls(found, &at.at("tls"), section);
}

/// A secret has exactly one place.
fn secret<P: AsRef<Path>>(
    found: &mut Found<'_>,
    at: &Place,
    what: &str,
    [file_key, env_key]: [&str; 2],
    file: &Option<P>,
    env: &Option<String>,
) {
    if let Some(name) = env {
        let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || !name.chars().all(fits) {
            // Not said what it is: it may be the secret.
            found.error(
                &at.at(env_key),
                format!("{env_key} must name a variable of the environment"),
                format!("write a name of capital letters, digits and _; never the {what} itself"),
            );
        }
    }
    match (file, env) {
        (None, None) => found.error(
            at,
            format!("the account has no {what}"),
            format!("set {file_key} or {env_key}; the {what} itself never stands here"),
        ),
        (Some(_), Some(_)) => found.error(
            &at.at(env_key),
            format!("the {what} is to come from a file and from the environment"),
            format!("take {file_key} or {env_key} out"),
        ),
        _ => {}
    }
}

/// What another way to log in would need: somebody meant that one.
fn needless(found: &mut Found<'_>, at: &Place, section: &ServiceNow) {
    let (oauth, api_key) = (&section.oauth, &section.api_key);
    let password = section.password_file.is_some() || section.password_env.is_some();
    let name = section.username.is_some();
    let client = oauth.client_id.is_some()
        || oauth.client_secret_file.is_some()
        || oauth.client_secret_env.is_some();
    let key = api_key.key_file.is_some() || api_key.key_env.is_some();
    for (set, used, key, meant) in [
        (password || name, section.by_password(), "username", "auth = \"basic\""),
        (client, section.auth == Auth::Oauth, "oauth", "auth = \"oauth\""),
        (key, section.auth == Auth::ApiKey, "api_key", "auth = \"api_key\""),
    ] {
        if set && !used {
            let message = format!("servicenow.{key} is set, and servicenow.auth does not use it");
            found.warning(&at.at(key), message, format!("write {meant}, or take it out"));
        }
    }
}

fn tls(found: &mut Found<'_>, at: &Place, section: &ServiceNow) {
    let tls = &section.tls;
    if tls.certificate.is_some() != tls.key.is_some() {
        let help = "set both certificate and key, or neither";
        found.error(at, "a certificate serves only with its key", help);
    }
    if section.auth == Auth::Certificate && tls.certificate.is_none() {
        let help = "set servicenow.tls.certificate and servicenow.tls.key";
        found.error(at, "auth = \"certificate\" needs a certificate", help);
    }
    let https = section.url.as_ref().is_some_and(|url| url.scheme() == "https");
    if section.auth == Auth::Certificate && !https {
        let help = "write https://, or choose another servicenow.auth";
        found.error(at, "a certificate can be shown over https alone", help);
    }
}
