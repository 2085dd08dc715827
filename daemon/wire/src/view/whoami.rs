//! The caller.

use serde::{Deserialize, Serialize};

use crate::actor::{ActAs, Role};

/// Who the caller is and what it may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whoami {
    /// The user id of the process at the other end of the local socket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The agents that it may act as.
    pub agents: Vec<String>,
    /// The roles that it may act as.
    pub roles: Vec<Role>,
    /// Whom this request acts as; left out where nothing was picked and there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_as: Option<ActAs>,
    /// The verbs that this actor may use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<String>,
}
