//! The address at which an agent's browser opens a record, relative to the instance's own.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How records are opened in the browser.
///
/// In a template `{table}` and `{sys_id}` stand for the record, and `{target}` for its classic
/// address (`/TABLE.do?sys_id=ID`), percent-encoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PopTemplate {
    /// The form alone.
    #[default]
    Classic,
    /// The form in the classic frame with its navigator.
    Framed,
    /// The form in the Next Experience frame.
    NextExperience,
    /// The site's own, a path that begins with `/`.
    Custom(String),
}

impl PopTemplate {
    /// The path with its placeholders.
    #[must_use]
    pub fn template(&self) -> &str {
        match self {
            Self::Classic => "/{table}.do?sys_id={sys_id}",
            Self::Framed => "/nav_to.do?uri={target}",
            Self::NextExperience => "/now/nav/ui/classic/params/target/{target}",
            Self::Custom(template) => template,
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "classic" => Ok(Self::Classic),
            "framed" => Ok(Self::Framed),
            "next_experience" => Ok(Self::NextExperience),
            _ if !text.starts_with('/') || text.starts_with("//") => Err(format!(
                "'{text}' is neither classic, framed or next_experience nor a path \
                 that begins with one /"
            )),
            _ => {
                let mut rest = text.to_owned();
                for placeholder in ["{table}", "{sys_id}", "{target}"] {
                    rest = rest.replace(placeholder, "");
                }
                if rest.contains(['{', '}']) {
                    return Err(format!(
                        "'{text}' has a placeholder other than {{table}}, {{sys_id}} and {{target}}"
                    ));
                }
                if !text.contains("{sys_id}") && !text.contains("{target}") {
                    return Err(format!("'{text}' names no record: {{sys_id}} or {{target}}"));
                }
                Ok(Self::Custom(text.to_owned()))
            }
        }
    }
}

impl Serialize for PopTemplate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Classic => "classic",
            Self::Framed => "framed",
            Self::NextExperience => "next_experience",
            Self::Custom(template) => template,
        })
    }
}

impl<'de> Deserialize<'de> for PopTemplate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}
