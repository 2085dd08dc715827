//! Trying an instance out: whether the account can do what is needed, before anybody waits for it.
//! Reads only.

use crate::client::{Call, Client};
use crate::create::echo_query;
use crate::lookup::rows;
use crate::outcome::NotDone;
use crate::query;
use crate::record::Fields;

/// A field that no table has.
const NO_FIELD: &str = "u_deskd_no_such_field";
/// Records of people that are looked at: one may be without an address.
const PEOPLE: usize = 20;
/// By what an unclear create is looked for.
const READ_BACK: [&str; 4] = ["sys_id", "number", "correlation_id", "sys_mod_count"];
/// Whom an incident is for.
const CALLER: &str = "caller_id";
/// Where notes go.
const NOTES: &str = "work_notes";

/// What is to be tried.
#[derive(Debug, Clone, Copy)]
pub struct ProbePlan<'a> {
    /// The table in which customers are.
    pub lookup_table: &'a str,
    /// The field that must equal a customer's address.
    pub lookup_field: &'a str,
    /// Where they are looked for next: each a table and its field.
    pub also: &'a [(&'a str, &'a str)],
    /// The table of incidents.
    pub incident_table: &'a str,
    /// Fields of the deployment's own that incidents are made with.
    pub incident_fields: &'a [&'a str],
    /// The table of interactions, and the field that takes a chat's id, where they are to be made.
    pub interactions: Option<(&'a str, &'a str)>,
}

/// What was found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProbeReport {
    /// What was tried, and what came of it, in order.
    pub findings: Vec<Finding>,
    /// The instance's clock, as the `Date` of its answer says it.
    pub date: Option<String>,
}

/// What came of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub grade: Grade,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// It is as it should be.
    Good,
    /// It works, and may surprise.
    Warning,
    /// It does not work.
    Error,
}

impl Client {
    /// Logs in, and tries whether people can be found by address and incidents read back.
    pub async fn probe(&self, plan: ProbePlan<'_>) -> ProbeReport {
        let mut report = ProbeReport::default();
        let of_interactions =
            plan.interactions.into_iter().flat_map(|(table, field)| [table, field]);
        let of_places = plan.also.iter().flat_map(|(table, field)| [*table, *field]);
        let names = [plan.lookup_table, plan.incident_table, plan.lookup_field];
        let names = names.into_iter().chain(of_interactions).chain(of_places);
        for name in names.chain(plan.incident_fields.iter().copied()) {
            if !query::is_field(name) {
                report.error(format!("not a name of a table or field: {name:?}"), None);
                return report;
            }
        }
        if !self.people(plan.lookup_table, plan.lookup_field, &mut report).await {
            // Whatever came next would fail for the same reason.
            return report;
        }
        for (table, field) in plan.also {
            self.people(table, field, &mut report).await;
        }
        self.conditions(plan, &mut report).await;
        let shows_notes = self.incidents(plan, &mut report).await;
        if let Some((table, field)) = plan.interactions {
            self.read_back(table, &["sys_id", "number", field], &[], &mut report).await;
            let tie = ["sys_id", "interaction", "document_id"];
            self.read_back("interaction_related_record", &tie, &[], &mut report).await;
        }
        self.notes(plan.incident_table, shows_notes, &mut report).await;
        self.files(&mut report).await;
        report
    }

    /// Whether the instance answers, takes the login, and shows addresses.
    async fn people(&self, table: &str, field: &str, report: &mut ProbeReport) -> bool {
        let rows = match self.some(table, &["sys_id", field], None, PEOPLE, report).await {
            Ok(rows) => rows,
            Err(not_done) => {
                report.failed(&format!("{table} cannot be read"), &not_done);
                return matches!(not_done, NotDone::Permanent { status: Some(403), .. });
            }
        };
        report.good(format!("the login is taken, {table} can be read"));
        let shown = rows.iter().filter(|row| row.contains_key(field)).count();
        let filled = rows.iter().filter(|row| row.get(field).is_some_and(|v| !v.is_empty()));
        if rows.is_empty() {
            let help = "give the account read access to its records (and look for before-query \
                        rules that hide them)";
            report.error(format!("{table} shows the account no record"), Some(help.to_owned()));
        } else if shown == 0 {
            let help = format!("give the account a read ACL for {table}.{field}");
            report.error(format!("the account may not read {field} of {table}"), Some(help));
        } else if filled.count() == 0 {
            let help = "name another field in servicenow.lookup if addresses are there";
            let message = format!("{field} is empty in the first {} of {table}", rows.len());
            report.warning(message, help.to_owned());
        } else {
            report.good(format!("{field} of {table} can be read"));
        }
        true
    }

    /// Whether a condition that the instance does not understand finds everybody.
    async fn conditions(&self, plan: ProbePlan<'_>, report: &mut ProbeReport) {
        let query = format!("{NO_FIELD}=deskd^ORDERBYsys_id");
        let found = self.some(plan.lookup_table, &["sys_id"], Some(query), 1, report).await;
        match found {
            Ok(rows) if rows.is_empty() => {
                report.good("a condition that is not understood finds nothing".to_owned());
            }
            Ok(_) => report.warning(
                "a condition that the instance does not understand is dropped, and finds \
                 everybody; deskd checks each row again"
                    .to_owned(),
                "set glide.invalid_query.returns_no_rows = true on the instance".to_owned(),
            ),
            // Some answer an unknown field by an error, which is as good.
            Err(NotDone::Permanent { .. }) => {}
            Err(not_done) => report.failed("a condition could not be tried", &not_done),
        }
    }

    /// Whether incidents can be read back, and what else of them is read or written. Gives whether
    /// notes are shown; `None` where there is nothing to see that by.
    async fn incidents(&self, plan: ProbePlan<'_>, report: &mut ProbeReport) -> Option<bool> {
        let table = plan.incident_table;
        let also = [&[CALLER, NOTES], plan.incident_fields].concat();
        let row = self.read_back(table, &READ_BACK, &also, report).await?;
        if !row.contains_key(CALLER) {
            let message = format!(
                "{CALLER} of {table} cannot be read: a caller who is chosen after the create is \
                 not written, since somebody else may have set another"
            );
            report.warning(message, format!("give the account a read ACL for {table}.{CALLER}"));
        }
        let own = plan.incident_fields.iter().filter(|name| !row.contains_key(**name));
        let own: Vec<&str> = own.copied().collect();
        if !own.is_empty() {
            let message = format!(
                "{} of {table}: no such field, or the account may not read it",
                own.join(", ")
            );
            let help = "check incident.accepted_field, incident.terminated_field and \
                        incident.fields: as it is, what is sent there may be lost";
            report.warning(message, help.to_owned());
        }
        Some(row.contains_key(NOTES))
    }

    /// Whether records can be read back by what an unclear create is looked for by. Gives one, with
    /// what is shown of `also`.
    async fn read_back(
        &self,
        table: &str,
        wanted: &[&str],
        also: &[&str],
        report: &mut ProbeReport,
    ) -> Option<Fields> {
        let rows = match self.some(table, &[wanted, also].concat(), None, 1, report).await {
            Ok(rows) => rows,
            Err(not_done) => {
                report.failed(&format!("{table} cannot be read back"), &not_done);
                return None;
            }
        };
        let Some(row) = rows.into_iter().next() else {
            let help = "let the account make one (a chat will do) and probe again. If there are \
                        records already, the account may not see them: a create whose answer is \
                        lost could then not be found again";
            let message =
                format!("{table} shows the account no record: reading back is not proven");
            report.warning(message, help.to_owned());
            return None;
        };
        let hidden: Vec<&str> =
            wanted.iter().filter(|name| !row.contains_key(**name)).copied().collect();
        if hidden.is_empty() {
            report.good(format!("{table} can be read back"));
        } else {
            let help = format!("give the account read ACLs for these fields of {table}");
            report.error(format!("{} of {table} cannot be read", hidden.join(", ")), Some(help));
        }
        Some(row)
    }

    /// Whether a note whose answer is lost can be looked for: in the record's own text, or one by
    /// one.
    async fn notes(&self, table: &str, shown: Option<bool>, report: &mut ProbeReport) {
        let found = self.some("sys_journal_field", &["element"], None, 1, report).await;
        let entries = match found {
            Ok(rows) => !rows.is_empty(),
            Err(NotDone::Permanent { .. }) => false,
            Err(not_done) => {
                return report.failed("entries of journals could not be read", &not_done);
            }
        };
        let help = "read access to sys_journal_field makes that sure".to_owned();
        match (shown, entries) {
            (Some(true), true) => {
                report.good(format!("{NOTES} of {table} and entries of journals can be read"));
            }
            (None, true) => report.good("entries of journals can be read".to_owned()),
            (Some(false), true) => report.warning(
                format!("{NOTES} of {table} cannot be read: notes are looked for by entries alone"),
                format!("give the account a read ACL for {table}.{NOTES}"),
            ),
            (Some(true), false) => report.warning(
                "entries of journals cannot be read: a note whose answer is lost is looked for in \
                 the record's own text"
                    .to_owned(),
                help,
            ),
            (Some(false), false) => report.error(
                format!(
                    "neither {NOTES} of {table} nor entries of journals can be read: a note whose \
                     answer is lost is parked, since nobody knows whether it is there"
                ),
                Some(format!("give the account a read ACL for {table}.{NOTES}")),
            ),
            (None, false) => report.warning(
                format!(
                    "entries of journals cannot be read, and whether {NOTES} of {table} can is not \
                     proven"
                ),
                help,
            ),
        }
    }

    /// Whether a file whose answer is lost can be looked for.
    async fn files(&self, report: &mut ProbeReport) {
        let query = vec![("sysparm_limit", "1".to_owned())];
        let listed = self.call(Call::get("/api/now/attachment".to_owned(), query)).await;
        match listed.and_then(|good| rows(&good)) {
            Ok(_) => report.good("attachments can be listed".to_owned()),
            Err(NotDone::Permanent { .. }) => report.warning(
                "attachments cannot be listed: a transcript whose answer is lost is parked, since \
                 nobody knows whether it is there"
                    .to_owned(),
                "give the account read access to sys_attachment".to_owned(),
            ),
            Err(not_done) => report.failed("attachments could not be listed", &not_done),
        }
    }

    async fn some(
        &self,
        table: &str,
        fields: &[&str],
        conditions: Option<String>,
        limit: usize,
        report: &mut ProbeReport,
    ) -> Result<Vec<Fields>, NotDone> {
        let mut query = echo_query(fields.join(","));
        query.extend(conditions.map(|conditions| ("sysparm_query", conditions)));
        query.push(("sysparm_limit", limit.to_string()));
        query.push(("sysparm_no_count", "true".to_owned()));
        let good = self.call(Call::get(format!("/api/now/table/{table}"), query)).await?;
        report.date.clone_from(&good.date);
        rows(&good)
    }
}

impl ProbeReport {
    fn good(&mut self, message: String) {
        self.findings.push(Finding { grade: Grade::Good, message, help: None });
    }

    fn warning(&mut self, message: String, help: String) {
        self.findings.push(Finding { grade: Grade::Warning, message, help: Some(help) });
    }

    fn error(&mut self, message: String, help: Option<String>) {
        self.findings.push(Finding { grade: Grade::Error, message, help });
    }

    fn failed(&mut self, what: &str, not_done: &NotDone) {
        let help = match not_done {
            NotDone::Done(never) => match *never {},
            NotDone::Retry { why, .. } if why.contains("login") || why.contains("token") => {
                "check the account, its secret and servicenow.auth; new instances take a password \
                 only from accounts that are permitted to log in so"
            }
            NotDone::Retry { .. } | NotDone::Ambiguous { .. } => {
                "check servicenow.url, and proxy, DNS and firewall on the way"
            }
            NotDone::Asleep { .. } => {
                "wake the instance in a browser; see that servicenow.url is the instance itself"
            }
            NotDone::Permanent { status: Some(400), .. } => "check the table's name",
            NotDone::Permanent { .. } => "give the account the roles that reading it needs",
        };
        self.error(format!("{what}: {not_done}"), Some(help.to_owned()));
    }
}
