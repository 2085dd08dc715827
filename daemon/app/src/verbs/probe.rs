//! `check --probe`: whether the ServiceNow instance does what the config expects of it.

use crate::clock::wall_ms;
use crate::config::{Loaded, Problem, Report, Severity};
use crate::drivers::client_config;
use anyhow::Result;
use desk_servicenow::{Client, Finding, Grade, ProbePlan, ProbeReport};
use jiff::fmt::rfc2822;

/// By how much the clocks may differ, in milliseconds: more confuses whoever reads both.
const SKEW_MS_MAX: i64 = 60_000;

/// Asks the instance, says what works on standard error, and adds what does not to the report.
pub(crate) fn probe(report: &mut Report, loaded: &Loaded) -> Result<()> {
    let config = loaded.settings.secrets().map_err(Into::into);
    let config = config.and_then(|secrets| client_config(&loaded.settings, &secrets));
    let config = match config {
        Ok(Some(config)) => config,
        Ok(None) => {
            report.add(Problem::new(Severity::Error, "there is no servicenow.url to probe"));
            return Ok(());
        }
        Err(error) => {
            report.add(Problem::new(Severity::Error, error.to_string()));
            return Ok(());
        }
    };
    let (lookup, incident) = (&loaded.settings.servicenow.lookup, &loaded.core.incident);
    let also: Vec<(&str, &str)> =
        lookup.also.iter().map(|place| (place.table.as_str(), place.field.as_str())).collect();
    let own: Vec<&str> = [&incident.accepted_field, &incident.terminated_field]
        .into_iter()
        .flatten()
        .chain(incident.fields.keys())
        .map(String::as_str)
        .collect();
    let plan = ProbePlan {
        lookup_table: &lookup.table,
        lookup_field: &lookup.field,
        also: &also,
        incident_table: &incident.table,
        incident_fields: &own,
        interactions: Some(&incident.interaction)
            .filter(|interaction| interaction.wanted)
            .map(|interaction| (interaction.table.as_str(), interaction.id_field.as_str())),
    };
    let found = super::runtime()?.block_on(async {
        let client = Client::new(config)?;
        Ok::<_, desk_servicenow::ConfigError>(client.probe(plan).await)
    });
    match found {
        Ok(found) => tell(report, &found),
        Err(error) => report.add(Problem::new(Severity::Error, format!("servicenow: {error}"))),
    }
    Ok(())
}

fn tell(report: &mut Report, found: &ProbeReport) {
    let skew = skew(found.date.as_deref(), wall_ms());
    for Finding { grade, message, help } in found.findings.iter().chain(&skew) {
        let severity = match grade {
            Grade::Good => {
                eprintln!("probe: {message}");
                continue;
            }
            Grade::Warning => Severity::Warning,
            Grade::Error => Severity::Error,
        };
        let problem = Problem::new(severity, format!("probe: {message}"));
        report.add(match help {
            Some(help) => problem.help(help.clone()),
            None => problem,
        });
    }
}

/// Whether the instance's clock and ours agree; `None` where it does not say the time.
fn skew(date: Option<&str>, now_ms: i64) -> Option<Finding> {
    let there = rfc2822::parse(date?).ok()?.timestamp().as_millisecond();
    let away = now_ms - there;
    let finding = |grade, message: String, help: Option<&str>| {
        Some(Finding { grade, message, help: help.map(str::to_owned) })
    };
    if away.abs() <= SKEW_MS_MAX {
        return finding(Grade::Good, "the clocks agree".to_owned(), None);
    }
    let (secs, so) = (away.abs() / 1000, if away > 0 { "ahead of" } else { "behind" });
    let help = "see that this machine keeps its time (NTP): times in incidents are of our clock";
    let message = format!("our clock is {secs} s {so} the instance's");
    finding(Grade::Warning, message, Some(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use desk_sandbox::{Options, Sandbox};
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn clocks_that_differ_are_told() {
        let date = Some("Mon, 23 Nov 2026 22:00:00 GMT");
        let there = 1_795_471_200_000;
        let told = |now_ms| skew(date, now_ms).expect("a finding").message;
        assert_eq!(told(there + 59_000), "the clocks agree");
        assert_eq!(told(there + 61_000), "our clock is 61 s ahead of the instance's");
        assert_eq!(told(there - 90_000), "our clock is 90 s behind the instance's");
        assert_eq!(skew(Some("soon"), there), None);
    }

    #[test]
    fn the_verb_says_what_to_do_and_ends_by_how_bad_it_is() {
        let dir = tempfile::tempdir().expect("folder");
        let runtime = crate::verbs::runtime().expect("a runtime");
        let options = Options::new(dir.path().join("sandbox"));
        let sandbox = runtime.block_on(Sandbox::start(options)).expect("a sandbox");
        let mut loaded = config::embedded().expect("built in");
        loaded.settings.base = dir.path().to_owned();
        loaded.settings.servicenow.url = Some(sandbox.url().parse().expect("a URL"));
        loaded.settings.servicenow.username = Some("admin".into());
        loaded.settings.servicenow.password_file = Some("password".into());
        loaded.core.incident.accepted_field = Some("u_accepted".into());
        let told = |password: &str, deny_warnings| {
            let path = dir.path().join("password");
            std::fs::write(&path, password).expect("written");
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("mode");
            let mut report = Report { loaded: None, problems: Vec::new(), deny_warnings };
            probe(&mut report, &loaded).expect("it can be asked");
            (report.text(), report.exit_code())
        };
        let (text, code) = told("admin", false);
        assert!(text.contains("incident shows the account no record: reading back is not proven"));
        assert!(text.contains("help: let the account make one"), "{text}");
        assert!(text.ends_with("the config is good: errors 0, warnings 3\n"), "{text}");
        assert_eq!((code, told("admin", true).1), (0, config::EXIT_CONFIG));

        let client = Client::new(
            desk_servicenow::Config::new(&sandbox.url(), "admin", "admin".into()).expect("config"),
        )
        .expect("client");
        let (table, sys_id) = ("incident".into(), client.own_sys_id("one"));
        let fields = [("work_notes".to_owned(), "x".to_owned())].into();
        let one = desk_servicenow::CreateBody { table, sys_id, fields };
        assert!(runtime.block_on(client.create(&one)).is_done());
        let (text, _) = told("admin", false);
        assert!(text.contains("u_accepted of incident: no such field"), "{text}");
        let (text, code) = told("wrong", false);
        assert!(text.contains("check the account, its secret and servicenow.auth"), "{text}");
        assert!(text.ends_with("the config is not good: errors 1, warnings 0\n"), "{text}");
        assert_eq!(code, config::EXIT_CONFIG);
    }
}
