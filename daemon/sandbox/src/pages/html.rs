//! The frame around every page, and escaping.

use std::fmt::Write as _;

/// A page before it is put into its frame.
#[derive(Debug)]
pub(super) struct Page {
    /// Plain text.
    pub(super) title: String,
    /// HTML, with everything foreign escaped already.
    pub(super) body: String,
    /// Whether what was asked for is there.
    pub(super) found: bool,
}

impl Page {
    pub(super) fn new(title: impl Into<String>, body: String) -> Self {
        Self { title: title.into(), body, found: true }
    }

    /// `text` is HTML.
    pub(super) fn not_found(text: &str) -> Self {
        let body = format!("<h1>Record not found</h1><p>{text}</p>");
        Self { title: "Record not found".to_owned(), body, found: false }
    }

    pub(super) fn render(&self) -> String {
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title} · Sandbox</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\
             <body><header><a href=\"/\">ServiceNow sandbox</a><nav>\
             <a href=\"/sys_user_list.do\">Users</a><a href=\"/incident_list.do\">Incidents</a>\
             </nav></header>\n<main>{body}</main></body></html>\n",
            title = escape(&self.title),
            body = self.body,
        )
    }
}

/// Text as HTML shows it, in content and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// A table of cells that are HTML already.
pub(super) fn grid(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = String::from("<table><thead><tr>");
    for label in head {
        let _ = write!(out, "<th>{}</th>", escape(label)); // Writing to a String cannot fail.
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{cell}</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    out
}

/// A link to a record's page.
pub(super) fn record_link(table: &str, sys_id: &str, text: &str) -> String {
    let text = if text.is_empty() { "(empty)" } else { text };
    let (table, sys_id) = (escape(table), escape(sys_id));
    format!("<a href=\"/{table}.do?sys_id={sys_id}\">{}</a>", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_becomes_markup() {
        let link = record_link("sys_user", "a\"b", "<script>alert('x')</script> & co");
        assert_eq!(
            link,
            "<a href=\"/sys_user.do?sys_id=a&quot;b\">&lt;script&gt;alert(&#39;x&#39;)\
             &lt;/script&gt; &amp; co</a>"
        );
    }
}
