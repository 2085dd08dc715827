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
    let lookup = &loaded.settings.servicenow.lookup;
    let plan = ProbePlan {
        lookup_table: &lookup.table,
        lookup_field: &lookup.field,
        incident_table: &loaded.core.incident.table,
        interactions: Some(&loaded.core.incident.interaction)
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
}
