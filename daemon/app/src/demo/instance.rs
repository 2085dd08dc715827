//! What the sandbox really holds, read back through its REST API and its pages.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::time::Duration;

/// The sandbox, as somebody who looks at it.
pub(super) struct Instance {
    http: reqwest::Client,
    pub(super) url: String,
}

/// An HTTP client without surprises.
pub(super) fn client() -> Result<reqwest::Client> {
    // The client is built over rustls without a provider of its own; whoever was first has set one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?)
}

impl Instance {
    pub(super) fn new(url: String) -> Result<Self> {
        Ok(Self { http: client()?, url })
    }

    /// The incidents of a chat.
    pub(super) async fn incidents(&self, chat: &str) -> Result<Vec<Value>> {
        self.rows("incident", &format!("correlation_id={chat}")).await
    }

    /// The work notes of a record, oldest first.
    pub(super) async fn work_notes(&self, sys_id: &str) -> Result<Vec<String>> {
        let query = format!("element_id={sys_id}^element=work_notes^ORDERBYsys_created_on");
        let rows = self.rows("sys_journal_field", &query).await?;
        Ok(rows.iter().filter_map(|row| row["value"].as_str().map(str::to_owned)).collect())
    }

    async fn rows(&self, table: &str, query: &str) -> Result<Vec<Value>> {
        let url = format!("{}/api/now/table/{table}", self.url);
        let parameters = [("sysparm_query", query), ("sysparm_exclude_reference_link", "true")];
        let request = self.http.get(url).query(&parameters).basic_auth("admin", Some("admin"));
        let body: Value = request.send().await?.error_for_status()?.json().await?;
        body["result"].as_array().cloned().context("no result")
    }

    /// The page at this address, as the agent's browser would get it.
    pub(super) async fn page(&self, url: &str) -> Result<String> {
        ensure!(url.starts_with(&self.url), "{url} does not lead to the instance");
        Ok(self.http.get(url).send().await?.error_for_status()?.text().await?)
    }
}
