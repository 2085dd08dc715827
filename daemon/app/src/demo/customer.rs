//! A customer's client of the HTTP door.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// A customer in a chat.
pub(super) struct Customer {
    http: reqwest::Client,
    base: String,
    pub(super) chat: String,
    token: String,
    said: u32,
}

impl Customer {
    /// Opens a chat.
    pub(super) async fn open(base: &str, queue: &str, name: &str, email: &str) -> Result<Self> {
        let http = super::instance::client()?;
        let body = json!({ "queue": queue, "name": name, "email": email });
        let answer = http.post(format!("{base}/v1/chats")).json(&body).send().await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        ensure!(status.as_u16() == 201, "opening a chat was answered {status}: {body}");
        let text = |name: &str| {
            body[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {body}"))
        };
        let (chat, token) = (text("chat")?, text("token")?);
        Ok(Self { http, base: base.into(), chat, token, said: 0 })
    }

    pub(super) async fn say(&mut self, text: &str) -> Result<()> {
        self.said += 1;
        let body = json!({ "id": format!("demo-{}", self.said), "text": text });
        self.post("messages", &body).await
    }

    pub(super) async fn end(&self) -> Result<()> {
        self.post("end", &json!({})).await
    }

    /// What everybody in the chat has said.
    pub(super) async fn read(&self) -> Result<Vec<String>> {
        let url = format!("{}/v1/chats/{}/messages", self.base, self.chat);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await?;
        let body: Value = answer.error_for_status()?.json().await?;
        let messages = body["messages"].as_array().context("no messages")?;
        Ok(messages.iter().filter_map(|m| m["text"].as_str().map(str::to_owned)).collect())
    }

    async fn post(&self, what: &str, body: &Value) -> Result<()> {
        let url = format!("{}/v1/chats/{}/{what}", self.base, self.chat);
        let answer = self.http.post(url).bearer_auth(&self.token).json(body).send().await?;
        let status = answer.status();
        ensure!(status.is_success(), "{what} was answered {status}: {}", answer.text().await?);
        Ok(())
    }
}
