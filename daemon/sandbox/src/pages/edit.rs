//! The form in which a record is made or changed.

use std::fmt::Write as _;

use crate::api::label;
use crate::schema::{Field, Kind, Table};
use crate::store::{Row, Tables};

use super::html::{Page, escape, hidden, link, record_link, select};
use super::record::LONG;

/// Records offered for a reference; where there are more, their name or id is typed.
const OFFERED_MAX: usize = 300;
/// What stands before a field's name in the form's memory of what it showed.
pub(super) const SHOWN: &str = "shown.";

/// A form over `row`, which is a new record where it has no id. `wrong` says why an earlier try was
/// not taken; `row` then holds what was typed, and `shown` what the record holds.
pub(super) struct Form<'a> {
    pub(super) tables: &'a Tables,
    pub(super) table: &'static Table,
    pub(super) row: &'a Row,
    pub(super) shown: &'a Row,
    pub(super) token: &'a str,
    pub(super) wrong: &'a [String],
}

impl Form<'_> {
    pub(super) fn page(&self) -> Page {
        let table = self.table;
        let sys_id = self.shown.get("sys_id");
        let title = match (sys_id, self.shown.get(table.display)) {
            ("", _) => "New record",
            (id, "") => id,
            (_, display) => display,
        };
        let mut body =
            format!("<p class=\"kind\">{}</p><h1>{}</h1>", escape(table.label), escape(title));
        if !self.wrong.is_empty() {
            let list = self.wrong.iter().map(|why| format!("<li>{}</li>", escape(why)));
            let _ = write!(body, "<ul class=\"wrong\">{}</ul>", list.collect::<String>());
        }
        let _ = write!(
            body,
            "<form class=\"edit\" method=\"post\" action=\"/{}.do\">{}{}",
            escape(table.name),
            hidden("token", self.token),
            hidden("sys_id", sys_id),
        );
        for field in table.fields().filter(|field| !table.is_filled(field.name)) {
            body += &self.field(field);
        }
        body += "<p class=\"buttons\"><button name=\"act\" value=\"save\">Save</button>";
        if sys_id.is_empty() {
            body += &link(&format!("{}_list.do", table.name), &[], "Cancel");
        } else {
            body += &record_link(table.name, sys_id, "Cancel");
            let delete = [("sys_id", sys_id), ("delete", "true")];
            body += &link(&format!("{}.do", table.name), &delete, "Delete …");
        }
        body += "</p></form>";
        Page::new(format!("{}: {title}", table.label), body)
    }

    fn field(&self, field: &Field) -> String {
        let name = escape(field.name);
        let (value, shown) = (self.row.get(field.name), self.shown.get(field.name));
        let input = match field.kind {
            // What is typed is added; what was added before is shown on the record's page.
            Kind::Journal => area(field, value, "adds an entry"),
            Kind::Bool => {
                let both = ["true", "false"].map(|flag| (flag.to_owned(), flag.to_owned()));
                select(field.name, value, &both)
            }
            Kind::Choice(of) => {
                let pair = |(value, label): &(&str, &str)| ((*value).into(), (*label).into());
                select(field.name, value, &of.iter().map(pair).collect::<Vec<_>>())
            }
            Kind::Reference(to) => match self.offered(to) {
                Some(of) => select(field.name, value, &of),
                None => line(field, value, "name or sys_id"),
            },
            Kind::Text if LONG.contains(&field.name) || field.chars_max > 500 => {
                area(field, value, "")
            }
            // A line would lose the ends of its lines.
            Kind::Text if value.contains(['\n', '\r']) => area(field, value, ""),
            Kind::DateTime => line(field, value, "yyyy-MM-dd HH:mm:ss, UTC"),
            Kind::Text | Kind::Integer => line(field, value, ""),
        };
        let shown = match field.kind {
            Kind::Journal => String::new(),
            _ => hidden(&format!("{SHOWN}{}", field.name), shown),
        };
        format!("<label for=\"{name}\">{}</label><div>{input}{shown}</div>", escape(field.label))
    }

    /// Everything that the field may refer to, by name; `None` where that is too much for a list.
    fn offered(&self, to: &str) -> Option<Vec<(String, String)>> {
        let table = self.tables.schema().table(to)?;
        let rows = self.tables.rows(to);
        if rows.len() > OFFERED_MAX {
            return None;
        }
        let display = table.field(table.display)?;
        let pair = |row: &&Row| {
            let name = label(self.tables, table, row, display);
            // Two people may have one name.
            let name = match row.get("user_name") {
                "" => name,
                login => format!("{name} ({login})"),
            };
            (row.get("sys_id").to_owned(), name)
        };
        let mut offered: Vec<_> = rows.iter().map(pair).collect();
        offered.sort_by(|a, b| a.1.cmp(&b.1));
        Some(offered)
    }
}

fn line(field: &Field, value: &str, hint: &str) -> String {
    // What is typed for anything else may be longer than what is stored for it, as a name is.
    let most = match field.kind {
        Kind::Text => format!(" maxlength=\"{}\"", field.chars_max),
        _ => String::new(),
    };
    format!(
        "<input name=\"{0}\" id=\"{0}\" value=\"{1}\"{most} placeholder=\"{2}\">",
        escape(field.name),
        escape(value),
        escape(hint),
    )
}

/// A line end follows the tag, since the first one in the text would be lost.
fn area(field: &Field, value: &str, hint: &str) -> String {
    format!(
        "<textarea name=\"{0}\" id=\"{0}\" rows=\"6\" maxlength=\"{2}\" placeholder=\"{3}\">\n{1}\
         </textarea>",
        escape(field.name),
        escape(value),
        field.chars_max,
        escape(hint),
    )
}
