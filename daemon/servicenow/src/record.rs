//! Records as they come over the Table API, and their ids.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// Field name to value; over the Table API every value is a string.
pub type Fields = BTreeMap<String, String>;

/// A record's id: 32 lowercase hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SysId(String);

/// The text is not 32 lowercase hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a sys_id: it must be 32 lowercase hexadecimal digits")]
pub struct SysIdError;

impl SysId {
    /// The first 32 digits of the SHA-256 of `namespace|key`: always the same for the same key.
    pub fn derive(namespace: &str, key: &str) -> Self {
        let digest = Sha256::digest(format!("{namespace}|{key}"));
        Self(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SysId {
    type Err = SysIdError;

    fn from_str(text: &str) -> Result<Self, SysIdError> {
        let digits = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() == 32 && digits { Ok(Self(text.to_owned())) } else { Err(SysIdError) }
    }
}

impl TryFrom<String> for SysId {
    type Error = SysIdError;

    fn try_from(text: String) -> Result<Self, SysIdError> {
        text.parse()
    }
}

impl From<SysId> for String {
    fn from(id: SysId) -> Self {
        id.0
    }
}

impl fmt::Display for SysId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One record, with the fields that were asked for and may be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its id.
    pub sys_id: SysId,
    /// The fields; one that the account may not read is missing.
    pub fields: Fields,
}

impl Record {
    /// The field's value, empty when it is missing.
    pub fn get(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }

    /// Reads a record; `None` when it has no id of ours to name it by.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let fields = fields(value.as_object()?);
        let sys_id = fields.get("sys_id")?.parse().ok()?;
        Some(Self { sys_id, fields })
    }
}

/// The fields of a result, whatever the form of each: text, `{value, link}`, `{display_value}`.
pub(crate) fn fields(object: &Map<String, Value>) -> Fields {
    object.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Object(object) => object
            .get("value")
            .or_else(|| object.get("display_value"))
            .map(text)
            .unwrap_or_default(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_is_32_lowercase_hex_and_nothing_else() {
        assert!("0123456789abcdef0123456789abcdef".parse::<SysId>().is_ok());
        for bad in [
            "",
            "glide.maint",
            "0123456789ABCDEF0123456789ABCDEF",
            "0123456789abcdef0123456789abcdef0",
            "0123456789abcdef0123456789abcde^",
        ] {
            assert!(bad.parse::<SysId>().is_err(), "{bad}");
        }
        assert!(serde_json::from_value::<SysId>(json!("x")).is_err());
    }

    #[test]
    fn a_derived_id_is_stable_and_its_namespace_counts() {
        let id = SysId::derive("deskd", "chat-1");
        assert_eq!(id.as_str(), "0fc7d7bf6b07dce4bd8ce06fef8f232e");
        assert_ne!(id, SysId::derive("other", "chat-1"));
        assert!(id.as_str().parse::<SysId>().is_ok());
    }

    #[test]
    fn every_form_of_a_value_is_read() {
        let row = json!({
            "sys_id": "0123456789abcdef0123456789abcdef",
            "plain": "a",
            "reference": {"link": "https://x", "value": "b"},
            "shown": {"display_value": "c", "link": "https://x"},
            "flag": true,
            "none": null,
        });
        let record = Record::read(&row).expect("a record");
        let values =
            ["plain", "reference", "shown", "flag", "none", "absent"].map(|f| record.get(f));
        assert_eq!(values, ["a", "b", "c", "true", "", ""]);
        assert_eq!(Record::read(&json!({"sys_id": "global"})), None);
    }
}
