//! Addresses at which an agent's browser opens a record.

use desk_core::RecordRef;
use desk_servicenow::{PopTemplate, SysId, pop_url};
use std::sync::{Arc, PoisonError, RwLock};
use url::Url;

/// How records are addressed now. Clones share it; a reload of the config sets it for all.
#[derive(Debug, Clone, Default)]
pub struct Links {
    base: Arc<RwLock<Option<(Url, PopTemplate)>>>,
}

impl Links {
    /// Sets instance and template; without an instance there are no links.
    pub fn set(&self, base: Option<(Url, PopTemplate)>) {
        *self.base.write().unwrap_or_else(PoisonError::into_inner) = base;
    }

    /// The address of a record, if there is one.
    #[must_use]
    pub fn to(&self, record: &RecordRef) -> Option<String> {
        let base = self.base.read().unwrap_or_else(PoisonError::into_inner);
        let (url, template) = base.as_ref()?;
        // Whatever is no record's id never becomes part of an address.
        let sys_id: SysId = record.sys_id.parse().ok()?;
        Some(pop_url(url, template, &record.table, &sys_id).ok()?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_record_s_id_becomes_part_of_an_address() {
        let links = Links::default();
        let base = "https://desk.example".parse().expect("a URL");
        links.set(Some((base, PopTemplate::Workspace)));
        let to = |table: &str, sys_id: &str| {
            links.to(&RecordRef { table: table.into(), sys_id: sys_id.into() })
        };
        let id = "0123456789abcdef0123456789abcdef";
        let url = format!("https://desk.example/now/sow/record/incident/{id}");
        assert_eq!(to("incident", id), Some(url));
        for bad in
            ["", "global", "0123456789ABCDEF0123456789ABCDEF", "../../logout.do?x=0123456789a"]
        {
            assert_eq!(to("incident", bad), None, "{bad}");
        }
        assert_eq!(to("../x", id), None);
    }
}
