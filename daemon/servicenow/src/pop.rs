//! The URL that opens a record in an agent's browser.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::query;
use crate::record::SysId;

/// As `encodeURIComponent` does it, for a path inside a path.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a deployment's records are opened.
///
/// In a config it is `classic`, `framed`, `next_experience`, `workspace`, or a path of one's own
/// that begins with `/` and names the record: by `{table}` and `{sys_id}`, or by `{target}`, which
/// stands for its classic address (`TABLE.do?sys_id=ID`), percent-encoded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PopTemplate {
    /// The record's form alone.
    #[default]
    Classic,
    /// The form in the classic frame.
    Framed,
    /// The form in the Next Experience.
    NextExperience,
    /// The record in the Service Operations Workspace.
    Workspace,
    /// A path of the deployment's own.
    Custom(String),
}

/// Why there is no such URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PopError {
    /// Neither http nor https.
    #[error("the base URL must be http or https, not {0}")]
    Scheme(String),
    /// A user or password in the base URL.
    #[error("user and password do not belong in the base URL")]
    Credentials,
    /// Not a table's name.
    #[error("not a name of a table: {0:?}")]
    Table(String),
    /// Neither the name of a template nor a path.
    #[error(
        "'{0}' is neither classic, framed, next_experience or workspace nor a path that begins \
         with one /"
    )]
    Template(String),
    /// A path with a placeholder that there is not.
    #[error("'{0}' has a placeholder other than {{table}}, {{sys_id}} and {{target}}")]
    Placeholder(String),
    /// A path that leads to the same page for every record.
    #[error("'{0}' names no record: {{table}} and {{sys_id}}, or {{target}}")]
    Record(String),
}

impl PopTemplate {
    fn path(&self, table: &str, sys_id: &SysId) -> String {
        let form = format!("{table}.do?sys_id={sys_id}");
        let encoded = utf8_percent_encode(&form, COMPONENT);
        match self {
            Self::Classic => format!("/{form}"),
            Self::Framed => format!("/nav_to.do?uri={encoded}"),
            Self::NextExperience => format!("/now/nav/ui/classic/params/target/{encoded}"),
            Self::Workspace => format!("/now/sow/record/{table}/{sys_id}"),
            Self::Custom(path) => path
                .replace("{table}", table)
                .replace("{sys_id}", sys_id.as_str())
                .replace("{target}", &encoded.to_string()),
        }
    }
}

impl TryFrom<String> for PopTemplate {
    type Error = PopError;

    fn try_from(text: String) -> Result<Self, PopError> {
        match text.as_str() {
            "classic" => Ok(Self::Classic),
            "framed" => Ok(Self::Framed),
            "next_experience" => Ok(Self::NextExperience),
            "workspace" => Ok(Self::Workspace),
            // Two slashes, or one and a backslash, would name another host.
            path if path.starts_with('/')
                && !path[1..].starts_with(['/', '\\'])
                && !path.chars().any(|c| c.is_control() || c.is_whitespace()) =>
            {
                custom(text)
            }
            _ => Err(PopError::Template(text)),
        }
    }
}

fn custom(path: String) -> Result<PopTemplate, PopError> {
    let mut rest = path.clone();
    for placeholder in ["{table}", "{sys_id}", "{target}"] {
        rest = rest.replace(placeholder, "");
    }
    let named = path.contains("{table}") && path.contains("{sys_id}");
    if rest.contains(['{', '}']) {
        Err(PopError::Placeholder(path))
    } else if named || path.contains("{target}") {
        Ok(PopTemplate::Custom(path))
    } else {
        Err(PopError::Record(path))
    }
}

impl From<PopTemplate> for String {
    fn from(template: PopTemplate) -> Self {
        match template {
            PopTemplate::Classic => "classic".to_owned(),
            PopTemplate::Framed => "framed".to_owned(),
            PopTemplate::NextExperience => "next_experience".to_owned(),
            PopTemplate::Workspace => "workspace".to_owned(),
            PopTemplate::Custom(path) => path,
        }
    }
}

/// The URL of a record, at the host of `base` and nowhere else.
///
/// # Errors
/// When base or table cannot be used.
pub fn pop_url(
    base: &Url,
    template: &PopTemplate,
    table: &str,
    sys_id: &SysId,
) -> Result<Url, PopError> {
    if !matches!(base.scheme(), "http" | "https") {
        return Err(PopError::Scheme(base.scheme().to_owned()));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(PopError::Credentials);
    }
    if !query::is_table(table) {
        return Err(PopError::Table(table.to_owned()));
    }
    let path = template.path(table, sys_id);
    let joined = base.join(&path).map_err(|_| PopError::Template(path.clone()))?;
    if joined.origin() != base.origin() {
        return Err(PopError::Template(path));
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> SysId {
        "0123456789abcdef0123456789abcdef".parse().expect("an id")
    }

    #[test]
    fn each_template_gives_its_url() {
        let base = Url::parse("https://acme.example").expect("a URL");
        for (template, expect) in [
            ("classic", "/sys_user.do?sys_id=ID"),
            ("framed", "/nav_to.do?uri=sys_user.do%3Fsys_id%3DID"),
            ("next_experience", "/now/nav/ui/classic/params/target/sys_user.do%3Fsys_id%3DID"),
            ("workspace", "/now/sow/record/sys_user/ID"),
            ("/x/{table}/{sys_id}?view=chat", "/x/sys_user/ID?view=chat"),
            ("/frame?to={target}", "/frame?to=sys_user.do%3Fsys_id%3DID"),
        ] {
            let parsed = PopTemplate::try_from(template.to_owned()).expect(template);
            let url = pop_url(&base, &parsed, "sys_user", &id()).expect(template);
            let expect = format!("https://acme.example{}", expect.replace("ID", id().as_str()));
            assert_eq!(url.as_str(), expect);
            assert_eq!(String::from(parsed), template);
        }
    }

    #[test]
    fn no_template_and_no_name_leads_elsewhere() {
        for bad in [
            "",
            "javascript:alert(1)//{table}{sys_id}",
            "//evil.example/{table}{sys_id}",
            "/\\evil.example/{table}{sys_id}",
            "/{table}",
            "/{sys_id}",
            "/{table}/{sys_id}/{other}",
            "https://evil.example/{table}/{sys_id}",
        ] {
            assert!(PopTemplate::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        let base = Url::parse("https://acme.example").expect("a URL");
        let other = pop_url(&base, &PopTemplate::Classic, "../x", &id());
        assert!(matches!(other, Err(PopError::Table(_))), "{other:?}");
        let file = Url::parse("file:///tmp").expect("a URL");
        let other = pop_url(&file, &PopTemplate::Classic, "sys_user", &id());
        assert!(matches!(other, Err(PopError::Scheme(_))), "{other:?}");
    }
}
