//! `[metrics]`: what the desk tells of itself in numbers, and to whom.

use serde::{Deserialize, Serialize};

/// `[metrics]`: the figures at `/metrics`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Who may read them.
    pub read: MetricsRead,
    /// How old the figures that are counted in State may be, in seconds.
    pub every_secs: u32,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { read: MetricsRead::Token, every_secs: 5 }
    }
}

/// Who may read the metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricsRead {
    /// Nobody: there is no such path.
    Off,
    /// Whoever shows a token of a role that may.
    #[default]
    Token,
    /// Whoever reaches the door.
    Open,
}
