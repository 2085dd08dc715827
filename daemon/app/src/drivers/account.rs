//! What the client is told of the instance: its address, how to log in there, its bounds.

use super::InstanceError;
use crate::config::{Auth, Grant, Secrets, ServiceNow, Settings};
use desk_servicenow::{Auth as Login, Config, Grant as Asks, Identity, OAuth, Tls};
use std::path::Path;
use std::time::Duration;

/// The client's config; `None` where the settings name no instance.
pub(crate) fn client_config(
    settings: &Settings,
    secrets: &Secrets,
) -> Result<Option<Config>, InstanceError> {
    let section = &settings.servicenow;
    let Some(url) = &section.url else { return Ok(None) };
    let mut config = Config::at(url.clone(), login(section, secrets)?);
    config.allow_http = section.allow_http;
    config.timeout = Duration::from_secs(section.timeout_secs.into());
    config.connect_timeout = Duration::from_secs(section.connect_secs.into());
    config.concurrency = section.concurrency as usize;
    config.tls = tls(section, &settings.base);
    Ok(Some(config))
}

fn login(section: &ServiceNow, secrets: &Secrets) -> Result<Login, InstanceError> {
    let there = |key| InstanceError::NoAccount(key);
    let username =
        || section.username.clone().ok_or_else(|| there("servicenow.username"));
    let password = || {
        let password = secrets.servicenow_password.clone();
        password.ok_or_else(|| there("servicenow.password_file"))
    };
    Ok(match section.auth {
        Auth::Basic => Login::Basic { username: username()?, password: password()? },
        Auth::Certificate => Login::Certificate,
        Auth::ApiKey => {
            let key = secrets.api_key.clone();
            Login::ApiKey { key: key.ok_or_else(|| there("servicenow.api_key.key_file"))?.into() }
        }
        Auth::Oauth => {
            let id = section.oauth.client_id.clone();
            let secret = secrets.client_secret.clone();
            let secret = secret.ok_or_else(|| there("servicenow.oauth.client_secret_file"))?;
            Login::OAuth(OAuth {
                client_id: id.ok_or_else(|| there("servicenow.oauth.client_id"))?,
                client_secret: secret.into(),
                grant: match section.oauth.grant {
                    Grant::ClientCredentials => Asks::ClientCredentials,
                    Grant::Password => {
                        Asks::Password { username: username()?, password: password()?.into() }
                    }
                },
            })
        }
    })
}

fn tls(section: &ServiceNow, base: &Path) -> Tls {
    let tls = &section.tls;
    let at = |path: &Path| base.join(path);
    let identity = tls.certificate.as_deref().zip(tls.key.as_deref());
    Tls {
        identity: identity
            .map(|(certificate, key)| Identity { certificate: at(certificate), key: at(key) }),
        authorities: tls.authorities.as_deref().map(at),
    }
}
