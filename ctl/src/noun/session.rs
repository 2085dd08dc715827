//! `login`, `logout`, `whoami`.

use std::io;

use clap::Args;
use desk_wire::view::Whoami;
use desk_wire::{Call, Done, Role};

use crate::render::{GOOD, HEAD, Page, join};

/// `logout`
#[derive(Debug, Args)]
pub(crate) struct Logout {
    /// When all is wrapped up, instead of being refused while chats are open
    #[arg(long)]
    after: bool,
}

impl Logout {
    pub(crate) const fn call(self) -> Call {
        Call::Logout { after: self.after }
    }
}

pub(crate) fn done(page: &mut Page<'_>, done: &Done) -> io::Result<()> {
    let note = done.note.as_deref().unwrap_or("done");
    match &done.chat {
        Some(chat) => page.line(format_args!("{GOOD}{note}{GOOD:#} ({chat})")),
        None => page.line(format_args!("{GOOD}{note}{GOOD:#}")),
    }
}

pub(crate) fn whoami(page: &mut Page<'_>, whoami: &Whoami) -> io::Result<()> {
    match &whoami.acting_as {
        Some(acting_as) => page.line(format_args!("{HEAD}{acting_as}{HEAD:#}"))?,
        None => page.line(format_args!("nobody in particular: pick one by --as"))?,
    }
    page.field("uid", whoami.uid.map(|uid| uid.to_string()).unwrap_or_default())?;
    page.field("agents", join(&whoami.agents))?;
    let roles: Vec<&str> = whoami.roles.iter().copied().map(Role::as_str).collect();
    page.field("roles", roles.join(", "))?;
    page.field("may", join(&whoami.may))
}
