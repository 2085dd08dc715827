//! `reply`: what agents may say without writing it.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::CannedReplyView;

use crate::render::{Page, join};

#[derive(Debug, Subcommand)]
pub(crate) enum Reply {
    /// Those that may be said, as the config has them now
    List {
        /// Only this queue's, those for every queue with them
        #[arg(long, value_name = "QUEUE")]
        queue: Option<String>,
    },
}

impl Reply {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::List { queue } => Call::ReplyList { queue },
        }
    }
}

pub(crate) fn list(page: &mut Page<'_>, replies: &[CannedReplyView]) -> io::Result<()> {
    let rows = replies.iter().map(|reply| {
        let queues = if reply.queues.is_empty() { "all".to_owned() } else { join(&reply.queues) };
        vec![
            format!("/{}", reply.short),
            reply.title.clone(),
            queues,
            reply.language.clone().unwrap_or_else(|| "any".to_owned()),
            reply.text.replace('\n', " "),
        ]
    });
    let rows = rows.collect();
    page.table(&["SHORT", "TITLE", "QUEUES", "LANGUAGE", "TEXT"], rows, "there is none")
}
