//! Addresses at which an agent's browser opens a record.

use crate::config::PopTemplate;
use desk_core::RecordRef;
use desk_servicenow::SysId;
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
        let template = match template {
            PopTemplate::Classic => desk_servicenow::PopTemplate::Classic,
            PopTemplate::Framed => desk_servicenow::PopTemplate::Framed,
            PopTemplate::NextExperience => desk_servicenow::PopTemplate::NextExperience,
            PopTemplate::Custom(template) => desk_servicenow::PopTemplate::Custom(template.clone()),
        };
        let sys_id: SysId = record.sys_id.parse().ok()?;
        let url = desk_servicenow::pop_url(url, &template, &record.table, &sys_id).ok()?;
        Some(url.into())
    }
}
