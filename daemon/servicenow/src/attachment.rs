//! Files kept with a record.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::classify::Act;
use crate::client::{Body, Call, Client};
use crate::create::record_of;
use crate::lookup::rows;
use crate::outcome::{NotDone, Outcome};
use crate::query;
use crate::record::{Fields, SysId};

/// Bytes of a file that is sent.
pub const ATTACHMENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A file that an instance keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file's own id.
    pub sys_id: SysId,
    /// Its name.
    pub file_name: String,
    /// Its length, where the instance says it.
    pub size_bytes: Option<u64>,
}

impl Client {
    /// Adds a file to a record, by one request. The same name twice makes two files: after an
    /// `Ambiguous` outcome ask [`Client::find_attachment`] first.
    pub async fn attach(
        &self,
        table: &str,
        sys_id: &SysId,
        file_name: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Outcome<Attachment> {
        if let Err(not_done) = check(table, file_name) {
            return Err(not_done).into();
        }
        if bytes.len() > ATTACHMENT_BYTES_MAX {
            return Outcome::refused(format!("more than {ATTACHMENT_BYTES_MAX} bytes"));
        }
        let query = vec![
            ("table_name", table.to_owned()),
            ("table_sys_id", sys_id.to_string()),
            ("file_name", file_name.to_owned()),
        ];
        let body = Body::Raw { content_type: content_type.to_owned(), bytes };
        let path = "/api/now/attachment/file".to_owned();
        let good = self.call(Call::write(Method::POST, path, query, body)).await;
        let record = good.and_then(|good| record_of(Act::Write, &good));
        Outcome::from(record).map(|record| attachment(record.sys_id, &record.fields))
    }

    /// The first file of that name at a record. Where files cannot be listed it is `Permanent`, with
    /// what to do: whether to add one again is then nobody's to guess.
    pub async fn find_attachment(
        &self,
        table: &str,
        sys_id: &SysId,
        file_name: &str,
    ) -> Outcome<Option<Attachment>> {
        self.try_find_attachment(table, sys_id, file_name).await.into()
    }

    async fn try_find_attachment(
        &self,
        table: &str,
        sys_id: &SysId,
        file_name: &str,
    ) -> Result<Option<Attachment>, NotDone> {
        check(table, file_name)?;
        let conditions = format!("table_sys_id={sys_id}^file_name={file_name}^ORDERBYsys_id");
        let query = vec![("sysparm_query", conditions), ("sysparm_limit", "2".to_owned())];
        let good = self.call(Call::get("/api/now/attachment".to_owned(), query)).await;
        let good = good.map_err(cannot_tell)?;
        let ours = |row: &Fields| {
            row.get("table_sys_id").is_some_and(|id| id == sys_id.as_str())
                && row.get("file_name").is_some_and(|name| name.eq_ignore_ascii_case(file_name))
        };
        let found = rows(&good)?.into_iter().find(ours);
        Ok(found.and_then(|row| Some(attachment(row.get("sys_id")?.parse().ok()?, &row))))
    }
}

fn check(table: &str, file_name: &str) -> Result<(), NotDone> {
    if !query::is_table(table) {
        return Err(NotDone::refused(format!("not a name of a table: {table:?}")));
    }
    query::check_value(file_name).map_err(NotDone::refused)
}

fn cannot_tell(not_done: NotDone) -> NotDone {
    let NotDone::Permanent { status, message, transaction, .. } = not_done else {
        return not_done;
    };
    NotDone::Permanent {
        status,
        message: "it cannot be told whether the file is there already: give the account read \
                  access to sys_attachment"
            .to_owned(),
        detail: Some(message),
        transaction,
    }
}

fn attachment(sys_id: SysId, row: &Fields) -> Attachment {
    Attachment {
        sys_id,
        file_name: row.get("file_name").cloned().unwrap_or_default(),
        size_bytes: row.get("size_bytes").and_then(|size| size.parse().ok()),
    }
}
