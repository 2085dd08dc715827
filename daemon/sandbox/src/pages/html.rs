//! The frame around every page, escaping, and what pages are made of.

use std::fmt::Write as _;

use axum::http::StatusCode;

/// A page before it is put into its frame.
#[derive(Debug)]
pub(super) struct Page {
    /// Plain text.
    pub(super) title: String,
    /// HTML, with everything foreign escaped already.
    pub(super) body: String,
    pub(super) status: StatusCode,
}

impl Page {
    pub(super) fn new(title: impl Into<String>, body: String) -> Self {
        Self { title: title.into(), body, status: StatusCode::OK }
    }

    /// `text` is HTML.
    pub(super) fn not_found(text: &str) -> Self {
        Self::refused(StatusCode::NOT_FOUND, "Record not found", text)
    }

    /// `text` is HTML.
    pub(super) fn refused(status: StatusCode, title: &str, text: &str) -> Self {
        let body = format!("<h1>{}</h1><p>{text}</p>", escape(title));
        Self { title: title.to_owned(), body, status }
    }

    pub(super) fn render(&self) -> String {
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title} · Sandbox</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\
             <body><header><a href=\"/\">ServiceNow sandbox</a><nav>\
             <a href=\"/sys_user_list.do\">Users</a>\
             <a href=\"/customer_contact_list.do\">Contacts</a>\
             <a href=\"/incident_list.do\">Incidents</a>\
             <a href=\"/interaction_list.do\">Interactions</a><a href=\"/import\">Import</a>\
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

/// A table of cells, heads included, that are HTML already.
pub(super) fn grid(head: &[String], rows: &[Vec<String>]) -> String {
    let mut out = String::from("<table><thead><tr>");
    for label in head {
        let _ = write!(out, "<th>{label}</th>"); // Writing to a String cannot fail.
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

/// A link to a page of ours; parameters without a value are left out.
pub(super) fn link(path: &str, parameters: &[(&str, &str)], text: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters.iter().filter(|parameter| !parameter.1.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("<a href=\"/{}{mark}{}\">{}</a>", escape(path), escape(&query), escape(text))
}

/// A link to a record's page.
pub(super) fn record_link(table: &str, sys_id: &str, text: &str) -> String {
    let text = if text.is_empty() { "(empty)" } else { text };
    link(&format!("{table}.do"), &[("sys_id", sys_id)], text)
}

/// A hidden value of a form.
pub(super) fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value))
}

/// One of several values, each with a label; one that is none of them is kept as it is.
pub(super) fn select(name: &str, chosen: &str, of: &[(String, String)]) -> String {
    let mut out = format!("<select name=\"{0}\" id=\"{0}\">", escape(name));
    let mut option = |value: &str, label: &str| {
        let mark = if value == chosen { " selected" } else { "" };
        let (value, label) = (escape(value), escape(label));
        let _ = write!(out, "<option value=\"{value}\"{mark}>{label}</option>");
    };
    option("", "-- None --");
    if !chosen.is_empty() && of.iter().all(|(value, _)| value != chosen) {
        option(chosen, chosen);
    }
    for (value, label) in of {
        option(value, label);
    }
    out + "</select>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_becomes_markup() {
        let link = record_link("sys_user", "a\"b", "<script>alert('x')</script> & co");
        assert_eq!(
            link,
            "<a href=\"/sys_user.do?sys_id=a%22b\">&lt;script&gt;alert(&#39;x&#39;)\
             &lt;/script&gt; &amp; co</a>"
        );
        let select = select("a\"", "<b>", &[("c'".to_owned(), "<d>".to_owned())]);
        assert_eq!(
            select,
            "<select name=\"a&quot;\" id=\"a&quot;\"><option value=\"\">-- None --</option>\
             <option value=\"&lt;b&gt;\" selected>&lt;b&gt;</option>\
             <option value=\"c&#39;\">&lt;d&gt;</option></select>"
        );
        assert_eq!(hidden("n", "\">"), "<input type=\"hidden\" name=\"n\" value=\"&quot;&gt;\">");
    }
}
