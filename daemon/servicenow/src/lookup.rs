//! Finding records by exact values.
//!
//! A condition that the instance does not understand is dropped and the rest runs, over the whole
//! table. So every row that comes back is checked again here, and rows of which none fits are a
//! configuration error, never a match.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::classify::Good;
use crate::client::{Call, Client};
use crate::outcome::{NotDone, Outcome};
use crate::query::{self, Unsafe};
use crate::record::{self, Fields, Record, SysId};

/// Records given back at most, unless a query says otherwise.
const LIMIT: usize = 25;
/// The most that a query may say.
const LIMIT_MAX: usize = 100;
/// Conditions joined in one query at most.
pub const CONDITIONS_MAX: usize = 8;

/// What a preview of a person shows, beyond what every [`Candidate`] has.
pub const PERSON_FIELDS: &[&str] =
    &["user_name", "title", "phone", "vip", "department.name", "company.name"];

/// What is looked for: one value in one or more fields of a table, by equality only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupQuery {
    table: String,
    /// A row fits when any of them equals `value`.
    by: Vec<String>,
    value: String,
    fields: Vec<String>,
    limit: usize,
    /// Whether letters beyond ASCII are compared without their case, too.
    folded: bool,
}

/// Why something cannot be looked for. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// The value could be more than a value.
    #[error(transparent)]
    Unsafe(#[from] Unsafe),
    /// Not a table's or field's name.
    #[error("not a name of a table or field: {0:?}")]
    Name(String),
    /// No field, or more than can be joined.
    #[error("between 1 and {CONDITIONS_MAX} fields can be compared")]
    Conditions,
}

impl LookupQuery {
    /// The records of `table` whose `field` is `value`, at most 25, without further fields.
    ///
    /// # Errors
    /// What cannot be asked for.
    pub fn new(table: &str, field: &str, value: &str) -> Result<Self, LookupError> {
        Self::any_of(table, &[field], value)
    }

    /// People by e-mail address, with the fields of a preview.
    ///
    /// # Errors
    /// What cannot be asked for.
    pub fn email(address: &str) -> Result<Self, LookupError> {
        Self::new("sys_user", "email", address)?.fields(PERSON_FIELDS)
    }

    /// The same, taking letters beyond ASCII without their case, too: whoever typed the value looks at
    /// what was found. An address must be the very same.
    #[must_use]
    pub fn folded(self) -> Self {
        Self { folded: true, ..self }
    }

    /// The records of `table` of which any of the fields `by` is `value`.
    ///
    /// # Errors
    /// What cannot be asked for.
    pub fn any_of(table: &str, by: &[&str], value: &str) -> Result<Self, LookupError> {
        query::check_value(value)?;
        if !query::is_table(table) {
            return Err(LookupError::Name(table.to_owned()));
        }
        if by.is_empty() || by.len() > CONDITIONS_MAX {
            return Err(LookupError::Conditions);
        }
        Ok(Self {
            table: table.to_owned(),
            by: names(by)?,
            value: value.trim().to_owned(),
            fields: Vec::new(),
            limit: LIMIT,
            folded: false,
        })
    }

    /// The same with further fields, dots allowed for those of what is referred to.
    ///
    /// # Errors
    /// A name that is none.
    pub fn fields<S: AsRef<str>>(self, fields: &[S]) -> Result<Self, LookupError> {
        Ok(Self { fields: names(fields)?, ..self })
    }

    /// The same with another limit, between 1 and 100.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: limit.clamp(1, LIMIT_MAX), ..self }
    }

    /// The table asked.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The value asked for.
    pub fn value(&self) -> &str {
        &self.value
    }

    fn call(&self) -> Call {
        let conditions: Vec<String> =
            self.by.iter().map(|field| format!("{field}={}", self.value)).collect();
        let mut wanted: Vec<&str> = vec!["sys_id", "name", "email", "active"];
        for field in self.by.iter().chain(&self.fields) {
            if !wanted.contains(&field.as_str()) {
                wanted.push(field);
            }
        }
        Call::get(
            format!("/api/now/table/{}", self.table),
            vec![
                ("sysparm_query", format!("{}^ORDERBYsys_id", conditions.join("^OR"))),
                ("sysparm_fields", wanted.join(",")),
                // One more than wanted, to notice that there are more.
                ("sysparm_limit", (self.limit + 1).to_string()),
                ("sysparm_display_value", "false".to_owned()),
                ("sysparm_exclude_reference_link", "true".to_owned()),
                ("sysparm_no_count", "true".to_owned()),
            ],
        )
    }

    /// The rows that really fit, out of those that came.
    fn fitting(&self, good: &Good) -> Result<Vec<Fields>, NotDone> {
        let rows = rows(good)?;
        let came = rows.len();
        let readable = rows.iter().any(|row| self.held(row).next().is_some());
        let foreign = self.value.is_ascii()
            && rows.iter().any(|row| self.held(row).any(|held| held.is_ascii()));
        let (table, by) = (&self.table, self.by.join(" or "));
        let fits = |row: &Fields| self.held(row).any(|held| self.equals(held));
        let fitting: Vec<Fields> = rows.into_iter().filter(fits).collect();
        let message = if came == 0 || !fitting.is_empty() {
            return Ok(fitting);
        } else if !readable {
            format!("{table} has records, but the account may not read {by}")
        } else if foreign || came > self.limit {
            format!(
                "{came} records of {table} came, none with the {by} asked for: the instance \
                 dropped the condition"
            )
        } else {
            // A database may take é for e, or other letters for each other. We do not.
            return Ok(fitting);
        };
        let (status, transaction) = (Some(good.status), good.transaction.clone());
        Err(NotDone::Permanent { status, message, detail: None, transaction })
    }

    /// What a row holds in the fields that were compared.
    fn held<'a>(&self, row: &'a Fields) -> impl Iterator<Item = &'a str> {
        self.by.iter().filter_map(|field| row.get(field)).map(|held| held.trim())
    }

    fn equals(&self, held: &str) -> bool {
        held.eq_ignore_ascii_case(&self.value)
            || (self.folded && held.to_lowercase() == self.value.to_lowercase())
    }
}

/// A record that may be the customer's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The table that it is in.
    pub table: String,
    /// Its id.
    pub sys_id: SysId,
    /// Its name; empty where the table has none.
    pub name: String,
    /// Its e-mail address; empty where the table has none.
    pub email: String,
    /// Whether it is in use; records of tables without the field are.
    pub active: bool,
    /// The further fields that were asked for and may be read.
    pub fields: Fields,
}

/// What a lookup found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Ordered by `sys_id`, inactive ones among them.
    pub candidates: Vec<Candidate>,
    /// Whether there are more than the limit.
    pub more: bool,
}

impl Client {
    /// Finds the records that a query describes.
    pub async fn lookup(&self, query: &LookupQuery) -> Outcome<Found> {
        self.try_lookup(query).await.into()
    }

    async fn try_lookup(&self, query: &LookupQuery) -> Result<Found, NotDone> {
        let good = self.call(query.call()).await?;
        let rows = query.fitting(&good)?;
        let more = rows.len() > query.limit;
        let candidates = rows.into_iter().take(query.limit).filter_map(|row| query.candidate(row));
        Ok(Found { candidates: candidates.collect(), more })
    }

    /// Finds records by one exact value, as when looking for a `correlation_id`.
    pub async fn find(
        &self,
        table: &str,
        field: &str,
        value: &str,
        fields: &[&str],
    ) -> Outcome<Vec<Record>> {
        let query = LookupQuery::new(table, field, value).and_then(|query| query.fields(fields));
        let query = match query {
            Ok(query) => query,
            Err(error) => return Outcome::refused(error),
        };
        let found = self.call(query.call()).await.and_then(|good| query.fitting(&good));
        let record = |fields: Fields| {
            let sys_id = fields.get("sys_id")?.parse().ok()?;
            Some(Record { sys_id, fields })
        };
        Outcome::from(found).map(|rows| rows.into_iter().filter_map(record).collect())
    }
}

impl LookupQuery {
    /// `None` for the rare record whose id is not one that can be popped or referred to.
    fn candidate(&self, mut row: Fields) -> Option<Candidate> {
        let sys_id = row.remove("sys_id")?.parse().ok()?;
        let name = row.remove("name").unwrap_or_default();
        let email = row.remove("email").unwrap_or_default();
        let active = row.remove("active").is_none_or(|flag| !is_false(&flag));
        if self.folded {
            // What was typed is not shown again by each field that was compared.
            row.retain(|field, _| self.fields.contains(field));
        }
        Some(Candidate { table: self.table.clone(), sys_id, name, email, active, fields: row })
    }
}

fn is_false(flag: &str) -> bool {
    flag.eq_ignore_ascii_case("false") || flag == "0"
}

fn names<S: AsRef<str>>(names: &[S]) -> Result<Vec<String>, LookupError> {
    let name = |name: &S| {
        let name = name.as_ref();
        let bad = || LookupError::Name(name.to_owned());
        query::is_field(name).then(|| name.to_owned()).ok_or_else(bad)
    };
    names.iter().map(name).collect()
}

/// The rows of a list.
pub(crate) fn rows(good: &Good) -> Result<Vec<Fields>, NotDone> {
    let Value::Array(list) = &good.result else {
        let why = good.say("a list was asked for, something else came");
        return Err(NotDone::Retry { after: None, why });
    };
    Ok(list.iter().filter_map(Value::as_object).map(record::fields).collect())
}
