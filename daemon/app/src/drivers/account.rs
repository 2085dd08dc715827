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
    let username = || section.username.clone().ok_or_else(|| there("servicenow.username"));
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

/// The certificates' files.
pub(super) fn tls(section: &ServiceNow, base: &Path) -> Tls {
    let tls = &section.tls;
    let at = |path: &Path| base.join(path);
    let identity = tls.certificate.as_deref().zip(tls.key.as_deref());
    Tls {
        identity: identity
            .map(|(certificate, key)| Identity { certificate: at(certificate), key: at(key) }),
        authorities: tls.authorities.as_deref().map(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn made(toml: &str) -> Result<Option<Config>, String> {
        let mut settings = config::embedded().expect("built in").settings;
        settings.servicenow = toml::from_str(toml).expect("a section");
        settings.base = "/base".into();
        let secrets = Secrets {
            servicenow_password: Some("password".into()),
            client_secret: Some("client".into()),
            api_key: Some("key".into()),
        };
        client_config(&settings, &secrets).map_err(|error| error.to_string())
    }

    fn auth(toml: &str) -> Login {
        let toml = format!("url = \"https://desk.example\"\n{toml}");
        made(&toml).expect("whole").expect("an instance").auth
    }

    #[test]
    fn each_way_to_log_in_reaches_the_client() {
        let name = "username = \"deskd\"\n";
        assert!(matches!(auth(name), Login::Basic { username, .. } if username == "deskd"));
        assert!(matches!(auth("auth = \"api_key\""), Login::ApiKey { .. }));
        assert!(matches!(auth("auth = \"certificate\""), Login::Certificate));
        let client = "auth = \"oauth\"\n[oauth]\nclient_id = \"id\"\n";
        let Login::OAuth(oauth) = auth(client) else { panic!("not by token") };
        assert!(oauth.client_id == "id" && matches!(oauth.grant, Asks::ClientCredentials));
        let user = format!("{name}{client}grant = \"password\"\n");
        let Login::OAuth(oauth) = auth(&user) else { panic!("not by token") };
        assert!(matches!(oauth.grant, Asks::Password { username, .. } if username == "deskd"));
        assert!(made("url = \"https://desk.example\"").is_err_and(|e| e.contains("username")));
        assert!(made("").expect("nothing to do").is_none());
    }

    #[test]
    fn what_the_check_lets_pass_the_client_takes() {
        let toml = "url = \"http://desk.example\"\nallow_http = true\nusername = \"u\"\n\
                    [tls]\ncertificate = \"c.pem\"\nkey = \"/k.pem\"\nauthorities = \"a.pem\"\n";
        let config = made(toml).expect("whole").expect("an instance");
        config.check().expect("http is allowed");
        let identity = Identity { certificate: "/base/c.pem".into(), key: "/k.pem".into() };
        assert_eq!(config.tls.identity, Some(identity));
        assert_eq!(config.tls.authorities, Some("/base/a.pem".into()));
    }
}
